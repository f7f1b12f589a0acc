import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";
import { encode } from "uqr";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freeUdpPort } from "../helpers/free-udp-port.js";
import { runCli } from "../helpers/run-cli.js";
import { startListening, startTunnel } from "../helpers/listening-cli.js";
import { spawnCli } from "../helpers/spawn-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-hybrid-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const documentOf = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;

describe("a computer, a phone and a tunnel service, each a process of its own", () => {
  test(
    "register and sign in, over a radio of datagrams and an encrypted tunnel",
    { timeout: 60_000 },
    async () => {
      const service = await startTunnel("--tls", "--cert-out", at("relay.pem"), "--latency-ms", "1");
      expect(service.origin).toMatch(/^wss:/);
      const radio = `udp:127.0.0.1:${await freeUdpPort()}`;
      const place = ["--radio", radio, "--tunnel", service.origin, "--tunnel-ca", at("relay.pem")];
      const phone = ["phone", ...place, "--store", at("phone.json"), "--touch-ms", "1", "--json"];
      const computer = ["--device", "hybrid", ...place, "--credentials", at("site.json")];

      const registering = startListening(["register", ...computer, "--resident-key", "required", "--json"]);
      const code = await registering.hears(/FIDO:\/\d+/);
      const first = startListening([...phone, "--qr", "-"], `scan me: ${code}\n`);
      const registered = await registering.finished;
      expect(registered.exitCode, registered.stdout).toBe(0);
      expect(documentOf(registered.stdout)).toMatchObject({
        ok: true,
        verified: { userVerified: true },
        response: { response: { transports: ["hybrid", "internal"] } },
      });
      expect(registered.stderr, "a program reads the code, and nothing else").toBe(code);
      expect(registered.stdout, "whoever reads the code can answer").not.toContain(
        code.slice("FIDO:/".length),
      );
      expect(documentOf((await first.finished).stdout)).toMatchObject({ ok: true, ending: "served" });
      expect(statSync(at("phone.json")).mode & 0o077, "a store holds private keys").toBe(0);

      const signingIn = startListening(["login", ...computer]);
      const second = startListening([...phone, "--qr", await signingIn.hears(/FIDO:\/\d+/)]);
      const signedIn = await signingIn.finished;
      expect(signedIn.stdout).toMatch(/verified: user verified/);
      expect(signedIn.stderr).toMatch(/within \d+ s/);
      expect((await second.finished).exitCode).toBe(0);

      service.child.kill("SIGTERM");
      expect(documentOf((await service.finished).stdout)).toMatchObject({ ok: true, origin: service.origin });
    },
  );

  test(
    "the tunnel breaks before the answer: told on both sides, and the phone keeps the passkey",
    { timeout: 60_000 },
    async () => {
      const service = await startTunnel("--drop-after", "5");
      const place = ["--radio", `udp:127.0.0.1:${await freeUdpPort()}`, "--tunnel", service.origin];
      const registering = startListening(["register", "--device", "hybrid", ...place]);
      const qr = await registering.hears(/FIDO:\/\d+/);
      const phone = startListening(["phone", "--qr", qr, ...place, "--touch-ms", "1", "--json"]);
      const failed = await registering.finished;
      expect(failed.exitCode).toBe(1);
      expect(failed.stdout).toMatch(/the device may still have acted/);
      const { trace } = documentOf((await phone.finished).stdout);
      expect(trace).toContainEqual(expect.objectContaining({ kind: "ctap.credential", change: "created" }));
      service.child.kill("SIGTERM");
      await service.finished;
    },
  );
});

describe("phone", () => {
  test("reads a picture of the code, and says that the service refuses it", { timeout: 60_000 }, async () => {
    const service = await startTunnel("--refuse", "503");
    const place = ["--radio", `udp:127.0.0.1:${await freeUdpPort()}`, "--tunnel", service.origin];
    const registering = startListening([
      "register",
      "--device",
      "hybrid",
      ...place,
      "--timeout-ms",
      "600000",
      "--json",
    ]);
    const { data, size } = encode(await registering.hears(/FIDO:\/\d+/), { border: 4 });
    const png = new PNG({ width: size * 4, height: size * 4 });
    for (let pixel = 0; pixel < png.width * png.height; pixel++) {
      const x = Math.floor((pixel % png.width) / 4);
      const dark = data[Math.floor(pixel / png.width / 4)]?.[x];
      png.data.set(dark ? [0, 0, 0, 255] : [255, 255, 255, 255], pixel * 4);
    }
    writeFileSync(at("code.png"), PNG.sync.write(png));
    const phone = await runCli(["phone", "--qr-image", at("code.png"), ...place, "--json"]);
    expect(phone.exitCode).toBe(1);
    expect(documentOf(phone.stdout)).toMatchObject({
      ok: false,
      ending: "tunnel-connect-failed",
      code: "TUNNEL_REFUSED",
    });
    registering.child.kill("SIGKILL");
    service.child.kill("SIGTERM");
    await service.finished;
  });
});

describe("exit codes and hints", () => {
  test.each([
    [2, "USAGE", ["phone"]],
    [2, "USAGE", ["phone", "--qr", "x", "--qr-image", "y"]],
    [2, "ENVIRONMENT", ["phone", "--qr-image", "no-such-picture.png"]],
    [1, "QR_NOT_FIDO", ["phone", "--qr", "https://example.com/", "--radio", "udp:127.0.0.1:9"]],
    [2, "USAGE", ["phone", "--qr", "FIDO:/0", "--radio", "pigeon"]],
    [2, "USAGE", ["register", "--device", "hybrid", "--radio", "hci0"]],
    [
      2,
      "USAGE",
      ["register", "--device", "hybrid", "--radio", "udp:127.0.0.1:9", "--tunnel", "https://example.com"],
    ],
    [2, "EXPOSE_REMOTE_REFUSED", ["tunnel", "--host", "0.0.0.0"]],
    [2, "USAGE", ["tunnel", "--cert-out", "relay.pem"]],
    [2, "USAGE", ["tunnel", "--refuse", "101"]],
  ])("%i, %s: %j", async (exitCode, code, args) => {
    const finished = await runCli([...args, "--json"]);
    expect(finished.exitCode).toBe(exitCode);
    expect(documentOf(finished.stdout)).toMatchObject({ ok: false, error: { code } });
  });

  test("a time that runs out before anybody scans is the browser's timer", async () => {
    const radio = `udp:127.0.0.1:${await freeUdpPort()}`;
    const args = [
      "register",
      "--device",
      "hybrid",
      "--radio",
      radio,
      "--client",
      "webkit",
      "--timeout-ms",
      "100",
      "--json",
    ];
    const finished = await runCli(args);
    expect(finished.exitCode).toBe(1);
    expect(documentOf(finished.stdout)).toMatchObject({
      ok: false,
      error: { code: "TIMEOUT", timer: "client.ceremony", aftermath: "none" },
    });
  });

  test("doctor says of the radio whether it works, or what to do", async () => {
    const { checks } = documentOf((await spawnCli(["doctor", "--json"])).stdout) as { checks: Check[] };
    const radio = checks.find(({ name }) => name === "bluetooth");
    expect(["good", "missing"]).toContain(radio?.state);
    expect(radio?.hint === undefined).toBe(radio?.state === "good");
  });
});

interface Check {
  readonly name: string;
  readonly state: string;
  readonly hint?: string;
}
