import { arg, checkArguments, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { sleep } from "../../core/clock.js";
import { type Env, envFor } from "../../core/env.js";
import { TimeoutError } from "../../core/errors.js";
import { within } from "../../core/within.js";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "../../webauthn/json.js";
import type { CredentialRecord } from "../../webauthn/rp/stored-credential.js";
import type { Background } from "../../core/background.js";
import { FallbackAuthService } from "../factors/factor-desk.js";
import { Gateway, type SiteAnswer } from "./gateway.js";
import type { Knobs } from "../knobs/knobs.js";
import type { SimMail } from "./mail.js";
import { SiteAccess } from "./site-access.js";
import { SiteCeremonies, type SiteCeremony } from "./site-ceremonies.js";
import { SiteOptions } from "./site-options.js";
import type {
  CallTerms,
  CeremonyOptions,
  CeremonyState,
  FinishTerms,
  RegistrationTerms,
  SiteLinks,
  SitePort,
} from "./site-port.js";
import { SiteVerifier } from "./site-verifier.js";
import { SiteStore, tagOf } from "./site-store.js";

export interface SiteDeps {
  readonly knobs: () => Knobs;
  readonly background: Background;
  readonly mail: SimMail;
  readonly origin: string;
  readonly rpId: string;
}

const DEPS = parameters<SiteDeps>({
  knobs: arg.callable,
  background: arg.object,
  mail: arg.object,
  origin: shape.text,
  rpId: shape.text,
});

const FLAG = "passkey";
const POLL_TIMER = "poll.limit";

/**
 * Simulates a relying party with its gateway, database, mail and quirks. Verifies for real.
 *
 * Every call takes its time and is traced; work behind a 504 goes on.
 */
export class SimSite implements SitePort, SiteLinks {
  readonly store: SiteStore;
  /** The fallback factors beside the passkey. */
  readonly factors: FallbackAuthService;
  readonly #env: Env;
  readonly #deps: SiteDeps;
  readonly #gateway: Gateway;
  readonly #ceremonies: SiteCeremonies;
  readonly #options: SiteOptions;
  readonly #access: SiteAccess;
  readonly #verifier: SiteVerifier;
  readonly #flags = new Map<string, boolean>();
  /** Numbers by which the trace distinguishes accounts: user names never enter the trace. */
  readonly #accounts = new Map<string, string>();

  constructor(env: Env, deps: SiteDeps) {
    checkArguments("SimSite", { env: [arg.env, env], deps: [DEPS, deps] });
    this.#env = env;
    this.#deps = deps;
    this.store = new SiteStore(deps);
    this.#ceremonies = new SiteCeremonies(env);
    this.#options = new SiteOptions(env, { ...deps, store: this.store });
    this.#access = new SiteAccess(env, deps.knobs);
    this.#verifier = new SiteVerifier(deps);
    this.#gateway = new Gateway(envFor(env, "gateway"), { site: env, ...deps });
    this.factors = new FallbackAuthService(env, {
      ...deps,
      gateway: this.#gateway,
      access: this.#access,
      passkeyOn: () => this.#flags.get(FLAG) === true,
      revokePasskeys: (own) => this.store.removeAll(own),
    });
  }

  get flags(): Readonly<Record<string, boolean>> {
    return Object.fromEntries(this.#flags);
  }

  registrationOptions(
    account: string,
    { context, pairing }: RegistrationTerms = {},
  ): Promise<SiteAnswer<CeremonyOptions<PublicKeyCredentialCreationOptionsJSON>>> {
    const own = this.#ceremonies.begin("registration", context);
    const id = pairing ?? own.ceremony;
    const call = { call: "registration/options", context: own, account: this.#numberOf(account) };
    return this.#gateway.pass(call, async (env) => {
      await this.#work("rp.options", this.#knobs.rp.optionsMs);
      const refusal = this.#access.refusalAtOptions();
      if (refusal) return refusal;
      const ceremony = this.#open({ id, kind: "registration", account, context: own });
      if (this.#knobs.rp.flagAt === "options") this.#flag(env);
      const { replaceAt, whenFull } = this.#knobs.rp;
      if (replaceAt === "options" && whenFull === "replace") this.#makeRoom(env, ceremony, 1);
      return { status: 200, body: { ceremony: id, publicKey: this.#options.creation(ceremony) } };
    });
  }

  finishRegistration(
    ceremony: string,
    response: RegistrationResponseJSON,
    terms: FinishTerms = {},
  ): Promise<SiteAnswer> {
    const context = this.#ceremonies.contextOf(ceremony, terms.context);
    return this.#gateway.pass({ call: "registration/finish", context }, async (env) => {
      const answer = this.#sessionLost(terms) ?? (await this.#register(env, ceremony, response));
      if (answer.status >= 400) this.#ceremonies.conclude(ceremony, "refused");
      return answer;
    });
  }

  /** Begins a registration on another screen: the page shows a web link as a QR code and waits. */
  registrationLink({ context }: CallTerms = {}): Promise<SiteAnswer<{ readonly ceremony: string }>> {
    const own = this.#ceremonies.begin("registration", context);
    return this.#gateway.pass({ call: "registration/qr", context: own }, async () => {
      await this.#work("rp.options", this.#knobs.rp.optionsMs);
      return { status: 200, body: { ceremony: own.ceremony } };
    });
  }

  /** Answers when the other screen is done, or with 408 when `poll.limit` fires first. */
  awaitRegistration(ceremony: string, terms: CallTerms = {}): Promise<SiteAnswer<CeremonyState>> {
    const context = this.#ceremonies.contextOf(ceremony, terms.context);
    return this.#gateway.pass({ call: "registration/poll", context }, async (env) => {
      const { limitMs } = this.#knobs.poll;
      const done = this.#ceremonies.concluded(ceremony);
      try {
        if (limitMs === null) await done;
        else {
          await within(env, { timer: POLL_TIMER, budgetMs: limitMs, aftermath: "unknown" }, () => done);
        }
      } catch (error) {
        if (!(error instanceof TimeoutError) || error.timer !== POLL_TIMER) throw error;
        return { status: 408, code: "POLL_LIMIT" };
      }
      return { status: 200, body: this.#stateOf(ceremony) };
    });
  }

  registrationState(ceremony: string, terms: CallTerms = {}): Promise<SiteAnswer<CeremonyState>> {
    const context = this.#ceremonies.contextOf(ceremony, terms.context);
    return this.#gateway.pass({ call: "registration/state", context }, async () => ({
      status: 200,
      body: this.#stateOf(ceremony),
    }));
  }

  loginOptions(
    account: string,
    { context }: CallTerms = {},
  ): Promise<SiteAnswer<CeremonyOptions<PublicKeyCredentialRequestOptionsJSON>>> {
    const own = this.#ceremonies.begin("login", context);
    const id = own.ceremony;
    const call = { call: "login/options", context: own, account: this.#numberOf(account) };
    return this.#gateway.pass(call, async () => {
      await this.#work("rp.options", this.#knobs.rp.optionsMs);
      if (this.factors.locksPasskey) return { status: 423, code: "LOCKED" };
      const allowed = this.#options.allowedFor(account);
      if (allowed === undefined) return { status: 404, code: "NO_PASSKEY", offered: [] };
      const { challenge } = this.#open({ id, kind: "login", account, context: own });
      const publicKey = this.#options.request(challenge, allowed);
      return {
        status: 200,
        body: { ceremony: id, publicKey },
        offered: allowed.map((descriptor) => tagOf(descriptor.id)),
        transports: [...new Set(allowed.flatMap(({ transports = [] }) => transports))].sort(),
      };
    });
  }

  async finishLogin(
    ceremony: string,
    response: AuthenticationResponseJSON,
    terms: FinishTerms = {},
  ): Promise<SiteAnswer> {
    const context = this.#ceremonies.contextOf(ceremony, terms.context);
    return this.#gateway.pass({ call: "login/finish", context }, async (env) => {
      const answer = this.#sessionLost(terms) ?? (await this.#login(env, ceremony, response));
      const outcome = answer.status === 200 ? "accepted" : "refused";
      env.trace.emit({
        kind: "rp.login",
        outcome,
        ...(answer.code !== undefined && { reason: answer.code }),
      });
      return answer;
    });
  }

  async #register(env: Env, ceremony: string, response: RegistrationResponseJSON): Promise<SiteAnswer> {
    const { order, readsBack } = this.#knobs.rp;
    const sideEffectsFirst = order === "side-effects-first";
    if (sideEffectsFirst) this.#commitUnverified(env, ceremony, response);
    const opened = this.#redeem(ceremony, { kind: "registration", credential: response.id });
    if ("status" in opened) return opened;
    const refusal = this.#access.refusalAtFinish();
    if (refusal) return refusal;
    const verified = this.#verifier.registration(response, opened.challenge);
    if ("status" in verified) return verified;
    await this.#work("rp.finish", this.#knobs.rp.finishMs);
    if (this.#isFull(opened)) return { status: 409, code: "PASSKEY_LIMIT" };
    if (readsBack && !this.store.fits(response.id)) return { status: 422, code: "ID_TOO_LONG" };
    this.#ceremonies.accept(opened, response.id);
    this.#access.registered();
    return sideEffectsFirst ? { status: 200 } : this.#settle(env, opened, verified.credential);
  }

  /** Now, behind the answer, or by a worker that has its own hours: when the row is written. */
  #settle(env: Env, opened: SiteCeremony, credential: CredentialRecord): SiteAnswer {
    const { workerMs, commitDelayMs } = this.#knobs.rp;
    const commit = () => this.#commit(env, opened, credential);
    if (workerMs !== null) {
      this.#ceremonies.conclude(opened.id, "working");
      void this.#deps.background.add(this.#work("rp.worker", workerMs).then(commit));
      return { status: 202 };
    }
    if (commitDelayMs === 0) commit();
    else void this.#deps.background.add(this.#work("rp.commit", commitDelayMs).then(commit));
    return { status: 200 };
  }

  /** Commits row and mail before the site checked whether the challenge is still good. */
  #commitUnverified(env: Env, id: string, response: RegistrationResponseJSON): void {
    const ceremony = this.#ceremonies.find(id);
    if (ceremony?.kind !== "registration") return;
    const verified = this.#verifier.registration(response, ceremony.challenge);
    if (!("status" in verified)) this.#commit(env, ceremony, verified.credential);
  }

  async #login(env: Env, ceremony: string, response: AuthenticationResponseJSON): Promise<SiteAnswer> {
    const opened = this.#redeem(ceremony, { kind: "login", credential: response.id });
    if ("status" in opened) return opened;
    const { finishReads } = this.#knobs.rp;
    const row = this.store.find(response.id);
    if (row === undefined || (finishReads === "replica" && !row.visible)) {
      return { status: 404, code: "UNKNOWN_CREDENTIAL" };
    }
    const { challenge } = opened;
    const verified = this.#verifier.assertion(response, { challenge, credential: row.credential });
    if ("status" in verified) return verified;
    const unusual = this.#access.refusalOfDevice();
    if (unusual) return unusual;
    await this.#work("rp.finish", this.#knobs.rp.finishMs);
    this.store.update(verified.credential);
    this.#ceremonies.accept(opened, response.id);
    this.#access.signedIn(env);
    if (this.#knobs.rp.flagAt === "first-login") this.#flag(env);
    return { status: 200 };
  }

  #numberOf(account: string): string {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const number = `a${this.#accounts.size + 1}`;
    this.#accounts.set(account, number);
    return number;
  }

  #open(ceremony: Pick<SiteCeremony, "id" | "kind" | "account" | "context">): SiteCeremony {
    if (this.#knobs.rp.challengePer === "account") this.#ceremonies.supersede(ceremony);
    return this.#ceremonies.open(ceremony, this.#challengeTtlMs);
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
    if (ceremony.state === "superseded") return { status: 400, code: "CHALLENGE_SUPERSEDED" };
    this.#ceremonies.use(ceremony);
    return ceremony;
  }

  /** Commit, then mail: a mail in front of its row is a promise the site may break. */
  #commit(env: Env, ceremony: SiteCeremony, credential: CredentialRecord): void {
    const { id, account } = ceremony;
    this.store.commit(env, { account, credential });
    this.#makeRoom(env, ceremony, 0);
    this.#ceremonies.conclude(id, "committed");
    if (this.#knobs.rp.flagAt === "commit") this.#flag(env);
    this.#deps.mail.queue("Your passkey was created", env.trace.context);
  }

  /** Refuses a client that sends no cookie, where the site identifies ceremonies by cookie. */
  #sessionLost({ withoutCookie = false }: FinishTerms): SiteAnswer | undefined {
    const isLost = withoutCookie && this.#knobs.rp.sessionIn === "cookie";
    return isLost ? { status: 401, code: "SESSION_LOST" } : undefined;
  }

  #isFull({ account }: SiteCeremony): boolean {
    const { maxPasskeys, whenFull } = this.#knobs.rp;
    return whenFull === "refuse" && maxPasskeys > 0 && this.store.primaryOf(account).length >= maxPasskeys;
  }

  /** Oldest first, until there is room for `more` under the account's limit. */
  #makeRoom(env: Env, { account }: SiteCeremony, more: number): void {
    const { maxPasskeys } = this.#knobs.rp;
    if (maxPasskeys === 0) return;
    const rows = this.store.primaryOf(account);
    for (const row of rows.slice(0, Math.max(0, rows.length + more - maxPasskeys))) {
      this.store.remove(env, row);
    }
  }

  #stateOf(ceremony: string): CeremonyState {
    return { outcome: this.#ceremonies.find(ceremony)?.outcome ?? "open" };
  }

  #flag(env: Env): void {
    if (this.#flags.get(FLAG)) return;
    this.#flags.set(FLAG, true);
    env.trace.emit({ kind: "rp.flag", flag: FLAG, value: true });
  }

  get #knobs(): Knobs {
    return this.#deps.knobs();
  }

  get #challengeTtlMs(): number | undefined {
    const { enforceTimeout, challengeTtlMs } = this.#knobs.rp;
    return enforceTimeout ? challengeTtlMs : undefined;
  }

  #work(timer: string, durationMs: number): Promise<void> {
    return sleep(this.#env.clock, durationMs, timer);
  }
}
