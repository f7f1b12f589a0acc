import { onAbort } from "../core/abort.js";
import type { Env } from "../core/env.js";
import { AbortedError, isHarnessError } from "../core/errors.js";
import type { Span } from "../core/trace.js";
import { PageRejection } from "../sim/browser/page-rejection.js";
import type { BrowserCall, SimBrowser } from "../sim/browser/browser.js";
import type { Knobs } from "../sim/knobs/knobs.js";
import { ClientError } from "../webauthn/client-error.js";
import { resolveRpId } from "../webauthn/rp-id.js";
import type { CredentialCall, DocumentFacts, PageMessage, PageReply } from "./protocol.js";

/** What a user does about the autofill of a field, where a page asks with `mediation: "conditional"`. */
export type Autofill = "ignored" | "picked";

export interface BridgeDeps {
  readonly browser: () => SimBrowser;
  readonly knobs: () => Knobs;
  readonly autofill: () => Autofill;
  /** Called when a page is answered: what the answer sets off in the page is waited for. */
  readonly onReply: () => void;
}

/** One call of `navigator.credentials`, as the bridge handed it to the browser client. */
export interface BridgedCall {
  readonly ceremony: string;
  readonly document: string;
  readonly method: CredentialCall["method"];
  /** base64url, as the site gave it. */
  readonly challenge: string;
  readonly atMs: number;
  readonly mediation?: string;
  /** Ids of the credentials that the options name. */
  readonly offered: readonly string[];
  /** Of the credential that the promise resolved with, base64url. */
  id?: string;
  endedAtMs?: number;
  aborted?: boolean;
}

/** What a document says when no promise of a script waits for it. */
export type Told = Extract<
  PageMessage,
  { readonly do: "hello" | "input" | "saw" | "timer" | "turn" | "leave" }
>;

interface Pending {
  readonly abort: AbortController;
  readonly document: string;
}

/** Texts of Chromium's exceptions by reason, else by name; scripts should not read them, and reports of errors quote them. */
const MESSAGES: Readonly<Partial<Record<string, string>>> = {
  "bad-user-id": "User handle exceeds 64 bytes.",
  "unknown-credential-types": "Required parameters missing in `options.publicKey`.",
  "list-too-long": "The list of credentials exceeds the maximum allowed size (64).",
  "origin-or-rp-id":
    "The relying party ID is not a registrable domain suffix of, nor equal to the current domain.",
  NotAllowedError:
    "The operation either timed out or was not allowed. See: https://www.w3.org/TR/webauthn-2/#sctn-privacy-considerations-client.",
  InvalidStateError:
    "The user attempted to register an authenticator that contains one of the credentials already registered with the relying party.",
  OperationError: "A request is already pending.",
  AbortError: "signal is aborted without reason",
};

/**
 * Connects the `navigator.credentials` of real documents to the browser client: every call is a ceremony of its own in
 * the trace, opened by the page.
 */
export class PageBridge {
  readonly calls: BridgedCall[] = [];
  readonly #env: Env;
  readonly #deps: BridgeDeps;
  readonly #pending = new Map<string, Pending>();
  readonly #focus = new Map<string, boolean>();

  constructor(env: Env, deps: BridgeDeps) {
    this.#env = env;
    this.#deps = deps;
  }

  /** Calls that wait for an answer, those for the autofill of a field left out. */
  get open(): readonly BridgedCall[] {
    return this.calls.filter(
      ({ endedAtMs, mediation }) => endedAtMs === undefined && mediation !== "conditional",
    );
  }

