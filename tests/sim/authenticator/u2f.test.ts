import { verify, X509Certificate } from "node:crypto";
import { describe, expect, test } from "vitest";
import { concat, fromHex, utf8 } from "../../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { verifySignature } from "../../../src/ctap/messages/cose.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import {
  BOGUS_APPLICATION,
  U2fControl,
  u2fRegistrationMessage,
  type U2fRegistration,
} from "../../../src/ctap/u2f/u2f.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, bodyOf, CLIENT_DATA_HASH } from "./bench-key.js";
import { APPLICATION, CHALLENGE, REGISTER, U2fBench } from "./u2f-bench.js";

const [VERSION, REGISTER_INS, AUTHENTICATE] = [3, 1, 2];
const REQUEST = { challenge: CHALLENGE, application: APPLICATION };
const NEEDS_TOUCH = "CONDITIONS_NOT_SATISFIED";

/** Asks, waits for the touch, asks again. */
async function registered(bench: U2fBench): Promise<U2fRegistration> {
  await bench.word(REGISTER_INS, { data: REGISTER });
  await bench.env.clock.advance(500);
  return bench.run(bench.client().register(REQUEST));
}

const authentication = (keyHandle: Uint8Array, application = APPLICATION) =>
  concat(CHALLENGE, application, Uint8Array.of(keyHandle.length), keyHandle);

describe("APDUs", () => {
  test.each([
    ["of another class", "80030000000000", "CLA_NOT_SUPPORTED"],
    ["of an instruction nobody knows", "00040000000000", "INS_NOT_SUPPORTED"],
    ["of a vendor", "00400000000000", "INS_NOT_SUPPORTED"],
    ["without a header", "0003", "WRONG_LENGTH"],
    ["whose lengths do not add up", "00030000000003aabb", "WRONG_LENGTH"],
    ["that ask for the version and bring data", "00030000000001aa0000", "WRONG_LENGTH"],
    ["that register with too little", "00010000000001aa0000", "WRONG_LENGTH"],
    ["that authenticate with too little", "00020300000001aa0000", "WRONG_LENGTH"],
    ["that ask for the version", "00030000000000", "NO_ERROR"],
    ["that ask for it in short form", "0003000000", "NO_ERROR"],
    ["that ask for it and announce no data", "000300000000000000", "NO_ERROR"],
  ])("%s: %s is %s", async (_, apdu, word) => {
    expect(await new U2fBench().raw(fromHex(apdu))).toBe(word);
  });

  test("the version is U2F_V2", async () => {
    const bench = new U2fBench();
    expect(await bench.run(bench.client().version())).toBe("U2F_V2");
  });
});

describe("touch", () => {
  const register = (bench: U2fBench) => bench.word(REGISTER_INS, { data: REGISTER });

  test("is asked for without waiting, and counts once it was given", async () => {
    const bench = new U2fBench();
    expect(await register(bench)).toBe(NEEDS_TOUCH);
    expect(bench.env.clock.nowMs()).toBe(0);
    await bench.env.clock.advance(499);
    expect(await register(bench)).toBe(NEEDS_TOUCH);
    await bench.env.clock.advance(1);
    expect(await register(bench)).toBe("NO_ERROR");
    expect(bench.traced("user.prompted")).toMatchObject([{ prompt: "touch u2f-register" }]);
  });

  test("serves one request", async () => {
    const bench = new U2fBench();
    await registered(bench);
    expect(await register(bench)).toBe(NEEDS_TOUCH);
  });

  test.each([
    [10_000, "NO_ERROR"],
    [10_001, NEEDS_TOUCH],
  ])("is remembered: after %i ms a request is %s", async (waitMs, word) => {
    const bench = new U2fBench();
    await register(bench);
    await bench.env.clock.advance(500 + waitMs);
    expect(await register(bench)).toBe(word);
  });

  test("is no longer asked for once the client has gone", async () => {
    const bench = new U2fBench({ behaviour: { touchMs: 3_001 } });
    await register(bench);
    await bench.env.clock.advance(5_000);
    expect(bench.traced("user.answered")).toMatchObject([{ answer: "none", atMs: 3_000 }]);
  });

  test("goes on being asked for as long as the client asks", async () => {
    const bench = new U2fBench({ behaviour: { touchMs: 5_000 } });
    for (let asked = 0; asked < 3; asked++) {
      expect(await register(bench)).toBe(NEEDS_TOUCH);
      await bench.env.clock.advance(2_000);
    }
    expect(await register(bench)).toBe("NO_ERROR");
    expect(bench.traced("user.prompted")).toHaveLength(1);
  });

  test("that somebody refuses is not asked for again and again", async () => {
    const bench = new U2fBench({ behaviour: { refuses: true } });
    for (let asked = 0; asked < 5; asked++) {
      expect(await register(bench)).toBe(NEEDS_TOUCH);
      await bench.env.clock.advance(1_000);
    }
    expect(bench.traced("user.prompted")).toHaveLength(1);
  });

  test("is forgotten when the power goes", async () => {
    const bench = new U2fBench();
    await register(bench);
    await bench.env.clock.advance(500);
    bench.key.powerCycle();
    expect(await register(bench)).toBe(NEEDS_TOUCH);
  });
});

