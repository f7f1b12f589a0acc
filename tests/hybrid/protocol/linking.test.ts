import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { Crypter } from "../../../src/hybrid/protocol/crypter.js";
import { encodeFrame, parseFrame } from "../../../src/hybrid/protocol/frames.js";
import { openLink, sealLink, signLink } from "../../../src/hybrid/protocol/linking.js";
import { padMessage } from "../../../src/hybrid/protocol/padding.js";
import { encodeUpdate, parseUpdate } from "../../../src/hybrid/protocol/update.js";
import { casesOf, keyPairOf, PROVIDERS } from "../vectors.js";

/** The rows of the group are of three kinds; each test takes the rows that have what it needs. */
interface LinkingCase {
  readonly name: string;
  readonly clientStaticPrivate?: string;
  readonly phoneIdentityPrivate?: string;
  readonly phoneIdentityPublic?: string;
  readonly ecdhSharedX?: string;
  readonly handshakeHash?: string;
  readonly signature?: string;
  readonly valid?: false;
  readonly contactId?: string;
  readonly linkId?: string;
  readonly linkSecret?: string;
  readonly deviceName?: string;
  readonly linkingMap?: string;
  readonly frame?: string;
  readonly paddedLength?: number;
  readonly ciphertextLength?: number;
}

const CASES = casesOf<LinkingCase>("linking");
const rowAt = (index: number): LinkingCase => {
  const row = CASES[index];
  if (row === undefined) throw new Error("no linking data to work with");
  return row;
};
const [SIGNED, LINKING] = [rowAt(0), rowAt(1)];
const bytesIn = (row: LinkingCase, member: keyof LinkingCase) => fromHex(row[member] as string);

const CLIENT = keyPairOf(SIGNED.clientStaticPrivate as string);
const PHONE = keyPairOf(SIGNED.phoneIdentityPrivate as string);
const HASH = bytesIn(SIGNED, "handshakeHash");
const PHONE_PROOF = { ownKey: PHONE, peerKey: CLIENT.publicKey, handshakeHash: HASH };
const CLIENT_PROOF = { ownKey: CLIENT, handshakeHash: HASH };

const DATA = {
  contactId: bytesIn(LINKING, "contactId"),
  linkId: bytesIn(LINKING, "linkId"),
  linkSecret: bytesIn(LINKING, "linkSecret"),
  name: LINKING.deviceName as string,
};

/** The published map with one member changed; `undefined` takes it out. */
function mapWith(key: CborKey, value: CborValue | undefined): CborMap {
  const map = new Map(decodeCbor(bytesIn(LINKING, "linkingMap")) as CborMap);
  if (value === undefined) map.delete(key);
  else map.set(key, value);
  return map;
}

describe.each(PROVIDERS)("published linking data, $name", (crypto) => {
  /** What each kind of row asks for; every row is of one. */
  const checks: Readonly<Record<string, (row: LinkingCase) => void>> = {
    signature(row) {
      expect(toHex(crypto.sharedSecret(CLIENT.secretKey, PHONE.publicKey))).toBe(row.ecdhSharedX);
      expect(toHex(PHONE.publicKey)).toBe(row.phoneIdentityPublic);
      expect(toHex(signLink(PHONE_PROOF, crypto))).toBe(row.signature);
      const client = { ...CLIENT_PROOF, peerKey: PHONE.publicKey };
      expect(toHex(signLink(client, crypto))).toBe(row.signature);
    },
    wrongSignature(row) {
      const map = mapWith(6, bytesIn(row, "signature"));
      expect(() => openLink(map, CLIENT_PROOF, crypto)).toThrow(
        expect.objectContaining({ code: "LINK_SIGNATURE_WRONG" }),
      );
    },
    frame(row) {
      const plaintext = bytesIn(row, "frame");
      expect(padMessage(plaintext)).toHaveLength(row.paddedLength as number);
      const keys = { clientToPhone: HASH, phoneToClient: HASH };
      const sealed = new Crypter(keys, { role: "phone", crypto }).seal(plaintext);
      expect(sealed).toHaveLength(row.ciphertextLength as number);
      const frame = parseFrame(plaintext, { from: "phone" });
      if (frame.type !== "update") throw new Error(`an update, not ${frame.type}`);
      const update = parseUpdate(frame.payload);
      expect(encodeFrame({ type: "update", payload: encodeUpdate(update) })).toEqual(plaintext);
      if (row.linkingMap === undefined) return expect(update.linking).toBeUndefined();
      expect(toHex(encodeCbor(update.linking as CborMap))).toBe(row.linkingMap);
      expect(toHex(encodeCbor(sealLink(DATA, PHONE_PROOF, crypto)))).toBe(row.linkingMap);
      const opened = openLink(update.linking as CborMap, CLIENT_PROOF, crypto);
      expect(opened).toEqual({ ...DATA, phoneKey: PHONE.publicKey });
    },
  };
  const kindOf = ({ frame, valid }: LinkingCase) =>
    frame !== undefined ? "frame" : valid === false ? "wrongSignature" : "signature";

  test.each(CASES)("$nr: $name", (row) => {
    checks[kindOf(row)]?.(row);
    expect.hasAssertions();
  });
});

describe("linking data are refused", () => {
  test.each([1, 2, 3, 4, 5, 6])("without member %d", (key) => {
    expect(() => openLink(mapWith(key, undefined), CLIENT_PROOF, defaultCrypto)).toThrow(
      expect.objectContaining({ code: "LINK_MALFORMED", aftermath: "unknown" }),
    );
  });

  test.each([
    ["a contact id that is text", 1, "contact"],
    ["a link id of 7 bytes", 2, new Uint8Array(7)],
    ["a link secret of 16 bytes", 3, new Uint8Array(16)],
    ["a compressed key", 4, PHONE.publicKey.subarray(0, 33)],
    [
      "a key that is no point",
      4,
      Uint8Array.from(PHONE.publicKey, (byte, i) => (i === 64 ? byte ^ 1 : byte)),
    ],
    ["a name that is bytes", 5, new Uint8Array(4)],
    ["a signature of 31 bytes", 6, new Uint8Array(31)],
  ])("with %s", (_, key, value) => {
    expect(() => openLink(mapWith(key, value), CLIENT_PROOF, defaultCrypto)).toThrow(
      expect.objectContaining({ code: "LINK_MALFORMED" }),
    );
  });

  test.each([
    ["of another session", { ...CLIENT_PROOF, handshakeHash: new Uint8Array(32) }],
    ["for another client", { ...CLIENT_PROOF, ownKey: PHONE }],
  ])("when the signature is %s", (_, proof) => {
    expect(() => openLink(mapWith(999, true), proof, defaultCrypto)).toThrow(
      expect.objectContaining({ code: "LINK_SIGNATURE_WRONG" }),
    );
  });

  test("when the signature was made with another identity than the one named", () => {
    const map = mapWith(4, CLIENT.publicKey);
    expect(() => openLink(map, CLIENT_PROOF, defaultCrypto)).toThrow(
      expect.objectContaining({ code: "LINK_SIGNATURE_WRONG" }),
    );
  });

  test("when they are no map", () => {
    expect(() => openLink(new Uint8Array(3), CLIENT_PROOF, defaultCrypto)).toThrow(
      expect.objectContaining({ code: "LINK_MALFORMED" }),
    );
  });
});

test("the mark Play services add is left out", () => {
  expect(openLink(mapWith(999, true), CLIENT_PROOF, defaultCrypto)).toEqual({
    ...DATA,
    phoneKey: PHONE.publicKey,
  });
});
