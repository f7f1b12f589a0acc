import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex, utf8 } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { verifySignature } from "../../../src/ctap/messages/cose.js";
import { ctap2OverU2f } from "../../../src/ctap/u2f/ctap2-over-u2f.js";
import type { CtapDevice } from "../../../src/ctap/device.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import { encodeMakeCredentialRequest } from "../../../src/ctap/messages/make-credential.js";
import { openSession } from "../../../src/ctap/client/session.js";
import { CtapStatus, nameOfStatus } from "../../../src/ctap/status.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { assertion, CLIENT_DATA_HASH, creation } from "../../sim/authenticator/bench-key.js";
import { APPLICATION, U2fBench } from "../../sim/authenticator/u2f-bench.js";

/** A U2F key that gives these answers in this order; a status word alone is four hex digits. */
function scripted(...answers: readonly string[]) {
  const env = virtualEnv("scripted");
  const left = [...answers];
  const heard: string[] = [];
  const device: CtapDevice = ctap2OverU2f(env, {
    transport: "usb",
    label: "scripted",
    sendApdu: async (apdu) => {
      heard.push(toHex(apdu.subarray(1, 3)));
      const answer = left.shift();
      if (answer === undefined) throw new Error("the script has no answer left");
      return fromHex(answer);
    },
    [Symbol.asyncDispose]: async () => {},
  });
  return {
    env,
    heard,
    left,
    ask: async (request: Uint8Array, signal?: AbortSignal) => {
      const answer = await env.clock.run(device.transact(request, { signal }));
      return nameOfStatus(answer[0] as number);
    },
  };
}

const GET_INFO = Uint8Array.of(4);
const SELECTION = Uint8Array.of(0x0b);
const make = (override = {}) => encodeMakeCredentialRequest(creation(override));
const get = (override = {}) => encodeGetAssertionRequest(assertion(override));
const credential = (byte: number, length = 4) => ({
  type: "public-key",
  id: new Uint8Array(length).fill(byte),
});

/** INS and P1. */
const [REGISTER, CHECK, SIGN, SIGN_UNSEEN] = ["0100", "0207", "0203", "0208"];
const [OK, TOUCH, WRONG_DATA] = ["9000", "6985", "6a80"];
const SIGNED = `01000000013006020101020101${OK}`;

describe("what U2F cannot do", () => {
  test.each([
    [
      "credentials of another algorithm",
      make({ pubKeyCredParams: [{ type: "public-key", alg: -8 }] }),
      "UNSUPPORTED_ALGORITHM",
    ],
    ["discoverable credentials", make({ options: { rk: true } }), "UNSUPPORTED_OPTION"],
    ["verified credentials", make({ options: { uv: true } }), "UNSUPPORTED_OPTION"],
    ["credentials without presence", make({ options: { up: false } }), "INVALID_OPTION"],
    [
      "credentials for a token",
      make({ pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 1 }),
      "UNSUPPORTED_OPTION",
    ],
    ["assertions of any account", get(), "UNSUPPORTED_OPTION"],
    ["verified assertions", get({ allowList: [credential(1)], options: { uv: true } }), "UNSUPPORTED_OPTION"],
    [
      "assertions for a token",
      get({ allowList: [credential(1)], pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 1 }),
      "UNSUPPORTED_OPTION",
    ],
    ["reset", Uint8Array.of(7), "INVALID_COMMAND"],
    ["clientPin", Uint8Array.of(6, 0xa0), "INVALID_COMMAND"],
    ["the next assertion", Uint8Array.of(8), "INVALID_COMMAND"],
    ["nothing", new Uint8Array(0), "INVALID_LENGTH"],
    ["what is no request", Uint8Array.of(1, 0xff), "INVALID_CBOR"],
  ])("%s: refused without a word to the key", async (_, request, status) => {
    const key = scripted();
    expect(await key.ask(request)).toBe(status);
    expect(key.heard).toEqual([]);
  });
});

