import type { Probe } from "../diagnosis/probes.js";
import type { RootCauseId } from "../diagnosis/rules/registry.js";

/** Everything that can change what a ceremony came to, or why. */
const ALL: readonly Probe[] = ["page", "page.script", "ctap", "rp", "timer", "link", "user"];

/**
 * What has to be covered before a cause may be said of an incident. Rules were made for recordings of which whole layers
 * are there or not; the logs of an incident are parts of several layers, and a cause that is not in this table needs all.
 */
const NEEDS: Partial<Record<RootCauseId, readonly Probe[]>> = {};

/** Returns the probes without which a cause may be another one's look. */
export function needsOf(cause: RootCauseId): readonly Probe[] {
  return NEEDS[cause] ?? ALL;
}
