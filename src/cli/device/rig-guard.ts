import {
  CborError,
  type CborMap,
  CtapCommand,
  decodeCbor,
  parseAuthenticatorData,
  parseInfo,
  type TransactOptions,
} from "../../entry/ctap.js";
import { type Operation, type OpenLease, type Rig, type RigKey, takeLease } from "../../entry/rig.js";
import { isHarnessError } from "../../index.js";
import { AwaitedAnswers } from "./awaited-answers.js";

/** How long a key is awaited that another job has, in milliseconds. */
const WAIT_MS = 1_000;

/** What a request wants of a key. */
interface Asked {
  readonly operation: Operation;
  /** The one credential that it is about. */
  readonly credentialId?: Uint8Array;
}

/** Asks the rig before a key of it is changed, and notes in its ledger what was put on the key. */
export class RigGuard {
  readonly key: RigKey;
  readonly #rig: Rig;
  #isLeased: boolean;
  #lease: OpenLease | undefined;

  /** @param isLeased this process runs inside of a lease on the key, and takes none itself. */
  constructor(rig: Rig, key: RigKey, { isLeased }: { readonly isLeased: boolean }) {
    this.#rig = rig;
    this.key = key;
    this.#isLeased = isLeased;
  }

  /**
   * Refuses what the rig does not allow with this key. Outside of a lease it takes one, until {@link release}.
   *
   * @param pinSet whether the key has a PIN now.
   * @throws {RigError} `RIG_NOT_ALLOWED`, `RIG_FOREIGN_PIN`, `RIG_FOREIGN_CREDENTIALS`, `RIG_CREDENTIALS_UNSEEN`, and where
   * another job has the key `RIG_LEASE_TIMEOUT`, or `RIG_QUARANTINED`.
   */
  async check({ operation, credentialId }: Asked, pinSet: boolean): Promise<void> {
    const credentialIds = credentialId ? [credentialId] : AFFECTS_ALL.includes(operation) ? "unseen" : [];
    this.#rig.ledger.check(this.key, operation, { pinSet, credentialIds });
    if (this.#isLeased) return;
    const { label } = this.key;
    this.#lease = await takeLease(this.#rig, {
      label,
      job: `passkey-harness: ${operation}`,
      waitMs: WAIT_MS,
    });
    this.#isLeased = true;
  }

  /** Notes what the key did. @param answer status byte and what follows. */
  note(request: Uint8Array, answer: Uint8Array): void {
    if (answer[0] !== 0) return;
    const { ledger } = this.#rig;
    const { label } = this.key;
    const operation = operationIn(request)?.operation;
    if (operation === "setPin") ledger.pinSet(label);
    if (operation === "reset") ledger.wasReset(label);
    const created = operation === "createCredentials" ? credentialIn(answer.subarray(1)) : undefined;
    if (created) ledger.credentialCreated(label, created);
  }

  /** Gives back the lease that it took itself. */
  async release(): Promise<void> {
    if (this.#lease === undefined) return;
    await this.#lease[Symbol.asyncDispose]();
    this.#lease = undefined;
    this.#isLeased = false;
  }
}

/** Operations that reach every credential, or what belongs to one that the request does not name. */
const AFFECTS_ALL: readonly Operation[] = ["reset", "writeLargeBlobs", "deleteFingerprints"];

/** A key of a rig: no request that changes it is sent before the rig has allowed it. */
export class GuardedDevice extends AwaitedAnswers {
  readonly #guard: RigGuard;
  #pinSet: boolean | undefined;

  constructor(device: ConstructorParameters<typeof AwaitedAnswers>[0], guard: RigGuard) {
    super(device);
    this.#guard = guard;
  }

  /** Asks the rig before anything is sent, where a command knows what it is going to do. @throws as {@link RigGuard.check}. */
  async announce(operation: Operation): Promise<void> {
    await this.#guard.check({ operation }, await this.#hasPin());
  }

