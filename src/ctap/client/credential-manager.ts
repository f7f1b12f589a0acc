import { CtapCommand } from "../command.js";
import type { CredentialDescriptor, RpEntity, UserEntity } from "../messages/common.js";
import type { CoseKey } from "../messages/cose.js";
import {
  credentialManagementMessage,
  credentialManagementParameters,
  CredentialManagementSubcommand as Subcommand,
  encodeCredentialManagementRequest,
  parseCredentialManagementResponse,
  type CredentialManagementCommand,
  type CredentialManagementParameters,
  type CredentialManagementRequest,
  type CredentialManagementResponse,
} from "../messages/credential-management.js";
import type { TransactOptions } from "../device.js";
import { FeatureError } from "./feature-error.js";
import { MessageError } from "../messages/message-error.js";
import type { Ctap2Session } from "./session.js";
import type { PinUvAuthToken } from "./pin-uv-auth-token.js";
import { CtapError, CtapStatus } from "../status.js";

/** A site with credentials on the device. */
export interface KnownRelyingParty {
  /** Its id may be shortened by the device; the hash never is. Absent when the device named it in no readable form. */
  readonly rp?: RpEntity;
  /** SHA-256 of the rp id. */
  readonly rpIdHash: Uint8Array;
}

/** A discoverable credential as the device describes it. */
export interface KnownCredential {
  readonly id: Uint8Array;
  /** Absent when the device named it in no readable form. */
  readonly user?: UserEntity;
  /** Absent for a key of a kind that this library does not know. */
  readonly publicKey?: CoseKey;
  /** The key in canonical CBOR, of whatever kind. */
  readonly publicKeyCose?: Uint8Array;
  /** Level of the credProtect extension; absent on devices without it. */
  readonly credProtect?: number;
  /** Secret: opens the credential's large blob. */
  readonly largeBlobKey?: Uint8Array;
  readonly thirdPartyPayment?: boolean;
}

/** What the device lists, as far as it could be fetched and read. */
export interface Listing<T> extends ReadonlyArray<T> {
  /** Absent when the list is whole. */
  readonly missing?: {
    /** Entries that the device announced and that are not in the list. */
    readonly count: number;
    /** Why the first of them is not: the device refused to go on, or said nothing that identifies it. */
    readonly cause: CtapError | MessageError;
  };
}

/** Counts of discoverable credentials; absent when the device says nothing readable. */
export interface CredentialCounts {
  readonly existing?: number;
  readonly remaining?: number;
}

/**
 * authenticatorCredentialManagement from the client's side.
 *
 * Enumerations are fetched to their end at once, and commands of other sessions on the device wait meanwhile: any other
 * command in between would end them.
 * Every call throws as any command does; a refusal is a {@link CtapError}.
 */
export interface CredentialManager {
  /** How many discoverable credentials there are, and how many more may fit. */
  metadata(options?: TransactOptions): Promise<CredentialCounts>;
  /** Sites with discoverable credentials; needs a token that is not bound to one site. */
  relyingParties(options?: TransactOptions): Promise<Listing<KnownRelyingParty>>;
  credentials(rpIdHash: Uint8Array, options?: TransactOptions): Promise<Listing<KnownCredential>>;
  delete(id: Uint8Array, options?: TransactOptions): Promise<void>;
  /** Replaces the names; one that is left out is removed. The user id must be the credential's own. */
  updateUser(id: Uint8Array, user: UserEntity, options?: TransactOptions): Promise<void>;
}

/**
 * Speaks the command of CTAP 2.1, or its preview on devices that know only that.
 *
 * @param token with the permission `credentialManagement`, or a persistent one, which only reads.
 * @throws {FeatureError} `FEATURE_UNSUPPORTED` when the device offers neither.
 * @see CTAP 2.3 §6.8
 */
export function credentialManagement(session: Ctap2Session, token: PinUvAuthToken): CredentialManager {
  return new Manager(session, token, commandOf(session));
}

interface Enumeration<T> {
  /** `undefined` when the device did not count. */
  readonly total: number | undefined;
  readonly next: number;
  /** @throws {MessageError} when the answer does not identify anything. */
  readonly read: (said: CredentialManagementResponse) => T;
}

/** Entries that are fetched from a device that did not count them and never says that it is at the end. */
const UNCOUNTED_MAX = 1_000;

class Manager implements CredentialManager {
  readonly #session: Ctap2Session;
  readonly #token: PinUvAuthToken;
  readonly #command: CredentialManagementCommand;

  constructor(session: Ctap2Session, token: PinUvAuthToken, command: CredentialManagementCommand) {
    this.#session = session;
    this.#token = token;
    this.#command = command;
  }

  async metadata(options?: TransactOptions): Promise<CredentialCounts> {
    const said = await this.#authorised(Subcommand.getCredsMetadata, undefined, options);
    const existing = said.existingResidentCredentialsCount;
    const remaining = said.maxPossibleRemainingResidentCredentialsCount;
    return { ...(existing !== undefined && { existing }), ...(remaining !== undefined && { remaining }) };
  }

