import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat, fromHex, utf8 } from "../../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import type { QuirkName } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, CLIENT_DATA_HASH, RP_ID, type BenchOptions } from "./bench-key.js";

const FINGERPRINT = profileNamed("fingerprint");
const options = GENERIC_PROFILE.options;

function withQuirk(quirk: QuirkName): BenchOptions {
  return { profile: { quirks: [quirk] } };
}

describe("steps 1 and 2: selection probe and protocol", () => {
  const probe = { pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 };

  test("an empty pinUvAuthParam without a PIN is PIN_NOT_SET after a touch", async () => {
    const bench = new BenchKey();
    expect(await bench.make(probe)).toBe(CtapStatus.PIN_NOT_SET);
    expect(bench.env.clock.nowMs()).toBe(500);
  });

  test("with a PIN it is PIN_INVALID", async () => {
    const bench = await new BenchKey().setPin();
    expect(await bench.make(probe)).toBe(CtapStatus.PIN_INVALID);
  });

  test("keys with the quirk say PIN_AUTH_INVALID instead", async () => {
    const bench = await new BenchKey(withQuirk("answers33ToEmptyPinAuth")).setPin();
    expect(await bench.make(probe)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("refusing the touch is OPERATION_DENIED", async () => {
    expect(await new BenchKey({ behaviour: { refuses: true } }).make(probe)).toBe(
      CtapStatus.OPERATION_DENIED,
    );
  });

  test("a pinUvAuthParam without a protocol is MISSING_PARAMETER", async () => {
    expect(await new BenchKey().make({ pinUvAuthParam: new Uint8Array(16) })).toBe(
      CtapStatus.MISSING_PARAMETER,
    );
  });

  test("a protocol nobody speaks is INVALID_PARAMETER", async () => {
    const status = await new BenchKey().make({ pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 9 });
    expect(status).toBe(CtapStatus.INVALID_PARAMETER);
  });
});

describe("step 3: algorithms", () => {
  test("none of the site's algorithms is UNSUPPORTED_ALGORITHM", async () => {
    const status = await new BenchKey().make({ pubKeyCredParams: [{ type: "public-key", alg: -257 }] });
    expect(status).toBe(CtapStatus.UNSUPPORTED_ALGORITHM);
  });

  test("an element of an unknown type is skipped, not used", async () => {
    const params = [{ type: "private-key", alg: -7 }];
    expect(await new BenchKey().make({ pubKeyCredParams: params })).toBe(CtapStatus.UNSUPPORTED_ALGORITHM);
  });

  test("the site's first supported choice wins", async () => {
    const bench = new BenchKey({ profile: { algorithms: [-7, -35] } });
    const { authData } = await bench.made({
      pubKeyCredParams: [-257, -35, -7].map((alg) => ({ type: "public-key", alg })),
    });
    expect(parseAuthenticatorData(authData).attested?.publicKey.alg).toBe(-35);
  });
});

describe("step 5: options", () => {
  test.each([
    ["uv on a key without built-in verification", { uv: true }, CtapStatus.INVALID_OPTION],
    ["up false", { up: false }, CtapStatus.INVALID_OPTION],
  ])("%s is refused", async (_, wanted, status) => {
    expect(await new BenchKey().make({ options: wanted })).toBe(status);
  });

  test("keys with the quirk answer UNSUPPORTED_OPTION to uv", async () => {
    const bench = new BenchKey(withQuirk("answers2bToUvWithoutUv"));
    expect(await bench.make({ options: { uv: true } })).toBe(CtapStatus.UNSUPPORTED_OPTION);
  });

  test.each([true, false])("rk %s on a key without storage is UNSUPPORTED_OPTION", async (rk) => {
    const bench = new BenchKey({ profile: { options: { ...options, rk: false } } });
    expect(await bench.make({ options: { rk } })).toBe(CtapStatus.UNSUPPORTED_OPTION);
  });

  test("up true is what happens anyway", async () => {
    expect(await new BenchKey().make({ options: { up: true } })).toBe(CtapStatus.OK);
  });
});

describe("steps 6 to 8: who has to be verified", () => {
  test("an unprotected alwaysUv key sends for a PIN", async () => {
    const bench = new BenchKey({ profile: { options: { ...options, alwaysUv: true } } });
    expect(await bench.make()).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("one whose PIN gives no permission for credentials can only deny", async () => {
    const profile = {
      options: { ...options, alwaysUv: true, noMcGaPermissionsWithClientPin: true },
    };
    expect(await new BenchKey({ profile }).make()).toBe(CtapStatus.OPERATION_DENIED);
  });

  test("an alwaysUv key with a finger enrolled asks for it unasked", async () => {
    const profile = { ...FINGERPRINT, options: { ...options, alwaysUv: true } };
    const { authData } = await new BenchKey({ profile }).made();
    expect(parseAuthenticatorData(authData).userVerified).toBe(true);
  });

  test("a PIN is not needed for a non-discoverable credential on a key that says so", async () => {
    const bench = await new BenchKey().setPin();
    expect(await bench.make()).toBe(CtapStatus.OK);
  });

  test("it is for a discoverable one", async () => {
    const bench = await new BenchKey().setPin();
    expect(await bench.make({ options: { rk: true } })).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("it is for any on a key without makeCredUvNotRqd", async () => {
    const bench = await new BenchKey({
      profile: { options: { ...options, makeCredUvNotRqd: false } },
    }).setPin();
    expect(await bench.make()).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("a finger enrolled and no PIN: asking for nothing is OPERATION_DENIED", async () => {
    const status = await new BenchKey({ profile: FINGERPRINT }).make({ options: { rk: true } });
    expect(status).toBe(CtapStatus.OPERATION_DENIED);
  });
});

describe("step 9: enterprise attestation", () => {
  const capable = { options: { ...options, enterpriseAttestation: "platform" } } as const;

  test("a key that cannot is INVALID_PARAMETER", async () => {
    expect(await new BenchKey().make({ enterpriseAttestation: 1 })).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("one that can but is not told to is INVALID_PARAMETER", async () => {
    const bench = new BenchKey({ profile: capable });
    expect(await bench.make({ enterpriseAttestation: 2 })).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("a kind nobody knows is INVALID_OPTION", async () => {
    const bench = new BenchKey({ profile: capable });
    bench.key.store.remember({ enterpriseAttestation: true });
    expect(await bench.make({ enterpriseAttestation: 3 })).toBe(CtapStatus.INVALID_OPTION);
  });

  test("granted, it says so and sends another certificate", async () => {
    const bench = new BenchKey({ profile: capable });
    bench.key.store.remember({ enterpriseAttestation: true });
    const named = await bench.made({ enterpriseAttestation: 2 });
    const plain = await bench.made();
    expect([named.epAtt, plain.epAtt]).toEqual([true, undefined]);
    expect(x5c(named.attStmt)).not.toEqual(x5c(plain.attStmt));
  });

  test("for a site that is not on the vendor's list the answer is an ordinary one", async () => {
    const bench = new BenchKey({ profile: { options: { ...options, enterpriseAttestation: "vendor" } } });
    bench.key.store.remember({ enterpriseAttestation: true });
    expect((await bench.made({ enterpriseAttestation: 1 })).epAtt).toBeUndefined();
  });
});

function x5c(statement: CborValue): CborValue | undefined {
  return statement instanceof Map ? (statement as Map<string, CborValue>).get("x5c") : undefined;
}

describe("step 11: verification", () => {
  test("a token of the PIN sets the UV flag", async () => {
    const bench = await new BenchKey().setPin();
    const { authData } = await bench.made(await bench.token(Permission.makeCredential));
    expect(parseAuthenticatorData(authData)).toMatchObject({ userVerified: true, userPresent: true });
  });

  test.each([
    ["another permission", Permission.getAssertion, RP_ID],
    ["another site", Permission.makeCredential, "other.example"],
  ])("a token for %s is PIN_AUTH_INVALID", async (_, permission, rpId) => {
    const bench = await new BenchKey().setPin();
    const token = await bench.token(permission, { rpId });
    expect(await bench.make(token)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("a wrong pinUvAuthParam is PIN_AUTH_INVALID", async () => {
    const bench = await new BenchKey().setPin();
    const token = await bench.token(Permission.makeCredential);
    const pinUvAuthParam = token.pinUvAuthParam.map((byte) => byte ^ 1);
    expect(await bench.make({ ...token, pinUvAuthParam })).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("a token on a key without a PIN is PIN_NOT_SET", async () => {
    const status = await new BenchKey().make({ pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 1 });
    expect(status).toBe(CtapStatus.PIN_NOT_SET);
  });

  test("most real keys say PIN_AUTH_INVALID there", async () => {
    const bench = new BenchKey(withQuirk("answers33ToPinAuthWithoutPin"));
    const status = await bench.make({ pinUvAuthParam: new Uint8Array(16), pinUvAuthProtocol: 1 });
    expect(status).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  const uv = { options: { uv: true } };

  test("a finger is proof of presence too: one gesture, not two", async () => {
    const bench = new BenchKey({ profile: FINGERPRINT });
    const { authData } = await bench.made(uv);
    expect(parseAuthenticatorData(authData)).toMatchObject({ userVerified: true, userPresent: true });
    expect(bench.traced("user.prompted")).toEqual([
      expect.objectContaining({ prompt: "verify make-credential" }),
    ]);
  });

  test("nobody at the sensor is USER_ACTION_TIMEOUT", async () => {
    const bench = new BenchKey({ profile: FINGERPRINT, behaviour: { walksAway: true } });
    expect(await bench.make(uv)).toBe(CtapStatus.USER_ACTION_TIMEOUT);
  });

  test("wrong fingers only are OPERATION_DENIED, three attempts spent", async () => {
    const bench = new BenchKey({
      profile: FINGERPRINT,
      behaviour: { prompts: { verify: { does: "uses-wrong-finger" } } },
    });
    expect(await bench.make(uv)).toBe(CtapStatus.OPERATION_DENIED);
    expect(bench.key.store.memory.uvRetries).toBe(2);
  });

  test("wrong fingers until none is left are PIN_BLOCKED", async () => {
    const bench = new BenchKey({
      profile: FINGERPRINT,
      behaviour: { prompts: { verify: { does: "uses-wrong-finger" } } },
    });
    await bench.make(uv);
    expect(await bench.make(uv)).toBe(CtapStatus.PIN_BLOCKED);
    expect(bench.key.store.memory.uvRetries).toBe(0);
  });

  test("with a PIN as the way out they are PUAT_REQUIRED", async () => {
    const bench = await new BenchKey({
      profile: FINGERPRINT,
      behaviour: { prompts: { verify: { does: "uses-wrong-finger" } } },
    }).setPin();
    expect(await bench.make(uv)).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("the second finger is the right one", async () => {
    const bench = new BenchKey({
      profile: FINGERPRINT,
      behaviour: { nth: { 1: { does: "uses-wrong-finger" } } },
    });
    expect(await bench.make(uv)).toBe(CtapStatus.OK);
    expect(bench.key.store.memory.uvRetries).toBeUndefined();
  });
});

describe("step 12: the exclude list", () => {
  async function registered(bench: BenchKey, rk: boolean) {
    const { authData } = await bench.made({ options: { rk } });
    const id = parseAuthenticatorData(authData).attested?.credentialId as Uint8Array;
    return { excludeList: [{ type: "public-key", id }], user: { id: utf8("user-2") } };
  }

  test.each([true, false])(
    "a credential of ours (rk %s) is CREDENTIAL_EXCLUDED, after a touch",
    async (rk) => {
      const bench = new BenchKey();
      const again = await registered(bench, rk);
      const beforeMs = bench.env.clock.nowMs();
      expect(await bench.make(again)).toBe(CtapStatus.CREDENTIAL_EXCLUDED);
      expect(bench.env.clock.nowMs() - beforeMs).toBe(500);
    },
  );

  test.each([{ refuses: true }, { walksAway: true }])(
    "the answer is the same when the person %o",
    async (behaviour) => {
      const first = new BenchKey();
      const again = await registered(first, false);
      const bench = new BenchKey({ store: first.key.store, behaviour });
      expect(await bench.make(again)).toBe(CtapStatus.CREDENTIAL_EXCLUDED);
    },
  );

  test("the same id for another site excludes nothing", async () => {
    const bench = new BenchKey();
    const again = await registered(bench, false);
    expect(await bench.make({ ...again, rp: { id: "other.example" } })).toBe(CtapStatus.OK);
  });

  test("keys with the quirk do not look at the site", async () => {
    const bench = new BenchKey(withQuirk("excludesForeignRp"));
    const again = await registered(bench, true);
    const status = await bench.make({ ...again, rp: { id: "other.example" } });
    expect(status).toBe(CtapStatus.CREDENTIAL_EXCLUDED);
  });

  test("a credential for verified users only is not given away to others", async () => {
    const bench = new BenchKey();
    const { authData } = await bench.made({ extensions: new Map([["credProtect", 3]]) });
    const id = parseAuthenticatorData(authData).attested?.credentialId as Uint8Array;
    expect(await bench.make({ excludeList: [{ type: "public-key", id }] })).toBe(CtapStatus.OK);
  });

  test("a stranger's id and an unknown type exclude nothing", async () => {
    const bench = new BenchKey();
    const { excludeList } = await registered(bench, true);
    const odd = excludeList.map((entry) => ({ ...entry, type: "quantum-key" }));
    const stranger = { type: "public-key", id: new Uint8Array(64) };
    expect(await bench.make({ excludeList: [...odd, stranger] })).toBe(CtapStatus.OK);
  });

  test("more entries than the key takes are LIMIT_EXCEEDED", async () => {
    const excludeList = Array.from({ length: 9 }, () => ({ type: "public-key", id: new Uint8Array(16) }));
    expect(await new BenchKey().make({ excludeList })).toBe(CtapStatus.LIMIT_EXCEEDED);
  });
});

describe("step 14: presence", () => {
  test("refused is OPERATION_DENIED and leaves nothing behind", async () => {
    const bench = new BenchKey({ behaviour: { refuses: true } });
    expect(await bench.make({ options: { rk: true } })).toBe(CtapStatus.OPERATION_DENIED);
    expect(bench.key.store.credentials).toEqual([]);
  });

  test.each([
    [undefined, CtapStatus.OPERATION_DENIED],
    ["answers2fOnTouchTimeout", CtapStatus.USER_ACTION_TIMEOUT],
    ["answers3aOnTouchTimeout", CtapStatus.ACTION_TIMEOUT],
    ["answers36OnTouchTimeout", CtapStatus.PUAT_REQUIRED],
  ] as const)("nobody comes for 30 s: quirk %s answers %i", async (quirk, status) => {
    const bench = new BenchKey({
      profile: { quirks: quirk === undefined ? [] : [quirk] },
      behaviour: { walksAway: true },
    });
    expect(await bench.make()).toBe(status);
    expect(bench.env.clock.nowMs()).toBe(30_000);
    expect(bench.traced("timer.fired")).toMatchObject([
      { kind: "timer.fired", timer: "key.up", budgetMs: 30_000, atMs: 30_000, actor: "key" },
    ]);
  });

  test("keys with the quirk need no touch", async () => {
    const bench = new BenchKey({ ...withQuirk("createsWithoutTouch"), behaviour: { walksAway: true } });
    expect(await bench.make()).toBe(CtapStatus.OK);
    expect(bench.env.clock.nowMs()).toBe(0);
  });

  test("a PIN token is good for one credential", async () => {
    const bench = await new BenchKey().setPin();
    const token = await bench.token(Permission.makeCredential);
    expect(await bench.make(token)).toBe(CtapStatus.OK);
    expect(await bench.make(token)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });
});

describe("steps 15 to 19: the credential", () => {
  test("a discoverable one of the same account takes the old one's place", async () => {
    const bench = new BenchKey();
    await bench.made({ options: { rk: true } });
    await bench.made({ options: { rk: true } });
    expect(bench.key.store.discoverableCount).toBe(1);
    expect(bench.traced("ctap.credential").map((record) => "change" in record && record.change)).toEqual([
      "created",
      "overwritten",
      "created",
    ]);
  });

  test("a full key is KEY_STORE_FULL, but takes a replacement", async () => {
    const bench = new BenchKey({
      profile: { limits: { ...GENERIC_PROFILE.limits, discoverableCredentials: 1 } },
    });
    await bench.made({ options: { rk: true } });
    const other = { options: { rk: true }, user: { id: utf8("user-2") } };
    expect(await bench.make(other)).toBe(CtapStatus.KEY_STORE_FULL);
    expect(await bench.make({ options: { rk: true } })).toBe(CtapStatus.OK);
  });

  test.each([0, 65])("a user handle of %i bytes is INVALID_PARAMETER", async (length) => {
    const status = await new BenchKey().make({ user: { id: new Uint8Array(length) } });
    expect(status).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("names are kept up to 64 bytes, never with half a character", async () => {
    const bench = new BenchKey();
    await bench.made({ user: { id: utf8("u"), name: "x".repeat(63) + "ü" } });
    expect(bench.key.store.credentials[0]?.userName).toBe("x".repeat(63));
  });

  test.each([
    ["rejectsMissingDisplayName", { user: { id: utf8("u") } }],
    ["rejectsEmptyDisplayName", { user: { id: utf8("u"), displayName: "" } }],
    ["rejectsMissingRpName", { rp: { id: RP_ID } }],
  ] as const)("phones with %s deny what others accept", async (quirk, request) => {
    expect(await new BenchKey(withQuirk(quirk)).make(request)).toBe(CtapStatus.OPERATION_DENIED);
    expect(await new BenchKey(withQuirk(quirk)).make()).toBe(CtapStatus.OK);
    expect(await new BenchKey().make(request)).toBe(CtapStatus.OK);
  });

  test.each([
    [[], "packed"],
    [["none"], "none"],
    [["tpm", "none", "packed"], "none"],
    [["tpm"], "packed"],
  ])("a site that would like %j gets %s", async (attestationFormatsPreference, fmt) => {
    expect((await new BenchKey().made({ attestationFormatsPreference })).fmt).toBe(fmt);
  });

  test("an unknown extension is passed over", async () => {
    const { authData } = await new BenchKey().made({ extensions: new Map([["madeUp", true]]) });
    expect(parseAuthenticatorData(authData).extensions).toBeUndefined();
  });

  test("keys with the quirk refuse it", async () => {
    const bench = new BenchKey(withQuirk("answers2bToUnknownExtension"));
    const status = await bench.make({ extensions: new Map([["madeUp", true]]) });
    expect(status).toBe(CtapStatus.UNSUPPORTED_OPTION);
  });

  test("a credProtect level that does not exist is INVALID_OPTION", async () => {
    const status = await new BenchKey().make({ extensions: new Map([["credProtect", 4]]) });
    expect(status).toBe(CtapStatus.INVALID_OPTION);
  });

  test("keys with the quirk store what nobody asked them to", async () => {
    const bench = new BenchKey(withQuirk("storesDespiteRkFalse"));
    await bench.made();
    expect(bench.key.store.discoverableCount).toBe(1);
  });
});

describe("malformed requests", () => {
  /** clientDataHash, rp, user and parameters as they should be; `more` replaces or adds members. */
  const raw = (more: readonly (readonly [number, CborValue | undefined])[]) => {
    const members = new Map<number, CborValue | undefined>([
      [1, CLIENT_DATA_HASH],
      [2, new Map([["id", RP_ID]])],
      [3, new Map([["id", utf8("u")]])],
      [
        4,
        [
          new Map<string, CborValue>([
            ["alg", -7],
            ["type", "public-key"],
          ]),
        ],
      ],
      ...more,
    ]);
    const present = [...members].filter((entry): entry is [number, CborValue] => entry[1] !== undefined);
    return concat(Uint8Array.of(1), encodeCbor(new Map(present)));
  };

  test.each([
    ["as it should be", [], CtapStatus.OK],
    ["without a hash", [[1, undefined]], CtapStatus.MISSING_PARAMETER],
    ["without rp", [[2, undefined]], CtapStatus.MISSING_PARAMETER],
    ["without user", [[3, undefined]], CtapStatus.MISSING_PARAMETER],
    ["without algorithms", [[4, undefined]], CtapStatus.MISSING_PARAMETER],
    ["with text for a hash", [[1, "hash"]], CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["with a hash of 31 bytes", [[1, new Uint8Array(31)]], CtapStatus.INVALID_PARAMETER],
    ["with text for options", [[7, "rk"]], CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["with an algorithm that has none", [[4, [new Map([["type", "x"]])]]], CtapStatus.INVALID_CBOR],
    ["with a member nobody knows", [[0x70, true]], CtapStatus.OK],
  ] as const)("%s", async (_, more, status) => {
    expect(await new BenchKey().status(raw(more))).toBe(status);
  });

  test.each([
    ["no CBOR at all", "01", CtapStatus.INVALID_CBOR],
    ["keys out of order", "01a202000100", CtapStatus.INVALID_CBOR],
    ["bytes after the map", "01a000", CtapStatus.INVALID_CBOR],
    ["a list instead of a map", "0180", CtapStatus.CBOR_UNEXPECTED_TYPE],
    ["no command", "", CtapStatus.INVALID_LENGTH],
    ["a command nobody knows", "7f", CtapStatus.INVALID_COMMAND],
    ["a byte too much after selection", "0b00", CtapStatus.INVALID_LENGTH],
  ])("%s", async (_, hex, status) => {
    expect([...(await new BenchKey().send(fromHex(hex)))]).toEqual([status]);
  });

  test("one byte more than maxMsgSize is REQUEST_TOO_LARGE", async () => {
    const bench = new BenchKey();
    const limit = GENERIC_PROFILE.limits.maxMsgSize;
    expect(await bench.status(new Uint8Array(limit + 1).fill(1))).toBe(CtapStatus.REQUEST_TOO_LARGE);
    expect(await bench.status(new Uint8Array(limit).fill(1))).not.toBe(CtapStatus.REQUEST_TOO_LARGE);
  });
});
