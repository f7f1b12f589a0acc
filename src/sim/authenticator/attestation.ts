import type { CborValue } from "../../cbor/value.js";
import { concat, fromHex } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import { CoseAlgorithm } from "../../ctap/cose.js";
import type { CryptoProvider } from "../../crypto/provider.js";
import type { AuthenticatorProfile } from "../profile.js";
import { makeBatchKeys, type BatchKeys } from "./attestation-certificates.js";
import { signWith } from "./signing.js";
import { spoilStatement } from "./spoil-statement.js";

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
  /** What the site would like, in its order. */
  readonly preference: readonly string[];
}

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

  /** @see WebAuthn Level 3 §8.2 (packed), §8.7 (none) */
  statement(request: StatementRequest): Statement {
    return spoilStatement(this.#honestStatement(request), this.#profile.attestation.fault);
  }

  #honestStatement(request: StatementRequest): Statement {
    const fmt = this.#chooseFormat(request);
    if (fmt === "none") return { fmt, attStmt: new Map() };
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

  #chooseFormat({ preference, enterprise }: StatementRequest): "packed" | "none" {
    const { formats } = this.#profile.attestation;
    if (enterprise) return "packed";
    // A site that wants nothing and says so gets nothing, whether or not the device lists the format.
    if (preference.length === 1 && preference[0] === "none") return "none";
    const wanted = preference.flatMap((fmt) => formats.filter((known) => known === fmt));
    return wanted[0] ?? formats[0] ?? "none";
  }

  #keys(): BatchKeys {
    return (this.#made ??= makeBatchKeys(this.#crypto, this.#entropy, this.#profile));
  }
}
