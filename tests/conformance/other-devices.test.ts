/** Devices that no code of the checks' authors is behind, or that are reached by a real socket. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AuthenticatorEmulator,
  type CTAPAuthenticatorRequest,
  PasskeysCredentialsMemoryRepository,
} from "nid-webauthn-emulator";
import { expect, test } from "vitest";
import { runConformance } from "../../src/entry/conformance.js";
import { unixHidPort } from "../../src/entry/hid.js";
import {
  CredentialStore,
  envFor,
  exposeUnix,
  firmwareOf,
  profileNamed,
  SimAuthenticator,
  simHidPort,
  simulatedUser,
  systemEnv,
  virtualEnv,
} from "../../src/entry/sim.js";

/** What the emulator of others does as CTAP has it: signatures, authenticator data, attestation, lists. */
const AGREED = [
  "get-info.answered",
  "make-credential.made",
  "make-credential.unsupported-algorithm",
  "make-credential.excluded",
  "make-credential.exclude-other-rp",
  "auth-data.rp-id-hash",
  "auth-data.flag-up",
  "auth-data.aaguid",
  "auth-data.lengths",
  "auth-data.key-canonical",
  "attestation.verifies",
  "get-assertion.signed",
  "get-assertion.rp-id-hash",
  "get-assertion.counter-grows",
  "get-assertion.unknown-credential",
  "get-assertion.damaged-id",
  "discoverable.found",
  "discoverable.user-handle",
  "encoding.make-credential",
];

/** What it leaves out: it encodes undefined members, reads any CBOR, waits for nobody and has no getNextAssertion. */
const MISSING = [
  "get-info.canonical",
  "make-credential.duplicate-key",
  "make-credential.missing-client-data-hash",
  "make-credential.asks-for-touch",
  "get-assertion.up-false",
  "next-assertion.past-the-end",
  "hid.cancel.ends-request",
];

test("an emulator of others is found to do what it does, and not to do what it does not", async () => {
  const emulator = new AuthenticatorEmulator({
    credentialsRepository: new PasskeysCredentialsMemoryRepository(),
  });
  const env = virtualEnv("other", { write: () => {} });
  const cbor = async (request: Uint8Array) => {
    const data = request.length > 1 ? { data: new Uint8Array(request.slice(1)) } : {};
    try {
      const { status, data: body = new Uint8Array(0) } = emulator.command({
        command: request[0],
        ...data,
      } as unknown as CTAPAuthenticatorRequest);
      return Uint8Array.of(status, ...body);
    } catch (error) {
      return Uint8Array.of((error as { readonly status?: number }).status ?? 0x7f);
    }
  };
  const port = simHidPort(env, { cbor });
  const finger = { prepare: () => {}, needed: () => {} };
  const target = { label: "emulator", port: async () => port, finger, allowed: ["store"] } as const;
  const { results } = await env.clock.run(runConformance(env, target));
  const outcomes = new Map(results.map(({ id, outcome }) => [id, outcome]));
  expect(AGREED.filter((id) => outcomes.get(id) !== "pass")).toEqual([]);
  expect(MISSING.filter((id) => outcomes.get(id) !== "fail")).toEqual([]);
});

test("a key behind a socket passes in real time, and is left as it was", async () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const env = systemEnv();
  const store = new CredentialStore();
  const user = simulatedUser(envFor(env, "user"), { touchMs: 0, verifyMs: 0 });
  const key = new SimAuthenticator(envFor(env, "key"), { profile: profileNamed("ctap23"), store, user });
  const path = join(folder, "key");
  const exposed = await exposeUnix(env, firmwareOf(key), path);
  try {
    const target = { label: "socket", port: () => unixHidPort(path), allowed: [] } as const;
    // Those that watch the clock are left to virtual time.
    const only = [
      "hid.init.*",
      "hid.command.*",
      "get-info.*",
      "client-pin.*",
      "make-credential.missing-*",
      "reset.*",
    ];
    const { counts, results } = await runConformance(env, target, { only });
    expect(results.filter(({ outcome }) => outcome === "fail" || outcome === "inconclusive")).toEqual([]);
    expect(counts.pass).toBeGreaterThan(100);
    expect(counts["left-out"]).toBeGreaterThan(5);
    expect(store.credentials).toEqual([]);
    expect(store.memory.pinHash).toBeUndefined();
  } finally {
    await exposed[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  }
});
