import { toBase64url } from "../../core/bytes.js";
import { ClientError } from "../../webauthn/client-error.js";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { fromBase64url } from "../../core/bytes.js";
import { credentialTag } from "../../core/credential-tag.js";
import { sleep } from "../../core/clock.js";
import { envIn, inSpan, type Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { AbortedError } from "../../core/errors.js";
import { joinedSignal, never } from "../../core/abort.js";
import type { CtapDevice } from "../../ctap/device.js";
import { authenticate } from "../../webauthn/client/authenticate.js";
import type { ClientContext } from "../../webauthn/client/client-context.js";
import { effectiveTimeoutMs, type ClientProfile } from "../../webauthn/profiles/client-profile.js";
import { CLIENT_PROFILES } from "../../webauthn/profiles/client-profiles.js";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "../../webauthn/json.js";
import { toPageError, type PageError } from "../../webauthn/client/page-error.js";
import type { PageReason } from "../../webauthn/profiles/page-error-name.js";
import { readRequestOptions } from "../../webauthn/client/assertion-request.js";
import { readCreationOptions } from "../../webauthn/client/creation-request.js";
import { register } from "../../webauthn/client/register.js";
import {
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from "../../webauthn/idl/parse-options.js";
import type { CreationOptionsInput, RequestOptionsInput } from "../../webauthn/json-input.js";
import { inCeremony } from "../../webauthn/client/run-on-device.js";
import type { AllowedCredential, CredentialRequest } from "./operating-system.js";
import { applyCreationRules, applyRequestRules } from "./client-rules.js";
import { BrowserFront, type PendingRequest } from "./browser-front.js";
import { pageOfKnobs, type CallingPage } from "./calling-page.js";
import { delayedHost, pinSetupHost } from "./host-device.js";
import type { Knobs } from "../knobs/knobs.js";
import { PageRejection } from "./page-rejection.js";
import { PasswordManager, type Vault } from "./password-manager.js";
import { UserActivation } from "./user-activation.js";

export interface BrowserDeps {
  readonly knobs: () => Knobs;
  readonly origin: string;
  /** The authenticator within reach of such a request; `undefined` while there is none. */
  readonly device: (credentialRequest: CredentialRequest) => Promise<CtapDevice | undefined>;
  /** Resolves with the next authenticator plugged in while a request runs; absent where none is ever plugged in. */
  readonly nextPlugged?: () => Promise<CtapDevice>;
  /** Passkeys of a password manager whose extension stands in front of the browser; absent where there is none. */
  readonly vault?: Vault;
  /** Supplies what the user types when asked for a PIN. */
  readonly pin: ClientContext["pin"];
  /** Replaces the profile that `client.profile` names; that profile itself when absent. */
  readonly clientProfile?: ((named: ClientProfile) => ClientProfile) | undefined;
}

const DEPS = parameters<BrowserDeps>({
  knobs: arg.callable,
  origin: shape.text,
  device: arg.callable,
  nextPlugged: maybe(arg.callable),
  vault: maybe(arg.object),
  pin: maybe(arg.callable),
  clientProfile: maybe(arg.callable),
});

export interface BrowserCall {
  /** The page's AbortSignal. */
  readonly signal?: AbortSignal | undefined;
  /** The span of the page that calls; a ceremony of its own when absent. */
  readonly context?: TraceContext | undefined;
  /** A get() for the autofill of a field, in which the user selects nothing; a create() by no wish of the user's. */
  readonly autofill?: boolean;
  /** From the click that led to the call, in milliseconds; at the click itself when absent. */
  readonly sinceClickMs?: number;
  /** The document that calls, where it is a real one; the simulated page when absent. */
  readonly page?: CallingPage | undefined;
  /** `mediation: "conditional"`, with a user who selects the passkey; as `client.mediation` has it when absent. */
  readonly conditional?: boolean;
}

/** What every answer has: the credential's id in base64url. */
interface CredentialAnswer {
  readonly id: string;
}

type Method = "create" | "get";

type Ask<Answer> = (env: Env, device: CtapDevice, context: ClientContext) => Promise<Answer>;

/** How long a click activates a document. @see HTML, transient activation duration (Chromium's) */
const TRANSIENT_MS = 5_000;

/** Outcomes that need no explanation to the user who caused them. */
const WITHOUT_SHEET: readonly PageReason[] = ["aborted", "refused-by-user"];

const SHEET_TEXTS: Readonly<Partial<Record<PageReason, string>>> = {
  timeout: "The request timed out",
  "no-credential": "This security key doesn't look familiar",
  "excluded-credential": "You already have a passkey on this security key",
  "storage-full": "The security key is full",
  "pin-blocked": "The security key is locked",
};

/** Simulates `navigator.credentials` of one tab, with the promise behaviour of a client profile. */
export class SimBrowser {
  readonly #env: Env;
  readonly #deps: BrowserDeps;
  readonly #front: BrowserFront;
  readonly #passwordManager: PasswordManager | undefined;
  readonly #activation = new UserActivation();
  #pending: AbortController | undefined;

  constructor(env: Env, deps: BrowserDeps) {
    checkArguments("SimBrowser", { env: [arg.env, env], deps: [DEPS, deps] });
    this.#env = env;
    this.#deps = deps;
    this.#front = new BrowserFront(deps.knobs);
    this.#passwordManager = deps.vault && new PasswordManager(deps.knobs, deps.vault);
  }

  /** @throws {PageRejection} what the page's promise rejects with. */
  create(options: CreationOptionsInput, call: BrowserCall = {}): Promise<RegistrationResponseJSON> {
    const read = readable(() => parseCreationOptionsFromJSON(options));
    const attachment = read?.authenticatorSelection?.authenticatorAttachment;
    const judge = (page: PageOrigin) => {
      if (read !== undefined) applyCreationRules(read, this.#profile);
      readCreationOptions(options, page);
    };
    return this.#request(
      { method: "create", timeoutMs: read?.timeout, call, attachment, judge },
      (env, device, context) => register(env, device, options, context),
    );
  }

  /** @throws {PageRejection} what the page's promise rejects with. */
  get(options: RequestOptionsInput, call: BrowserCall = {}): Promise<AuthenticationResponseJSON> {
    const read = readable(() => parseRequestOptionsFromJSON(options));
    const allowed = read?.allowCredentials.map(({ id, ...rest }) => ({ ...rest, id: toBase64url(id) }));
    const judge = (page: PageOrigin) => {
      if (read !== undefined) applyRequestRules(read, this.#profile);
      readRequestOptions(options, page);
    };
    return this.#request(
      { method: "get", timeoutMs: read?.timeout, call, allowed, judge },
      (env, device, context) => authenticate(env, device, options, context),
    );
  }

  #request<Answer extends CredentialAnswer>(request: PageRequest, ask: Ask<Answer>): Promise<Answer> {
    const { method, call } = request;
    const kind = method === "create" ? "registration" : "login";
    return inCeremony(envIn(this.#env, call.context), kind, (env) =>
      inSpan(env, { name: "request", label: method }, (own) => this.#requestIn(own, request, ask)),
    );
  }

  async #requestIn<Answer extends CredentialAnswer>(
    env: Env,
    request: PageRequest,
    ask: Ask<Answer>,
  ): Promise<Answer> {
    const { method, timeoutMs, call } = request;
    const { trace } = env;
    const profile = this.#profile;
    const { mediation, virtualAuthenticator } = this.#deps.knobs().client;
    const { autofill = false, sinceClickMs = 0 } = call;
    const conditional = autofill || (call.conditional ?? mediation === "conditional");
    const effectiveMs = effectiveTimeoutMs(profile, timeoutMs, { conditional, virtualAuthenticator });
    trace.emit({
      kind: "page.called",
      method,
      effectiveMs,
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(autofill && { mediation: "conditional" }),
    });
    try {
      this.#refuseSecond(profile);
      this.#judge(request, profile);
      // @see WebAuthn Level 3 §5.1.3 step 2
      const isForeign = method === "create" && this.#pageOf(call).topOrigin !== undefined;
      if (isForeign && sinceClickMs > TRANSIENT_MS) {
        throw new PageRejection("NotAllowedError", "user-activation-missing");
      }
      if (!conditional && !this.#activation.allows(profile, sinceClickMs)) {
        throw new PageRejection("NotAllowedError", "user-activation-missing");
      }
      const page = this.#pageOf(call);
      const pending = { ...request, env, context: trace.context, effectiveMs, profile, conditional, page };
      const answer = await this.#alone(profile, call.signal, (signal) =>
        this.#ceremony({ ...pending, signal, isUntouched: autofill }, ask),
      );
      const credential = credentialTag(fromBase64url(answer.id));
      trace.emit({ kind: "page.settled", method, outcome: "resolved", credential });
      return answer;
    } catch (error) {
      if (!(error instanceof PageRejection)) throw error;
      const { name, reason } = error;
      trace.emit({ kind: "page.settled", method, outcome: "rejected", name, reason });
      throw error;
    }
  }

  /** Refuses options as a browser does at once, before it looks for focus, draws a sheet or asks a device. */
  #judge({ method, judge, call }: PageRequest, profile: ClientProfile): void {
    try {
      judge({ origin: this.#pageOf(call).origin });
    } catch (error) {
      if (error instanceof PageRejection) throw error;
      const { name, reason } = toPageError(error, { method, profile });
      throw new PageRejection(name, reason);
    }
  }

  #refuseSecond({ secondRequest }: ClientProfile): void {
    if (this.#pending === undefined || secondRequest === "replaces-first") return;
    throw new PageRejection("OperationError", "request-already-pending");
  }

  /** One request per tab: the second is refused, or ends the first, as the profile has it. */
  async #alone<Answer>(
    profile: ClientProfile,
    pageSignal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Answer>,
  ): Promise<Answer> {
    this.#pending?.abort(new AbortedError("a later request took the place of this one"));
    const own = new AbortController();
    this.#pending = own;
    const { signal, release } = joinedSignal(...(pageSignal ? [pageSignal] : []), own.signal);
    try {
      return await work(signal);
    } catch (error) {
      if (own.signal.aborted) throw new PageRejection("NotAllowedError", "cancelled");
      throw error;
    } finally {
      release();
      if (this.#pending === own) this.#pending = undefined;
    }
  }

  async #ceremony<Answer>(request: PendingRequest, ask: Ask<Answer>): Promise<Answer> {
    const { env, method, signal, profile, page } = request;
    let device: CtapDevice | undefined;
    let answer: Answer;
    try {
      await this.#front.pass(request);
      const vault = await this.#passwordManager?.intercept(request, "extension");
      if (vault !== undefined) return await ask(env, vault, this.#contextInVault(request));
      this.#demandFrame(page);
      this.#demandFocus(request, profile.focusCheckedAtCall);
      const provider = await this.#passwordManager?.intercept(request, "system");
      if (provider !== undefined) return await ask(env, provider, this.#contextInVault(request));
      device = await this.#deps.device(request);
      answer = await this.#untilAnswered(device, request, ask);
    } catch (error) {
      if (error instanceof PageRejection) throw error;
      const seen = toPageError(error, { method, transport: device?.transport ?? "usb", profile });
      await this.#showSheet({ env, profile, device, signal }, seen);
      throw new PageRejection(seen.name, seen.reason);
    }
    this.#demandFocus(request, profile.focusCheckedAtCompletion);
    return answer;
  }

  /** The permissions policy of a frame. @see WebAuthn Level 3 §5.9 */
  #demandFrame({ isAllowed }: CallingPage): void {
    if (!isAllowed) throw new PageRejection("NotAllowedError", "frame-not-allowed");
  }

  #demandFocus({ method, page }: PendingRequest, isChecked: boolean): void {
    if (method !== "create" || !isChecked || page.hasFocus()) return;
    throw new PageRejection("NotAllowedError", "page-not-focused");
  }

  /** Asks every authenticator at hand, and each one plugged in later; the timer is that of the first wait. */
  async #untilAnswered<Answer>(
    device: CtapDevice | undefined,
    request: PendingRequest,
    ask: Ask<Answer>,
  ): Promise<Answer> {
    const over = new AbortController();
    const { signal, release } = joinedSignal(request.signal, over.signal);
    const context = this.#contextOf(request, signal);
    const first = device
      ? ask(request.env, this.#hosted(request.env, device), context)
      : this.#front.waitForTimeout({ ...request, signal });
    try {
      return await Promise.race([
        first,
        this.#askLater(request.env, ask, { ...context, profile: untimed(request.profile) }),
      ]);
    } finally {
      over.abort(new AbortedError("the request is over"));
      release();
    }
  }

  async #askLater<Answer>(env: Env, ask: Ask<Answer>, context: ClientContext): Promise<Answer> {
    const { nextPlugged } = this.#deps;
    if (nextPlugged === undefined) return new Promise(() => {});
    const device = await nextPlugged();
    if (context.signal?.aborted) return new Promise(() => {});
    return Promise.race([ask(env, this.#hosted(env, device), context), this.#askLater(env, ask, context)]);
  }

  #hosted(env: Env, device: CtapDevice): CtapDevice {
    const { knobs, pin } = this.#deps;
    const hosted = delayedHost(env, device, knobs);
    return knobs().os.setsUpPin ? pinSetupHost(env, hosted, { knobs, pin }) : hosted;
  }

  #contextInVault(request: PendingRequest): ClientContext {
    return { ...this.#contextOf(request, request.signal), ...this.#passwordManager?.stated };
  }

  #pageOf({ page }: BrowserCall): CallingPage {
    return page ?? pageOfKnobs(this.#deps.origin, this.#deps.knobs);
  }

  #contextOf({ conditional, profile, page }: PendingRequest, signal: AbortSignal): ClientContext {
    const { pin, knobs } = this.#deps;
    const { virtualAuthenticator } = knobs().client;
    const { origin, topOrigin } = page;
    return {
      origin,
      ...(topOrigin !== undefined && { crossOrigin: true, topOrigin }),
      profile,
      signal,
      pin,
      virtualAuthenticator,
      ...(conditional && { mediation: "conditional" }),
    };
  }

  /** The browser's own words; while they stand there the page knows nothing. */
  async #showSheet({ env, profile, device, signal }: FailedRequest, { reason }: PageError): Promise<void> {
    if (!settlesAfterSheet(profile, device) || WITHOUT_SHEET.includes(reason)) return;
    const text = SHEET_TEXTS[reason] ?? "Something went wrong";
    env.trace.emit({ kind: "user.saw", where: "browser", text, tone: "failure" });
    const { closeSheetMs } = this.#deps.knobs().user;
    const closed =
      closeSheetMs === null ? never(signal) : sleep(env.clock, closeSheetMs, "user.close-sheet", { signal });
    await closed.catch((error: unknown) => {
      throw signal.aborted ? new PageRejection("AbortError", "aborted") : error;
    });
  }

  get #profile(): ClientProfile {
    const { knobs, clientProfile } = this.#deps;
    const named = CLIENT_PROFILES[knobs().client.profile];
    return clientProfile === undefined ? named : clientProfile(named);
  }
}

