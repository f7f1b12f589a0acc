import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { credentialTag, fromBase64url, toBase64url } from "../../../src/entry/ctap.js";
import type { TraceContext, TraceEvent, TraceRecord } from "../../../src/entry/diagnosis.js";
import { type Env, envFor } from "../../../src/entry/sim.js";
import {
  type AuthenticationResponseJSON,
  type ClientProfile,
  type PublicKeyCredentialDescriptorJSON,
  type RegistrationResponseJSON,
  type CredentialRecord,
  effectiveTimeoutMs,
  verifyAssertion,
  verifyRegistration,
} from "../../../src/entry/webauthn.js";
import { isHarnessError } from "../../../src/index.js";
import { PASSKEY_PAGE } from "./passkey-page.js";

/** What the site does when the page of this story asks. */
export interface SitePlan {
  readonly method: "create" | "get";
  readonly timeoutMs: number | null;
  /** For get(): those of the account when absent. */
  readonly allow?: readonly PublicKeyCredentialDescriptorJSON[];
  /** Further members of the options, or others in their place. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/** What the page tells of itself. */
interface Told {
  readonly story: string;
  readonly what: "pressed" | "called" | "gave-up" | "resolved" | "rejected" | "success" | "failure";
  readonly epochMs: number;
  readonly guardMs?: number | null;
  readonly aborts?: boolean;
  readonly name?: string;
  readonly message?: string;
}

export interface SiteParts {
  readonly env: Env;
  /** Where the page's own words go, with the time the page says. */
  readonly write: (record: TraceRecord) => void;
  /** The trace's time of a moment of the machine's clock. */
  readonly traceMs: (epochMs: number) => number;
  readonly profile: ClientProfile;
}

const RP_ID = "localhost";
const USER_ID = toBase64url(new TextEncoder().encode("somebody of the lab"));
const ALGORITHMS = [-7, -8, -257];

/** A real site on the guest's loopback: its pages run in a browser, its checks are this library's own. */
export class PasskeySite {
  readonly #parts: SiteParts;
  readonly #env: Env;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #plans = new Map<string, SitePlan>();
  readonly #challenges = new Map<string, string>();
  readonly #settled = new Map<string, () => void>();
  readonly #rows: CredentialRecord[] = [];
  /** Why an answer was refused, by story. */
  readonly refusals = new Map<string, string>();

  constructor(parts: SiteParts) {
    this.#parts = parts;
    this.#env = envFor(parts.env, "site");
  }

  get origin(): string {
    return `http://${RP_ID}:${(this.#server.address() as AddressInfo).port}`;
  }