describe("register", () => {
  test("is signed by the model's certificate, over what U2F says", async () => {
    const made = await registered(new U2fBench());
    const { publicKey } = new X509Certificate(made.certificate);
    expect(verify("sha256", u2fRegistrationMessage(REQUEST, made), publicKey, made.signature)).toBe(true);
    expect(made.keyHandle.length).toBeLessThanOrEqual(255);
  });

  test("enters the credential into the books, under the hash of its site", async () => {
    const bench = new U2fBench();
    const { keyHandle } = await registered(bench);
    expect(bench.key.store.credentials).toMatchObject([{ id: keyHandle, alg: -7, discoverable: false }]);
    expect(bench.traced("ctap.credential")).toMatchObject([{ change: "created" }]);
  });

  test("with nobody enters nothing", async () => {
    const bench = new U2fBench();
    const data = concat(CHALLENGE, BOGUS_APPLICATION);
    await bench.word(REGISTER_INS, { data });
    await bench.env.clock.advance(500);
    expect(await bench.word(REGISTER_INS, { data })).toBe("NO_ERROR");
    expect(bench.key.store.credentials).toEqual([]);
  });
});

describe("authenticate", () => {
  test.each([
    ["check only, and signs nothing", U2fControl.checkOnly, NEEDS_TOUCH],
    ["enforce, and wants a touch first", U2fControl.enforcePresence, NEEDS_TOUCH],
    ["not enforce, and signs at once", U2fControl.dontEnforcePresence, "NO_ERROR"],
    ["something nobody knows", 0x05, "WRONG_DATA"],
  ])("can %s", async (_, p1, word) => {
    const bench = new U2fBench();
    const { keyHandle } = await registered(bench);
    expect(await bench.word(AUTHENTICATE, { p1, data: authentication(keyHandle) })).toBe(word);
  });

  test("a check asks nobody for anything", async () => {
    const bench = new U2fBench();
    const { keyHandle } = await registered(bench);
    const prompts = bench.traced("user.prompted").length;
    await bench.word(AUTHENTICATE, { p1: U2fControl.checkOnly, data: authentication(keyHandle) });
    expect(bench.traced("user.prompted")).toHaveLength(prompts);
  });

  test.each(Object.entries(U2fControl))("%s: a handle of another site is WRONG_DATA", async (_, p1) => {
    const bench = new U2fBench();
    const { keyHandle } = await registered(bench);
    const data = authentication(keyHandle, new Uint8Array(32));
    expect(await bench.word(AUTHENTICATE, { p1, data })).toBe("WRONG_DATA");
  });

  test("a handle of another key, of no bytes, and one after a reset are WRONG_DATA", async () => {
    const bench = new U2fBench();
    const { keyHandle } = await registered(bench);
    const check = (handle: Uint8Array) =>
      bench.word(AUTHENTICATE, { p1: U2fControl.checkOnly, data: authentication(handle) });
    const stranger = await registered(new U2fBench({ seed: "stranger" }));
    expect(await check(stranger.keyHandle)).toBe("WRONG_DATA");
    expect(await check(new Uint8Array(0))).toBe("WRONG_DATA");
    bench.key.store.reset();
    expect(await check(keyHandle)).toBe("WRONG_DATA");
  });

  test("counts, and says whether somebody was there", async () => {
    const bench = new U2fBench();
    const { keyHandle } = await registered(bench);
    const sign = (control: 3 | 8) =>
      bench.run(bench.client().authenticate({ ...REQUEST, keyHandle, control }));
    const silent = await sign(8);
    await expect(sign(3)).rejects.toMatchObject({ code: `SW_${NEEDS_TOUCH}`, aftermath: "none" });
    await bench.env.clock.advance(500);
    const touched = await sign(3);
    expect([silent.presence, touched.presence]).toEqual([0, 1]);
    expect(touched.counter).toBeGreaterThan(silent.counter);
  });
});

