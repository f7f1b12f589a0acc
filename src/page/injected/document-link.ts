import type {
  CredentialCall,
  DocumentFacts,
  HttpMessage,
  PageBinding,
  PageMessage,
  PageReply,
  SignalName,
} from "../protocol.js";
import type { Realm } from "./realm.js";

const FEATURE = { create: "publickey-credentials-create", get: "publickey-credentials-get" } as const;

/** Events that activate a document. @see HTML, activation-triggering input event */
const ACTIVATING = ["pointerdown", "keydown"];

/** What happened in a document, of which nothing comes back. */
type SeenMessage = Extract<PageMessage, { readonly do: "saw" | "timer" | "input" }>;

type WithoutDocument<T> = T extends unknown ? Omit<T, "document"> : never;

/** The document's end of the binding: everything it says goes through here, with its name on it. */
export class DocumentLink {
  readonly #realm: Realm;
  readonly #binding: PageBinding;
  readonly #document: string;
  readonly #nowMs: () => number;
  readonly #onTime: (atMs: number) => void;
  #requests = 0;
  #clickedAtMs: number | undefined;
  #calls = 0;
  /** What was seen before the harness said what time it is; `undefined` once it has. */
  #early: WithoutDocument<SeenMessage>[] | undefined = [];

  constructor(
    realm: Realm,
    deps: {
      readonly binding: PageBinding;
      readonly document: string;
      readonly nowMs: () => number;
      readonly onTime: (atMs: number) => void;
    },
  ) {
    this.#realm = realm;
    this.#binding = deps.binding;
    this.#document = deps.document;
    this.#nowMs = deps.nowMs;
    this.#onTime = deps.onTime;
  }

  /** Counts what the harness may answer to with something that changes time. */
  get calls(): number {
    return this.#calls;
  }

  hello(): Promise<PageReply> {
    return this.tell({
      do: "hello",
      isSecure: this.#realm.isSecureContext !== false,
      facts: this.#facts("get"),
    });
  }

  /** Tells of what the document did or showed; once the harness's time is known, which a new document's is not. */
  see(message: WithoutDocument<SeenMessage>): void {
    if (this.#early === undefined) void this.tell(message);
    else this.#early.push(message);
  }

  /** Tells what was seen so far, later by `shiftMs`: by so much the document's time was behind the harness's. */
  startAt(shiftMs: number): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    if (this.#clickedAtMs !== undefined) this.#clickedAtMs += shiftMs;
    for (const message of early) this.see({ ...message, atMs: message.atMs + shiftMs });
  }

  call(call: CredentialCall): { readonly request: number; readonly reply: Promise<PageReply> } {
    this.#calls += 1;
    const request = (this.#requests += 1);
    const facts = this.#facts(call.method);
    return { request, reply: this.tell({ do: "call", request, call, facts, atMs: this.#nowMs() }) };
  }

  abort(request: number): void {
    this.#calls += 1;
    void this.tell({ do: "abort", request, atMs: this.#nowMs() });
  }

  ask(about: "capabilities" | "platform-authenticator"): Promise<PageReply> {
    this.#calls += 1;
    return this.tell({ do: "ask", about });
  }

  signal(signal: SignalName, rpId: string): Promise<PageReply> {
    this.#calls += 1;
    return this.tell({ do: "signal", signal, rpId, origin: this.#origin });
  }

  /** Notes that the user did something in the document. */
  input({ isTrusted, type }: { readonly isTrusted: boolean; readonly type: string }): void {
    if (isTrusted && ACTIVATING.includes(type)) this.#clickedAtMs = this.#nowMs();
    this.see({ do: "input", atMs: this.#nowMs() });
  }

  focus(): void {
    void this.tell({ do: "focus", hasFocus: this.#hasFocus });
  }

  /** Tells of a script's call to its site; what is not heard of stands in nobody's way. */
  async http(message: WithoutDocument<HttpMessage>): Promise<void> {
    await this.#binding({ ...message, document: this.#document }).catch(() => undefined);
  }

  async tell(message: WithoutDocument<PageMessage>): Promise<PageReply> {
    const reply = await this.#binding({ ...message, document: this.#document });
    if ("atMs" in reply) this.#onTime(reply.atMs);
    return reply;
  }

  get #sinceClickMs(): number | null {
    return this.#clickedAtMs === undefined ? null : this.#nowMs() - this.#clickedAtMs;
  }

  /** Browsers ask for the focus of the tab, whichever of its frames has it; a frame of another origin cannot see that. */
  get #hasFocus(): boolean {
    const { document, top, self } = this.#realm;
    if (top === self) return document.hasFocus?.() ?? true;
    try {
      return (top as Realm).document.hasFocus?.() ?? true;
    } catch {
      return true;
    }
  }

  get #origin(): string {
    return this.#realm.origin ?? this.#realm.location.origin;
  }

  #facts(method: CredentialCall["method"]): DocumentFacts {
    const { document, location, navigator, top, self } = this.#realm;
    const origin = this.#origin;
    const topOrigin = top === self ? origin : (Array.from(location.ancestorOrigins ?? []).at(-1) ?? origin);
    return {
      origin,
      ...(topOrigin !== origin && { topOrigin }),
      isAllowed: document.featurePolicy?.allowsFeature(FEATURE[method]) ?? true,
      hasFocus: this.#hasFocus,
      // A driver's evaluation in the page counts as a click to the browser's own userActivation.
      ...(navigator.userActivation !== undefined && { sinceClickMs: this.#sinceClickMs }),
    };
  }
}