/** What a page asks of the browser. */
interface PageRequest {
  readonly method: Method;
  /** What the site asks for, in milliseconds. */
  readonly timeoutMs: number | undefined;
  readonly call: BrowserCall;
  readonly allowed?: readonly AllowedCredential[] | undefined;
  readonly attachment?: string | undefined;
  /** @throws {ClientError} {@link PageRejection} for options that a browser refuses. */
  readonly judge: (page: PageOrigin) => void;
}

type PageOrigin = Pick<ClientContext, "origin">;

interface FailedRequest {
  readonly env: Env;
  readonly profile: ClientProfile;
  readonly device: CtapDevice | undefined;
  readonly signal: AbortSignal;
}

/**
 * Returns whether the page settles only after the sheet closes: for a phone that depends on whether it is connected
 * yet; other transports are all alike.
 */
function settlesAfterSheet(
  { pageSettlesAfterSheet }: ClientProfile,
  device: CtapDevice | undefined,
): boolean {
  if (device?.ready === undefined) return pageSettlesAfterSheet.usb;
  const { hybridBeforeReady, hybridReady } = pageSettlesAfterSheet;
  return device.infoInAdvance === undefined ? hybridBeforeReady : hybridReady;
}

/** What the browser needs to know before it judges the options; nothing where they cannot be read. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClientError) return undefined;
    throw error;
  }
}

/** Returns the same profile without a timer of its own: for authenticators that join a request that has a timer. */
function untimed(profile: ClientProfile): ClientProfile {
  return { ...profile, ignoresSiteTimeout: true, missingMs: null };
}
