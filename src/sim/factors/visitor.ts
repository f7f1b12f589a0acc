import { arg, checkArguments, parameters } from "../../core/argument.js";
import { sleep } from "../../core/clock.js";
import { envIn, type Env } from "../../core/env.js";
import type { SiteAnswer } from "../rp/gateway.js";
import type { Knobs } from "../knobs/knobs.js";
import { callCentreOpensAtMs } from "./call-centre-hours.js";
import type { FallbackAuthService } from "./factor-desk.js";
import type { FactorName, ProviderName } from "./code-book.js";

export interface FallbackUserDeps {
  readonly knobs: () => Knobs;
  readonly service: FallbackAuthService;
}

const DEPS = parameters<FallbackUserDeps>({
  knobs: arg.callable,
  service: arg.object,
});

/** Selects which code the user types: the one that came first, the one that came last, or a guess. */
export type CodeChoice = "first" | "latest" | "wrong";

const NO_CODE = "------";

/** Simulates the user of the site's fallback factors: asks for codes, types them, calls the call centre. */
export class FallbackUser {
  readonly #env: Env;
  readonly #deps: FallbackUserDeps;
  readonly #attempts = new Map<FactorName, string>();
  /** The call centre gave the user what was lost: a password, another device for the app. */
  #isRecovered = false;

  constructor(env: Env, deps: FallbackUserDeps) {
    checkArguments("FallbackUser", { env: [arg.env, env], deps: [DEPS, deps] });
    this.#env = env;
    this.#deps = deps;
  }

  async password(): Promise<void> {
    await this.#type("password");
    const ceremony = this.#deps.service.openAttempt();
    const { forgot } = this.#deps.knobs().user;
    const entry = this.#isRecovered || forgot === "nothing" ? "right" : (`wrong-${forgot}` as const);
    this.#saw(ceremony, await this.#deps.service.password(ceremony, entry));
  }

  /** Once more for the same attempt: the site may send the same code, or another one. */
  async requestCode(factor: FactorName): Promise<void> {
    const { service: fallbackAuth } = this.#deps;
    const ceremony = this.#attempts.get(factor) ?? fallbackAuth.openAttempt();
    const answer = await fallbackAuth.requestCode(factor, ceremony);
    if (answer.body) this.#attempts.set(factor, ceremony);
    if (answer.status !== 200) this.#saw(ceremony, answer);
  }

  /** Waits for a code as long as the user does, then types it. */
  async enterCode(factor: FactorName, choice: CodeChoice): Promise<void> {
    const { service: fallbackAuth } = this.#deps;
    const ceremony = this.#attempts.get(factor) ?? fallbackAuth.openAttempt();
    this.#attempts.set(factor, ceremony);
    const prompt = `code ${factor}`;
    const { trace } = envIn(this.#env, fallbackAuth.contextOf(ceremony));
    trace.emit({ kind: "user.prompted", prompt });
    if (factor === "call") return this.#call(ceremony, prompt);
    if (factor === "app" && this.#deps.knobs().app.lost && !this.#isRecovered) {
      trace.emit({ kind: "user.answered", prompt, answer: "app-lost" });
      return;
    }
    const digits = await this.#codeInHand(factor, { ceremony, choice });
    if (digits === undefined) {
      trace.emit({ kind: "user.answered", prompt, answer: "none" });
      return;
    }
    await this.#type("code");
    trace.emit({ kind: "user.answered", prompt, answer: "typed" });
    // An app shows another code by the time the last digit is typed; the one begun with is the one sent.
    const answer = await fallbackAuth.enterCode(factor, { ceremony, digits });
    if (answer.status === 200) this.#attempts.delete(factor);
    this.#saw(ceremony, answer);
  }

  async signInWith(provider: ProviderName): Promise<void> {
    const { service: fallbackAuth, knobs } = this.#deps;
    const { clock } = this.#env;
    await sleep(clock, knobs().idp.signInMs, "idp.sign-in");
    const ceremony = fallbackAuth.openAttempt();
    const answer = await fallbackAuth.providerLogin(provider, ceremony);
    if (answer.status !== 202) return this.#saw(ceremony, answer);
    const link = fallbackAuth.openLink(ceremony);
    await sleep(clock, knobs().idp.codeEntryMs, "idp.code-entry");
    const linked = await fallbackAuth.linkProvider(provider, { ceremony, expired: link.expired });
    link.end();
    this.#saw(ceremony, linked);
  }

  async changeFactor(to: FactorName): Promise<void> {
    const ceremony = this.#deps.service.openAttempt();
    this.#saw(
      ceremony,
      await this.#deps.service.changeFactor(to, ceremony),
      "Your sign-in methods were changed.",
    );
  }