describe("getInfo", () => {
  test("is what a U2F key would say", async () => {
    const bench = new U2fBench();
    const { info } = await bench.run(openSession(bench.env, bench.device()));
    expect(info).toMatchObject({
      versions: ["U2F_V2"],
      aaguid: new Uint8Array(16),
      options: { rk: false },
      algorithms: [{ alg: -7, type: "public-key" }],
      maxCredentialIdLength: 255,
    });
  });

  test.each([
    ["another version", `${toHex(new TextEncoder().encode("U2F_V3"))}9000`],
    ["none it knows of", "6d00"],
    ["none of its class", "6e00"],
  ])("of a key that says %s is INVALID_COMMAND", async (_, answer) => {
    expect(await scripted(answer).ask(GET_INFO)).toBe("INVALID_COMMAND");
  });
});

describe("makeCredential", () => {
  test("becomes a registration, with authenticator data to match", async () => {
    const bench = new U2fBench();
    const session = await bench.run(openSession(bench.env, bench.device()));
    const { fmt, authData } = await bench.run(session.makeCredential(creation()));
    const data = parseAuthenticatorData(authData);
    expect(fmt).toBe("fido-u2f");
    expect(data).toMatchObject({
      rpIdHash: APPLICATION,
      userPresent: true,
      userVerified: false,
      signCount: 0,
    });
    expect(data.attested?.aaguid).toEqual(new Uint8Array(16));
    expect(bench.key.store.find(data.attested?.credentialId ?? new Uint8Array(0))).toBeDefined();
  });

  test("probes each entry of the exclude list, then registers", async () => {
    const key = scripted(WRONG_DATA, "6700", "6f00");
    await key.ask(make({ excludeList: [credential(1), credential(2)] }));
    expect(key.heard).toEqual([CHECK, CHECK, REGISTER]);
  });

  test.each([TOUCH, SIGNED])(
    "of an excluded key takes a touch, and says so (a check answers %s)",
    async (known) => {
      const key = scripted(WRONG_DATA, known, TOUCH, `05${"00".repeat(65)}00300030009000`);
      expect(await key.ask(make({ excludeList: [credential(1), credential(2), credential(3)] }))).toBe(
        "CREDENTIAL_EXCLUDED",
      );
      expect(key.heard).toEqual([CHECK, CHECK, REGISTER, REGISTER]);
    },
  );

  test("passes over entries that are no key handles", async () => {
    const key = scripted("6f00");
    await key.ask(make({ excludeList: [credential(1, 256), { ...credential(1), type: "other" }] }));
    expect(key.heard).toEqual([REGISTER]);
  });
});

describe("getAssertion", () => {
  test("signs with the first entry that is the key's own", async () => {
    const key = scripted(WRONG_DATA, TOUCH, TOUCH, SIGNED);
    expect(await key.ask(get({ allowList: [credential(1), credential(2), credential(3)] }))).toBe("OK");
    expect(key.heard).toEqual([CHECK, CHECK, SIGN, SIGN]);
  });

  test("of an app id instead of an rp id is a registration's of that app id", async () => {
    const appId = "https://example.com/app-id.json";
    const bench = new U2fBench();
    const application = defaultCrypto.sha256(utf8(appId));
    const client = bench.client();
    const ask = () => bench.run(client.register({ challenge: CLIENT_DATA_HASH, application }));
    await expect(ask()).rejects.toMatchObject({ code: "SW_CONDITIONS_NOT_SATISFIED" });
    await bench.env.clock.advance(500);
    const { keyHandle } = await ask();
    const session = await bench.run(openSession(bench.env, bench.device()));
    const request = assertion({ allowList: [{ type: "public-key", id: keyHandle }] });
    const first = bench.run(session.getAssertion(request));
    await expect(first).rejects.toMatchObject({ code: "CTAP_NO_CREDENTIALS" });
    const { authData } = await bench.run(session.getAssertion({ ...request, rpId: appId }));
    expect(parseAuthenticatorData(authData).rpIdHash).toEqual(application);
  });

  test("finds nothing, without a touch", async () => {
    const key = scripted(WRONG_DATA);
    expect(await key.ask(get({ allowList: [credential(1)] }))).toBe("NO_CREDENTIALS");
  });

  test("without presence signs unseen", async () => {
    const key = scripted(TOUCH, SIGNED);
    expect(await key.ask(get({ allowList: [credential(1)], options: { up: false } }))).toBe("OK");
    expect(key.heard).toEqual([CHECK, SIGN_UNSEEN]);
  });

  test("without presence, of a key that insists, is UP_REQUIRED", async () => {
    const key = scripted(TOUCH, TOUCH);
    expect(await key.ask(get({ allowList: [credential(1)], options: { up: false } }))).toBe("UP_REQUIRED");
  });

  test("verifies under the key that was registered", async () => {
    const bench = new U2fBench();
    const session = await bench.run(openSession(bench.env, bench.device()));
    const made = parseAuthenticatorData((await bench.run(session.makeCredential(creation()))).authData);
    if (made.attested === undefined) throw new Error("nothing was attested");
    const { credentialId: id, publicKey } = made.attested;
    const request = assertion({ allowList: [{ type: "public-key", id }] });
    const { authData, signature, ...answer } = await bench.run(session.getAssertion(request));
    expect(verifySignature(publicKey, concat(authData, CLIENT_DATA_HASH), signature)).toBe(true);
    expect(answer).toEqual({ credential: { type: "public-key", id } });
    expect(parseAuthenticatorData(authData)).toMatchObject({ userPresent: true, userVerified: false });
  });
});

