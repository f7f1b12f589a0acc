/** What `register` and `login` say remains, whatever ended them: a site that refuses, a full disk, Ctrl-C. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { envFor } from "../../src/core/env.js";
import { MemorySink } from "../../src/core/trace.js";
import { systemEnv } from "../../src/env/system-env.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { udpAdvertiser } from "../../src/hybrid/adapters/radio-udp.js";
import { wsDialer } from "../../src/hybrid/adapters/tunnel-ws.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { exposeUnix } from "../../src/sim/expose/unix.js";
import { SimPhone } from "../../src/sim/phone/phone.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { freeUdpPort } from "../helpers/free-udp-port.js";
import { runCli } from "../helpers/run-cli.js";
import { startCli, type PipedProcess } from "../helpers/spawn-cli.js";

const MAKE_CREDENTIAL = 0x01;

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-aftermath-"))));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

const documentOf = (stdout: string) => JSON.parse(stdout) as Record<string, unknown>;
const credentialsIn = (file: string) =>
  (JSON.parse(readFileSync(file, "utf8")) as { readonly credentials: readonly unknown[] }).credentials.length;

describe("a site that refuses what the page received", () => {
  const refused = () => {
    writeFileSync(at("bad.json"), '{"extends":"generic","attestation":{"fault":"wrong-signature"}}');
    return ["register", "--profile", at("bad.json"), "--attestation", "direct", "--store"];
  };

  test("leaves a passkey, and the page saw no error", async () => {
    const { exitCode, stdout } = await runCli([...refused(), at("text.json")]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /the page's promise resolved, and the site refuses the answer: RP_ATTESTATION_SIGNATURE/,
    );
    expect(stdout).toMatch(/the device holds a new passkey, and the site keeps no record of it/);
    expect(stdout).not.toMatch(/nothing was left behind|a page would have seen/);
    expect(credentialsIn(at("text.json"))).toBe(1);
  });

  test("says so in the document", async () => {
    const { stdout } = await runCli([...refused(), at("json.json"), "--json"]);
    expect(documentOf(stdout)).toMatchObject({
      ok: false,
      error: { code: "RP_ATTESTATION_SIGNATURE", aftermath: "unknown", carriedOut: "makeCredential" },
      page: { outcome: "resolved" },
      response: { type: "public-key" },
    });
  });
});

describe("a file that cannot be written", () => {
  test.each([
    ["--credentials", "nowhere/site.json", "ENVIRONMENT"],
    ["--trace", "nowhere/trace.jsonl", "ENVIRONMENT"],
    ["--pcap", "capture.pcapng", "USAGE"],
  ])("%s %s is refused before the key is asked", async (option, file, code) => {
    const store = at(`untouched${option}.json`);
    const { exitCode, stderr } = await runCli(["register", "--store", store, option, at(file)]);
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(code) as string,
    });
    expect(existsSync(store)).toBe(false);
  });
});

/** Waits for the line of stderr that a pattern matches. */
async function heard(child: PipedProcess, pattern: RegExp): Promise<string> {
  for await (const line of createInterface(child.stderr)) {
    const found = pattern.exec(line)?.[0];
    if (found !== undefined) return found;
  }
  throw new Error(`ended without ${pattern.source}`);
}

/** Waits for the end of a command line. */
async function ended(child: PipedProcess) {
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode, ...output };
}

/** A phone's or key's handler; `whenAsked` runs as soon as a credential is asked for. */
function keyOf(env: ReturnType<typeof systemEnv>, profile: string, whenAsked: () => void) {
  const store = new CredentialStore();
  const user = simulatedUser(envFor(env, "user"), { walksAway: true });
  const key = new SimAuthenticator(envFor(env, "key"), { profile: profileNamed(profile), store, user });
  const cbor: CtapHandler = (request, options) => {
    const answer = key.handle(request, options);
    if (request[0] === MAKE_CREDENTIAL) whenAsked();
    return answer;
  };
  return { store, cbor };
}

describe.each(["SIGINT", "SIGTERM"] as const)("%s while a key waits for the touch", (signal) => {
  test("cancels at the key, says what remains, and writes the trace", async () => {
    const env = systemEnv(new MemorySink());
    const { store, cbor } = keyOf(env, "generic", () => child.kill(signal));
    const socket = at(`${signal}.sock`);
    const exposed = await exposeUnix(envFor(env, "key"), { cbor }, socket);
    const trace = at(`${signal}.jsonl`);
    const child = startCli(["register", "--device", `unix:${socket}`, "--trace", trace, "--json"]);
    const { exitCode, stdout } = await ended(child);
    await exposed[Symbol.asyncDispose]();
    expect(exitCode).toBe(signal === "SIGINT" ? 130 : 143);
    expect(documentOf(stdout)).toMatchObject({ ok: false, error: { code: "ABORTED", aftermath: "none" } });
    const recorded = readFileSync(trace, "utf8");
    expect(recorded).toContain(
      '"kind":"ctap.response","command":"makeCredential","status":"KEEPALIVE_CANCEL"',
    );
    expect(recorded).toContain('"kind":"run.ended"');
    expect(store.credentials).toEqual([]);
  });
});

test("Ctrl-C while a phone waits for its person sends the shutdown, and says what may remain", async () => {
  const relay = startCli(["tunnel", "--port", "0", "--json"]);
  const origin = await heard(relay, /wss?:\/\/\S+/);
  const port = await freeUdpPort();
  const trace = at("hybrid.jsonl");
  const radio = ["--radio", `udp:127.0.0.1:${port}`, "--tunnel", origin];
  const child = startCli(["register", "--device", "hybrid", ...radio, "--trace", trace]);
  const finished = ended(child);
  const code = await heard(child, /FIDO:\/\d+/);
  const sink = new MemorySink();
  const env = systemEnv(sink);
  const { cbor: handle } = keyOf(env, "phone", () => child.kill("SIGINT"));
  const advertiser = udpAdvertiser(env, { port });
  const phone = new SimPhone(envFor(env, "phone"), {
    advertiser,
    dialer: wsDialer({ service: origin }),
    handle,
  });
  const session = phone.scan(code);
  const { exitCode, stdout } = await finished;
  expect(exitCode).toBe(130);
  expect(stdout).toMatch(/interrupted by SIGINT\nthe device may still have acted on the request/);
  expect(readFileSync(trace, "utf8")).toContain('"stage":"shutdown-sent"');
  phone.switchOff();
  await session;
  expect(sink.records).toContainEqual(
    expect.objectContaining({ kind: "link.hybrid", stage: "shutdown-received" }),
  );
  relay.kill("SIGTERM");
  await once(relay, "close");
});