  get rows(): readonly CredentialRecord[] {
    return this.#rows;
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, resolve));
  }

  /** @returns a promise for the end of the page's part: the site's answer shown, or the error. */
  plan(story: string, plan: SitePlan): Promise<void> {
    this.#plans.set(story, plan);
    return new Promise((resolve) => this.#settled.set(story, resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") {
      response.setHeader("content-type", "text/html").end(request.url === "/" ? PASSKEY_PAGE : "");
      return;
    }
    let text = "";
    for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
    const body = JSON.parse(text) as { readonly story: string };
    response
      .setHeader("content-type", "application/json")
      .end(JSON.stringify(this.#answer(request.url, body)));
  }

  #answer(path: string | undefined, body: { readonly story: string }): unknown {
    if (path === "/begin") return this.#begin(body.story);
    if (path === "/finish") return this.#finish(body as { story: string; answer: never });
    this.#hear(body as Told);
    return {};
  }

  #begin(story: string): unknown {
    const { method, timeoutMs, allow, options } = this.#planOf(story);
    const call = method === "create" ? "registration/options" : "login/options";
    this.#env.trace.in(contextOf(story)).emit({ kind: "rp.request", call });
    const challenge = toBase64url(this.#env.entropy.bytes(32));
    this.#challenges.set(story, challenge);
    const timeout = timeoutMs === null ? {} : { timeout: timeoutMs };
    this.#env.trace.in(contextOf(story)).emit({ kind: "rp.response", call, status: 200 });
    if (method === "get") {
      const own = this.#rows.map(({ id, transports = [] }) => ({ type: "public-key", id, transports }));
      const allowCredentials = allow ?? own;
      const userVerification = "discouraged";
      return {
        method,
        publicKey: { challenge, rpId: RP_ID, ...timeout, allowCredentials, userVerification, ...options },
      };
    }
    const publicKey = {
      rp: { id: RP_ID, name: "Example Shop" },
      user: { id: USER_ID, name: "somebody", displayName: "Somebody" },
      challenge,
      pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key", alg })),
      ...timeout,
      excludeCredentials: [],
      authenticatorSelection: {
        authenticatorAttachment: "cross-platform",
        residentKey: "discouraged",
        userVerification: "discouraged",
      },
      attestation: "none",
      ...options,
    };
    return { method, publicKey };
  }

  #finish({ story, answer }: { readonly story: string; readonly answer: never }): { accepted: boolean } {
    const { method } = this.#planOf(story);
    const call = method === "create" ? "registration/finish" : "login/finish";
    const trace = this.#env.trace.in(contextOf(story));
    trace.emit({ kind: "rp.request", call });
    try {
      if (method === "create") this.#enroll(story, answer);
      else this.#admit(story, answer);
      trace.emit({ kind: "rp.response", call, status: 200 });
      return { accepted: true };
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      this.refusals.set(story, `${error.code}: ${error.message}`);
      trace.emit({ kind: "rp.response", call, status: 400, code: error.code });
      return { accepted: false };
    }
  }

  #enroll(story: string, answer: RegistrationResponseJSON): void {
    const { credential, credentialId } = verifyRegistration(answer, this.#expected(story));
    this.#rows.push(credential);
    const tag = credentialTag(credentialId);
    this.#env.trace.in(contextOf(story)).emit({ kind: "rp.row", credential: tag, change: "created" });
  }

  #admit(story: string, answer: AuthenticationResponseJSON): void {
    const at = this.#rows.findIndex(({ id }) => id === answer.id);
    const row = this.#rows[at];
    if (row === undefined) throw new Error(`nobody registered ${answer.id}`);
    const { credential } = verifyAssertion(answer, {
      ...this.#expected(story),
      credential: row,
      allowCredentials: [fromBase64url(row.id)],
      userHandle: fromBase64url(USER_ID),
    });
    this.#rows[at] = credential;
    this.#env.trace.in(contextOf(story)).emit({ kind: "rp.login", outcome: "accepted" });
  }

  #expected(story: string) {
    const challenge = this.#challenges.get(story);
    if (challenge === undefined) throw new Error(`${story} has no challenge`);
    this.#challenges.delete(story);
    return { challenge, origins: [this.origin], rpId: RP_ID, userVerification: "discouraged" };
  }

  #planOf(story: string): SitePlan {
    const plan = this.#plans.get(story);
    if (plan === undefined) throw new Error(`nobody planned ${story}`);
    return plan;
  }

  #hear({ story, what, epochMs, guardMs, aborts, name, message }: Told): void {
    const plan = this.#planOf(story);
    const { method } = plan;
    const write = (event: TraceEvent) =>
      this.#parts.write({
        ...event,
        ...contextOf(story),
        atMs: this.#parts.traceMs(epochMs),
        actor: "page",
      });
    const guard = { timer: "page.guard", budgetMs: guardMs ?? 0, id: `guard of ${story}` };
    const saw = { kind: "user.saw", where: "page" } as const;
    const failed = { ...saw, text: "That did not work. Please try again.", tone: "failure" } as const;
    switch (what) {
      case "pressed":
        if (guardMs !== null) write({ kind: "timer.armed", ...guard });
        return;
      case "called": {
        const { timeoutMs } = plan;
        const effectiveMs = effectiveTimeoutMs(this.#parts.profile, timeoutMs ?? undefined);
        const wanted = timeoutMs === null ? {} : { timeoutMs };
        return write({ kind: "page.called", method, effectiveMs, ...wanted });
      }
      case "gave-up":
        write({ kind: "timer.fired", ...guard });
        write({ kind: "page.gave-up", method, aborted: aborts === true });
        return write(failed);
      case "resolved":
        return write({ kind: "page.settled", method, outcome: "resolved" });
      case "rejected": {
        const why = { name: name ?? "", reason: message ?? "" };
        write({ kind: "page.settled", method, outcome: "rejected", ...why });
        write(failed);
        return this.#settled.get(story)?.();
      }
      case "success":
      case "failure":
        write({ ...saw, text: what === "success" ? "Done." : failed.text, tone: what });
        return this.#settled.get(story)?.();
    }
  }
}

/** The span of a story: the page and the site record what they do in it. */
function contextOf(story: string): TraceContext {
  return { span: story, ceremony: story };
}
