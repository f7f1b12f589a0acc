import type { CborValue } from "../../cbor/value.js";
import type { CommandContext } from "./context.js";
import type { UsableCredential } from "./store/credentials.js";

/** One extension's input at creation, and what it may look at. */
export interface MakeInput {
  readonly context: CommandContext;
  readonly input: CborValue;
  /** All inputs of the request: some extensions need a second one beside them. */
  readonly inputs: ReadonlyMap<string, CborValue>;
  readonly rpId: string;
  readonly discoverable: boolean;
  readonly userVerified: boolean;
  readonly secretKey: Uint8Array;
}

export interface MakeOutcome {
  /** Goes into the authenticator data. */
  readonly output?: CborValue;
  /** Kept with the credential under the extension's id. */
  readonly stored?: CborValue;
  /** Goes into the response beside the authenticator data. */
  readonly largeBlobKey?: Uint8Array;
  readonly unsignedOutput?: CborValue;
}

export interface GetInput {
  readonly context: CommandContext;
  readonly input: CborValue;
  readonly credential: UsableCredential;
  readonly userPresent: boolean;
  readonly userVerified: boolean;
  /** How many credentials the site allowed; 0 without a list. */
  readonly allowed: number;
}

export type GetOutcome = Omit<MakeOutcome, "stored">;

/** The authenticator's half of one extension. Refuses by throwing {@link Refusal} or {@link MessageError}. */
export interface SimExtension {
  readonly id: string;
  make?(input: MakeInput): MakeOutcome;
  get?(input: GetInput): GetOutcome;
}
