import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { utf8, concat } from "../../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import {
  Permission,
  parseClientPinResponse,
  encodeClientPinRequest,
} from "../../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { coseKey, verifySignature } from "../../../src/ctap/messages/cose.js";
import { parseGetAssertionResponse } from "../../../src/ctap/messages/get-assertion.js";
import { pinProtocol } from "../../../src/ctap/client/pin-protocol.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import type { QuirkName } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, CLIENT_DATA_HASH, bodyOf, type BenchOptions } from "./bench-key.js";

const FINGERPRINT = profileNamed("fingerprint");
const GET_NEXT = Uint8Array.of(CtapCommand.getNextAssertion);
const GET_INFO = Uint8Array.of(CtapCommand.getInfo);
const options = GENERIC_PROFILE.options;

function withQuirk(quirk: QuirkName): BenchOptions {
  return { profile: { quirks: [quirk] } };
}

/** A key with `count` accounts of one site on it, the last one newest. */
async function withAccounts(count: number, bench = new BenchKey()): Promise<BenchKey> {
  for (let index = 1; index <= count; index++) {
    await bench.made({
      options: { rk: true },
      user: { id: utf8(`user-${index}`), name: `name-${index}`, displayName: `Name ${index}` },
    });
  }
  return bench;
}

/** A non-discoverable credential as a site lists it. */
async function listed(bench: BenchKey, extensions: ReadonlyMap<string, CborValue> = new Map()) {
  const { attested } = parseAuthenticatorData((await bench.made({ extensions })).authData);
  if (attested === undefined) throw new Error("no attested credential");
  return { allowList: [{ type: "public-key", id: attested.credentialId }], key: attested.publicKey };
}

