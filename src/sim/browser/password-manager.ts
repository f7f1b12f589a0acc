import { sleep } from "../../core/clock.js";
import type { EventsByKind } from "../../core/events/table.js";
import type { CtapDevice } from "../../ctap/device.js";
import type { ClientContext } from "../../webauthn/client/client-context.js";
import type { Knobs } from "../knobs/knobs.js";
import { PORTAL_ORIGIN } from "../portal.js";
import type { PendingRequest } from "./browser-front.js";
import type { AllowedCredential } from "./operating-system.js";
import { PageRejection } from "./page-rejection.js";

/** The passkeys of a password manager, as an authenticator. */
export interface Vault {
  readonly device: () => CtapDevice;
  /** Whether it has one of these passkeys, or, where none is named, any of the site's. */
  readonly holds: (allowed: readonly AllowedCredential[]) => boolean;
}

type Intercepted = EventsByKind["page.intercepted"];
type Decision = Intercepted["decision"];
type Why = NonNullable<Intercepted["reason"]>;

/** Who it is in traces, by where it stands. */
const PLACES = {
  extension: { actor: "extension", by: "password-manager" },
  system: { actor: "provider", by: "credential-provider" },
} as const satisfies Record<Knobs["ext"]["place"], { actor: string; by: Intercepted["by"] }>;

const OWN_ORIGIN = "chrome-extension://password-manager";

/**
 * Simulates a password manager that takes requests: before the browser as its extension, or after the browser's own checks
 * as a credential provider of the system. It answers, hands them on, or refuses.
 */
export class PasswordManager {
  readonly #knobs: () => Knobs;
  readonly #vault: Vault;
  #isUnlocked = false;

  constructor(knobs: () => Knobs, vault: Vault) {
    this.#knobs = knobs;
    this.#vault = vault;
  }

  /**
   * Returns its vault where it answers, and `undefined` where it hands the request on, or stands at another place.
   *
   * @throws {PageRejection} where it refuses.
   */
  async intercept(request: PendingRequest, place: Knobs["ext"]["place"]): Promise<CtapDevice | undefined> {
    const { ext } = this.#knobs();
    if (ext.vault === "none" || ext.place !== place) return undefined;
    const { decision, reason } = await this.#decide(request);
    const { actor, by } = PLACES[place];
    request.env.trace.as(actor).emit({
      kind: "page.intercepted",
      by,
      method: request.method,
      decision,
      ...(reason !== undefined && { reason }),
    });
    if (decision === "refuses") throw new PageRejection("NotAllowedError", "extension-refused");
    return decision === "answers" ? this.#vault.device() : undefined;
  }

  /** Returns what it states in the client data that it makes itself, in place of what the browser would. */
  get stated(): Pick<ClientContext, "statedOrigin" | "crossOrigin" | "topOrigin"> {
    const { ext, page } = this.#knobs();
    if (ext.statesOrigin === "page") return {};
    const top = page.frame === "cross-origin" ? PORTAL_ORIGIN : undefined;
    const statedOrigin = ext.statesOrigin === "own" ? OWN_ORIGIN : top;
    return { statedOrigin, crossOrigin: undefined, topOrigin: undefined };
  }

  async #decide(request: PendingRequest): Promise<{ readonly decision: Decision; readonly reason?: Why }> {
    const { ext, page } = this.#knobs();
    const { method, attachment, allowed = [] } = request;
    if (page.frame !== "none" && ext.inFrames !== "answers")
      return { decision: ext.inFrames, reason: "frame" };
    if (ext.vault === "signed-out") return { decision: ext.whenClosed, reason: "signed-out" };
    if (!(await this.#unlock(request))) return { decision: ext.whenClosed, reason: "vault-locked" };
    if (method === "create") {
      return attachment === "cross-platform"
        ? { decision: "hands-on", reason: "attachment" }
        : { decision: "answers" };
    }
    if (ext.wantsInternal && allowed.length > 0 && allowed.every(rulesOutInternal)) {
      return { decision: "hands-on", reason: "transports" };
    }
    return this.#vault.holds(allowed)
      ? { decision: "answers" }
      : { decision: ext.whenEmpty, reason: "no-passkey" };
  }

  /** Whether the vault is open, or the user opens it. */
  async #unlock(request: PendingRequest): Promise<boolean> {
    const { ext, user } = this.#knobs();
    if (ext.vault === "open" || this.#isUnlocked) return true;
    const { env, signal } = request;
    const text = "Unlock your vault to use a passkey";
    env.trace.as(PLACES[ext.place].actor).emit({ kind: "user.saw", where: "browser", text });
    const delayMs = ext.unlockMs ?? user.closeSheetMs ?? 0;
    await sleep(env.clock, delayMs, "user.unlock", { signal });
    this.#isUnlocked = ext.unlockMs !== null;
    return this.#isUnlocked;
  }
}

function rulesOutInternal({ transports = [] }: AllowedCredential): boolean {
  return transports.length > 0 && !transports.includes("internal");
}
