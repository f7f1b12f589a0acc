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
  /** Its id may be shortened by the device; the hash never is. */
  readonly rp: RpEntity;
  /** SHA-256 of the rp id. */
  readonly rpIdHash: Uint8Array;
}

/** A discoverable credential as the device describes it. */
export interface KnownCredential {
  readonly id: Uint8Array;
  readonly user: UserEntity;
  readonly publicKey: CoseKey;
  /** Level of the credProtect extension; absent on devices without it. */
  readonly credProtect?: number;
  /** Secret: opens the credential's large blob. */
  readonly largeBlobKey?: Uint8Array;
  readonly thirdPartyPayment?: boolean;
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
  metadata(options?: TransactOptions): Promise<{ readonly existing: number; readonly remaining: number }>;
  /** Sites with discoverable credentials; needs a token that is not bound to one site. */
  relyingParties(options?: TransactOptions): Promise<readonly KnownRelyingParty[]>;
  credentials(rpIdHash: Uint8Array, options?: TransactOptions): Promise<readonly KnownCredential[]>;
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

class Manager implements CredentialManager {
  readonly #session: Ctap2Session;
  readonly #token: PinUvAuthToken;
  readonly #command: CredentialManagementCommand;

  constructor(session: Ctap2Session, token: PinUvAuthToken, command: CredentialManagementCommand) {
    this.#session = session;
    this.#token = token;
    this.#command = command;
  }

  async metadata(options?: TransactOptions) {
    const said = await this.#authorised(Subcommand.getCredsMetadata, undefined, options);
    return {
      existing: present(said.existingResidentCredentialsCount, "existingResidentCredentialsCount"),
      remaining: present(
        said.maxPossibleRemainingResidentCredentialsCount,
        "maxPossibleRemainingResidentCredentialsCount",
      ),
    };
  }

  async relyingParties(options?: TransactOptions): Promise<readonly KnownRelyingParty[]> {
    return this.#inSeries((own) => own.#relyingParties(options), options);
  }

  async #relyingParties(options?: TransactOptions): Promise<readonly KnownRelyingParty[]> {
    const first = await this.#begin(Subcommand.enumerateRpsBegin, undefined, options);
    // Besides saying that there are none, some devices count none, and some say nothing at all.
    const total = first?.totalRps ?? 0;
    if (first === undefined || total === 0) return [];
    const found = [relyingPartyFrom(first)];
    while (found.length < total) {
      found.push(
        relyingPartyFrom(await this.#ask({ subCommand: Subcommand.enumerateRpsGetNextRp }, options)),
      );
    }
    return found;
  }

  async credentials(rpIdHash: Uint8Array, options?: TransactOptions): Promise<readonly KnownCredential[]> {
    return this.#inSeries((own) => own.#credentials(rpIdHash, options), options);
  }

  async #credentials(rpIdHash: Uint8Array, options?: TransactOptions): Promise<readonly KnownCredential[]> {
    const first = await this.#begin(Subcommand.enumerateCredentialsBegin, { rpIdHash }, options);
    const total = first?.totalCredentials ?? 0;
    if (first === undefined || total === 0) return [];
    const found = [credentialFrom(first)];
    const next = { subCommand: Subcommand.enumerateCredentialsGetNextCredential };
    while (found.length < total) found.push(credentialFrom(await this.#ask(next, options)));
    return found;
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
  return { rp: present(said.rp, "rp"), rpIdHash: present(said.rpIdHash, "rpIDHash") };
}

function credentialFrom(said: CredentialManagementResponse): KnownCredential {
  const { credProtect, largeBlobKey, thirdPartyPayment } = said;
  return {
    id: present(said.credentialId, "credentialID").id,
    user: present(said.user, "user"),
    publicKey: present(said.publicKey, "publicKey"),
    ...(credProtect !== undefined && { credProtect }),
    ...(largeBlobKey && { largeBlobKey }),
    ...(thirdPartyPayment !== undefined && { thirdPartyPayment }),
  };
}

function present<T>(value: T | undefined, name: string): T {
  if (value !== undefined) return value;
  throw new MessageError("MESSAGE_MISSING_FIELD", `credentialManagement answered without ${name}`);
}
