import { fromBase64url, toBase64url, utf8 } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import type { CredentialRecord } from "../../webauthn/rp/stored-credential.js";
import { verifyAssertion } from "../../webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../webauthn/rp/verify-registration.js";

const CHALLENGE_BYTES = 32;
const ES256 = -7;
const RS256 = -257;

/** A relying party in memory: gives options, verifies answers as WebAuthn asks and keeps the credentials. */
export class MemorySite {
  readonly origin: string;
  readonly rpId: string;
  readonly #env: Env;
  readonly #credentials = new Map<string, CredentialRecord>();
  readonly #challenges = new Set<string>();

  /** @param origin of its pages, such as `https://shop.example`. */
  constructor(env: Env, origin: string) {
    this.#env = env;
    this.origin = origin;
    this.rpId = new URL(origin).hostname;
  }

  /** Ids of the credentials it keeps, base64url. */
  get credentials(): readonly string[] {
    return [...this.#credentials.keys()];
  }

  /** Returns options for `navigator.credentials.create()`, as JSON. */
  registrationOptions(username: string): CreationOptionsInput {
    return {
      rp: { id: this.rpId, name: this.rpId },
      user: { id: toBase64url(utf8(username)), name: username, displayName: username },
      challenge: this.#newChallenge(),
      pubKeyCredParams: [ES256, RS256].map((alg) => ({ type: "public-key", alg })),
      excludeCredentials: this.credentials.map((id) => ({ type: "public-key", id })),
    };
  }

  /** Verifies and keeps a new credential. @throws {VerificationError} */
  finishRegistration(response: RegistrationResponseJSON): CredentialRecord {
    const { credential } = verifyRegistration(response, {
      challenge: this.#spent(response),
      origins: [this.origin],
      rpId: this.rpId,
    });
    this.#credentials.set(credential.id, credential);
    return credential;
  }

  /** Returns options for `navigator.credentials.get()`, as JSON. */
  loginOptions(): RequestOptionsInput {
    const allowCredentials = this.credentials.map((id) => ({ type: "public-key", id }));
    return { rpId: this.rpId, challenge: this.#newChallenge(), allowCredentials };
  }

  /**
   * Verifies a login.
   *
   * @throws {VerificationError}
   * @throws {Error} for a credential that is not kept here.
   */
  finishLogin(response: AuthenticationResponseJSON): CredentialRecord {
    const known = this.#credentials.get(response.id);
    if (known === undefined) throw new Error(`the site does not know the credential ${response.id}`);
    const { credential } = verifyAssertion(response, {
      challenge: this.#spent(response),
      origins: [this.origin],
      rpId: this.rpId,
      credential: known,
    });
    this.#credentials.set(credential.id, credential);
    return credential;
  }

  #newChallenge(): string {
    const challenge = toBase64url(this.#env.entropy.bytes(CHALLENGE_BYTES));
    this.#challenges.add(challenge);
    return challenge;
  }

  /** A challenge is good once. */
  #spent({ response }: { readonly response: { readonly clientDataJSON: string } }): string {
    const text = new TextDecoder().decode(fromBase64url(response.clientDataJSON));
    const { challenge } = JSON.parse(text) as { readonly challenge: string };
    if (!this.#challenges.delete(challenge))
      throw new Error("the challenge is not one that this site waits for");
    return challenge;
  }
}