describe("a touch", () => {
  test("is asked for every 200 ms, said once, and there at last", async () => {
    const bench = new U2fBench({ behaviour: { touchMs: 900 } });
    const said: string[] = [];
    const device = bench.device();
    const answer = bench.run(device.transact(SELECTION, { onKeepalive: (status) => said.push(status) }));
    expect([...(await answer)]).toEqual([CtapStatus.OK]);
    expect(bench.env.clock.nowMs()).toBe(1_000);
    expect(said).toEqual(["up-needed"]);
    expect(bench.key.store.credentials).toEqual([]);
  });

  test("is traced once for all the times it was asked for", async () => {
    const bench = new U2fBench({ behaviour: { touchMs: 900 } });
    await bench.run(bench.device().transact(SELECTION));
    expect(bench.traced("ctap.u2f")).toMatchObject([
      { instruction: "register", status: "CONDITIONS_NOT_SATISFIED" },
      { instruction: "register", status: "NO_ERROR" },
    ]);
  });

  test.each([
    ["selection", SELECTION],
    ["makeCredential", make()],
  ])("that never comes ends with the caller's signal: %s is KEEPALIVE_CANCEL", async (_, request) => {
    const bench = new U2fBench({ behaviour: { walksAway: true } });
    const abort = new AbortController();
    bench.env.clock.arm(1_500, "test", () => abort.abort());
    const answer = await bench.run(bench.device().transact(request, { signal: abort.signal }));
    expect([...answer]).toEqual([CtapStatus.KEEPALIVE_CANCEL]);
    expect(bench.env.clock.nowMs()).toBe(1_500);
  });

  test("is not asked for by one who gave up before", async () => {
    const key = scripted();
    const gone = { code: "ABORTED", aftermath: "none" };
    await expect(key.ask(make(), AbortSignal.abort())).rejects.toMatchObject(gone);
    expect(key.heard).toEqual([]);
  });

  test.each([
    ["makeCredential", make({ pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 })],
    ["getAssertion", get({ pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 })],
  ])("selects this key when an empty token asks which one is meant: %s", async (_, request) => {
    const bench = new U2fBench();
    const [status] = await bench.run(bench.device().transact(request));
    expect(status).toBe(CtapStatus.PIN_NOT_SET);
    expect(bench.traced("user.prompted")).toHaveLength(1);
  });
});

describe("answers U2F does not have", () => {
  test.each([
    ["6700", "INVALID_LENGTH"],
    ["6a80", "INVALID_PARAMETER"],
    ["6d00", "INVALID_COMMAND"],
    ["6e00", "INVALID_COMMAND"],
    ["6986", "NOT_ALLOWED"],
    ["6f00", "OTHER"],
    ["6b00", "OTHER"],
  ])("a registration answered %s is %s", async (word, status) => {
    expect(await scripted(word).ask(make())).toBe(status);
  });

  test.each([
    ["nothing", ""],
    ["half a status word", "90"],
    ["no registration", "9000"],
    ["a point that is none", `0504${"00".repeat(64)}00300030009000`],
  ])("%s breaks the protocol, and something may have come of it", async (_, answer) => {
    await expect(scripted(answer).ask(make())).rejects.toMatchObject({
      code: "PROTOCOL_VIOLATION",
      aftermath: "unknown",
    });
  });
});