describe("a key of both ages", () => {
  test("takes a U2F key handle for a credential", async () => {
    const bench = new U2fBench({ profile: GENERIC_PROFILE });
    const { keyHandle, publicKey } = await registered(bench);
    const allowList = [{ type: "public-key", id: keyHandle }];
    const { authData, signature } = await bench.got({ allowList });
    const key = { kty: "EC", crv: "P-256", x: publicKey.subarray(1, 33), y: publicKey.subarray(33) } as const;
    expect(verifySignature({ alg: -7, key }, concat(authData, CLIENT_DATA_HASH), signature)).toBe(true);
    expect(await bench.make({ excludeList: allowList })).toBe(CtapStatus.CREDENTIAL_EXCLUDED);
  });

  test("takes a credential for a U2F key handle, and the signature is an assertion's", async () => {
    const bench = new U2fBench({ profile: GENERIC_PROFILE });
    const { attested } = parseAuthenticatorData((await bench.made()).authData);
    if (attested === undefined) throw new Error("nothing was attested");
    const keyHandle = attested.credentialId;
    const said = await bench.run(
      bench.client().authenticate({ ...REQUEST, keyHandle, control: U2fControl.dontEnforcePresence }),
    );
    const counter = Uint8Array.of(said.counter >>> 24, said.counter >>> 16, said.counter >>> 8, said.counter);
    const message = concat(APPLICATION, Uint8Array.of(said.presence), counter, CHALLENGE);
    expect(verifySignature(attested.publicKey, message, said.signature)).toBe(true);
  });

  test.each([
    [1, NEEDS_TOUCH],
    [2, NEEDS_TOUCH],
    [3, "WRONG_DATA"],
  ])("credProtect %i: the handle is %s", async (level, word) => {
    const bench = new U2fBench({ profile: GENERIC_PROFILE });
    const { authData } = await bench.made({ extensions: new Map([["credProtect", level]]) });
    const id = parseAuthenticatorData(authData).attested?.credentialId ?? new Uint8Array(0);
    const data = authentication(id);
    expect(await bench.word(AUTHENTICATE, { p1: U2fControl.checkOnly, data })).toBe(word);
  });

  test.each([
    ["of another algorithm", { pubKeyCredParams: [{ type: "public-key", alg: -8 }] }],
    ["that is discoverable", { options: { rk: true } }],
  ])("does not take a credential %s", async (_, request) => {
    const bench = new U2fBench({ profile: { ...GENERIC_PROFILE, algorithms: [-7, -8] } });
    const { authData } = await bench.made(request);
    const id = parseAuthenticatorData(authData).attested?.credentialId ?? new Uint8Array(0);
    const data = authentication(id);
    expect(await bench.word(AUTHENTICATE, { p1: U2fControl.checkOnly, data })).toBe("WRONG_DATA");
  });

  test("a touch asked for in U2F's way does not serve CTAP2", async () => {
    const bench = new U2fBench({ profile: GENERIC_PROFILE });
    await bench.word(REGISTER_INS, { data: REGISTER });
    await bench.env.clock.advance(500);
    await bench.made();
    expect(bench.traced("user.prompted")).toMatchObject([
      { prompt: "touch u2f-register" },
      { prompt: "touch make-credential" },
    ]);
    expect(await bench.word(REGISTER_INS, { data: REGISTER })).toBe(NEEDS_TOUCH);
  });
});

