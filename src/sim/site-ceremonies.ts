import type { Disarm } from "../core/clock.js";
import { toBase64url } from "../core/bytes.js";
import type { Env } from "../core/env.js";

const CHALLENGE_BYTES = 32;
const CHALLENGE_TIMER = "rp.challenge";

/** What the site remembers between an options call and its finish call. */
export interface SiteCeremony {
  readonly id: string;
  readonly kind: "registration" | "login";
  readonly account: string;
  readonly challenge: string;
  readonly state: "open" | "expired" | "used";
  /** Credential whose answer was accepted. */
  readonly acceptedCredential?: string;
}

/** Hands out challenges and counts their time: `rp.challenge` belongs to the site. */
export class SiteCeremonies {
  readonly #env: Env;
  readonly #ceremonies = new Map<string, SiteCeremony>();
  readonly #disarms = new Map<string, Disarm>();

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
    this.#ceremonies.set(ceremony.id, { ...ceremony, state: "used" });
    this.#disarms.get(ceremony.id)?.();
  }

  accept(ceremony: SiteCeremony, acceptedCredential: string): void {
    this.#ceremonies.set(ceremony.id, { ...ceremony, state: "used", acceptedCredential });
  }

  #count(ceremony: SiteCeremony, budgetMs: number): void {
    const { clock, trace } = this.#env;
    const timer = { timer: CHALLENGE_TIMER, budgetMs, ceremony: ceremony.id };
    trace.emit({ kind: "timer.armed", ...timer });
    const disarm = clock.arm(budgetMs, CHALLENGE_TIMER, () => {
      this.#disarms.delete(ceremony.id);
      this.#ceremonies.set(ceremony.id, { ...ceremony, state: "expired" });
      trace.emit({ kind: "timer.fired", ...timer });
    });
    this.#disarms.set(ceremony.id, () => {
      this.#disarms.delete(ceremony.id);
      disarm();
      trace.emit({ kind: "timer.disarmed", ...timer });
    });
  }
}
