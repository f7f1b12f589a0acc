import { envFor, type VirtualEnv } from "../../src/core/env.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { nullSink } from "../../src/core/trace.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import type { SimUser, UserAnswer, UserPrompt } from "../../src/sim/user.js";

/** Whoever stands at the key: answers at once, or never. */
export class MoodyUser implements SimUser {
  does: UserAnswer["answer"] | "nothing" = "approved";

  answer(_prompt: UserPrompt, signal: AbortSignal): Promise<UserAnswer> {
    const answer = this.does;
    if (answer !== "nothing") return Promise.resolve({ answer });
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
    });
  }
}

/** A key of this profile with its user, on virtual time. Two of one profile draw the same bytes. */
export class FuzzedKey {
  readonly env: VirtualEnv;
  readonly key: SimAuthenticator;
  readonly user = new MoodyUser();

  constructor(profile: AuthenticatorProfile) {
    this.env = virtualEnv(`fuzz ${profile.name}`, nullSink);
    this.key = new SimAuthenticator(envFor(this.env, "key"), {
      profile,
      store: new CredentialStore(),
      user: this.user,
    });
  }

  run<T>(work: Promise<T>): Promise<T> {
    return this.env.clock.run(work);
  }
}
