import { envFor, type Env } from "../../src/core/env.js";
import { CtapCommand } from "../../src/ctap/command.js";
import type { CtapHandler } from "../../src/ctap/device.js";
import { parseGetAssertionRequest } from "../../src/ctap/messages/get-assertion.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore, type StoreSnapshot } from "../../src/sim/authenticator/store/credential-store.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";

/** What an authenticator did that lasts, as it knows it itself. */
export interface Deeds {
  readonly created: boolean;
  readonly signed: boolean;
  readonly otherwiseChanged: boolean;
}

/** Attestation certificates cost more than the rest of a ceremony, and no aftermath depends on them. */
export function plainProfile(name: string): AuthenticatorProfile {
  const profile = profileNamed(name);
  return { ...profile, attestation: { ...profile.attestation, formats: ["none"] } };
}

/** A simulated authenticator that notes what it did, whatever becomes of its answers. */
export class WatchedKey {
  readonly store: CredentialStore;
  readonly authenticator: SimAuthenticator;
  readonly #before: string;
  readonly #idsBefore: ReadonlySet<string>;
  #signed = false;

  constructor(env: Env, profile: AuthenticatorProfile, snapshot: StoreSnapshot) {
    this.store = new CredentialStore(snapshot);
    this.#before = lastingPart(this.store);
    this.#idsBefore = idsIn(this.store);
    const user = simulatedUser(envFor(env, "user"), {});
    this.authenticator = new SimAuthenticator(envFor(env, "key"), { profile, store: this.store, user });
  }

  readonly handle: CtapHandler = async (request, options) => {
    const answer = await this.authenticator.handle(request, options);
    if (answer[0] === 0 && isSignature(request)) this.#signed = true;
    return answer;
  };

  get deeds(): Deeds {
    return {
      created: [...idsIn(this.store)].some((id) => !this.#idsBefore.has(id)),
      signed: this.#signed,
      otherwiseChanged: lastingPart(this.store) !== this.#before,
    };
  }
}

/** A probe, which asks for no touch, leaves nothing but a counter that every client moves as it likes. */
function isSignature(request: Uint8Array): boolean {
  if (request[0] === CtapCommand.getNextAssertion) return true;
  return (
    request[0] === CtapCommand.getAssertion &&
    parseGetAssertionRequest(request.subarray(1)).options?.up !== false
  );
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

function idsIn({ credentials }: CredentialStore): ReadonlySet<string> {
  return new Set(credentials.map(({ id }) => textOf(id)));
}

/** Everything that outlives a ceremony but counters: credentials, their names and blobs, the PIN. */
function lastingPart({ credentials, memory }: CredentialStore): string {
  const kept = credentials.map(({ id, userName, userDisplayName }) => [
    textOf(id),
    userName,
    userDisplayName,
  ]);
  return JSON.stringify([kept, memory.pinHash && textOf(memory.pinHash)]);
}
