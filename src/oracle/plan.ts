/** A value of a knob: `null` is never. */
export type PlanValue = number | boolean | string | null;

export type PlanKnobs = Readonly<Record<string, PlanValue>>;

/** One action of a script, as scenario files have it. */
export interface PlanAction {
  readonly do: string;
  readonly atMs?: number;
  readonly knobs?: PlanKnobs;
  readonly inBackground?: boolean;
  readonly factor?: string;
  readonly code?: string;
  readonly times?: number;
  readonly everyMs?: number;
  readonly provider?: string;
  readonly to?: string;
  readonly forMs?: number;
}

/** A scenario that nothing is wrong with: what deviations are laid over. */
export interface BaseScenario {
  readonly id: string;
  readonly knobs: PlanKnobs;
  readonly script: readonly PlanAction[];
  /** Groups of knobs that have a part in it. */
  readonly groups: readonly string[];
}

/** One thing that a plan changes in its base. */
export type Deviation =
  /** A knob that has another value from the start. */
  | { readonly kind: "knob"; readonly name: string; readonly value: PlanValue }
  /** A knob that is set in the middle of the run. */
  | { readonly kind: "set"; readonly name: string; readonly value: PlanValue; readonly atMs: number }
  /** Something that is done beside the script: the key is pulled out, the browser quits, a second try is made. */
  | { readonly kind: "action"; readonly action: PlanAction & { readonly atMs: number } };

/** A base scenario and what deviates from it. Plain JSON. */
export interface Plan {
  readonly base: BaseScenario;
  readonly deviations: readonly Deviation[];
}

/** Which deviations of a plan are in force: bit `n` stands for the n-th of them. */
export type Mask = number;

/** Knobs and script of one run, and for each action where it comes from. */
export interface PlannedRun {
  readonly knobs: PlanKnobs;
  readonly script: readonly PlanAction[];
  /** Names each action of the script, equal in all runs of a plan: `base 0`, `deviation 2`. */
  readonly actionIds: readonly string[];
}

/** Names what a deviation changes: the knob, or the action. */
export function nameOfDeviation(deviation: Deviation): string {
  return deviation.kind === "action" ? `do:${deviation.action.do}` : deviation.name;
}

/** The mask in which every deviation is in force. */
export function fullMask({ deviations }: Plan): Mask {
  return (1 << deviations.length) - 1;
}

interface Placed {
  readonly atMs: number | undefined;
  readonly id: string;
  readonly action: PlanAction;
}

/**
 * Composes the run in which only some deviations of a plan are in force.
 *
 * Whether an action of the base waits for its end depends on the whole plan, so that a run without a deviation
 * differs in nothing but that deviation.
 */
export function composeRun(plan: Plan, mask: Mask): PlannedRun {
  const { base, deviations } = plan;
  const placed: Placed[] = [];
  const knobs: Record<string, PlanValue> = { ...base.knobs };
  deviations.forEach((deviation, at) => {
    const isInForce = (mask & (1 << at)) !== 0;
    if (!isInForce) return;
    if (deviation.kind === "knob") {
      knobs[deviation.name] = deviation.value;
      return;
    }
    const { atMs } = deviation.kind === "set" ? deviation : deviation.action;
    const action: PlanAction =
      deviation.kind === "set"
        ? { do: "set", atMs, knobs: { [deviation.name]: deviation.value } }
        : deviation.action;
    placed.push({ atMs, id: `deviation ${at}`, action });
  });
  const script = mergeByTime(baseActions(plan), placed);
  return { knobs, script: script.map(({ action }) => action), actionIds: script.map(({ id }) => id) };
}

/** Ceremonies during which a deviation begins do not hold the script up. */
function baseActions({ base, deviations }: Plan): readonly Placed[] {
  const beginsMs = base.script.map(({ atMs }) => atMs ?? 0);
  return base.script.map((action, at) => {
    const fromMs = beginsMs[at] as number;
    const toMs = beginsMs[at + 1] ?? Infinity;
    const isInterrupted = deviations.some((deviation) => {
      const atMs = startOf(deviation);
      return atMs !== undefined && atMs > fromMs && atMs < toMs;
    });
    const isCeremony = action.do === "register" || action.do === "login";
    const placedAction = isInterrupted && isCeremony ? { ...action, inBackground: true } : action;
    return { atMs: action.atMs, id: `base ${at}`, action: placedAction };
  });
}

/** When a deviation begins in the middle of the run; `undefined` for one from the start. */
export function startOf(deviation: Deviation): number | undefined {
  if (deviation.kind === "knob") return undefined;
  return deviation.kind === "set" ? deviation.atMs : deviation.action.atMs;
}

/** At the same moment a deviation comes before the action of the base that it is meant for. */
function mergeByTime(base: readonly Placed[], deviations: readonly Placed[]): readonly Placed[] {
  const waiting = [...deviations].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  const merged: Placed[] = [];
  let nowMs = 0;
  for (const action of base) {
    nowMs = Math.max(nowMs, action.atMs ?? nowMs);
    while (waiting[0] !== undefined && (waiting[0].atMs ?? 0) <= nowMs)
      merged.push(waiting.shift() as Placed);
    merged.push(action);
  }
  return [...merged, ...waiting];
}

/** Every subset of a mask, smaller ones first. */
export function masksBySize(full: Mask): readonly Mask[] {
  const masks = [full];
  for (let mask = full; mask !== 0; masks.push(mask)) mask = (mask - 1) & full;
  return masks.sort((a, b) => bitsOf(a).length - bitsOf(b).length || a - b);
}

/** The single bits of a mask. */
export function bitsOf(mask: Mask): readonly Mask[] {
  return Array.from({ length: 31 }, (_, at) => 1 << at).filter((bit) => (mask & bit) !== 0);
}
