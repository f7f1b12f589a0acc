/** What spans cost: a story with its tree of spans, beside the same story on a trace that keeps none. */
import { virtualEnv } from "../src/env/virtual-env.js";
import { nullSink, RUN_SPAN, type Trace, type TraceEvent, type TraceSink } from "../src/core/trace.js";
import type { VirtualClock } from "../src/core/virtual-clock.js";
import { scenarioNamed } from "../src/scenarios/catalogue.js";
import { play } from "../src/scenarios/play.js";
import { simWorldIn } from "../src/sim/sim-world.js";
import type { BenchCase } from "./bench-case.js";

/** Records as schema 1 did: time, actor and event, and nothing of the span that a record belongs to. */
class FlatTrace implements Trace {
  readonly context = { span: RUN_SPAN };
  readonly #clock: VirtualClock;
  readonly #sink: TraceSink;
  readonly #actor: string;

  constructor(clock: VirtualClock, sink: TraceSink, actor = "harness") {
    this.#clock = clock;
    this.#sink = sink;
    this.#actor = actor;
  }

  emit(event: TraceEvent): void {
    this.#sink.write({ atMs: this.#clock.nowMs(), actor: this.#actor, span: RUN_SPAN, ...event });
  }

  as(actor: string): Trace {
    return new FlatTrace(this.#clock, this.#sink, actor);
  }

  in(): Trace {
    return this;
  }

  startSpan(): { trace: Trace; end: () => void } {
    return { trace: this, end: () => {} };
  }

  nextTimerId(): string {
    return "t";
  }
}

async function played(id: string, spans: boolean): Promise<void> {
  const { knobs, script } = scenarioNamed(id);
  const env = virtualEnv("bench", nullSink);
  const own = spans ? env : { ...env, trace: new FlatTrace(env.clock, nullSink) };
  const world = simWorldIn(own, knobs);
  await env.clock.run(play(world, script));
}

const FLAT = "without spans";

export function spansBench(): BenchCase[] {
  return ["plain-registration", "late-delivery", "phone-user-slow-late-success"].flatMap((id) => {
    const group = `spans, ${id}`;
    return [
      { group, name: "with spans", peer: `${FLAT}, ${id}`, fn: () => played(id, true), warmUps: 30 },
      { group, name: `${FLAT}, ${id}`, fn: () => played(id, false), warmUps: 30 },
    ];
  });
}
