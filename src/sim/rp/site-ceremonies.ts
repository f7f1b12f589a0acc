import { toBase64url } from "../../core/bytes.js";
import { envIn, type Env } from "../../core/env.js";
import { startTimer, type RunningTimer } from "../../core/timer.js";
import type { TraceContext } from "../../core/trace.js";

const CHALLENGE_BYTES = 32;
const CHALLENGE_TIMER = "rp.challenge";

/** Holds what the site stores between an options call and its finish call. */
export interface SiteCeremony {
  readonly id: string;
  readonly kind: "registration" | "login";
  readonly account: string;
  readonly challenge: string;
  /** The span it was begun in: what the site does for it later is recorded there. */
  readonly context: TraceContext;
  readonly state: "open" | "expired" | "used" | "superseded";
  /** Credential whose answer was accepted. */
  readonly acceptedCredential?: string;
  /** What became of it at the site, for pages that ask. */
  readonly outcome?: "working" | "committed" | "refused";
}

/** Hands out challenges and counts their time: `rp.challenge` belongs to the site. */
export class SiteCeremonies {
  readonly #env: Env;
  readonly #ceremonies = new Map<string, SiteCeremony>();
  readonly #timers = new Map<string, RunningTimer>();
  readonly #waiters = new Map<string, (() => void)[]>();

  constructor(env: Env) {
    this.#env = env;
  }

  /**
   * Returns the span that calls of a ceremony belong to: the page's, or a new one where a page names none.
   *
   * Taken before the gateway, so that refusals have one too.
   */
  begin(kind: SiteCeremony["kind"], context: TraceContext | undefined): TraceContext & { ceremony: string } {
    const known = context?.ceremony === undefined ? undefined : { ...context, ceremony: context.ceremony };
    const own = known ?? this.#openSpan(kind);
    const { ceremony: id } = own;
    if (!this.#ceremonies.has(id)) {
      this.#ceremonies.set(id, { id, kind, account: "", challenge: "", context: own, state: "used" });
    }
    return own;
  }

  /** Returns the span of a ceremony that has begun; one outside every ceremony where the site knows of none. */
  contextOf(id: string, context: TraceContext | undefined): TraceContext {
    return context ?? this.#ceremonies.get(id)?.context ?? this.#env.trace.context;
  }

  open(
    { id, kind, account, context }: Pick<SiteCeremony, "id" | "kind" | "account" | "context">,
    ttlMs: number | undefined,
  ): SiteCeremony {
    const challenge = toBase64url(this.#env.entropy.bytes(CHALLENGE_BYTES));
    const ceremony: SiteCeremony = { id, kind, account, challenge, context, state: "open" };
    this.#ceremonies.set(id, ceremony);
    if (ttlMs !== undefined) this.#count(ceremony, ttlMs);
    return ceremony;
  }

  find(id: string): SiteCeremony | undefined {
    return this.#ceremonies.get(id);
  }

  /** The challenge is spent, whatever comes of the answer. */
  use(ceremony: SiteCeremony): void {
    this.#change(ceremony.id, { state: "used" });
    this.#timers.get(ceremony.id)?.disarm();
  }

  accept(ceremony: SiteCeremony, acceptedCredential: string): void {
    this.#change(ceremony.id, { state: "used", acceptedCredential });
  }

  /** Notes what the site made of the answer. */
  conclude(id: string, outcome: NonNullable<SiteCeremony["outcome"]>): void {
    this.#change(id, { outcome });
    if (outcome === "working") return;
    for (const wake of this.#waiters.get(id) ?? []) wake();
    this.#waiters.delete(id);
  }

  /** Resolves when the ceremony came to an end at the site. */
  async concluded(id: string): Promise<void> {
    const { outcome } = this.#ceremonies.get(id) ?? {};
    if (outcome === "committed" || outcome === "refused") return;
    await new Promise<void>((resolve) => {
      this.#waiters.set(id, [...(this.#waiters.get(id) ?? []), resolve]);
    });
  }

  /** For sites that keep one challenge an account: a new one ends those before it. */
  supersede({ account, kind }: Pick<SiteCeremony, "account" | "kind">): void {
    for (const ceremony of [...this.#ceremonies.values()]) {
      if (ceremony.account !== account || ceremony.kind !== kind || ceremony.state !== "open") continue;
      this.#change(ceremony.id, { state: "superseded" });
      this.#timers.get(ceremony.id)?.disarm();
    }
  }

  #change(id: string, changes: Partial<SiteCeremony>): void {
    const ceremony = this.#ceremonies.get(id);
    if (ceremony) this.#ceremonies.set(id, { ...ceremony, ...changes });
  }

  #openSpan(kind: SiteCeremony["kind"]): TraceContext & { ceremony: string } {
    const { context } = this.#env.trace.startSpan({ name: "ceremony", label: kind }).trace;
    return { ...context, ceremony: context.ceremony ?? "" };
  }

  #count({ id, context }: SiteCeremony, budgetMs: number): void {
    const timer = startTimer(envIn(this.#env, context), { timer: CHALLENGE_TIMER, budgetMs }, () =>
      this.#change(id, { state: "expired" }),
    );
    this.#timers.set(id, timer);
  }
}
