import type { TimerChange } from "./lattice.js";

const DAY_MS = 86_400_000;

/** How each timer that a verdict may name is taken out of a run: its knob set to never, or as long as it gets. */
const CHANGES: Readonly<Record<string, TimerChange>> = {
  "client.ceremony": { knobs: {}, run: { withoutClientTimer: true } },
  "page.guard": { knobs: { "page.guardMs": null } },
  "key.up": { knobs: { "key.upTimeoutMs": DAY_MS } },
  "phone.platform": { knobs: { "phone.platformTimeoutMs": null } },
  "hybrid.link": { knobs: { "client.linkDeadlineMs": null } },
  "tunnel.ttl": { knobs: { "tunnel.ttlMs": null } },
  "gw.idle": { knobs: { "gw.idleMs": null } },
  "poll.limit": { knobs: { "poll.limitMs": null } },
  "rp.poll": { knobs: { "rp.pollMs": DAY_MS } },
  "rp.challenge": { knobs: { "rp.challengeTtlMs": DAY_MS } },
  "rp.step-up": { knobs: { "rp.stepUpTtlMs": null } },
  "rp.fresh": { knobs: { "rp.freshAgeMs": null } },
  "hid.busy": { knobs: { "hid.busyPatienceMs": DAY_MS } },
  "hid.silence": { knobs: { "hid.silenceMs": null } },
  "hid.reassembly": { knobs: { "hid.reassemblyMs": DAY_MS } },
  "ext.focus": { knobs: { "ext.focusWaitMs": null } },
  "otp.ttl": { knobs: { "otp.ttlMs": DAY_MS } },
  "call.window": { knobs: { "call.windowMs": DAY_MS } },
  "lock.ladder": { knobs: { "lock.threshold": 1_000_000 } },
  "idp.code": { knobs: { "idp.codeTtlMs": DAY_MS } },
};

/** Returns how a timer is taken out of a run; `undefined` where nothing can. */
export function changeWithout(timer: string): TimerChange | undefined {
  return CHANGES[timer];
}

/** Knobs whose removal counts as naming a timer: the timer's own length. */
export function knobsOfTimer(timer: string): readonly string[] {
  if (timer === "client.ceremony") return ["client.timeoutMs", "client.virtualAuthenticator"];
  return Object.keys(CHANGES[timer]?.knobs ?? {});
}
