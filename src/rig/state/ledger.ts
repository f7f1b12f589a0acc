import { toHex } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { readAs } from "../../core/read-shape.js";
import { shape } from "../../core/shape.js";
import type { Operation, RigKey } from "../inventory/inventory.js";
import { RigError } from "../rig-error.js";
import type { StateFolder } from "./state-folder.js";

/** What the rig put on one key, or was told that it may destroy. Holds hashes, and no secret. */
export interface KeyLedger {
  readonly schema: 1;
  /** Hexadecimal; makes the hashes of one key useless beside those of another. */
  readonly salt: string;
  /** What could not be seen when the key was adopted, or was left when the rig reset it, may be destroyed. */
  readonly adopted: boolean;
  /** The PIN that is set is the rig's. */
  readonly pin: boolean;
  /** Salted SHA-256 of the IDs of credentials that the rig created or adopted. */
  readonly credentials: readonly string[];
  /** AAGUID in hexadecimal that the key had when `rig check` looked last. */
  readonly aaguid?: string;
}

/** What a key says it holds. */
export interface KeyContents {
  readonly pinSet: boolean;
  /**
   * IDs of the credentials that the operation is about, those of all discoverable ones for a reset; `unseen` where the key
   * does not say, or not without its PIN.
   */
  readonly credentialIds: readonly Uint8Array[] | "unseen";
}

const SHAPE = shape.object(
  {
    schema: shape.oneOf([1]),
    salt: shape.text,
    adopted: shape.flag,
    pin: shape.flag,
    credentials: shape.list(shape.text),
  },
  { aaguid: shape.text },
);

const CODES = { unknownMember: "bad", missingMember: "bad", wrongType: "bad", badValue: "bad" } as const;
const SALT_BYTES = 16;
/** Operations that take away or overwrite what is on the key; the others add to it. */
const DESTRUCTIVE: readonly Operation[] = [
  "reset",
  "changePin",
  "deleteCredentials",
  "updateCredentials",
  "config",
  "deleteFingerprints",
  "writeLargeBlobs",
];

/**
 * Remembers what the rig put on its keys, so that nothing else is destroyed. The process that writes has a lease on the key.
 *
 * A ledger that is damaged counts as empty: the rig then refuses rather than destroys.
 */
export class RigLedger {
  readonly #env: Env;
  readonly #folder: StateFolder;

  constructor(env: Env, folder: StateFolder) {
    this.#env = env;
    this.#folder = folder;
  }

  get(label: string): KeyLedger {
    const file = this.#folder.read(fileOf(label));
    if (file.is === "json") {
      try {
        return readAs<unknown, "bad">(SHAPE, file.value, {
          codes: CODES,
          toError: () => new RangeError("damaged"),
        }) as KeyLedger;
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
    const salt = toHex(this.#env.entropy.bytes(SALT_BYTES));
    return { schema: 1, salt, adopted: false, pin: false, credentials: [] };
  }

  /** Notes which model a key is, so that another one in its place is not taken for it. */
  seen(label: string, aaguid: string): void {
    if (this.get(label).aaguid !== aaguid) this.#change(label, (ledger) => ({ ...ledger, aaguid }));
  }

  /** Notes that the rig set the PIN of a key. */
  pinSet(label: string): void {
    this.#change(label, (ledger) => ({ ...ledger, pin: true }));
  }

  /** Notes a credential that the rig created. */
  credentialCreated(label: string, credentialId: Uint8Array): void {
    this.#change(label, (ledger) => ({
      ...ledger,
      credentials: [...new Set([...ledger.credentials, this.#hash(ledger, credentialId)])],
    }));
  }

  /** Notes that the rig reset a key: nothing is on it. */
  wasReset(label: string): void {
    this.#change(label, (ledger) => ({ ...ledger, adopted: true, pin: false, credentials: [] }));
  }

  /** Notes that a user said: whatever is on this key now may be destroyed. */
  adopt(label: string, { pinSet, credentialIds }: KeyContents): void {
    this.#change(label, (ledger) => ({
      ...ledger,
      adopted: true,
      pin: pinSet,
      credentials: credentialIds === "unseen" ? [] : credentialIds.map((id) => this.#hash(ledger, id)),
    }));
  }

  /**
   * Refuses an operation that the rig file does not allow, and one that would destroy what the rig did not put there.
   *
   * @throws {RigError} `RIG_NOT_ALLOWED`, `RIG_FOREIGN_PIN`, `RIG_FOREIGN_CREDENTIALS`, `RIG_CREDENTIALS_UNSEEN`.
   */
  check({ label, allow = [] }: RigKey, operation: Operation, contents: KeyContents): void {
    if (!allow.includes(operation)) {
      throw new RigError("RIG_NOT_ALLOWED", `the rig file does not allow ${operation} on "${label}"`, {
        hint: `its member allow lists what is allowed: ${allow.join(", ") || "nothing so far"}`,
      });
    }
    if (!DESTRUCTIVE.includes(operation)) return;
    const ledger = this.get(label);
    const hint = `rig check --adopt ${label} says that what is on it may be destroyed`;
    if (contents.pinSet && !ledger.pin) {
      throw new RigError("RIG_FOREIGN_PIN", `"${label}" holds a PIN that the rig did not set`, { hint });
    }
    if (contents.credentialIds === "unseen") {
      if (ledger.adopted) return;
      throw new RigError("RIG_CREDENTIALS_UNSEEN", `what "${label}" holds cannot be seen`, { hint });
    }
    const foreign = contents.credentialIds.filter(
      (id) => !ledger.credentials.includes(this.#hash(ledger, id)),
    );
    if (foreign.length > 0) {
      const count = `${foreign.length} credential${foreign.length === 1 ? "" : "s"}`;
      throw new RigError("RIG_FOREIGN_CREDENTIALS", `"${label}" holds ${count} that the rig did not create`, {
        hint,
      });
    }
  }

  #change(label: string, change: (ledger: KeyLedger) => KeyLedger): void {
    this.#folder.replace(fileOf(label), change(this.get(label)));
  }

  #hash({ salt }: KeyLedger, id: Uint8Array): string {
    const salted = new Uint8Array([...new TextEncoder().encode(salt), ...id]);
    return toHex(this.#env.crypto.sha256(salted));
  }
}

function fileOf(label: string): string {
  return `ledger-${label}.json`;
}
