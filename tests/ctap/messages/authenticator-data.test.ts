import { describe, expect, test } from "vitest";
import { decodeLenient } from "../../../src/cbor/lenient.js";
import type { CborFault, CborMap } from "../../../src/cbor/value.js";
import { concat, toHex } from "../../../src/core/bytes.js";
import {
  encodeAuthenticatorData,
  parseAuthenticatorData,
  type AuthenticatorData,
} from "../../../src/ctap/messages/authenticator-data.js";
import { toCoseMap } from "../../../src/ctap/messages/cose.js";
import { parseMakeCredentialResponse } from "../../../src/ctap/messages/make-credential.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface AttestationVector {
  readonly id: string;
  readonly fmt: string;
  readonly authData: string;
  readonly attestationObject?: string;
  readonly ctap2Response?: string;
  readonly expected: {
    readonly rpIdHash?: string;
    readonly flags?: number;
    readonly signCount?: number;
    readonly aaguid?: string | null;
    readonly credentialId?: string | null;
    readonly publicKeyCose?: string | null;
    readonly kty?: number | string | null;
    readonly alg?: number | null;
    readonly extensionsCbor?: string;
  };
}

interface AssertionVector {
  readonly id: string;
  readonly authenticatorData: string;
  readonly flags?: number;
  readonly signCount?: number;
  readonly rpIdHash?: string;
}

const ATTESTATIONS = loadVectors<AttestationVector>("attestation");
const ASSERTIONS = loadVectors<AssertionVector>("assertion");

/** Published authenticator data that is broken: no reader may take it. */
const BROKEN: ReadonlyMap<string, string> = new Map([
  // Members under text labels such as "alg" instead of integers.
  ["fido-u2f-006", "AUTH_DATA_KEY"],
  ["packed-067", "AUTH_DATA_KEY"],
  // kty "OKP" as text.
  ["none-017", "AUTH_DATA_KEY"],
  ["none-034", "AUTH_DATA_KEY"],
  ["none-036", "AUTH_DATA_KEY"],
  ["none-021", "AUTH_DATA_TRUNCATED"],
]);

describe("published attestations", () => {
  const sound = ATTESTATIONS.filter(({ id }) => !BROKEN.has(id));

  test.each(sound)("$id: every field is as published", ({ authData, expected }) => {
    const data = parseAuthenticatorData(hexOf(authData));
    expect(summary(data)).toEqual({
      rpIdHash: expected.rpIdHash,
      flags: expected.flags,
      signCount: expected.signCount,
      aaguid: expected.aaguid ?? undefined,
      credentialId: expected.credentialId ?? undefined,
      publicKeyCose: expected.publicKeyCose ?? undefined,
      kty: expected.kty ?? undefined,
      alg: expected.alg ?? undefined,
      extensionsCbor: expected.extensionsCbor,
    });
  });

  test.each(sound)("$id: encodes back to the same bytes", ({ authData }) => {
    expect(toHex(encodeAuthenticatorData(parseAuthenticatorData(hexOf(authData))))).toBe(authData);
  });

  const broken = ATTESTATIONS.filter(({ id }) => BROKEN.has(id));
  test.each(broken)("$id is refused", ({ id, authData }) => {
    expect(() => parseAuthenticatorData(hexOf(authData))).toThrow(
      expect.objectContaining({ code: BROKEN.get(id) }),
    );
  });

  test("every case that is meant to be broken is there", () => {
    expect(broken).toHaveLength(BROKEN.size);
  });

  const responses = ATTESTATIONS.filter(({ ctap2Response }) => ctap2Response !== undefined);
  test.each(responses)("$id: the makeCredential response holds the same data", (vector) => {
    const whole = hexOf(vector.ctap2Response);
    const response = parseMakeCredentialResponse(whole[0] === 0 ? whole.subarray(1) : whole);
    expect(toHex(response.authData)).toBe(vector.authData);
    expect(response.fmt).toBe(vector.fmt);
  });

  const objects = ATTESTATIONS.filter(({ attestationObject }) => attestationObject !== undefined);
  test.each(objects)("$id: the attestation object carries these bytes", ({ attestationObject, authData }) => {
    const { value } = decodeLenient(hexOf(attestationObject));
    expect(toHex((value as CborMap).get("authData") as Uint8Array)).toBe(authData);
  });
});