describe("steps 1 to 5", () => {
  test("an empty pinUvAuthParam without a PIN is PIN_NOT_SET", async () => {
    const status = await new BenchKey().get({ pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 });
    expect(status).toBe(CtapStatus.PIN_NOT_SET);
  });

  test("a pinUvAuthParam without a protocol is MISSING_PARAMETER", async () => {
    const status = await new BenchKey().get({ pinUvAuthParam: new Uint8Array(16) });
    expect(status).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test("a protocol nobody speaks is INVALID_PARAMETER", async () => {
    const status = await new BenchKey().get({ pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 7 });
    expect(status).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("uv without built-in verification is INVALID_OPTION", async () => {
    expect(await new BenchKey().get({ options: { uv: true } })).toBe(CtapStatus.INVALID_OPTION);
  });

  test("rk is UNSUPPORTED_OPTION", async () => {
    expect(await new BenchKey().get({ options: { rk: true } })).toBe(CtapStatus.UNSUPPORTED_OPTION);
  });

  test("keys with the quirk take rk", async () => {
    const bench = await withAccounts(1, new BenchKey(withQuirk("acceptsRkInGetAssertion")));
    expect(await bench.get({ options: { rk: false } })).toBe(CtapStatus.OK);
  });

  test("an alwaysUv key sends for a PIN", async () => {
    const store = (await withAccounts(1)).key.store;
    const bench = new BenchKey({ profile: { options: { ...options, alwaysUv: true } }, store });
    expect(await bench.get()).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("but answers a silent look-up", async () => {
    const store = (await withAccounts(1)).key.store;
    const bench = new BenchKey({ profile: { options: { ...options, alwaysUv: true } }, store });
    expect(await bench.get({ options: { up: false } })).toBe(CtapStatus.OK);
  });
});

describe("step 6: verification", () => {
  test("a PIN token sets UV and shows the names", async () => {
    const bench = await (await withAccounts(1)).setPin();
    const { authData, user } = await bench.got(await bench.token(Permission.getAssertion));
    expect(parseAuthenticatorData(authData)).toMatchObject({ userVerified: true, userPresent: true });
    expect(user).toEqual({ id: utf8("user-1"), name: "name-1", displayName: "Name 1" });
  });

  test.each([
    ["another permission", Permission.makeCredential, "example.com"],
    ["another site", Permission.getAssertion, "other.example"],
  ])("a token for %s is PIN_AUTH_INVALID", async (_, permission, rpId) => {
    const bench = await (await withAccounts(1)).setPin();
    expect(await bench.get(await bench.token(permission, { rpId }))).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("a token without a site belongs to the first one that uses it", async () => {
    const bench = await (await withAccounts(1)).setPin();
    const permissions = Permission.getAssertion | Permission.makeCredential;
    const token = await bench.token(permissions, { bound: false });
    expect(await bench.get({ ...token, options: { up: false } })).toBe(CtapStatus.OK);
    const status = await bench.make({ ...token, rp: { id: "other.example" } });
    expect(status).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("a silent look-up does not spend the token", async () => {
    const bench = await (await withAccounts(1)).setPin();
    const token = await bench.token(Permission.getAssertion);
    expect(await bench.get({ ...token, options: { up: false } })).toBe(CtapStatus.OK);
    expect(await bench.get(token)).toBe(CtapStatus.OK);
    expect(await bench.get(token)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test.each([
    [{ walksAway: true }, CtapStatus.USER_ACTION_TIMEOUT],
    [{ refuses: true }, CtapStatus.OPERATION_DENIED],
  ])("at the sensor %o is %i", async (behaviour, status) => {
    const first = new BenchKey({ profile: FINGERPRINT });
    await first.made({ options: { uv: true, rk: true } });
    const bench = new BenchKey({ profile: FINGERPRINT, behaviour, store: first.key.store });
    expect(await bench.get({ options: { uv: true } })).toBe(status);
  });
});

describe("step 7: what there is to sign with", () => {
  test("nothing is NO_CREDENTIALS at once", async () => {
    const bench = new BenchKey();
    expect(await bench.get()).toBe(CtapStatus.NO_CREDENTIALS);
    expect(bench.env.clock.nowMs()).toBe(0);
  });

  test("keys of the first version want a touch before they say so", async () => {
    const bench = new BenchKey(withQuirk("touchesBeforeNoCredentials"));
    expect(await bench.get()).toBe(CtapStatus.NO_CREDENTIALS);
    expect(bench.env.clock.nowMs()).toBe(500);
  });

  test("keys with the quirk call an unknown id INVALID_CREDENTIAL", async () => {
    const bench = new BenchKey(withQuirk("answers22ToUnknownCredential"));
    const allowList = [{ type: "public-key", id: new Uint8Array(32) }];
    expect(await bench.get({ allowList })).toBe(CtapStatus.INVALID_CREDENTIAL);
  });

  test("a non-discoverable credential is found by its id alone, not in the store", async () => {
    const bench = new BenchKey();
    const empty = bench.key.store.snapshot();
    const { allowList } = await listed(bench);
    bench.key.store.restore({ ...empty, memory: bench.key.store.memory });
    expect(bench.key.store.credentials).toEqual([]);
    expect(await bench.get({ allowList })).toBe(CtapStatus.OK);
  });

  test("it is not found for another site", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench);
    expect(await bench.get({ allowList, rpId: "other.example" })).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("nor by another key", async () => {
    const { allowList } = await listed(new BenchKey());
    expect(await new BenchKey({ seed: "other" }).get({ allowList })).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("nor after one bit of it changed", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench);
    const [entry] = allowList;
    const id = (entry?.id ?? new Uint8Array(0)).map((byte, at) => (at === 20 ? byte ^ 1 : byte));
    expect(await bench.get({ allowList: [{ type: "public-key", id }] })).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("nor without an allow list", async () => {
    const bench = new BenchKey();
    await listed(bench);
    expect(await bench.get()).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test.each([
    [2, false, CtapStatus.NO_CREDENTIALS],
    [2, true, CtapStatus.OK],
    [3, false, CtapStatus.NO_CREDENTIALS],
    [3, true, CtapStatus.NO_CREDENTIALS],
  ])("credProtect %i, listed %s, nobody verified: %i", async (level, isListed, status) => {
    const bench = new BenchKey();
    const made = await bench.made({
      options: { rk: true },
      extensions: new Map([["credProtect", level]]),
    });
    const id = parseAuthenticatorData(made.authData).attested?.credentialId ?? new Uint8Array(0);
    const request = isListed ? { allowList: [{ type: "public-key", id }] } : {};
    expect(await bench.get(request)).toBe(status);
  });

  test("credProtect 3 is found by whoever proved who they are", async () => {
    const bench = await new BenchKey().setPin();
    const token = await bench.token(Permission.makeCredential);
    await bench.made({ ...token, options: { rk: true }, extensions: new Map([["credProtect", 3]]) });
    expect(await bench.get(await bench.token(Permission.getAssertion))).toBe(CtapStatus.OK);
  });

  test("more entries than the key takes are LIMIT_EXCEEDED", async () => {
    const allowList = Array.from({ length: 9 }, () => ({ type: "public-key", id: new Uint8Array(16) }));
    expect(await new BenchKey().get({ allowList })).toBe(CtapStatus.LIMIT_EXCEEDED);
  });
});

describe("step 9: presence", () => {
  test.each([
    [{ refuses: true }, CtapStatus.OPERATION_DENIED],
    [{ walksAway: true }, CtapStatus.OPERATION_DENIED],
  ])("%o is %i", async (behaviour, status) => {
    const { store } = (await withAccounts(1)).key;
    expect(await new BenchKey({ store, behaviour }).get()).toBe(status);
  });

  test("up false signs in silence, with no flag set", async () => {
    const bench = await withAccounts(1);
    const beforeMs = bench.env.clock.nowMs();
    const { authData } = await bench.got({ options: { up: false } });
    expect(parseAuthenticatorData(authData)).toMatchObject({ userPresent: false, userVerified: false });
    expect(bench.env.clock.nowMs()).toBe(beforeMs);
  });
});

describe("steps 11 to 13: the answer", () => {
  test("the signature verifies under the registered key", async () => {
    const bench = new BenchKey();
    const { allowList, key } = await listed(bench);
    const { authData, signature, credential, user } = await bench.got({ allowList });
    expect(verifySignature(key, concat(authData, CLIENT_DATA_HASH), signature)).toBe(true);
    expect(credential).toEqual(allowList[0]);
    expect(user).toBeUndefined();
  });

  test("keys of the first version leave the only credential out", async () => {
    const bench = new BenchKey(withQuirk("omitsSingleCredential"));
    const { allowList } = await listed(bench);
    expect((await bench.got({ allowList })).credential).toBeUndefined();
  });

  test("without verification the user is a handle, not a name", async () => {
    expect((await (await withAccounts(1)).got()).user).toEqual({ id: utf8("user-1") });
  });

  test("one account is not counted", async () => {
    expect((await (await withAccounts(1)).got()).numberOfCredentials).toBeUndefined();
  });

  test("some keys count it", async () => {
    const bench = await withAccounts(1, new BenchKey(withQuirk("countsSingleCredential")));
    expect((await bench.got()).numberOfCredentials).toBe(1);
  });

  test("a device with a display lets the person choose", async () => {
    const bench = new BenchKey({
      profile: { hasDisplay: true },
      behaviour: { prompts: { "choose-account": { account: 2 } } },
    });
    const { user, userSelected, numberOfCredentials } = await (await withAccounts(3, bench)).got();
    expect(user?.id).toEqual(utf8("user-1"));
    expect([userSelected, numberOfCredentials]).toEqual([true, undefined]);
  });

  test("not choosing is OPERATION_DENIED", async () => {
    const bench = new BenchKey({
      profile: { hasDisplay: true },
      behaviour: { prompts: { "choose-account": { does: "refuses" } } },
    });
    expect(await (await withAccounts(2, bench)).get()).toBe(CtapStatus.OPERATION_DENIED);
  });

  test.each([
    ["global", [1, 2, 3]],
    ["per-credential", [0, 1, 2]],
    ["zero", [0, 0, 0]],
  ] as const)("counter %s over a creation and two assertions: %j", async (signCounter, counts) => {
    const bench = new BenchKey({ profile: { signCounter } });
    const { authData } = await bench.made({ options: { rk: true } });
    const seen = [authData, (await bench.got()).authData, (await bench.got()).authData];
    expect(seen.map((data) => parseAuthenticatorData(data).signCount)).toEqual(counts);
  });
});

describe("getNextAssertion", () => {
  const next = async (bench: BenchKey) => parseGetAssertionResponse(bodyOf(await bench.send(GET_NEXT)));

  test("goes through the accounts, newest first, without another touch", async () => {
    const bench = await withAccounts(3);
    const first = await bench.got();
    const beforeMs = bench.env.clock.nowMs();
    const users = [first, await next(bench), await next(bench)].map(({ user }) => user?.id);
    expect(users).toEqual(["user-3", "user-2", "user-1"].map(utf8));
    expect(first.numberOfCredentials).toBe(3);
    expect(bench.env.clock.nowMs()).toBe(beforeMs);
    expect(await bench.status(GET_NEXT)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("each carries the flags of the first", async () => {
    const bench = await (await withAccounts(2)).setPin();
    await bench.got(await bench.token(Permission.getAssertion));
    const { authData } = await next(bench);
    expect(parseAuthenticatorData(authData)).toMatchObject({ userPresent: true, userVerified: true });
  });

  test("without a getAssertion before is NOT_ALLOWED", async () => {
    expect(await new BenchKey().status(GET_NEXT)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("after any other command is NOT_ALLOWED", async () => {
    const bench = await withAccounts(2);
    await bench.got();
    await bench.send(GET_INFO);
    expect(await bench.status(GET_NEXT)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test.each([
    [30_000, CtapStatus.OK],
    [30_001, CtapStatus.NOT_ALLOWED],
  ])("after %i ms is %i", async (waitMs, status) => {
    const bench = await withAccounts(2);
    await bench.got();
    await bench.env.clock.advance(waitMs);
    expect(await bench.status(GET_NEXT)).toBe(status);
  });

  test("each answer starts the 30 s anew", async () => {
    const bench = await withAccounts(3);
    await bench.got();
    await bench.env.clock.advance(20_000);
    await next(bench);
    await bench.env.clock.advance(20_000);
    expect(await bench.status(GET_NEXT)).toBe(CtapStatus.OK);
  });

  test("an allow list is answered with one credential only", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench);
    const { allowList: other } = await listed(bench);
    const { numberOfCredentials } = await bench.got({ allowList: [...allowList, ...other] });
    expect(numberOfCredentials).toBeUndefined();
    expect(await bench.status(GET_NEXT)).toBe(CtapStatus.NOT_ALLOWED);
  });
});

describe("hmac-secret", () => {
  const enabled = new Map<string, CborValue>([["hmac-secret", true]]);

  /** One salt, sent as a client would. Returns the request's extensions and a reader of the output. */
  async function saltedBy(bench: BenchKey, version: 1 | 2, salt: Uint8Array) {
    const protocol = pinProtocol(version, defaultCrypto);
    const request = encodeClientPinRequest({ subCommand: 2, pinUvAuthProtocol: version });
    const { keyAgreement: peer } = parseClientPinResponse(bodyOf(await bench.send(request)));
    if (peer === undefined) throw new Error("no key agreement");
    const entropy = seededEntropy(`client ${version}`);
    const { keyAgreement, sharedSecret } = protocol.encapsulate(entropy, peer);
    const saltEnc = protocol.encrypt(sharedSecret, salt, entropy);
    const input = new Map<number, CborValue>([
      [1, coseKey.write(keyAgreement)],
      [2, saltEnc],
      [3, protocol.authenticate(sharedSecret, saltEnc)],
      [4, version],
    ]);
    return {
      input,
      extensions: new Map([["hmac-secret", input]]),
      read: (authData: Uint8Array) => {
        const output = parseAuthenticatorData(authData).extensions?.get("hmac-secret");
        return output instanceof Uint8Array ? protocol.decrypt(sharedSecret, output) : undefined;
      },
    };
  }

  async function secretOf(bench: BenchKey, version: 1 | 2, more: object): Promise<Uint8Array | undefined> {
    const { extensions, read } = await saltedBy(bench, version, new Uint8Array(32).fill(7));
    return read((await bench.got({ ...more, extensions })).authData);
  }

  test("the same salt gives the same secret through either protocol", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench, enabled);
    const secret = await secretOf(bench, 1, { allowList });
    expect(secret).toHaveLength(32);
    expect(await secretOf(bench, 2, { allowList })).toEqual(secret);
  });

  test("a verified user gets another secret", async () => {
    const bench = new BenchKey({ profile: FINGERPRINT });
    const { allowList } = await listed(bench, enabled);
    const plain = await secretOf(bench, 2, { allowList });
    expect(await secretOf(bench, 2, { allowList, options: { uv: true } })).not.toEqual(plain);
  });

  test("two salts give two secrets, the first as if it were alone", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench, enabled);
    const both = concat(new Uint8Array(32).fill(7), new Uint8Array(32).fill(8));
    const { extensions, read } = await saltedBy(bench, 2, both);
    const secrets = read((await bench.got({ allowList, extensions })).authData);
    expect(secrets).toHaveLength(64);
    expect(secrets?.subarray(0, 32)).toEqual(await secretOf(bench, 2, { allowList }));
  });

  test("a credential without it has none", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench);
    expect(await secretOf(bench, 2, { allowList })).toBeUndefined();
  });

  test.each([
    ["without keyAgreement", 1, undefined, CtapStatus.MISSING_PARAMETER],
    ["with a wrong saltAuth", 3, new Uint8Array(32), CtapStatus.PIN_AUTH_INVALID],
    ["with a protocol nobody speaks", 4, 3, CtapStatus.INVALID_PARAMETER],
  ])("%s", async (_, member, value, status) => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench, enabled);
    const { input } = await saltedBy(bench, 2, new Uint8Array(32));
    if (value === undefined) input.delete(member);
    else input.set(member, value);
    const extensions = new Map([["hmac-secret", input]]);
    expect(await bench.get({ allowList, extensions })).toBe(status);
  });

  test("salts of another length are INVALID_PARAMETER", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench, enabled);
    const { extensions } = await saltedBy(bench, 2, new Uint8Array(48));
    expect(await bench.get({ allowList, extensions })).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("a silent look-up with it is UNSUPPORTED_OPTION", async () => {
    const bench = new BenchKey();
    const { allowList } = await listed(bench, enabled);
    const { extensions } = await saltedBy(bench, 2, new Uint8Array(32));
    const status = await bench.get({ allowList, extensions, options: { up: false } });
    expect(status).toBe(CtapStatus.UNSUPPORTED_OPTION);
  });
});

test("a store outlives its key: the next one signs with what the first one made", async () => {
  const first = await withAccounts(1);
  const again = new BenchKey({ seed: "later", store: new CredentialStore(first.key.store.snapshot()) });
  expect(await again.get()).toBe(CtapStatus.OK);
});
