import { Encoder } from "cbor-x";
import { decodeCbor } from "../src/cbor/decode.js";
import { encodeCbor } from "../src/cbor/encode.js";
import type { CborKey, CborValue } from "../src/cbor/value.js";
import type { BenchCase } from "./bench-case.js";

/** cbor-x set up to write what CTAP2 wants, as far as it can: key order is the caller's business. */
const cborx = new Encoder({
  mapsAsObjects: false,
  useRecords: false,
  tagUint8Array: false,
  variableMapSize: true,
});

const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 0xff);

const map = (...entries: readonly (readonly [CborKey, CborValue])[]): CborValue => new Map(entries);

const descriptor = (seed: number): CborValue =>
  map(["id", bytes(64, seed)], ["type", "public-key"], ["transports", ["usb", "nfc"]]);

const algorithm = (alg: number): CborValue => map(["alg", alg], ["type", "public-key"]);

/** A registration at a site that knows five of the user's keys already. */
const MAKE_CREDENTIAL = map(
  [1, bytes(32, 1)],
  [2, map(["id", "accounts.example.com"], ["name", "Example Accounts"])],
  [3, map(["id", bytes(64, 2)], ["name", "johanna.muster@example.com"], ["displayName", "Johanna Müster"])],
  [4, [algorithm(-7), algorithm(-8), algorithm(-257)]],
  [5, [3, 4, 5, 6, 7].map(descriptor)],
  [6, map(["credProtect", 2], ["hmac-secret", true])],
  [7, map(["rk", true])],
  [8, bytes(32, 8)],
  [9, 2],
);

const GET_INFO = map(
  [1, ["U2F_V2", "FIDO_2_0", "FIDO_2_1_PRE", "FIDO_2_1"]],
  [2, ["credBlob", "credProtect", "hmac-secret", "largeBlobKey", "minPinLength"]],
  [3, bytes(16, 9)],
  [
    4,
    map(
      ["rk", true],
      ["up", true],
      ["plat", false],
      ["alwaysUv", false],
      ["credMgmt", true],
      ["authnrCfg", true],
      ["clientPin", true],
      ["largeBlobs", true],
      ["pinUvAuthToken", true],
      ["setMinPINLength", true],
      ["makeCredUvNotRqd", false],
    ),
  ],
  [5, 1200],
  [6, [2, 1]],
  [7, 8],
  [8, 128],
  [9, ["nfc", "usb"]],
  [10, [algorithm(-7), algorithm(-8)]],
  [11, 1024],
  [12, false],
  [13, 4],
  [14, 328_706],
);

/** A COSE key, the part of authenticator data that is CBOR. */
const COSE_KEY = map([1, 2], [3, -7], [-1, 1], [-2, bytes(32, 10)], [-3, bytes(32, 11)]);

const MESSAGES = {
  "makeCredential request": MAKE_CREDENTIAL,
  "getInfo response": GET_INFO,
  "COSE key": COSE_KEY,
};

export function cborBench(): BenchCase[] {
  return Object.entries(MESSAGES).flatMap(([name, value]) => {
    const encoded = encodeCbor(value);
    const encodeGroup = `cbor: encode ${name}, ${encoded.length} bytes`;
    const decodeGroup = `cbor: decode ${name}, ${encoded.length} bytes`;
    return [
      { group: encodeGroup, name: "encode, canonical", peer: "cbor-x", fn: () => void encodeCbor(value) },
      { group: encodeGroup, name: "cbor-x", fn: () => void cborx.encode(value) },
      { group: decodeGroup, name: "decode, strict", peer: "cbor-x", fn: () => void decodeCbor(encoded) },
      { group: decodeGroup, name: "cbor-x", fn: () => void cborx.decode(encoded) },
    ];
  });
}
