import { drawFraction, seededEntropy, type Entropy } from "../core/entropy.js";
import { FACTOR_SCENARIOS, SETUPS, scenarioOn } from "./base-scenarios.js";
import { drawLog, drawValue, pickFrom } from "./draw-value.js";
import { FIELD_FAULTS, type FieldFault } from "./field-faults.js";
import { groupOf, type KnobInfo } from "./knob-info.js";
import type { BaseScenario, Deviation, Plan, PlanAction, PlanKnobs, PlanValue } from "./plan.js";

/** Ways of drawing plans, with the share of the draws that each gets, in twentieths. */
export const SAMPLES = {
  /** Knobs of any group, every group equally often: one to four. */
  A: 6,
  /** Knobs of the groups that the base scenario depends on: one to four. */
  B: 4,
  /** Two or three faults of real life. */
  C: 4,
  /** One fault of real life. */
  C1x: 3,
  /** Knobs set, keys pulled, browsers ended and second tries made while a ceremony runs. */
  M: 2,
  /** Fallback factors: codes, apps, sign-in providers. */
  F: 1,
} as const;

export type SampleName = keyof typeof SAMPLES;

export const SAMPLE_NAMES = Object.keys(SAMPLES) as readonly SampleName[];

const IN_TURN: readonly SampleName[] = interleaved();

/** Returns the sample that a draw belongs to where all are drawn. */
export function sampleOf(draw: number): SampleName {
  return IN_TURN[draw % IN_TURN.length] as SampleName;
}

/** Spreads the samples, so that any run of draws, and any shard, has all of them. */
function interleaved(): readonly SampleName[] {
  const all = SAMPLE_NAMES.flatMap((name) =>
    Array.from({ length: SAMPLES[name] }, (_, at) => ({ name, place: (at + 0.5) / SAMPLES[name] })),
  );
  return all.sort((a, b) => a.place - b.place).map(({ name }) => name);
}

/** Knobs that say what a scenario is about, and are no fault of anybody. */
export const GIVEN_KNOBS: readonly string[] = [
  "client.profile",
  "key.profile",
  "link.road",
  "link.seenAs",
  "phone.linked",
  "rp.qr",
];

/** Groups of {@link FACTOR_SCENARIOS} alone. */
const FACTOR_ONLY = ["sms", "relay", "otp", "app", "call", "factor", "lock", "reset", "idp", "settings"];

const MINUTE_MS = 60_000;
const LOGIN_GAPS_MS = [MINUTE_MS, 5 * MINUTE_MS, 60 * MINUTE_MS];

const DEFAULT_PROFILE_SHARE = 0.4;
const AT_LOGIN_SHARE = 0.6;
const MID_RUN_SHARE = 0.15;

const PHONE_PROFILES = ["phone", "phone", "iphone", "android-chrome", "android-platform"];

/** What a plan is drawn from. */
export interface DrawOptions {
  readonly seed: string;
  readonly draw: number;
  readonly sample: SampleName;
  /** Another plan in place of one that was refused: how many were. */
  readonly again: number;
  readonly knobs: readonly KnobInfo[];
}

/** Draws a plan. The same seed, sample and number give the same plan. */
export function drawPlan({ seed, draw, sample, again, knobs }: DrawOptions): Plan {
  const entropy = seededEntropy(`oracle/${seed}/${sample}/${draw}/${again}`);
  const base =
    sample === "F" ? pickFrom(FACTOR_SCENARIOS, entropy.fork("base")) : drawBase(knobs, entropy.fork("base"));
  return { base, deviations: drawDeviations({ base, sample, knobs, entropy }) };
}

function drawBase(knobs: readonly KnobInfo[], entropy: Entropy): BaseScenario {
  const setup = pickFrom(SETUPS, entropy);
  const scenario = scenarioOn(setup, {
    logins: pickFrom(setup.logins, entropy),
    gapMs: pickFrom(LOGIN_GAPS_MS, entropy),
  });
  const makes = setup.profiles === "keys" ? choicesOf(knobs, "key.profile") : PHONE_PROFILES;
  return {
    ...scenario,
    knobs: {
      ...scenario.knobs,
      ...someProfile("client.profile", choicesOf(knobs, "client.profile"), entropy),
      ...(setup.profiles === "none" ? {} : someProfile("key.profile", makes, entropy)),
    },
  };
}

function someProfile(name: string, names: readonly string[], entropy: Entropy): PlanKnobs {
  return drawFraction(entropy) < DEFAULT_PROFILE_SHARE ? {} : { [name]: pickFrom(names, entropy) };
}

function choicesOf(knobs: readonly KnobInfo[], name: string): readonly string[] {
  return knobs.find((knob) => knob.name === name)?.choices ?? [];
}

/** How many of the deviations are actions. */
const ACTION_SHARES: Readonly<Record<SampleName, number>> = {
  A: 0.05,
  B: 0.05,
  C: 0.03,
  C1x: 0.03,
  M: 0.35,
  F: 0.25,
};

interface DeviationOptions {
  readonly base: BaseScenario;
  readonly sample: SampleName;
  readonly knobs: readonly KnobInfo[];
  readonly entropy: Entropy;
}

