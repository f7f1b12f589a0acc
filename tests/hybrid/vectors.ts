import { readFileSync } from "node:fs";
import { nobleCrypto } from "../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../src/crypto/node/provider.js";
import type { KeyPair } from "../../src/core/crypto-provider.js";
import { fromHex } from "../../src/core/bytes.js";

/** Whom every test with keys in it is run for. */
export const PROVIDERS = [nobleCrypto, nodeCrypto] as const;

/** How many cases each group of tests/vectors/hybrid.json has: none may get lost. */
export const GROUP_SIZES = {
  digitEncode: 19,
  digitDecodeInvalid: 12,
  digitWidths: 8,
  qr: 3,
  qrParse: 13,
  qrUrlInvalid: 9,
  tunnelDomain: 17,
  derive: 6,
  eid: 3,
  eidRawKey: 1,
  eidParse: 5,
  eidInvalid: 4,
  advertisingData: 3,
  advertSuffix: 10,
  urls: 6,
  tunnelPaths: 23,
  noise: 2,
  noiseNegative: 6,
  traffic: 3,
  trafficOldConstruction: 3,
  padding: 8,
  unpadInvalid: 2,
  unpadLenient: 1,
  frames: 6,
  postHandshake: 4,
  postHandshakePaddedV20: 4,
  linking: 4,
  stateAssisted: 2,
  phoneKeyHierarchy: 1,
  l2capFraming: 4,
  fullTrace: 1,
} as const;

export type VectorGroup = keyof typeof GROUP_SIZES;

/** Everything in the file; `meta` is the only member that is no group. */
export const VECTOR_FILE = JSON.parse(
  readFileSync(new URL("../vectors/hybrid.json", import.meta.url), "utf8"),
) as Readonly<Record<string, unknown>>;

/** The cases of a group, numbered for titles. A group of another size is refused. */

export function casesOf<Case extends object>(group: VectorGroup): (Case & { readonly nr: number })[] {
  const cases = VECTOR_FILE[group] as readonly Case[];
  if (cases.length !== GROUP_SIZES[group]) {
    throw new Error(`${group}: ${cases.length} cases, not ${GROUP_SIZES[group]}`);
  }
  return cases.map((one, index) => ({ nr: index + 1, ...one }));
}

export function keyPairOf(secretKeyHex: string): KeyPair {
  const secretKey = fromHex(secretKeyHex);
  return { secretKey, publicKey: nobleCrypto.publicKeyOf(secretKey) };
}

/** What the call threw; an error of the test when it threw nothing. */
export function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