  override async transact(request: Uint8Array, options?: TransactOptions): Promise<Uint8Array> {
    const asked = operationIn(request);
    if (asked) await this.#guard.check(asked, await this.#hasPin());
    const answer = await super.transact(request, options);
    this.#guard.note(request, answer);
    if (request[0] === CtapCommand.getInfo) this.#pinSet = pinSetIn(answer) ?? this.#pinSet;
    else if (asked) this.#pinSet = undefined;
    return answer;
  }

  override async [Symbol.asyncDispose](): Promise<void> {
    await super[Symbol.asyncDispose]();
    await this.#guard.release();
  }

  /** A key that does not say whether it has a PIN is taken to have one. */
  async #hasPin(): Promise<boolean> {
    this.#pinSet ??= pinSetIn(await super.transact(Uint8Array.of(CtapCommand.getInfo)));
    return this.#pinSet ?? true;
  }
}

function pinSetIn(answer: Uint8Array): boolean | undefined {
  if (answer[0] !== 0) return undefined;
  return readOr(() => parseInfo(answer.subarray(1)).options?.["clientPin"] === true);
}

/** Says which operation of the rig file a request is; `undefined` for one that changes nothing on the key. */
export function operationIn(request: Uint8Array): Asked | undefined {
  const [command = -1] = request;
  if (command === CtapCommand.reset) return { operation: "reset" };
  if (command === CtapCommand.makeCredential) return { operation: "createCredentials" };
  if (command === CtapCommand.authenticatorConfig) return { operation: "config" };
  const parameters = mapIn(request.subarray(1));
  if (command === CtapCommand.largeBlobs)
    return parameters.has(BLOB_SET) ? { operation: "writeLargeBlobs" } : undefined;
  const rows = SUBCOMMANDS.get(command);
  const operation = rows?.[Number(parameters.get(rows.member))];
  if (operation === undefined) return undefined;
  const credentialId = operation.endsWith("Credentials") ? credentialNamedIn(parameters) : undefined;
  return { operation, ...(credentialId && { credentialId }) };
}

interface Rows {
  /** Key of the subcommand in the request's map. */
  readonly member: number;
  readonly [subcommand: number]: Operation;
}

const FINGERPRINTS: Rows = {
  member: 2,
  1: "enrollFingerprints",
  2: "enrollFingerprints",
  5: "enrollFingerprints",
  6: "deleteFingerprints",
};
const CREDENTIALS: Rows = { member: 1, 6: "deleteCredentials", 7: "updateCredentials" };
/** Member `set` of a largeBlobs request. @see CTAP 2.3 §6.10 */
const BLOB_SET = 2;

/** Subcommands that change something. @see CTAP 2.3 §6.5, §6.7, §6.8 */
const SUBCOMMANDS: ReadonlyMap<number, Rows> = new Map([
  [CtapCommand.clientPin, { member: 2, 3: "setPin", 4: "changePin" } satisfies Rows],
  [CtapCommand.bioEnrollment, FINGERPRINTS],
  [CtapCommand.bioEnrollmentPreview, FINGERPRINTS],
  [CtapCommand.credentialManagement, CREDENTIALS],
  [CtapCommand.credentialManagementPreview, CREDENTIALS],
]);

/** @see CTAP 2.3 §6.8 (subCommandParams: credentialID) */
function credentialNamedIn(parameters: CborMap): Uint8Array | undefined {
  const members = parameters.get(2);
  const descriptor = members instanceof Map ? (members as CborMap).get(2) : undefined;
  const id = descriptor instanceof Map ? (descriptor as CborMap).get("id") : undefined;
  return id instanceof Uint8Array ? id : undefined;
}

/** Returns the ID of the credential that a key created. @see CTAP 2.3 §6.1 */
function credentialIn(body: Uint8Array): Uint8Array | undefined {
  const data = mapIn(body).get(2);
  return data instanceof Uint8Array
    ? readOr(() => parseAuthenticatorData(data).attested?.credentialId)
    : undefined;
}

function mapIn(bytes: Uint8Array): CborMap {
  const value = readOr(() => decodeCbor(bytes));
  return value instanceof Map ? (value as CborMap) : new Map();
}

/** What cannot be read is for others to refuse. */
function readOr<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CborError || isHarnessError(error)) return undefined;
    throw error;
  }
}
