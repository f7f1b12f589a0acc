import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freeUdpPort } from "../helpers/free-udp-port.js";
import { startListening, startTunnel } from "../helpers/listening-cli.js";
import { runCli } from "../helpers/run-cli.js";

let folder: string;
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-links-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const documentOf = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;

const PHONE = {
  name: "Phone of Ada",
  tunnelCode: 0,
  contactId: "AAECAwQFBgcICQoLDA0ODw",
  linkId: "AAECAwQFBgc",
  linkSecret: Buffer.alloc(32, 7).toString("base64url"),
  phoneKey: Buffer.from(`04${"11".repeat(64)}`, "hex").toString("base64url"),
};

function linksFile(name: string, phones: readonly object[], schema = 1): string {
  writeFileSync(at(name), JSON.stringify({ schema, phones }));
  return at(name);
}

describe("a phone that was linked", () => {
  test(
    "is called without a code, by a process of its own, until the link is gone",
    { timeout: 90_000 },
    async () => {
      const service = await startTunnel();
      const place = ["--radio", `udp:127.0.0.1:${await freeUdpPort()}`, "--tunnel", service.origin];
      const phone = [
        "phone",
        ...place,
        "--store",
        at("phone.json"),
        "--clients",
        at("clients.json"),
        "--json",
      ];
      const computer = [...place, "--device", "hybrid", "--links", at("links.json"), "--json"];
      const site = ["--credentials", at("site.json")];

      const registering = startListening(["register", ...computer, ...site, "--grease"]);
      const code = await registering.hears(/FIDO:\/\d+/);
      const first = startListening(
        [...phone, "--touch-ms", "1", "--name", "Phone of Ada", "--qr", "-"],
        code,
      );
      const registered = await registering.finished;
      expect(registered.exitCode, registered.stdout).toBe(0);
      expect(documentOf((await first.finished).stdout)).toMatchObject({ ok: true, ending: "served" });
      for (const kept of ["links.json", "clients.json"]) {
        expect(statSync(at(kept)).mode & 0o077, `${kept} holds secrets`).toBe(0);
      }

      const waiting = startListening([...phone, "--touch-ms", "1", "--calls", "1"]);
      await waiting.hears(/waiting for the calls/);
      const signedIn = await runCli(["login", ...computer, ...site, "--linked", "Phone of Ada"]);
      expect(signedIn.exitCode, signedIn.stdout).toBe(0);
      expect(signedIn.stderr, "no code was shown").not.toContain("FIDO:/");
      expect(documentOf(signedIn.stdout)).toMatchObject({ ok: true, verified: { userVerified: true } });
      const called = await waiting.finished;
      expect(documentOf(called.stdout)).toMatchObject({ ok: true, ending: "served" });

      const { phones } = JSON.parse(readFileSync(at("links.json"), "utf8")) as {
        readonly phones: readonly { readonly linkSecret: string; readonly contactId: string }[];
      };
      const secrets = phones.flatMap(({ linkSecret, contactId }) => [linkSecret, contactId]);
      expect(secrets).toHaveLength(2);
      const said = [registered, signedIn, called, await runCli(["links", "--links", at("links.json")])];
      for (const secret of secrets) {
        for (const { stdout, stderr } of said) expect(stdout + stderr).not.toContain(secret);
      }

      const alone = await runCli(["login", ...computer, ...site, "--linked", "Phone of Ada"]);
      expect(documentOf(alone.stdout)).toMatchObject({
        ok: false,
        error: { code: "TUNNEL_REFUSED", aftermath: "none" },
      });
      service.child.kill("SIGTERM");
      await service.finished;
    },
  );

  test("that its tunnel service says is gone for good is forgotten", { timeout: 60_000 }, async () => {
    const service = await startTunnel("--refuse", "410");
    const file = linksFile("gone.json", [PHONE, { ...PHONE, name: "Other" }]);
    const place = ["--radio", `udp:127.0.0.1:${await freeUdpPort()}`, "--tunnel", service.origin];
    const args = ["login", "--device", "hybrid", ...place, "--links", file, "--linked", PHONE.name];
    const called = await runCli([...args, "--json"]);
    expect(documentOf(called.stdout)).toMatchObject({
      error: { code: "LINK_GONE", aftermath: "none" },
    });
    const listed = documentOf((await runCli(["links", "--links", file, "--json"])).stdout);
    expect(listed).toEqual({ ok: true, phones: [{ name: "Other", tunnel: "cable.ua5v.com" }] });
    service.child.kill("SIGTERM");
    await service.finished;
  });
});

