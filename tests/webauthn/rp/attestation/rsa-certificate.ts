import type { CborMap } from "../../../../src/cbor/value.js";
import { attestationCase, objectOf } from "../vector-case.js";

/** A certificate of an RSA key: the attestation key of a TPM. Source: attestation.json, tpm-000. */
export const RSA_CERTIFICATE = (
  (objectOf(attestationCase("tpm-000")).attStmt as CborMap).get("x5c") as readonly Uint8Array[]
)[0] as Uint8Array;
