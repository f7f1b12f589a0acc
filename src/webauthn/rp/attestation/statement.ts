import type { CborValue } from "../../../cbor/value.js";
import { readCertificate, type Certificate } from "../certificate.js";
import { VerificationError } from "../verification-error.js";

/** Certificates one statement may carry. */
const CERTIFICATES_MAX = 10;

/** Members of an attestation statement by name, each with its type or a typed refusal. */
export class Statement {
  readonly #fmt: string;
  readonly #map: ReadonlyMap<unknown, CborValue>;

  /** @throws {VerificationError} `RP_ATTESTATION_STATEMENT` when the statement is no map. */
  constructor(fmt: string, attStmt: CborValue) {
    if (!(attStmt instanceof Map)) {
      throw new VerificationError("RP_ATTESTATION_STATEMENT", `${fmt}: the statement is no map`);
    }
    this.#fmt = fmt;
    this.#map = attStmt as ReadonlyMap<unknown, CborValue>;
  }

  get size(): number {
    return this.#map.size;
  }

  has(name: string): boolean {
    return this.#map.has(name);
  }

  /** @throws {VerificationError} `RP_ATTESTATION_STATEMENT` */
  bytes(name: string): Uint8Array {
    const value = this.#map.get(name);
    return value instanceof Uint8Array ? value : this.#refuse(name, "a byte string");
  }

  /** @throws {VerificationError} `RP_ATTESTATION_STATEMENT` */
  text(name: string): string {
    const value = this.#map.get(name);
    return typeof value === "string" ? value : this.#refuse(name, "a text string");
  }

  /** A COSE algorithm identifier. @throws {VerificationError} `RP_ATTESTATION_STATEMENT` */
  algorithm(): number {
    const value = this.#map.get("alg");
    return typeof value === "number" && Number.isInteger(value) ? value : this.#refuse("alg", "an integer");
  }

  /** x5c, leaf first, at least one. @throws {VerificationError} `RP_ATTESTATION_STATEMENT`, `RP_ATTESTATION_CERTIFICATE`. */
  certificates(): readonly [Certificate, ...Certificate[]] {
    const value = this.#map.get("x5c");
    if (!Array.isArray(value) || value.length > CERTIFICATES_MAX) {
      return this.#refuse("x5c", `an array of 1 to ${CERTIFICATES_MAX} certificates`);
    }
    const [leaf, ...others] = (value as readonly CborValue[]).map((der) =>
      der instanceof Uint8Array ? readCertificate(der) : this.#refuse("x5c", "an array of byte strings"),
    );
    return leaf === undefined ? this.#refuse("x5c", "an array that holds a certificate") : [leaf, ...others];
  }

  #refuse(name: string, wanted: string): never {
    throw new VerificationError("RP_ATTESTATION_STATEMENT", `${this.#fmt}: ${name} is not ${wanted}`);
  }
}
