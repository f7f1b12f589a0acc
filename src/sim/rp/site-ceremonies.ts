import type { Disarm } from "../../core/clock.js";
import { toBase64url } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";

const CHALLENGE_BYTES = 32;
const CHALLENGE_TIMER = "rp.challenge";

/** What the site remembers between an options call and its finish call. */
export interface SiteCeremony {
  readonly id: string;
  readonly kind: "registration" | "login";
  readonly account: string;
  readonly challenge: string;
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
  readonly #disarms = new Map<string, Disarm>();
  readonly #waiters = new Map<string, (() => void)[]>();

  constructor(env: Env) {
    this.#env = env;
  }

  /** A name for the next ceremony, `c1`, `c2`, ...; taken before the gateway so that refusals have one too. */
  nextId(): string {
    const id = `c${this.#ceremonies.size + 1}`;
    this.#ceremonies.set(id, { id, kind: "login", account: "", challenge: "", state: "used" });
    return id;
  }

  open(
    { id, kind, account }: Pick<SiteCeremony, "id" | "kind" | "account">,
    ttlMs: number | undefined,
  ): SiteCeremony {
    const challenge = toBase64url(this.#env.entropy.bytes(CHALLENGE_BYTES));
    const ceremony: SiteCeremony = { id, kind, account, challenge, state: "open" };
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
    this.#disarms.get(ceremony.id)?.();
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
      this.#disarms.get(ceremony.id)?.();
    }
  }

  #change(id: string, changes: Partial<SiteCeremony>): void {
    const ceremony = this.#ceremonies.get(id);
    if (ceremony) this.#ceremonies.set(id, { ...ceremony, ...changes });
  }

  #count(ceremony: SiteCeremony, budgetMs: number): void {
    const { clock, trace } = this.#env;
    const timer = { timer: CHALLENGE_TIMER, budgetMs, ceremony: ceremony.id };
    trace.emit({ kind: "timer.armed", ...timer });
    const disarm = clock.arm(budgetMs, CHALLENGE_TIMER, () => {
      this.#disarms.delete(ceremony.id);
      this.#change(ceremony.id, { state: "expired" });
      trace.emit({ kind: "timer.fired", ...timer });
    });
    this.#disarms.set(ceremony.id, () => {
      this.#disarms.delete(ceremony.id);
      disarm();
      trace.emit({ kind: "timer.disarmed", ...timer });
    });
  }
}
