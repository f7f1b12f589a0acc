import { sleep } from "../core/clock.js";
import { toBase64url } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { envFor } from "../core/env.js";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "../webauthn/json.js";
import type { StoredCredential } from "../webauthn/rp/stored-credential.js";
import { VerificationError } from "../webauthn/rp/verification-error.js";
import { verifyAssertion } from "../webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../webauthn/rp/verify-registration.js";
import type { Background } from "./background.js";
import { Gateway, type SiteAnswer } from "./gateway.js";
import type { Knobs } from "./knobs.js";
import type { SimMail } from "./mail.js";
import { SiteCeremonies, type SiteCeremony } from "./site-ceremonies.js";
import { SiteStore, tagOf, type SiteRow } from "./site-store.js";

export interface SiteParts {
  readonly knobs: () => Knobs;
  readonly background: Background;
  readonly mail: SimMail;
  readonly origin: string;
  readonly rpId: string;
}

/** Options together with the site's name for the ceremony. */
export interface CeremonyOptions<Options> {
  readonly ceremony: string;
  readonly publicKey: Options;
}

const FLAG = "passkey";
const USER_ID_BYTES = 16;
const DECOY_ID_BYTES = 32;
const ES256 = -7;
const EDDSA = -8;
const RS256 = -257;

/**
 * A relying party with its gateway, database, mail and habits. Verifies for real.
 *
 * Every call takes its time and is traced; work behind a 504 goes on.
 */
export class SimSite {
  readonly store: SiteStore;
  readonly #env: Env;
  readonly #parts: SiteParts;
  readonly #gateway: Gateway;
  readonly #ceremonies: SiteCeremonies;
  readonly #flags = new Map<string, boolean>();

  constructor(env: Env, parts: SiteParts) {
    this.#env = env;
    this.#parts = parts;
    this.store = new SiteStore(env, parts);
    this.#ceremonies = new SiteCeremonies(env);
    this.#gateway = new Gateway(envFor(env, "gateway"), { site: env, ...parts });
  }

  get flags(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(this.#flags);
  }

  registrationOptions(
    account: string,
  ): Promise<SiteAnswer<CeremonyOptions<PublicKeyCredentialCreationOptionsJSON>>> {
    const id = this.#ceremonies.nextId();
    return this.#gateway.pass({ call: "registration/options", ceremony: id }, async () => {
      await this.#work("rp.options", this.#knobs.rp.optionsMs);
      const { challenge } = this.#ceremonies.open(
        { id, kind: "registration", account },
        this.#challengeTtlMs,
      );
      if (this.#knobs.rp.flagAt === "options") this.#flag();
      return { status: 200, body: { ceremony: id, publicKey: this.#creationOptions(account, challenge) } };
    });
  }

  finishRegistration(ceremony: string, response: RegistrationResponseJSON): Promise<SiteAnswer> {
    return this.#gateway.pass({ call: "registration/finish", ceremony }, async () => {
      const opened = this.#redeem(ceremony, { kind: "registration", credential: response.id });
      if ("status" in opened) return opened;
      const verified = refusalsAsAnswers(() => verifyRegistration(response, this.#expected(opened)));
      if ("status" in verified) return verified;
      await this.#work("rp.finish", this.#knobs.rp.finishMs);
      this.#ceremonies.accept(opened, response.id);
      const { commitDelayMs } = this.#knobs.rp;
      const commit = () => this.#commit(opened, verified.credential);
      if (commitDelayMs === 0) commit();
      else void this.#parts.background.add(this.#work("rp.commit", commitDelayMs).then(commit));
      return { status: 200 };
    });
  }

  loginOptions(account: string): Promise<SiteAnswer<CeremonyOptions<PublicKeyCredentialRequestOptionsJSON>>> {
    const id = this.#ceremonies.nextId();
    return this.#gateway.pass({ call: "login/options", ceremony: id }, async () => {
      await this.#work("rp.options", this.#knobs.rp.optionsMs);
      const allowed = this.#allowedFor(account);
      if (allowed === undefined) return { status: 404, code: "NO_PASSKEY", offered: [] };
      const { challenge } = this.#ceremonies.open({ id, kind: "login", account }, this.#challengeTtlMs);
      const publicKey = { ...this.#requestOptions(challenge), allowCredentials: allowed };
      const offered = allowed.map((descriptor) => tagOf(descriptor.id));
      return { status: 200, body: { ceremony: id, publicKey }, offered };
    });
  }

