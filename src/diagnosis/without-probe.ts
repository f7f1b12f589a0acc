import type { TraceRecord } from "../core/trace.js";
import { explain } from "./explain.js";
import type { Explanation } from "./explanation.js";
import type { Layer } from "./rule.js";
import type { RootCauseId } from "./rules/registry.js";

/** Every kind of probe there is, in the order of the table. */
export const PROBE_LAYERS: readonly Layer[] = ["page", "ctap", "rp", "timer", "link", "user", "factor"];

/** What became of verdicts once a probe was taken out of the trace, counted by ceremony. */
export interface ProbeRate {
  readonly layer: Layer;
  readonly ceremonies: number;
  readonly right: number;
  /** `undecided`, and the probe named. */
  readonly undecided: number;
  /** The ceremony left nothing in what is left of the trace. */
  readonly unseen: number;
  readonly wrong: number;
}

/** A verdict that was given without the probe it would have needed. */
export interface MissingProbeVerdict {
  readonly layer: Layer;
  readonly truth: RootCauseId;
  /** `undecided` when the missing probe was not named. */
  readonly said: RootCauseId;
}

export interface MissingProbeCount {
  readonly rates: ReadonlyMap<Layer, Omit<ProbeRate, "layer">>;
  readonly wrong: readonly MissingProbeVerdict[];
}

/** Adds rates to those counted before. */
export function addProbes(counted: Map<Layer, ProbeRate>, rates: readonly ProbeRate[]): void {
  for (const { layer, ...more } of rates) {
    const { ceremonies = 0, right = 0, undecided = 0, unseen = 0, wrong = 0 } = counted.get(layer) ?? {};
    counted.set(layer, {
      layer,
      ceremonies: ceremonies + more.ceremonies,
      right: right + more.right,
      undecided: undecided + more.undecided,
      unseen: unseen + more.unseen,
      wrong: wrong + more.wrong,
    });
  }
}

/** A probe's name begins with that of its layer. */
function namesLayer(probes: readonly string[], layer: Layer): boolean {
  return probes.some((probe) => probe === layer || probe.startsWith(`${layer}.`));
}

/**
 * Explains a trace again without each of its probes: where the evidence does not suffice, the answer has to be
 * `undecided` with the missing probe by its name, and never another mechanism.
 */
export function judgeWithoutProbes({
  records,
  explanation,
}: {
  readonly records: readonly TraceRecord[];
  /** What the whole trace says. */
  readonly explanation: Explanation;
}): MissingProbeCount {
  const rates = new Map<Layer, Omit<ProbeRate, "layer">>();
  const wrong: MissingProbeVerdict[] = [];
  const truths = explanation.ceremonies;
  for (const layer of PROBE_LAYERS) {
    const left = records.filter(({ kind }) => !kind.startsWith(`${layer}.`));
    if (left.length === records.length) continue;
    const said = explain(left).ceremonies;
    const count = { ceremonies: truths.length, right: 0, undecided: 0, unseen: 0, wrong: 0 };
    for (const { kind, ceremony, mechanism } of truths) {
      const withoutProbe = said.find((one) => one.kind === kind && one.ceremony === ceremony);
      if (withoutProbe === undefined) count.unseen += 1;
      else if (withoutProbe.mechanism === mechanism) count.right += 1;
      else if (withoutProbe.mechanism === "undecided" && namesLayer(withoutProbe.missingProbes, layer))
        count.undecided += 1;
      else {
        count.wrong += 1;
        wrong.push({ layer, truth: mechanism, said: withoutProbe.mechanism });
      }
    }
    rates.set(layer, count);
  }
  return { rates, wrong };
}