  relyingParties(options?: TransactOptions): Promise<Listing<KnownRelyingParty>> {
    return this.#inSeries(async (own) => {
      const first = await own.#begin(Subcommand.enumerateRpsBegin, undefined, options);
      const next = Subcommand.enumerateRpsGetNextRp;
      return own.#enumerate(first, { total: first?.totalRps, next, read: relyingPartyFrom }, options);
    }, options);
  }

  credentials(rpIdHash: Uint8Array, options?: TransactOptions): Promise<Listing<KnownCredential>> {
    return this.#inSeries(async (own) => {
      const first = await own.#begin(Subcommand.enumerateCredentialsBegin, { rpIdHash }, options);
      const next = Subcommand.enumerateCredentialsGetNextCredential;
      return own.#enumerate(first, { total: first?.totalCredentials, next, read: credentialFrom }, options);
    }, options);
  }

  /**
   * Fetches an enumeration to its end. An entry that cannot be read is left out, and the others follow; a refusal ends
   * the list there.
   */
  async #enumerate<T>(
    first: CredentialManagementResponse | undefined,
    { total, next, read }: Enumeration<T>,
    options: TransactOptions | undefined,
  ): Promise<Listing<T>> {
    // Besides saying that there are none, some devices count none, and some say nothing at all.
    if (first === undefined || total === 0 || Object.keys(first).length === 0) return [];
    const found: T[] = [];
    let cause: CtapError | MessageError | undefined;
    for (let asked = 0; asked < (total ?? UNCOUNTED_MAX); asked++) {
      try {
        found.push(read(asked === 0 ? first : await this.#ask({ subCommand: next }, options)));
      } catch (error) {
        if (error instanceof MessageError) cause ??= error;
        else if (!(error instanceof CtapError)) throw error;
        else {
          // Without a count, the refusal is how the device says that this was all.
          if (total !== undefined) cause ??= error;
          break;
        }
      }
    }
    if (cause === undefined) return found;
    const count = total === undefined ? 1 : total - found.length;
    return Object.assign(found, { missing: { count, cause } });
  }

  async delete(id: Uint8Array, options?: TransactOptions): Promise<void> {
    await this.#authorised(Subcommand.deleteCredential, { credentialId: descriptorOf(id) }, options);
  }

  async updateUser(id: Uint8Array, user: UserEntity, options?: TransactOptions): Promise<void> {
    if (this.#command === CtapCommand.credentialManagementPreview) {
      throw new FeatureError("FEATURE_UNSUPPORTED", "the preview of credential management changes no names");
    }
    const parameters = { credentialId: descriptorOf(id), user };
    await this.#authorised(Subcommand.updateUserInformation, parameters, options);
  }

  #inSeries<T>(work: (own: Manager) => Promise<T>, options: TransactOptions | undefined): Promise<T> {
    return this.#session.series((session) => work(new Manager(session, this.#token, this.#command)), options);
  }

  /** `undefined` when there is nothing to enumerate. */
  async #begin(
    subCommand: number,
    parameters: CredentialManagementParameters | undefined,
    options: TransactOptions | undefined,
  ): Promise<CredentialManagementResponse | undefined> {
    try {
      return await this.#authorised(subCommand, parameters, options);
    } catch (error) {
      if (error instanceof CtapError && error.status === CtapStatus.NO_CREDENTIALS) return undefined;
      throw error;
    }
  }

  #authorised(
    subCommand: number,
    parameters: CredentialManagementParameters | undefined,
    options: TransactOptions | undefined,
  ): Promise<CredentialManagementResponse> {
    const signed = {
      subCommand,
      ...(parameters && { subCommandParams: credentialManagementParameters(parameters) }),
    };
    const request = {
      ...signed,
      pinUvAuthProtocol: this.#token.protocol,
      pinUvAuthParam: this.#token.authenticate(credentialManagementMessage(signed)),
    };
    return this.#ask(request, options);
  }

  #ask(
    request: CredentialManagementRequest,
    options: TransactOptions | undefined,
  ): Promise<CredentialManagementResponse> {
    const bytes = encodeCredentialManagementRequest(request, this.#command);
    return this.#session.ask(bytes, parseCredentialManagementResponse, options);
  }
}

function commandOf({ info: { options = {} } }: Ctap2Session): CredentialManagementCommand {
  if (options["credMgmt"] === true) return CtapCommand.credentialManagement;
  if (options["credentialMgmtPreview"] === true) return CtapCommand.credentialManagementPreview;
  throw new FeatureError("FEATURE_UNSUPPORTED", "the device does not let anybody manage its credentials", {
    hint: "It needs the option credMgmt or credentialMgmtPreview; only a reset deletes what is on it.",
  });
}

function descriptorOf(id: Uint8Array): CredentialDescriptor {
  return { id, type: "public-key" };
}

function relyingPartyFrom(said: CredentialManagementResponse): KnownRelyingParty {
  const { rp } = said;
  return { ...(rp && { rp }), rpIdHash: present(said.rpIdHash, "rpIDHash") };
}

function credentialFrom(said: CredentialManagementResponse): KnownCredential {
  const { user, publicKey, publicKeyCose, credProtect, largeBlobKey, thirdPartyPayment } = said;
  return {
    id: present(said.credentialId, "credentialID").id,
    ...(user && { user }),
    ...(publicKey && { publicKey }),
    ...(publicKeyCose && { publicKeyCose }),
    ...(credProtect !== undefined && { credProtect }),
    ...(largeBlobKey && { largeBlobKey }),
    ...(thirdPartyPayment !== undefined && { thirdPartyPayment }),
  };
}

function present<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new MessageError("MESSAGE_MISSING_FIELD", `credentialManagement answered without a readable ${name}`);
}