describe("a key that always verifies its user", () => {
  const options = { ...GENERIC_PROFILE.options, alwaysUv: true };

  test.each([
    ["version", VERSION],
    ["register", REGISTER_INS],
    ["authenticate", AUTHENTICATE],
  ])("but cannot by itself has switched off %s", async (_, ins) => {
    const bench = new U2fBench({ profile: { ...GENERIC_PROFILE, options } });
    expect(await bench.word(ins)).toBe("COMMAND_NOT_ALLOWED");
  });

  test("and cannot by itself does not list U2F_V2", async () => {
    const bench = new BenchKey({ profile: { options } });
    expect(parseInfo(bodyOf(await bench.send(Uint8Array.of(4)))).versions).toEqual(["FIDO_2_0", "FIDO_2_1"]);
  });

  test("and can, asks for the finger it knows", async () => {
    const bench = new U2fBench({ profile: { ...profileNamed("fingerprint"), options } });
    expect(await bench.word(REGISTER_INS, { data: REGISTER })).toBe(NEEDS_TOUCH);
    expect(bench.traced("user.prompted")).toMatchObject([{ prompt: "verify u2f-register" }]);
  });
});

describe("a key of one age", () => {
  test("that knows only U2F knows no CTAP2 command", async () => {
    expect(await new U2fBench().status(Uint8Array.of(4))).toBe(CtapStatus.INVALID_COMMAND);
  });

  test("that knows only CTAP2 knows no U2F instruction", async () => {
    const bench = new U2fBench({ profile: profileNamed("ctap23") });
    expect(await bench.word(VERSION)).toBe("INS_NOT_SUPPORTED");
  });
});

describe("makeCredential with a U2F attestation", () => {
  test("says so only when asked, names no model, and verifies as a registration", async () => {
    const bench = new BenchKey();
    expect((await bench.made()).fmt).toBe("packed");
    const { fmt, attStmt, authData } = await bench.made({
      attestationFormatsPreference: ["tpm", "fido-u2f"],
    });
    const { attested, rpIdHash } = parseAuthenticatorData(authData);
    const statement = attStmt as ReadonlyMap<string, unknown>;
    const [certificate] = statement.get("x5c") as readonly Uint8Array[];
    const key = attested?.publicKey.key;
    if (attested === undefined || key?.kty !== "EC") throw new Error("no EC key was attested");
    const message = u2fRegistrationMessage(
      { challenge: CLIENT_DATA_HASH, application: rpIdHash },
      { keyHandle: attested.credentialId, publicKey: concat(Uint8Array.of(4), key.x, key.y) },
    );
    const leaf = new X509Certificate(certificate as Uint8Array).publicKey;
    expect([fmt, attested.aaguid]).toEqual(["fido-u2f", new Uint8Array(16)]);
    expect(verify("sha256", message, leaf, statement.get("sig") as Uint8Array)).toBe(true);
  });

  test("is not to be had for another algorithm", async () => {
    const bench = new BenchKey({ profile: { algorithms: [-8] } });
    const made = await bench.made({
      pubKeyCredParams: [{ type: "public-key", alg: -8 }],
      attestationFormatsPreference: ["fido-u2f"],
      user: { id: utf8("u"), name: "u", displayName: "U" },
    });
    expect(made.fmt).toBe("packed");
  });
});
