import { drawFraction, type Entropy } from "../core/entropy.js";
import type { KnobInfo } from "./knob-info.js";
import type { PlanValue } from "./plan.js";

/** Share of the values of a knob that may be `never` in which it is. */
const NEVER_SHARE = 0.15;

/** Share of the times that lie beside one of {@link BUDGETS_MS}. */
const NEAR_BUDGET_SHARE = 0.35;

/** Lengths of timers that the world has by default, or that its clients have: outcomes turn near them. */
const BUDGETS_MS = [500, 10_000, 12_000, 15_000, 20_000, 30_000, 60_000, 120_000, 180_000, 300_000, 600_000];

const SECOND_MS = 1_000;
const HALF_HOUR_MS = 1_800_000;

/** Draws an item of a list that is not empty. */
export function pickFrom<Item>(items: readonly Item[], entropy: Entropy): Item {
  return items[Math.floor(drawFraction(entropy) * items.length)] as Item;
}

/** Draws a number between two positive ones, every order of magnitude equally often. */
export function drawLog(from: number, to: number, entropy: Entropy): number {
  return from * (to / from) ** drawFraction(entropy);
}

/** Draws a value of a knob that differs from the present one; `undefined` where there is no other. */
export function drawValue(knob: KnobInfo, present: PlanValue, entropy: Entropy): PlanValue | undefined {
  const value = drawAny(knob, present, entropy);
  return value === present ? undefined : value;
}

function drawAny(knob: KnobInfo, present: PlanValue, entropy: Entropy): PlanValue {
  const { kind, choices = [], never = false } = knob;
  if (kind === "switch") return present !== true;
  if (kind === "choice") {
    const others = choices.filter((choice) => choice !== present);
    return others.length === 0 ? present : pickFrom(others, entropy);
  }
  if (never && present !== null && drawFraction(entropy) < NEVER_SHARE) return null;
  if (kind === "share") return Math.round(drawFraction(entropy) * 100) / 100;
  const drawn = kind === "ms" ? drawMs(entropy) : drawCount(knob, entropy);
  return within(knob, drawn);
}

function within({ min = 0, max = Number.MAX_SAFE_INTEGER }: KnobInfo, value: number): number {
  return Math.min(Math.max(Math.round(value), min), max);
}

function drawMs(entropy: Entropy): number {
  if (drawFraction(entropy) < NEAR_BUDGET_SHARE) {
    return pickFrom(BUDGETS_MS, entropy) * (0.7 + 0.6 * drawFraction(entropy));
  }
  return drawLog(SECOND_MS / 4, HALF_HOUR_MS, entropy);
}

/** The greatest bytes, percents and plain numbers that are drawn: beyond them nothing new happens. */
const COUNT_MAX_BY_UNIT: Readonly<Record<string, number>> = { bytes: 40_000, "%": 100, Hz: 200 };
const PLAIN_COUNT_MAX = 40;

function drawCount({ unit = "", name }: KnobInfo, entropy: Entropy): number {
  if (name === "tunnel.httpStatus") return pickFrom([403, 404, 410, 429, 500, 503], entropy);
  if (unit === "%") return drawFraction(entropy) * 100;
  const max = COUNT_MAX_BY_UNIT[unit] ?? PLAIN_COUNT_MAX;
  return drawFraction(entropy) < 0.15 ? 0 : drawLog(1, max, entropy);
}
