import { sleep } from "../../core/clock.js";
import { envFor, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import type { Background } from "../../core/background.js";
import { Gateway, isAccepted, type SiteAnswer, type SiteCall } from "../rp/gateway.js";
import { NO_ANSWER } from "../rp/outage.js";
import type { Knobs } from "../knobs/knobs.js";
import type {
  CallTerms,
  CeremonyOptions,
  CeremonyState,
  FinishTerms,
  RegistrationTerms,
  SitePort,
} from "../rp/site-port.js";
import { tagOf } from "../rp/site-store.js";
import { valueAt, type Json } from "./template.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import { creationOptionsIn, idsIn, offeredIn, requestOptionsIn } from "./read-answer.js";
import type { RowWatch } from "./row-watch.js";
import type { FinishRequest, SiteConfig, SiteRequest } from "./site-config.js";
import { SiteError } from "./site-error.js";
import type { SiteReply, SiteSession, Values } from "./site-session.js";

export interface HttpSiteDeps {
  readonly config: SiteConfig;
  readonly knobs: () => Knobs;
  /** `timeout` the page puts in place of the site's; `undefined`: it leaves the site's, `null`: it takes it out. */
  readonly timeoutMs: () => number | null | undefined;
  readonly background: Background;
  readonly session: SiteSession;
  readonly watch: RowWatch;
  /** Whose session `signIn` makes, and whose credentials the site is asked for. */
  readonly account: string;
}

/**
 * A real relying party across HTTP, as its page knows it.
 *
 * What stands in front of it is ours: the latency, gateway and losses of the knobs, and `rp.optionsMs` and
 * `rp.finishMs` as delays before a call is passed on. A call that the gateway gave up on goes on behind it.
 */
export class HttpSite implements SitePort {
  /** Calls that ended without an answer, in order; pages go on after them, so no page throws them. */
  readonly errors: SiteError[] = [];
  readonly #env: Env;
  readonly #deps: HttpSiteDeps;
  readonly #gateway: Gateway;
  /** Ceremonies begun here: the account they are for, and the span they began in. */
  readonly #ceremonies = new Map<string, { readonly account: string; readonly context: TraceContext }>();
  #signedIn: Promise<void> | undefined;

  constructor(env: Env, deps: HttpSiteDeps) {
    this.#env = env;
    this.#deps = deps;
    const { knobs, background } = deps;
    this.#gateway = new Gateway(envFor(env, "gateway"), { site: env, knobs, background });
  }

  /**
   * Takes the steps of `signIn`, once.
   *
   * @throws {SiteError} `SITE_SIGN_IN_REFUSED`, and as {@link SiteSession.send} does.
   */
  signIn(): Promise<void> {
    return (this.#signedIn ??= this.#takeSteps());
  }

  registrationOptions(
    account: string,
    terms: RegistrationTerms = {},
  ): Promise<SiteAnswer<CeremonyOptions<CreationOptionsInput>>> {
    const { options } = this.#deps.config.registration;
    const call = this.#begin("registration", { account, context: terms.context });
    const { ceremony = "" } = call.context;
    return this.#pass(call, this.#knobs.rp.optionsMs, async () => {
      const reply = await this.#send(call, { request: options, values: { account } });
      return this.#answer(reply, (body) => {
        const publicKey = creationOptionsIn(body, { call: call.call, path: options.publicKey });
        return { body: { ceremony, publicKey: this.#timed(publicKey) } };
      });
    });
  }

  async finishRegistration(
    ceremony: string,
    response: RegistrationResponseJSON,
    terms: FinishTerms = {},
  ): Promise<SiteAnswer> {
    const { watch, config, background } = this.#deps;
    const context = this.#contextOf(ceremony, terms.context);
    watch.expect(response.id, context);
    const call = { call: "registration/finish", context };
    const answer = await this.#finish(call, { request: config.registration.finish, response });
    const refused = answer.status >= 400 && answer.status < 500;
    void background.add(refused ? watch.probe() : watch.follow(response.id));
    return answer;
  }

  async registrationState(ceremony: string): Promise<SiteAnswer<CeremonyState>> {
    const { watch } = this.#deps;
    if (!watch.canAsk) return { status: 404 };
    await watch.probe({ quiet: true });
    return { status: 200, body: { outcome: watch.has(ceremony) ? "committed" : "open" } };
  }

  async loginOptions(
    account: string,
    terms: CallTerms = {},
  ): Promise<SiteAnswer<CeremonyOptions<RequestOptionsInput>>> {
    const { config, watch } = this.#deps;
    const { options } = config.login;
    // A row that is there already must not be taken for one that came later.
    if (watch.isWaiting) await watch.probe({ quiet: true });
    const call = this.#begin("login", { account, context: terms.context });
    const { ceremony = "" } = call.context;
    return this.#pass(call, this.#knobs.rp.optionsMs, async () => {
      const reply = await this.#send(call, { request: options, values: { account } });
      return this.#answer(reply, (body) => {
        const publicKey = requestOptionsIn(body, { call: call.call, path: options.publicKey });
        const offered = offeredIn(publicKey);
        watch.offered(offered.map(({ id }) => id));
        return {
          body: { ceremony, publicKey: this.#timed(publicKey) },
          offered: offered.map(({ id }) => tagOf(id)),
          transports: [...new Set(offered.flatMap(({ transports }) => transports))].sort(),
        };
      });
    });
  }

  async finishLogin(
    ceremony: string,
    response: AuthenticationResponseJSON,
    terms: FinishTerms = {},
  ): Promise<SiteAnswer> {
    const { config, watch, background } = this.#deps;
    const call = { call: "login/finish", context: this.#contextOf(ceremony, terms.context) };
    const answer = await this.#finish(call, { request: config.login.finish, response });
    if (!isAccepted(answer)) void background.add(watch.probe());
    return answer;
  }

  #begin(
    kind: "registration" | "login",
    { account, context }: { readonly account: string; readonly context: TraceContext | undefined },
  ): SiteCall {
    const own =
      context?.ceremony === undefined
        ? this.#env.trace.startSpan({ name: "ceremony", label: kind }).trace.context
        : context;
    this.#ceremonies.set(own.ceremony ?? "", { account, context: own });
    return { call: `${kind}/options`, context: own };
  }

  #contextOf(ceremony: string, context: TraceContext | undefined): TraceContext {
    return context ?? this.#ceremonies.get(ceremony)?.context ?? this.#env.trace.context;
  }

  #finish(
    call: SiteCall,
    { request, response }: { readonly request: FinishRequest; readonly response: object },
  ): Promise<SiteAnswer> {
    return this.#pass(call, this.#knobs.rp.finishMs, async () => {
      const account = this.#ceremonies.get(call.context.ceremony ?? "")?.account ?? this.#deps.account;
      const values = { account, response: response as Json };
      const reply = await this.#send(call, { request, values });
      const { accepted } = request;
      const said = accepted === undefined || valueAt(reply?.body, accepted) === true;
      const answer = this.#answer(reply, () => (said ? {} : { code: this.#codeIn(reply) ?? "NOT_ACCEPTED" }));
      if (call.call === "login/finish" && answer.status !== NO_ANSWER) this.#emitLogin(call.context, answer);
      return answer;
    });
  }

  #pass<Body>(
    call: SiteCall,
    delayMs: number,
    work: () => Promise<SiteAnswer<Body>>,
  ): Promise<SiteAnswer<Body>> {
    return this.#gateway.pass(call, async () => {
      await sleep(this.#env.clock, delayMs, call.call.endsWith("/finish") ? "rp.finish" : "rp.options");
      return work();
    });
  }

  /** @returns `undefined` when no answer came; what that leaves open is in the trace. */
  async #send(
    { call, context }: SiteCall,
    { request, values }: { readonly request: SiteRequest; readonly values: Values },
  ): Promise<SiteReply | undefined> {
    try {
      await this.signIn();
      return await this.#deps.session.send(call, request, values, context);
    } catch (error) {
      if (!(error instanceof SiteError) || !SILENCES.includes(error.code)) throw error;
      this.errors.push(error);
      const { code, aftermath } = error;
      this.#env.trace.in(context).emit({ kind: "rp.no-answer", call, code, aftermath });
      return undefined;
    }
  }

  #answer<Body>(
    reply: SiteReply | undefined,
    accepted: (body: unknown) => Omit<SiteAnswer<Body>, "status">,
  ): SiteAnswer<Body> {
    if (reply === undefined) return { status: NO_ANSWER };
    const { status, body } = reply;
    if (status < 300) return { status, ...accepted(body) };
    const code = this.#codeIn(reply);
    return { status, ...(code !== undefined && { code }) };
  }

  /** The site's own word for a refusal: a short one, and never one that repeats a secret. */
  #codeIn(reply: SiteReply | undefined): string | undefined {
    const { config, session } = this.#deps;
    const code = config.code === undefined ? undefined : valueAt(reply?.body, config.code);
    if (typeof code !== "string" || !CODE.test(code) || session.holdsSecret(code)) return undefined;
    return code;
  }

  #emitLogin(context: TraceContext, answer: SiteAnswer): void {
    this.#env.trace.in(context).emit({
      kind: "rp.login",
      outcome: isAccepted(answer) ? "accepted" : "refused",
      ...(answer.code !== undefined && { reason: answer.code }),
    });
  }

  /** A page may put another `timeout` in place of the site's before it asks the browser. */
  #timed<Options extends { readonly timeout?: number }>(options: Options): Options {
    const timeout = this.#deps.timeoutMs();
    if (timeout === undefined) return options;
    const { timeout: _, ...others } = options;
    return (timeout === null ? others : { ...others, timeout }) as Options;
  }

  async #takeSteps(): Promise<void> {
    const { config, session, account } = this.#deps;
    for (const [at, step] of config.signIn.entries()) {
      const call = `sign-in/${at + 1}`;
      const { status } = await session.send(call, step, { account });
      if (status < 400) continue;
      throw new SiteError("SITE_SIGN_IN_REFUSED", `${call} (${step.path}): the site answered ${status}`, {
        call,
        hint: "a ceremony needs the session that signIn makes; look at what the site wants there",
      });
    }
  }

  get #knobs(): Knobs {
    return this.#deps.knobs();
  }
}

const SILENCES: readonly string[] = ["SITE_UNREACHABLE", "SITE_HUNG_UP", "SITE_TIMEOUT"];
const CODE = /^[\w.:-]{1,64}$/;

/** The list the site gives of what it holds. @throws {SiteError} as {@link SiteSession.send}, `SITE_BAD_ANSWER`. */
export function credentialsLister({
  config,
  session,
  account,
}: Pick<HttpSiteDeps, "config" | "session" | "account">): (() => Promise<readonly string[]>) | undefined {
  const { credentials } = config;
  if (credentials === undefined) return undefined;
  return async () => {
    const call = "credentials";
    const { status, body } = await session.send(call, credentials, { account });
    if (status < 300) return idsIn(body, { call, ...credentials });
    throw new SiteError("SITE_BAD_ANSWER", `${call} (${credentials.path}): the site answered ${status}`, {
      call,
    });
  };
}