describe("published assertions", () => {
  test.each(ASSERTIONS)("$id: every field is as published", (vector) => {
    const { rpIdHash, flags, signCount } = summary(parseAuthenticatorData(hexOf(vector.authenticatorData)));
    if (vector.flags === undefined) {
      expect(vector.authenticatorData.slice(0, 64)).toBe(rpIdHash);
      return;
    }
    expect({ rpIdHash, flags, signCount }).toEqual({
      rpIdHash: vector.rpIdHash,
      flags: vector.flags,
      signCount: vector.signCount,
    });
  });
});

describe("parseAuthenticatorData", () => {
  const HASH = "11".repeat(32);
  const COUNT = "00000007";
  const KEY = `a5010203262001215820${"22".repeat(32)}225820${"33".repeat(32)}`;
  const ATTESTED = `${"44".repeat(16)}0003aabbcc`;
  const EXTENSIONS = "a16b6372656450726f7465637402";

  test("reads the least there can be", () => {
    expect(parseAuthenticatorData(hexOf(`${HASH}01${COUNT}`))).toEqual({
      rpIdHash: hexOf(HASH),
      userPresent: true,
      userVerified: false,
      backupEligible: false,
      backedUp: false,
      signCount: 7,
    });
  });

  test("reads everything there can be", () => {
    const data = parseAuthenticatorData(hexOf(`${HASH}dd${COUNT}${ATTESTED}${KEY}${EXTENSIONS}`));
    expect(data).toMatchObject({ userVerified: true, backupEligible: true, backedUp: true });
    expect(data.attested?.credentialId).toEqual(hexOf("aabbcc"));
    expect(toHex(data.attested?.publicKeyCose ?? new Uint8Array(0))).toBe(KEY);
    expect(data.extensions).toEqual(new Map([["credProtect", 2]]));
  });

  test.each([
    ["36 bytes", `${HASH}0100000`.padEnd(72, "0"), "AUTH_DATA_TRUNCATED"],
    ["nothing", "", "AUTH_DATA_TRUNCATED"],
    [
      "a credential id shorter than its length",
      `${HASH}41${COUNT}${"44".repeat(16)}0004aabbcc`,
      "AUTH_DATA_TRUNCATED",
    ],
    ["a key that ends too soon", `${HASH}41${COUNT}${ATTESTED}${KEY.slice(0, -2)}`, "AUTH_DATA_TRUNCATED"],
    ["no key at all", `${HASH}41${COUNT}${ATTESTED}`, "AUTH_DATA_TRUNCATED"],
    ["a byte after the counter", `${HASH}01${COUNT}00`, "AUTH_DATA_TRAILING_BYTES"],
    [
      "extensions no flag announces",
      `${HASH}41${COUNT}${ATTESTED}${KEY}${EXTENSIONS}`,
      "AUTH_DATA_TRAILING_BYTES",
    ],
    ["a byte after the extensions", `${HASH}81${COUNT}${EXTENSIONS}00`, "AUTH_DATA_TRAILING_BYTES"],
    ["backed up without being eligible", `${HASH}11${COUNT}`, "AUTH_DATA_BACKUP_STATE"],
    ["a key that is a list", `${HASH}41${COUNT}${ATTESTED}80`, "AUTH_DATA_KEY"],
    ["a key of an unknown type", `${HASH}41${COUNT}${ATTESTED}a20118630326`, "AUTH_DATA_KEY"],
    ["extensions that are a list", `${HASH}81${COUNT}80`, "AUTH_DATA_EXTENSIONS"],
    ["an extension with an integer for a name", `${HASH}81${COUNT}a101f5`, "AUTH_DATA_EXTENSIONS"],
  ])("refuses %s", (_, hex, code) => {
    expect(() => parseAuthenticatorData(hexOf(hex))).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ["extensions that are a list", "80", "extensions MESSAGE_UNEXPECTED_TYPE", undefined],
    ["extensions that end too soon", "a1", "extensions MESSAGE_MALFORMED", undefined],
    [
      "an extension with an integer for a name",
      "a201f5617801",
      "extensions.1 MESSAGE_UNEXPECTED_TYPE",
      ["x"],
    ],
  ])("reads without %s for a client, who only passes them on", (_, extensions, finding, left) => {
    const bytes = hexOf(`${HASH}81${COUNT}${extensions}`);
    const findings: string[] = [];
    const data = parseAuthenticatorData(bytes, undefined, (path, fault) => findings.push(`${path} ${fault}`));
    expect(findings).toEqual([finding]);
    expect(data.extensions && [...data.extensions.keys()]).toEqual(left);
    expect(data.extensionsCbor).toEqual(hexOf(extensions));
  });

  test.each([
    ["type", `a20118630326`, -7],
    ["curve", `a50102033803200921581800${"ab".repeat(23)}225818${"cd".repeat(24)}`, -4],
    ["algorithm", "a301070338632041aa", -100],
  ])("passes a key of an unknown %s on for a client, with the algorithm that it states", (_, key, alg) => {
    const findings: string[] = [];
    const bytes = hexOf(`${HASH}41${COUNT}${ATTESTED}${key}`);
    const { attested } = parseAuthenticatorData(bytes, undefined, (path, fault) =>
      findings.push(`${path} ${fault}`),
    );
    expect(findings).toEqual(["publicKey MESSAGE_INVALID_VALUE"]);
    expect(attested).toMatchObject({ alg, publicKeyCose: hexOf(key) });
    expect(attested?.publicKey).toBeUndefined();
  });

  test("refuses a malformed key of a known kind for a client as well", () => {
    const bytes = hexOf(`${HASH}41${COUNT}${ATTESTED}a3010203262001`);
    expect(() => parseAuthenticatorData(bytes, undefined, () => {})).toThrow(
      expect.objectContaining({ code: "AUTH_DATA_KEY" }),
    );
  });

  test("reads a key whose members are out of order, and says so", () => {
    const unsorted = `a503260102${KEY.slice(10)}`;
    const faults: [CborFault, number][] = [];
    const bytes = hexOf(`${HASH}c1${COUNT}${ATTESTED}${unsorted}${EXTENSIONS}`);
    const data = parseAuthenticatorData(bytes, (fault, offset) => faults.push([fault, offset]));
    expect(toHex(data.attested?.publicKeyCose ?? new Uint8Array(0))).toBe(unsorted);
    expect(data.extensions).toEqual(new Map([["credProtect", 2]]));
    expect(faults).toEqual([["KEYS_OUT_OF_ORDER", 37 + 21 + 3]]);
    expect(encodeAuthenticatorData(data)).toEqual(bytes);
  });

  test("reads from the middle of a larger buffer", () => {
    const bytes = hexOf(`${HASH}01${COUNT}`);
    const within = concat(Uint8Array.of(9, 9), bytes, Uint8Array.of(9)).subarray(2, -1);
    expect(parseAuthenticatorData(within)).toEqual(parseAuthenticatorData(bytes));
  });
});

