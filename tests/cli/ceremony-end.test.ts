/** What a ceremony came to is told truly: what the device holds, who refused, and what could not be kept. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { decodeCbor } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import type { CborMap } from "../../src/cbor/value.js";
import { concat } from "../../src/core/bytes.js";
import { CtapCommand } from "../../src/ctap/command.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { envFor } from "../../src/core/env.js";
import { systemEnv } from "../../src/env/system-env.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { encodeStore } from "../../src/sim/authenticator/store/store-file.js";
import { exposeUnix } from "../../src/sim/expose/unix.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { runCli } from "../helpers/run-cli.js";
import { BenchKey, PIN } from "../sim/authenticator/bench-key.js";

let folder = "";
const at = (name: string) => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "ceremony-end-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const credentialsOn = (file: string) =>
  (JSON.parse(readFileSync(file, "utf8")) as { credentials: object[] }).credentials;

describe("a response that the site refuses", () => {
  beforeEach(() => {
    writeFileSync(at("p.json"), '{"extends":"generic","attestation":{"fault":"wrong-signature"}}');
  });
  const args = () => [
    "register",
    "--profile",
    at("p.json"),
    "--attestation",
    "direct",
    "--store",
    at("s.json"),
  ];

  test("says that the passkey is on the device", async () => {
    const { exitCode, stdout } = await runCli(args());
    expect(exitCode).toBe(1);
    expect(stdout).toContain("the site refuses the answer: RP_ATTESTATION_SIGNATURE");
    expect(stdout).toContain("the device holds a new passkey, and the site keeps no record of it");
    expect(stdout).not.toContain("nothing was left behind");
    expect(credentialsOn(at("s.json"))).toHaveLength(1);
  });

  test("is in the document, with the aftermath", async () => {
    const { stdout } = await runCli([...args(), "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      error: { code: "RP_ATTESTATION_SIGNATURE", aftermath: "unknown" },
      response: { type: "public-key" },
    });
  });
});

describe("a file that cannot be written", () => {
  test.each([
    ["--trace", "none/t.jsonl"],
    ["--credentials", "none/site.json"],
  ])("%s is refused before the device is asked", async (option, path) => {
    const { exitCode, stderr } = await runCli(["register", "--store", at("s.json"), option, at(path)]);
    expect(stderr).toBe(`ENVIRONMENT: ${at(path)} cannot be written (ENOENT)\n`);
    expect(exitCode).toBe(2);
    expect(existsSync(at("s.json"))).toBe(false);
  });

  test("a capture without whole reports as well", async () => {
    const args = ["register", "--store", at("s.json"), "--pcap", at("x.pcap")];
    const { exitCode, stderr } = await runCli(args);
    expect(stderr).toMatch(/^USAGE: --pcap needs whole reports[^\n]*\n {2}hint: add --frames full/);
    expect(exitCode).toBe(2);
    expect(existsSync(at("s.json"))).toBe(false);
  });

  test("only afterwards is a problem beside the result, and the other files are written", async () => {
    writeFileSync(at("site.json"), '{"schema":1,"credentials":[]}');
    // Another program makes it unreadable while the ceremony runs: here, what the device says of itself as it is opened.
    const args = ["register", "--credentials", at("site.json"), "--trace", at("t.jsonl"), "--json"];
    const running = runCli(args);
    writeFileSync(at("site.json"), "theirs");
    const { exitCode, stdout } = await running;
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      response: { type: "public-key" },
      verified: { fmt: "none" },
      problems: [{ code: "ENVIRONMENT", message: `credentials file ${at("site.json")} is not JSON` }],
    });
    expect(exitCode).toBe(2);
    expect(readFileSync(at("t.jsonl"), "utf8")).toContain('"run.ended"');
    expect(readFileSync(at("site.json"), "utf8")).toBe("theirs");
  });
});

describe("a PIN from a file", () => {
  beforeEach(async () => {
    const store = new CredentialStore();
    await new BenchKey({ store }).setPin();
    writeFileSync(at("s.json"), encodeStore(store.snapshot()));
  });
  const args = () => ["register", "--uv", "required", "--store", at("s.json"), "--pin-file", at("pin")];

  test("that is wrong is called wrong, with the attempts left", async () => {
    writeFileSync(at("pin"), `not-${PIN}\n`);
    const { exitCode, stdout } = await runCli(args());
    expect(exitCode).toBe(1);
    expect(stdout).toContain(
      "failed with PIN_WRONG: the PIN is wrong, and no other was given; attempts left: 7",
    );
    expect(stdout).not.toContain(PIN);
  });

  test.each(["", "123", "x".repeat(64)])("that cannot be one (%j) spends no attempt", async (line) => {
    writeFileSync(at("pin"), `${line}\n`);
    const before = readFileSync(at("s.json"), "utf8");
    const { exitCode, stderr } = await runCli(args());
    expect(stderr).toMatch(/^ENVIRONMENT: the only line of PIN file .* cannot be a PIN\n/);
    expect(exitCode).toBe(2);
    expect(readFileSync(at("s.json"), "utf8")).toBe(before);
  });

  test("is of no use to a key without one", async () => {
    writeFileSync(at("pin"), PIN);
    const { exitCode, stderr } = await runCli(["credentials", "list", "--pin-file", at("pin")]);
    expect(stderr).toMatch(/^ENVIRONMENT: no PIN is set on the key/);
    expect(exitCode).toBe(2);
  });
});

const ALLOW_LIST = 3;

/** Answers as if no credential had been listed. */
function ignoringTheList(handle: CtapHandler): CtapHandler {
  return (request, options) => {
    if (request[0] !== CtapCommand.getAssertion) return handle(request, options);
    const parameters = new Map(decodeCbor(request.subarray(1)) as CborMap);
    parameters.delete(ALLOW_LIST);
    return handle(concat(request.subarray(0, 1), encodeCbor(parameters)), options);
  };
}

test("a credential that was not listed signs nobody in", async () => {
  const env = systemEnv();
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed("generic"),
    store: new CredentialStore(),
    user: simulatedUser(env, { touchMs: 0 }),
  });
  await using _exposed = await exposeUnix(env, { cbor: ignoringTheList(key.handle) }, at("key.sock"));
  const device = ["--device", `unix:${at("key.sock")}`];
  const known = ["--credentials", at("site.json")];
  const discoverable = ["--resident-key", "required"];
  expect((await runCli(["register", ...device, ...known, ...discoverable])).exitCode).toBe(0);
  expect((await runCli(["register", ...device, ...discoverable, "--user", "b"])).exitCode).toBe(0);
  const before = readFileSync(at("site.json"), "utf8");
  const { exitCode, stdout } = await runCli(["login", ...device, ...known]);
  expect(exitCode).toBe(1);
  expect(stdout).toContain("nobody is signed in");
  expect(readFileSync(at("site.json"), "utf8")).toBe(before);
});
