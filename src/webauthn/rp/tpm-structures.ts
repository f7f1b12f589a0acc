import { ByteReader } from "../../core/bytes.js";
import type { HashName, PublicKey } from "../../core/crypto-provider.js";
import { VerificationError, reading } from "./verification-error.js";

/** Algorithm identifiers. @see TCG TPM 2.0 Library, Part 2 §6.3 (TPM_ALG_ID) */
const TpmAlgorithm = {
  RSA: 0x0001,
  NULL: 0x0010,
  ECDAA: 0x001a,
  ECC: 0x0023,
} as const;

const HASHES: ReadonlyMap<number, HashName> = new Map([
  [0x0004, "sha1"],
  [0x000b, "sha256"],
  [0x000c, "sha384"],
  [0x000d, "sha512"],
]);

/** @see TCG TPM 2.0 Library, Part 2 §6.4 (TPM_ECC_CURVE) */
const CURVES: ReadonlyMap<number, { readonly crv: "P-256" | "P-384" | "P-521"; readonly bytes: number }> =
  new Map([
    [0x0003, { crv: "P-256", bytes: 32 }],
    [0x0004, { crv: "P-384", bytes: 48 }],
    [0x0005, { crv: "P-521", bytes: 66 }],
  ]);

/** What exponent 0 stands for. @see TCG TPM 2.0 Library, Part 2 §12.2.3.5 (TPMS_RSA_PARMS) */
const RSA_DEFAULT_EXPONENT = 65_537;

/** A TPM's public key. @see TCG TPM 2.0 Library, Part 2 §12.2.4 (TPMT_PUBLIC) */
export interface TpmPublicArea {
  readonly nameAlg: number;
  readonly key: PublicKey;
}

/** A TPM's word about one of its keys. @see TCG TPM 2.0 Library, Part 2 §10.12.12 (TPMS_ATTEST) */
export interface TpmCertifyInfo {
  readonly extraData: Uint8Array;
  /** Name of the certified key: its nameAlg, then the hash of its public area. */
  readonly name: Uint8Array;
}

/** TPM_GENERATED_VALUE: the structure was made inside a TPM. */
const GENERATED = 0xff54_4347;
/** TPM_ST_ATTEST_CERTIFY. */
const ATTEST_CERTIFY = 0x8017;

/** Hash of a TPM algorithm identifier; `undefined` for one that is none. */
export function tpmHash(algorithm: number): HashName | undefined {
  return HASHES.get(algorithm);
}

/** @throws {VerificationError} `RP_ATTESTATION_TPM` */
export function readPublicArea(bytes: Uint8Array): TpmPublicArea {
  return reading("RP_ATTESTATION_TPM", "pubArea", () => {
    const reader = new ByteReader(bytes);
    const type = reader.uint(2);
    const nameAlg = reader.uint(2);
    reader.uint(4); // objectAttributes: say nothing WebAuthn asks for
    sized(reader); // authPolicy
    return { nameAlg, key: keyOf(type, reader.rest()) };
  });
}

/** @throws {VerificationError} `RP_ATTESTATION_TPM`, also when it is no statement about a key. */
export function readCertifyInfo(bytes: Uint8Array): TpmCertifyInfo {
  return reading("RP_ATTESTATION_TPM", "certInfo", () => {
    const reader = new ByteReader(bytes);
    if (reader.uint(4) !== GENERATED) throw refusal("certInfo was not made inside a TPM");
    if (reader.uint(2) !== ATTEST_CERTIFY) throw refusal("certInfo is no word about a key");
    sized(reader); // qualifiedSigner
    const extraData = sized(reader);
    reader.take(8 + 4 + 4 + 1); // clockInfo: clock, resetCount, restartCount, safe
    reader.take(8); // firmwareVersion
    const name = sized(reader);
    sized(reader); // qualifiedName
    demandEnd(reader, "certInfo");
    return { extraData, name };
  });
}

function keyOf(type: number, area: Uint8Array): PublicKey {
  if (type === TpmAlgorithm.ECC) return eccKey(area);
  if (type === TpmAlgorithm.RSA) return rsaKey(area);
  throw refusal(`key type ${type}`);
}

function rsaKey(area: Uint8Array): PublicKey {
  const reader = new ByteReader(area);
  skipSymmetric(reader);
  const scheme = reader.uint(2);
  const bits = reader.uint(2);
  // A signing scheme is followed by its hash. Some test tools leave it out; no key has as few bits as a hash's name.
  if (scheme !== TpmAlgorithm.NULL && HASHES.has(bits)) reader.uint(2);
  const exponent = reader.uint(4);
  const n = sized(reader);
  demandEnd(reader, "pubArea");
  return { kty: "RSA", n, e: exponentBytes(exponent || RSA_DEFAULT_EXPONENT) };
}

function eccKey(area: Uint8Array): PublicKey {
  const reader = new ByteReader(area);
  skipSymmetric(reader);
  const scheme = reader.uint(2);
  if (scheme !== TpmAlgorithm.NULL) reader.take(scheme === TpmAlgorithm.ECDAA ? 4 : 2);
  const curveId = reader.uint(2);
  if (reader.uint(2) !== TpmAlgorithm.NULL) reader.take(2); // kdf and its hash
  const curve = CURVES.get(curveId);
  if (curve === undefined) throw refusal(`curve ${curveId}`);
  const coordinate = () => padded(sized(reader), curve.bytes);
  const key: PublicKey = { kty: "EC", crv: curve.crv, x: coordinate(), y: coordinate() };
  demandEnd(reader, "pubArea");
  return key;
}

/** TPMT_SYM_DEF_OBJECT: the algorithm, and for a real one key size and mode. */
function skipSymmetric(reader: ByteReader): void {
  if (reader.uint(2) !== TpmAlgorithm.NULL) reader.take(4);
}

function demandEnd(reader: ByteReader, what: string): void {
  if (reader.left > 0) throw refusal(`${reader.left} bytes after ${what}`);
}

/** A TPM2B: two bytes of length, then as many. */
function sized(reader: ByteReader): Uint8Array {
  return reader.take(reader.uint(2));
}

/** Leading zeros of a coordinate may be left out, or be one too many. */
function padded(bytes: Uint8Array, width: number): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start === -1 ? bytes.subarray(bytes.length) : bytes.subarray(start);
  if (digits.length > width) throw refusal(`coordinate of ${digits.length} bytes`);
  const out = new Uint8Array(width);
  out.set(digits, width - digits.length);
  return out;
}

function exponentBytes(exponent: number): Uint8Array {
  return Uint8Array.of(exponent >>> 24, (exponent >>> 16) & 0xff, (exponent >>> 8) & 0xff, exponent & 0xff);
}

function refusal(what: string): VerificationError {
  return new VerificationError("RP_ATTESTATION_TPM", what);
}
