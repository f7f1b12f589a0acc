import type { CborValue } from "../../../src/cbor/value.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import type { GetAssertionResponse } from "../../../src/ctap/messages/get-assertion.js";
import type { MakeCredentialResponse } from "../../../src/ctap/messages/make-credential.js";
import { CtapStatus, type CtapStatusName } from "../../../src/ctap/status.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey } from "../authenticator/bench-key.js";

/** By extension id. */
export type Inputs = Readonly<Record<string, CborValue>>;

type Proof = Awaited<ReturnType<BenchKey["token"]>>;

export interface Asking {
  readonly rk?: boolean;
  readonly up?: boolean;
  /** With a token the person earned by PIN. */
  readonly proof?: Proof | undefined;
  /** The allow list; empty for none. */
  readonly ids?: readonly Uint8Array[];
}

/** A key with every extension of CTAP 2.3, and how to ask it for them. */
export class ExtensionBench extends BenchKey {
  constructor(profile: Partial<AuthenticatorProfile> = {}) {
    super({ profile: { ...profileNamed("ctap23"), ...profile } });
  }

  create(inputs: Inputs, { rk = true, proof }: Asking = {}): Promise<MakeCredentialResponse> {
    return this.made({ extensions: toMap(inputs), options: { rk }, ...proof });
  }

  async refusesCreate(inputs: Inputs, status: CtapStatusName, { rk = true }: Asking = {}): Promise<void> {
    const answer = await this.make({ extensions: toMap(inputs), options: { rk } });
    if (answer !== CtapStatus[status]) throw new Error(`0x${String(answer?.toString(16))}, not ${status}`);
  }

  assert(inputs: Inputs, asking: Asking = {}): Promise<GetAssertionResponse> {
    return this.got(toAssertion(inputs, asking));
  }

  async refusesGet(inputs: Inputs, status: CtapStatusName, asking: Asking = {}): Promise<void> {
    const answer = await this.get(toAssertion(inputs, asking));
    if (answer !== CtapStatus[status]) throw new Error(`0x${String(answer?.toString(16))}, not ${status}`);
  }

  toCreate(): Promise<Proof> {
    return this.token(Permission.makeCredential);
  }

  toAssert(): Promise<Proof> {
    return this.token(Permission.getAssertion);
  }
}

/** What an answer says of an extension; `undefined` when nothing. */
export function outputOf(response: { readonly authData: Uint8Array }, id: string): CborValue | undefined {
  return parseAuthenticatorData(response.authData).extensions?.get(id);
}

export function idOf(response: MakeCredentialResponse): Uint8Array {
  const { attested } = parseAuthenticatorData(response.authData);
  if (attested === undefined) throw new Error("the answer names no credential");
  return attested.credentialId;
}

function toAssertion(inputs: Inputs, { up = true, proof, ids = [] }: Asking) {
  return {
    extensions: toMap(inputs),
    ...(!up && { options: { up } }),
    ...(ids.length > 0 && { allowList: ids.map((id) => ({ id, type: "public-key" })) }),
    ...proof,
  };
}

function toMap(inputs: Inputs): ReadonlyMap<string, CborValue> {
  return new Map(Object.entries(inputs));
}
