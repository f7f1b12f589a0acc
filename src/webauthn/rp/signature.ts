import { defaultCrypto } from "../../crypto/default.js";
import { EC_CURVES } from "../../crypto/ec-curve.js";
import { fromEcdsaDer } from "../../crypto/ecdsa-der.js";
import type { HashName } from "../../core/crypto-provider.js";
import { signatureAlgorithm, type CoseKey } from "../../ctap/messages/cose.js";
import { reading, VerificationError } from "./verification-error.js";
import type { RpCode } from "./verification-hints.js";

export interface SignedMessage {
  /** COSE algorithm identifier. */
  readonly alg: number;
  readonly key: CoseKey["key"];
  readonly message: Uint8Array;
  readonly signature: Uint8Array;
}

/**
 * Demands that the signature is the key's.
 *
 * @param codes what to call a wrong signature, one that is not even encoded as such (`wrong` when absent), and a key
 *   that cannot belong to the algorithm
 * @throws {VerificationError} one of `codes`, or `RP_ALGORITHM_UNSUPPORTED`.
 */
export function demandSignature(
  { alg, key, message, signature }: SignedMessage,
  codes: { readonly wrong: RpCode; readonly encoding?: RpCode; readonly mismatch: RpCode },
): void {
  const algorithm = signatureAlgorithm(alg);
  if (algorithm === undefined) {
    throw new VerificationError("RP_ALGORITHM_UNSUPPORTED", `COSE algorithm ${alg}`);
  }
  const holds = reading(codes.mismatch, `COSE algorithm ${alg} with a key of type ${key.kty}`, () =>
    defaultCrypto.verify(algorithm, key, message, signature),
  );
  if (holds) return;
  if (codes.encoding !== undefined && key.kty === "EC") {
    const { width } = EC_CURVES[key.crv];
    if (fromEcdsaDer(signature, width) === undefined) {
      const raw = signature.length === 2 * width ? `; of ${2 * width} bytes, as r and s side by side` : "";
      throw new VerificationError(codes.encoding, `the ${algorithm} signature is no DER${raw}`);
    }
  }
  throw new VerificationError(codes.wrong, `the ${algorithm} signature does not hold`);
}

const HASHES: ReadonlyMap<number, HashName> = new Map([
  [-65535, "sha1"],
  [-7, "sha256"],
  [-9, "sha256"],
  [-37, "sha256"],
  [-47, "sha256"],
  [-257, "sha256"],
  [-35, "sha384"],
  [-38, "sha384"],
  [-51, "sha384"],
  [-258, "sha384"],
  [-36, "sha512"],
  [-39, "sha512"],
  [-52, "sha512"],
  [-259, "sha512"],
]);

/** The hash an algorithm signs with; `undefined` for one without a separate hash. */
export function hashOfAlgorithm(alg: number): HashName | undefined {
  return HASHES.get(alg);
}