  async finishLogin(ceremony: string, response: AuthenticationResponseJSON): Promise<SiteAnswer> {
    return this.#gateway.pass({ call: "login/finish", ceremony }, async () => {
      const answer = await this.#login(ceremony, response);
      const outcome = answer.status === 200 ? "accepted" : "refused";
      this.#env.trace.emit({
        kind: "rp.login",
        outcome,
        ceremony,
        ...(answer.code !== undefined && { reason: answer.code }),
      });
      return answer;
    });
  }

  async #login(ceremony: string, response: AuthenticationResponseJSON): Promise<SiteAnswer> {
    const opened = this.#redeem(ceremony, { kind: "login", credential: response.id });
    if ("status" in opened) return opened;
    const row = this.store.find(response.id);
    if (row === undefined) return { status: 404, code: "UNKNOWN_CREDENTIAL" };
    const verified = refusalsAsAnswers(() =>
      verifyAssertion(response, { ...this.#expected(opened), credential: row.credential }),
    );
    if ("status" in verified) return verified;
    await this.#work("rp.finish", this.#knobs.rp.finishMs);
    this.store.update(verified.credential);
    this.#ceremonies.accept(opened, response.id);
    if (this.#knobs.rp.flagAt === "first-login") this.#flag();
    return { status: 200 };
  }

  /** Spends the ceremony's challenge, or says why not. */
  #redeem(
    id: string,
    { kind, credential }: { kind: SiteCeremony["kind"]; credential: string },
  ): SiteCeremony | SiteAnswer {
    const ceremony = this.#ceremonies.find(id);
    if (ceremony?.kind !== kind) return { status: 404, code: "UNKNOWN_CEREMONY" };
    const { idempotentFinish } = this.#knobs.rp;
    if (idempotentFinish && ceremony.acceptedCredential === credential) return { status: 200 };
    if (ceremony.state === "expired") return { status: 400, code: "CHALLENGE_EXPIRED" };
    if (ceremony.state === "used") return { status: 400, code: "CHALLENGE_USED" };
    this.#ceremonies.use(ceremony);
    return ceremony;
  }

  /** Commit, then mail: a mail in front of its row is a promise the site may break. */
  #commit({ id, account }: SiteCeremony, credential: StoredCredential): void {
    this.store.commit({ account, credential }, id);
    if (this.#knobs.rp.flagAt === "commit") this.#flag();
    this.#parts.mail.queue("Your passkey was created");
  }

  #creationOptions(account: string, challenge: string): PublicKeyCredentialCreationOptionsJSON {
    const { client, rp } = this.#knobs;
    return {
      rp: { id: this.#parts.rpId, name: "Example Shop" },
      user: { id: this.#stableBytes(`user ${account}`, USER_ID_BYTES), name: account, displayName: account },
      challenge,
      pubKeyCredParams: [ES256, EDDSA, RS256].map((alg) => ({ type: "public-key", alg })),
      ...(client.timeoutMs !== null && { timeout: client.timeoutMs }),
      excludeCredentials: this.store.readCopyOf(account).map(descriptorOf),
      authenticatorSelection: { residentKey: "required", userVerification: rp.userVerification },
      attestation: "none",
    };
  }

  #requestOptions(challenge: string): PublicKeyCredentialRequestOptionsJSON {
    const { client, rp } = this.#knobs;
    return {
      challenge,
      rpId: this.#parts.rpId,
      ...(client.timeoutMs !== null && { timeout: client.timeoutMs }),
      userVerification: rp.userVerification,
    };
  }

  /** `undefined`: the site admits that the account has no passkey. */
  #allowedFor(account: string) {
    const rows = this.store.readCopyOf(account);
    if (rows.length > 0) return rows.map(descriptorOf);
    switch (this.#knobs.rp.unknownAccount) {
      case "refuse":
        return undefined;
      case "empty":
        return [];
      case "decoy":
        // Always the same one for an account, so that nobody learns which accounts exist.
        return [{ type: "public-key", id: this.#stableBytes(`decoy ${account}`, DECOY_ID_BYTES) }];
    }
  }

  #expected({ challenge }: SiteCeremony) {
    const { origin, rpId } = this.#parts;
    return { challenge, origins: [origin], rpId, userVerification: this.#knobs.rp.userVerification };
  }

  #flag(): void {
    if (this.#flags.get(FLAG)) return;
    this.#flags.set(FLAG, true);
    this.#env.trace.emit({ kind: "rp.flag", flag: FLAG, value: true });
  }

  get #knobs(): Knobs {
    return this.#parts.knobs();
  }

  get #challengeTtlMs(): number | undefined {
    const { enforceTimeout, challengeTtlMs } = this.#knobs.rp;
    return enforceTimeout ? challengeTtlMs : undefined;
  }

  #stableBytes(label: string, length: number): string {
    return toBase64url(this.#env.entropy.fork(label).bytes(length));
  }

  #work(timer: string, durationMs: number): Promise<void> {
    return sleep(this.#env.clock, durationMs, timer);
  }
}

const descriptorOf = ({ credential: { id, transports = [] } }: SiteRow) => ({
  type: "public-key",
  id,
  transports,
});

/** A response that breaks a rule is the caller's fault: 400 with the rule's code. */
function refusalsAsAnswers<T extends object>(verify: () => T): T | (SiteAnswer & { status: 400 }) {
  try {
    return verify();
  } catch (error) {
    if (error instanceof VerificationError) return { status: 400, code: error.code };
    throw error;
  }
}