  /** Answers one message of a document. */
  async answer(message: Exclude<PageMessage, Told>): Promise<PageReply> {
    switch (message.do) {
      case "call":
        return this.#call(message);
      case "abort":
        this.#pending.get(keyOf(message))?.abort.abort(new AbortedError("the page aborted its request"));
        return { value: true };
      case "ask":
        return {
          value: message.about === "capabilities" ? this.#capabilities() : this.#deps.knobs().os.helloEnabled,
        };
      case "signal":
        return signalled(message, this.#env.clock.nowMs());
      case "focus":
        this.#focus.set(message.document, message.hasFocus);
        return { value: true };
    }
  }

  /** Ends what a document left pending when it went away. */
  leave(document: string): void {
    for (const pending of this.#pending.values()) {
      if (pending.document === document) pending.abort.abort(new AbortedError("the document was left"));
    }
  }

  async #call(message: Extract<PageMessage, { readonly do: "call" }>): Promise<PageReply> {
    const { call, document, facts } = message;
    const key = keyOf(message);
    const abort = new AbortController();
    this.#pending.set(key, { abort, document });
    this.#focus.set(document, facts.hasFocus);
    const label = call.method === "create" ? "registration" : "login";
    const span = this.#env.trace.as("page").startSpan({ name: "ceremony", label });
    const bridged: BridgedCall = {
      ceremony: span.trace.context.ceremony ?? "",
      document,
      method: call.method,
      challenge: call.options.challenge,
      atMs: this.#env.clock.nowMs(),
      ...(call.mediation !== undefined && { mediation: call.mediation }),
      offered: call.method === "get" ? (call.options.allowCredentials ?? []).map(({ id }) => id) : [],
    };
    this.calls.push(bridged);
    onAbort(abort.signal, () => {
      bridged.aborted = true;
    });
    try {
      const credential = await this.#ask(call, { span, facts, document, signal: abort.signal });
      bridged.id = credential.id;
      return { credential, atMs: this.#env.clock.nowMs() };
    } catch (error) {
      return { fault: faultOf(error), atMs: this.#env.clock.nowMs() };
    } finally {
      bridged.endedAtMs = this.#env.clock.nowMs();
      span.end(bridged.id === undefined ? "error" : "ok");
      this.#pending.delete(key);
      this.#deps.onReply();
    }
  }

  #ask(
    call: CredentialCall,
    from: {
      readonly span: Span;
      readonly facts: DocumentFacts;
      readonly document: string;
      readonly signal: AbortSignal;
    },
  ) {
    const { span, facts, document, signal } = from;
    const isConditional = call.mediation === "conditional";
    // A field offers passkeys to sign in with; none is made there.
    const autofill = isConditional && (call.method === "create" || this.#deps.autofill() === "ignored");
    const browserCall: BrowserCall = {
      signal,
      context: span.trace.context,
      autofill,
      conditional: isConditional && !autofill,
      ...(facts.sinceClickMs !== undefined && { sinceClickMs: facts.sinceClickMs ?? Infinity }),
      page: { ...facts, hasFocus: () => this.#focus.get(document) ?? true },
    };
    const browser = this.#deps.browser();
    return call.method === "create"
      ? browser.create(call.options, browserCall)
      : browser.get(call.options, browserCall);
  }

  /** What depends on authenticators and on this harness; of its scripts the browser knows. @see WebAuthn Level 3 §5.1.7 */
  #capabilities(): Readonly<Record<string, boolean>> {
    const { os } = this.#deps.knobs();
    return {
      conditionalCreate: false,
      conditionalGet: true,
      hybridTransport: os.hybridSupported,
      passkeyPlatformAuthenticator: os.helloEnabled || os.hybridSupported,
      userVerifyingPlatformAuthenticator: os.helloEnabled,
      relatedOrigins: false,
      signalAllAcceptedCredentials: true,
      signalCurrentUserDetails: true,
      signalUnknownCredential: true,
      "extension:credProps": true,
      "extension:largeBlob": true,
      "extension:prf": true,
    };
  }
}

function keyOf({ document, request }: { readonly document: string; readonly request: number }): string {
  return `${document} ${request}`;
}

/** A site that tells of its credentials learns nothing, but that the rp id is its own. @see WebAuthn Level 3 §5.1.10 */
function signalled(
  { rpId, origin }: Extract<PageMessage, { readonly do: "signal" }>,
  atMs: number,
): PageReply {
  try {
    resolveRpId({ origin, rpId });
    return { value: true };
  } catch (error) {
    if (error instanceof ClientError)
      return { fault: { name: "SecurityError", message: error.message }, atMs };
    throw error;
  }
}

function faultOf(error: unknown): { readonly name: string; readonly message: string } {
  if (error instanceof PageRejection)
    return { name: error.name, message: MESSAGES[error.reason] ?? MESSAGES[error.name] ?? error.message };
  // The harness itself failed: a page sees what a browser shows of its own bugs, and the test sees the reason.
  if (isHarnessError(error))
    return { name: "UnknownError", message: `passkey-harness: ${error.code}: ${error.message}` };
  throw error;
}
