import type { TraceRecord } from "../../../src/entry/diagnosis.js";
import { type Action, runScenario } from "../../../src/entry/scenarios.js";
import type { KnobOverrides } from "../../../src/entry/sim.js";
import type { PublicKeyCredentialDescriptorJSON } from "../../../src/entry/webauthn.js";

/** One ceremony, for a browser and for its prediction. */
export interface BrowserStory {
  /** Also the title of its check. */
  readonly title: string;
  /** Of the key, the page and the site's wish; the prediction has them all, the browser those that can be shown to it. */
  readonly knobs: KnobOverrides;
  readonly method: "create" | "get";
  /** What leads to the same ceremony in a simulated world; the last one counts. */
  readonly script: readonly Action[];
  /** For get(), instead of what is registered. */
  readonly allow?: readonly PublicKeyCredentialDescriptorJSON[];
  /** Lines of the comparison in which the browser is known to differ: the check fails when it no longer does. */
  readonly differs?: readonly string[];
  /** After this long since the press another tab comes in front of the page's; 0: before the press. */
  readonly behindMs?: number;
  /** After this long since the press the page leaves, if the promise is still pending. */
  readonly watchMs: number;
}

/** What a ceremony looked like from outside, in milliseconds since the page's call unless it says otherwise. */
export interface CeremonyFacts {
  /** The key wants a touch. */
  readonly promptedMs?: number;
  /** The host tells the key to stop. */
  readonly cancelledMs?: number;
  /** A passkey is in the key. */
  readonly storedMs?: number;
  /** The page's own timer, since the press of its button. */
  readonly gaveUpMs?: number;
  /** Absent: still pending when watching ended. */
  readonly settled?: { readonly ms: number; readonly outcome: string };
  /** What the key refused with, in order, `getAssertion NO_CREDENTIALS`. */
  readonly refusals: readonly string[];
}

/** A person's gestures in the key's own questions; a host's probing shows no prompt. */
export function factsOf(records: readonly TraceRecord[], watchMs: number): CeremonyFacts {
  const calledAt = records.findLastIndex(({ kind }) => kind === "page.called");
  const called = records[calledAt];
  if (called === undefined) throw new Error("the page never called");
  const armed = records.findLast(
    (record) => record.kind === "timer.armed" && record.timer === "page.guard" && record.atMs <= called.atMs,
  );
  const pressedMs = armed?.atMs ?? called.atMs;
  const rest = records.slice(calledAt).filter(({ atMs }) => atMs <= pressedMs + watchMs);
  const since = (record: TraceRecord | undefined) =>
    record === undefined ? undefined : Math.round(record.atMs - called.atMs);
  const first = (isIt: (record: TraceRecord) => boolean) => since(rest.find(isIt));
  // The page leaves only when watching is over.
  const settled = rest
    .filter((record) => record.kind === "page.settled")
    .find(({ name }) => name !== "AbortError");
  const gaveUp = rest.find(({ kind }) => kind === "page.gave-up");
  const facts = {
    promptedMs: first(({ kind }) => kind === "user.prompted"),
    cancelledMs: first(({ kind }) => kind === "ctap.cancel"),
    storedMs: first((record) => record.kind === "ctap.credential" && record.change === "created"),
    gaveUpMs: gaveUp && Math.round(gaveUp.atMs - pressedMs),
    settled: settled && {
      ms: Math.round(settled.atMs - called.atMs),
      outcome: settled.outcome === "resolved" ? "resolved" : (settled.name ?? "rejected"),
    },
  };
  const present = Object.entries(facts).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(present), refusals: refusalsIn(rest) };
}

function refusalsIn(records: readonly TraceRecord[]): readonly string[] {
  return records.flatMap((record) =>
    record.kind === "ctap.response" && record.status !== "OK" ? [`${record.command} ${record.status}`] : [],
  );
}

/** The same story in a simulated world, on virtual time. */
export async function predict(story: BrowserStory): Promise<readonly TraceRecord[]> {
  const { title, knobs, script } = story;
  const scenario = { id: title, group: "own", title, story: title, sources: [], knobs, script } as const;
  const { records } = await runScenario(scenario, { seed: "lab" });
  return records;
}