describe("links", () => {
  test("lists names and services, and forgets one", async () => {
    const file = linksFile("two.json", [PHONE, { ...PHONE, name: "Two", tunnelCode: 1 }]);
    const listed = await runCli(["links", "list", "--links", file]);
    expect(listed.stdout).toMatch(/2 linked phones\n {2}Phone of Ada {2}through cable\.ua5v\.com\n/);
    const forgotten = await runCli(["links", "forget", "Phone of Ada", "--links", file, "--json"]);
    expect(documentOf(forgotten.stdout)).toEqual({ ok: true, forgotten: "Phone of Ada" });
    expect((await runCli(["links", "--links", file])).stdout).toContain("1 linked phone\n  Two");
  });

  test.each([
    ["USAGE", ["links"]],
    ["USAGE", ["links", "forget", "--links", "two.json"]],
    ["USAGE", ["links", "forget", "Nobody", "--links", "two.json"]],
    ["USAGE", ["login", "--device", "hybrid", "--radio", "udp:127.0.0.1:9", "--linked", "X"]],
    ["USAGE", ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--clients", "c.json"]],
    ["USAGE", ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--calls", "1"]],
    ["USAGE", ["tunnel", "--port", "0", "--break-chance", "2"]],
    ["USAGE", ["tunnel", "--port", "0", "--max-messages", "0"]],
    ["USAGE", ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--no-tunnel"]],
    ["USAGE", ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--advert-suffix", "a"]],
    ["USAGE", ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--set", "page.guardMs=1"]],
    ["KNOB_UNKNOWN", ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--set", "phone.x=1"]],
  ])("%s: %j", async (code, args) => {
    linksFile("two.json", [PHONE]);
    const own = args.map((arg) => (arg.endsWith(".json") ? at(arg) : arg));
    const finished = await runCli([...own, "--json"]);
    expect([finished.exitCode, documentOf(finished.stdout)]).toMatchObject([2, { error: { code } }]);
  });

  test.each([
    ["no JSON", "secret{", "ENVIRONMENT"],
    ["another schema", JSON.stringify({ schema: 2, phones: [] }), "FILE_SCHEMA"],
    ["no list", JSON.stringify({ schema: 1 }), "ENVIRONMENT"],
    [
      "a short secret",
      JSON.stringify({ schema: 1, phones: [{ ...PHONE, linkSecret: "c2VjcmV0" }] }),
      "ENVIRONMENT",
    ],
    [
      "no base64url",
      JSON.stringify({ schema: 1, phones: [{ ...PHONE, phoneKey: "secret!" }] }),
      "ENVIRONMENT",
    ],
    [
      "a code too large",
      JSON.stringify({ schema: 1, phones: [{ ...PHONE, tunnelCode: 65_536 }] }),
      "ENVIRONMENT",
    ],
  ])("a links file with %s is refused, left alone and not quoted", async (_, text, code) => {
    writeFileSync(at("broken.json"), text);
    const finished = await runCli(["links", "--links", at("broken.json"), "--json"]);
    expect([finished.exitCode, documentOf(finished.stdout)]).toMatchObject([2, { error: { code } }]);
    expect(finished.stdout + finished.stderr).not.toMatch(/secret\{|c2VjcmV0|secret!/);
    expect(readFileSync(at("broken.json"), "utf8")).toBe(text);
  });
});