  /** Waits until the call centre answers the telephone. */
  async callCentre(): Promise<void> {
    const { clock } = this.#env;
    const waitMs = callCentreOpensAtMs(this.#deps.knobs().reset.hours, clock.epochMs()) - clock.epochMs();
    if (waitMs > 0) await sleep(clock, waitMs, "reset.hours");
    await this.#deps.service.reset();
    // Whatever was begun before is void: the next sign-in starts from the beginning.
    this.#attempts.clear();
    this.#isRecovered = true;
  }

  /** Calls the site, whose machine hangs up at once: the number that called is all it needs. */
  async #call(ceremony: string, prompt: string): Promise<void> {
    const { service: fallbackAuth, knobs } = this.#deps;
    await sleep(this.#env.clock, knobs().call.dialMs, "user.dial");
    const { from } = knobs().call;
    const { trace } = envIn(this.#env, fallbackAuth.contextOf(ceremony));
    trace.emit({ kind: "user.answered", prompt, answer: `called from ${from}` });
    const answer = await fallbackAuth.takeCall(ceremony, from);
    if (answer.status === 200) this.#attempts.delete("call");
    this.#saw(ceremony, answer);
  }

  async #codeInHand(
    factor: FactorName,
    { ceremony, choice }: { readonly ceremony: string; readonly choice: CodeChoice },
  ): Promise<string | undefined> {
    const { service: fallbackAuth, knobs } = this.#deps;
    if (choice === "wrong") return NO_CODE;
    if (factor === "app") return fallbackAuth.app.shows(knobs().app.clockOffMs);
    const { inbox } = fallbackAuth.deliveries;
    const codes = await inbox.codesFor(ceremony, this.#env.clock, knobs().user.codePatienceMs);
    const code = (choice === "first" ? codes[0] : codes.at(-1))?.digits;
    const isOnScreen = code !== undefined && knobs().otp.renewMs !== null;
    return isOnScreen ? fallbackAuth.codeOnScreen(ceremony) : code;
  }

  #type(what: string): Promise<void> {
    return sleep(this.#env.clock, this.#deps.knobs().user.codeEntryMs, `user.${what}-entry`);
  }

  #saw(ceremony: string, { status, code }: SiteAnswer, success = "You are logged in."): void {
    const text = status === 200 ? success : (TEXTS[code ?? ""] ?? "That did not work.");
    const tone = status === 200 ? "success" : "failure";
    const { trace } = envIn(this.#env, this.#deps.service.contextOf(ceremony));
    trace.emit({ kind: "user.saw", where: "page", text, tone });
  }
}

const TEXTS: Readonly<Record<string, string>> = {
  LOCKED: "Too many attempts. Please try again later.",
  PASSWORD_OFF: "Please log in with your passkey.",
  NOT_LINKED: "There is no account for this sign-in.",
  CODE_EXPIRED: "This code has expired.",
  CODE_VOIDED: "This code is not valid.",
  CODE_USED: "This link was already used.",
  CODE_WRONG: "This code is not valid.",
  PASSWORD_WRONG: "ID or password is not right.",
  ID_UNKNOWN: "ID or password is not right.",
  CALLER_UNKNOWN: "We have received no call from the registered number.",
  CALLER_WITHHELD: "We have received no call from the registered number.",
  DEVICE_UNUSUAL: "We could not be sure that it is you. Please log in from a device you have used before.",
  DEVICE_CHECK_NEEDED: "You are using a new device. Please confirm it with a code.",
  FACTOR_NEEDED: "Please log in first to change your sign-in methods.",
  NO_TEXT_TO_LANDLINE: "This number takes no text messages. Shall we call you?",
};