function drawDeviations(options: DeviationOptions): readonly Deviation[] {
  const { sample, entropy } = options;
  const wanted = numberOfDeviations(sample, entropy.fork("number"));
  const drawn: Deviation[] = [];
  for (let nth = 0; nth < wanted * 4 && drawn.length < wanted; nth += 1) {
    const own = entropy.fork(`deviation ${nth}`);
    const isAction = drawFraction(own) < ACTION_SHARES[sample];
    const deviation = isAction ? drawAction(options.base, own) : drawKnob(options, own);
    if (deviation !== undefined && !drawn.some((other) => isSameThing(other, deviation)))
      drawn.push(deviation);
  }
  return drawn;
}

function numberOfDeviations(sample: SampleName, entropy: Entropy): number {
  if (sample === "C1x") return 1;
  if (sample === "C") return pickFrom([2, 3], entropy);
  if (sample === "M" || sample === "F") return pickFrom([1, 2, 3], entropy);
  return pickFrom([1, 2, 3, 4], entropy);
}

/** One knob deviates once: two values of a knob would hide each other. */
function isSameThing(a: Deviation, b: Deviation): boolean {
  return a.kind !== "action" && b.kind !== "action" && a.name === b.name;
}

function drawKnob({ base, sample, knobs }: DeviationOptions, entropy: Entropy): Deviation | undefined {
  const fault = sample === "C" || sample === "C1x" ? drawFault(base, entropy) : undefined;
  const knob = fault
    ? knobs.find(({ name }) => name === fault.name)
    : drawKnobInfo({ base, sample, knobs }, entropy);
  if (knob === undefined) return undefined;
  const present = base.knobs[knob.name] ?? (knob.name in base.knobs ? null : knob.standard);
  const value = fault ? faultValue(fault, entropy) : drawValue(knob, present, entropy);
  if (value === undefined || value === present) return undefined;
  const { name } = knob;
  const atMs = knob.fixed === true ? undefined : drawMoment(base, sample, entropy);
  return atMs === undefined ? { kind: "knob", name, value } : { kind: "set", name, value, atMs };
}

function drawKnobInfo(
  { base, sample, knobs }: Pick<DeviationOptions, "base" | "sample" | "knobs">,
  entropy: Entropy,
): KnobInfo | undefined {
  const isDrawn = ({ name }: KnobInfo) => !GIVEN_KNOBS.includes(name);
  const all = knobs.filter(isDrawn);
  if (sample === "A") {
    const groups = [...new Set(all.map(({ name }) => groupOf(name)))].filter(
      (group) => !FACTOR_ONLY.includes(group),
    );
    const group = pickFrom(groups, entropy);
    return pickFrom(
      all.filter(({ name }) => groupOf(name) === group),
      entropy,
    );
  }
  return pickFrom(
    all.filter(({ name }) => base.groups.includes(groupOf(name))),
    entropy,
  );
}

function drawFault(base: BaseScenario, entropy: Entropy): FieldFault {
  const setup = base.id.split("+")[0] ?? base.id;
  return pickFrom(
    FIELD_FAULTS.filter(({ setups }) => setups === undefined || setups.includes(setup)),
    entropy,
  );
}

function faultValue({ from, oneOf = [] }: FieldFault, entropy: Entropy): PlanValue {
  return from ? Math.round(drawLog(from[0], from[1], entropy)) : pickFrom(oneOf, entropy);
}

/** When a knob deviates: from the start (`undefined`), from before a login on, or in the middle of a ceremony. */
function drawMoment(base: BaseScenario, sample: SampleName, entropy: Entropy): number | undefined {
  if (sample === "F") return undefined;
  if (sample === "M") return momentWithin(base, entropy);
  const logins = base.script.filter((action) => action.do === "login");
  if (logins.length > 0 && drawFraction(entropy) < AT_LOGIN_SHARE) return pickFrom(logins, entropy).atMs;
  return drawFraction(entropy) < MID_RUN_SHARE ? momentWithin(base, entropy) : undefined;
}

function momentWithin({ script }: BaseScenario, entropy: Entropy): number {
  const beganMs = pickFrom(script, entropy).atMs ?? 0;
  return beganMs + Math.round(drawLog(100, 40_000, entropy));
}

const CODE_ACTIONS = ["request-code", "enter-code"];

const KEY_SETUPS = ["usb", "pin", "fingerprint"];
const KEY_VERBS = ["unplug", "unplug", "unplug", "replug", "reset-key"];
const VERBS = ["quit-browser", "quit-browser", "login", "login", "register"];

/** What a user may do beside the script. */
function drawAction(base: BaseScenario, entropy: Entropy): Deviation | undefined {
  const atMs = momentWithin(base, entropy);
  const setup = base.id.split("+")[0] ?? base.id;
  if (base.id.startsWith("factor")) {
    const asks = base.script.find((action) => CODE_ACTIONS.includes(action.do));
    if (asks?.factor === undefined) return undefined;
    const { factor } = asks;
    const action: PlanAction & { readonly atMs: number } =
      drawFraction(entropy) < 0.5
        ? { do: "request-code", factor, atMs: 0 }
        : {
            do: "enter-code",
            factor,
            code: "wrong",
            times: pickFrom([1, 3, 5, 6], entropy),
            everyMs: 2_000,
            atMs: 0,
          };
    return { kind: "action", action };
  }
  const verbs = KEY_SETUPS.includes(setup) ? [...KEY_VERBS, ...VERBS] : VERBS;
  const verb = pickFrom(
    verbs.filter((name) => name !== "login" || base.script.length > 1),
    entropy,
  );
  const isCeremony = verb === "register" || verb === "login";
  return { kind: "action", action: { do: verb, atMs, ...(isCeremony && { inBackground: true }) } };
}
