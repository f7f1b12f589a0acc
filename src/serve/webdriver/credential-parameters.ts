import { concat, fromBase64url, fromHex, toBase64url } from "../../core/bytes.js";
import { shape } from "../../core/shape.js";
import type {
  CredentialSource,
  NewCredentialSource,
} from "../../sim/authenticator/store/credential-store.js";
import { childrenOf, readDer } from "../../webauthn/rp/der.js";
import { readBodyAs } from "../body-shapes.js";
import { ServeError } from "../../loopback/serve-error.js";

const ES256 = -7;
const SCALAR_BYTES = 32;

/** A PrivateKeyInfo for P-256 up to the scalar. @see RFC 5958 §2, RFC 5915 §3 */
const PKCS8_BEFORE = fromHex("3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420");
const P256 = fromHex("06082a8648ce3d030107");

const CREDENTIAL = shape.open(
  { credentialId: shape.bytes, isResidentCredential: shape.flag, rpId: shape.text, privateKey: shape.text },
  {
    userHandle: shape.text,
    userName: shape.text,
    userDisplayName: shape.text,
    signCount: shape.between({ min: 0, max: 0xffff_ffff }),
    backupEligibility: shape.flag,
    backupState: shape.flag,
    largeBlob: shape.text,
  },
);

export type BackupKnob = "none" | "eligible" | "backed-up";

interface BackupFlags {
  readonly backupEligibility?: boolean | undefined;
  readonly backupState?: boolean | undefined;
}

interface AddedCredential {
  readonly credential: NewCredentialSource;
  readonly signCount: number;
  readonly backup: BackupKnob | undefined;
}

/** A credential as WebDriver commands have it. @see WebAuthn Level 3 §11.5 */
export interface CredentialParameters {
  readonly credentialId: string;
  readonly isResidentCredential: boolean;
  readonly rpId: string;
  readonly userHandle?: string;
  /** PKCS #8, base64url. */
  readonly privateKey: string;
  readonly signCount: number;
}

/**
 * Reads the parameters of "Add Credential".
 *
 * @returns the credential, and the backup flags that it is to have, where they are given.
 * @throws {ServeError} `SERVE_BODY`; `SERVE_CANNOT` for keys of other curves, and for a credential with a large blob.
 */
export function readCredential(parameters: unknown, createdAtEpochMs: number): AddedCredential {
  const read = readBodyAs(CREDENTIAL, parameters, "credential");
  const { credentialId: id, rpId, userHandle, userName, userDisplayName, isResidentCredential } = read;
  const credential: NewCredentialSource = {
    id,
    rpId,
    userId: binary("userHandle", userHandle ?? ""),
    ...(userName !== undefined && { userName }),
    ...(userDisplayName !== undefined && { userDisplayName }),
    alg: ES256,
    secretKey: scalarOf(binary("privateKey", read.privateKey)),
    discoverable: isResidentCredential,
    createdAtEpochMs,
    extensions: new Map(),
  };
  if (read.largeBlob !== undefined) {
    throw new ServeError("SERVE_CANNOT", "a credential cannot be added with a large blob", {
      hint: "write the blob by a login of the page: extensions.largeBlob.write",
    });
  }
  return { credential, signCount: read.signCount ?? 0, backup: backupOf(read) };
}

/** Returns the backup flags as the knob `key.backup` has them. @see WebAuthn Level 3 §6.1.3 */
export function backupOf({ backupEligibility, backupState }: BackupFlags): BackupKnob | undefined {
  if (backupEligibility === undefined && backupState === undefined) return undefined;
  if (backupState === true && backupEligibility !== true)
    throw new ServeError("SERVE_BODY", "a credential that is backed up is eligible for it");
  return backupEligibility === true ? (backupState === true ? "backed-up" : "eligible") : "none";
}

/** Writes a credential for "Get Credentials", which by its definition gives the private key of a test too. */
export function credentialParameters(source: CredentialSource): CredentialParameters {
  const { id, rpId, userId, discoverable, signCount, secretKey, alg } = source;
  if (alg !== ES256) throw new ServeError("SERVE_CANNOT", `a key of algorithm ${alg} is not given out`);
  return {
    credentialId: toBase64url(id),
    isResidentCredential: discoverable,
    rpId,
    ...(userId.length > 0 && { userHandle: toBase64url(userId) }),
    privateKey: toBase64url(concat(PKCS8_BEFORE, secretKey)),
    signCount,
  };
}

/** Drivers and clients pad as they like. */
function binary(name: string, text: string): Uint8Array {
  try {
    return fromBase64url(text.replace(/=+$/, ""));
  } catch {
    throw new ServeError("SERVE_BODY", `credential.${name} is not base64url`);
  }
}

function scalarOf(pkcs8: Uint8Array): Uint8Array {
  try {
    const [, algorithm, wrapped] = childrenOf(readDer(pkcs8));
    const curve = algorithm && childrenOf(algorithm)[1];
    const [, scalar] = wrapped === undefined ? [] : childrenOf(readDer(wrapped.content));
    const isP256 = curve !== undefined && toBase64url(curve.raw) === toBase64url(P256);
    if (isP256 && scalar?.content.length === SCALAR_BYTES) return scalar.content.slice();
  } catch {
    // Said below, without a word of what was in it.
  }
  throw new ServeError("SERVE_BODY", "credential.privateKey is no PKCS #8 key on the curve P-256", {
    hint: "virtual authenticators take ES256 keys",
  });
}