describe("encodeAuthenticatorData", () => {
  test("writes extensions that were never bytes in canonical order", () => {
    const bytes = encodeAuthenticatorData({
      rpIdHash: new Uint8Array(32),
      userPresent: true,
      userVerified: false,
      backupEligible: false,
      backedUp: false,
      signCount: 0,
      extensions: new Map<string, boolean>([
        ["hmac-secret", true],
        ["credBlob", true],
      ]),
    });
    expect(toHex(bytes.subarray(37))).toBe("a26863726564426c6f62f56b686d61632d736563726574f5");
    expect(bytes[32]).toBe(0x81);
  });
});

/** The fields in the words of the vectors. */
function summary(data: AuthenticatorData) {
  const { attested } = data;
  const key = attested && toCoseMap(attested.publicKey);
  return {
    rpIdHash: toHex(data.rpIdHash),
    flags: encodeAuthenticatorData(data)[32],
    signCount: data.signCount,
    aaguid: attested && toHex(attested.aaguid),
    credentialId: attested && toHex(attested.credentialId),
    publicKeyCose: attested && toHex(attested.publicKeyCose),
    kty: key?.get(1),
    alg: attested?.publicKey.alg,
    extensionsCbor: data.extensionsCbor && toHex(data.extensionsCbor),
  };
}
