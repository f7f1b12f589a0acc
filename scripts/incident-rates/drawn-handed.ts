import { drawFraction, seededEntropy, type Entropy } from "../../src/core/entropy.js";
import { pickFrom } from "../../src/oracle/draw-value.js";
import { HANDED, WRITERS, type Handed } from "../../tests/incident/handed.js";
import { serverLogWriter } from "../../tests/incident/writers/server-log.js";
import type { Degraded, LogWriter } from "../../tests/incident/writers/world.js";

const OFFSETS_MS = [0, 0, 40, -300, 900, -2_500, 4_000, -9_000];
const PRECISIONS_MS = [1, 1, 1, 10, 1_000];
/** Logs of one computer: they have one clock. */
const OF_CLIENT: readonly string[] = ["har", "chromium-log"];
const LOW_LEVEL_SHARE = 0.2;
const SERVER_SHARE = 0.5;
const LEFT_OUT_SHARE = 0.4;

/** The sets of logs that every draw is measured with, and two whose clocks, stamps and parts are drawn for it. */
export function handedFor(seed: string, draw: number): readonly Handed[] {
  const entropy = seededEntropy(`incident-rates/${seed}/${draw}`);
  const parts = drawFraction(entropy) < SERVER_SHARE ? withServerLog() : WRITERS;
  const kept = parts.filter(() => drawFraction(entropy) >= LEFT_OUT_SHARE);
  return [
    ...HANDED,
    { name: "every log, clocks and stamps drawn", writers: WRITERS, how: drawHow(WRITERS, entropy) },
    {
      name: "parts, clocks and stamps drawn",
      writers: kept.length === 0 ? parts : kept,
      how: drawHow(parts, entropy),
    },
  ];
}

function withServerLog(): readonly LogWriter[] {
  return [...WRITERS.filter(({ name }) => name !== "site-log"), serverLogWriter];
}

function drawHow(writers: readonly LogWriter[], entropy: Entropy): Readonly<Record<string, Degraded>> {
  const clientMs = pickFrom(OFFSETS_MS, entropy);
  return Object.fromEntries(
    writers.map(({ name }) => [
      name,
      {
        offsetMs: OF_CLIENT.includes(name) ? clientMs : pickFrom(OFFSETS_MS, entropy),
        precisionMs: pickFrom(PRECISIONS_MS, entropy),
        lowLevel: drawFraction(entropy) < LOW_LEVEL_SHARE,
      },
    ]),
  );
}
