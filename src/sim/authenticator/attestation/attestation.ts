import type { CborValue } from "../../../cbor/value.js";
import { concat, fromHex } from "../../../core/bytes.js";
import type { Entropy } from "../../../core/entropy.js";
import { CoseAlgorithm, type CoseKey } from "../../../ctap/messages/cose.js";
import {
  u2fRegistrationMessage,
  type U2fRegistration,
  type U2fRegistrationRequest,
} from "../../../ctap/u2f/u2f.js";
import type { CryptoProvider } from "../../../core/crypto-provider.js";
import type { AuthenticatorProfile } from "../../profiles/profile.js";
import { makeBatchKeys, type BatchKeys } from "./attestation-certificates.js";
import { signWith } from "../signing.js";
import { corruptStatement } from "./corrupt-statement.js";

export interface Statement {
  readonly fmt: string;
  readonly attStmt: CborValue;
}

export interface StatementRequest {
  readonly authData: Uint8Array;
  readonly clientDataHash: Uint8Array;
  readonly alg: number;
  readonly secretKey: Uint8Array;
  readonly enterprise: boolean;
  readonly fmt: AttestationFormat;
  /** What the authenticator data says, once more: U2F signs it in an order of its own. */
  readonly rpIdHash: Uint8Array;
  readonly credentialId: Uint8Array;
  readonly publicKey: CoseKey;
}

export type AttestationFormat = AuthenticatorProfile["attestation"]["formats"][number];

/** What decides the format, before there is anything to attest. */
export interface FormatRequest {
  readonly alg: number;
  readonly enterprise: boolean;
  /** What the site would like, in its order. */
  readonly preference: readonly string[];
}

/** What credentials with a U2F attestation say instead: U2F has no models. */
export const NO_AAGUID: Uint8Array = new Uint8Array(16);

/** 16 bytes of a UUID's text. */
export function aaguidBytes({ aaguid }: AuthenticatorProfile): Uint8Array {
  return fromHex(aaguid.replaceAll("-", ""));
}

/** The batch key of a model, its certificates, and the statements made with them. Made when first needed. */
export class AttestationKeys {
  readonly #crypto: CryptoProvider;
  readonly #entropy: Entropy;
  readonly #profile: AuthenticatorProfile;
  #made: BatchKeys | undefined;

  constructor(entropy: Entropy, profile: AuthenticatorProfile, crypto: CryptoProvider) {
    this.#entropy = entropy;
    this.#profile = profile;
    this.#crypto = crypto;
  }

  /** DER of the certificate a site has to trust to trust this model. */
  get root(): Uint8Array {
    return this.#keys().root;
  }

  /** @see WebAuthn Level 3 §8.2 (packed), §8.6 (fido-u2f), §8.7 (none) */
  statement(request: StatementRequest): Statement {
    return corruptStatement(this.#honestStatement(request), this.#profile.attestation.fault);
  }

  #honestStatement(request: StatementRequest): Statement {
    const { fmt } = request;
    if (fmt === "none") return { fmt, attStmt: new Map() };
    if (fmt === "fido-u2f") {
      const { certificate, signature } = this.signU2f(
        { challenge: request.clientDataHash, application: request.rpIdHash },
        { keyHandle: request.credentialId, publicKey: pointOf(request.publicKey) },
      );
      return {
        fmt,
        attStmt: new Map<string, CborValue>([
          ["sig", signature],
          ["x5c", [certificate]],
        ]),
      };
    }
    const signed = concat(request.authData, request.clientDataHash);
    if (this.#profile.attestation.packed === "self" && !request.enterprise) {
      const sig = signWith(this.#crypto, request, signed);
      return {
        fmt,
        attStmt: new Map<string, CborValue>([
          ["alg", request.alg],
          ["sig", sig],
        ]),
      };
    }
    const { key, batch, enterprise, issuers } = this.#keys();
    return {
      fmt,
      attStmt: new Map<string, CborValue>([
        ["alg", CoseAlgorithm.ES256],
        ["sig", this.#crypto.signEs256(key.secretKey, signed)],
        ["x5c", [request.enterprise ? enterprise : batch, ...issuers]],
      ]),
    };
  }

  /** The model's part of a U2F registration: its certificate, and what the certificate's key signed. */
  signU2f(
    request: U2fRegistrationRequest,
    made: Pick<U2fRegistration, "keyHandle" | "publicKey">,
  ): Pick<U2fRegistration, "certificate" | "signature"> {
    const { key, u2f } = this.#keys();
    const message = u2fRegistrationMessage(request, made);
    return { certificate: u2f, signature: this.#crypto.signEs256(key.secretKey, message) };
  }

  formatFor({ preference, enterprise, alg }: FormatRequest): AttestationFormat {
    // U2F knows one algorithm.
    const formats = this.#profile.attestation.formats.filter(
      (fmt) => fmt !== "fido-u2f" || alg === CoseAlgorithm.ES256,
    );
    if (enterprise) return "packed";
    // A site that asks for `none` gets none, whether or not the device lists the format.
    if (preference.length === 1 && preference[0] === "none") return "none";
    const wanted = preference.flatMap((fmt) => formats.filter((known) => known === fmt));
    return wanted[0] ?? formats[0] ?? "none";
  }

  #keys(): BatchKeys {
    return (this.#made ??= makeBatchKeys(this.#crypto, this.#entropy, this.#profile));
  }
}

/** 65 bytes, as U2F writes a point. @throws {RangeError} for a key of another kind. */
export function pointOf({ key }: CoseKey): Uint8Array {
  if (key.kty !== "EC" || key.crv !== "P-256") throw new RangeError(`a ${key.kty} key is no P-256 point`);
  return concat(Uint8Array.of(0x04), key.x, key.y);
}
