import type { Bench } from "./bench.js";
import type { Need, Observations, Severity, Use } from "./kinds.js";

export type { Need, Observations, Severity, Use } from "./kinds.js";

/** One rule of the specification, and how a device is tried for it. */
export interface Check {
  /** Stable; topic, then what is tried: `make-credential.missing-client-data-hash`. */
  readonly id: string;
  /** What must hold, in one sentence. */
  readonly title: string;
  /** Of CTAP 2.3, without the sign: `6.1.2 step 3`; U2F's own documents by name. */
  readonly section: string;
  readonly severity: Severity;
  readonly needs?: readonly Need[] | undefined;
  readonly uses?: readonly Use[] | undefined;
  /** The PIN has to be set, or must not be. */
  readonly pin?: "set" | "unset" | undefined;
  /** @throws {CheckFailure} {@link NotApplicable} {@link Inconclusive} */
  run(bench: Bench): Promise<void> | Promise<Observations | undefined>;
}

/** Part of an id before its last dot. */
export function topicOf({ id }: Pick<Check, "id">): string {
  return id.slice(0, id.indexOf("."));
}
