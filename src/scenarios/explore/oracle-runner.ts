import { isHarnessError } from "../../core/errors.js";
import { TRACE_SCHEMA } from "../../core/events/run.js";
import { explain } from "../../diagnosis/explain.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import type { KnobInfo } from "../../oracle/knob-info.js";
import {
  PlanRefusedError,
  type Diagnose,
  type Observation,
  type Runner,
  type Said,
} from "../../oracle/runner.js";
import { listKnobs } from "../../sim/knobs/knobs.js";
import { simWorld } from "../../sim/sim-world.js";
import type { ClientProfile } from "../../webauthn/profiles/client-profile.js";
import { play, RUN_LIMITS } from "../play.js";
import type { Action } from "../scenario.js";

/** Seed of every run: what varies from draw to draw is the plan. */
export const RUN_SEED = "1";

/** Plays the oracle's planned runs in simulated worlds. */
export const oracleRunner: Runner = runnerWith(RUN_SEED);

/** Returns a runner whose runs all have one seed. */
export function runnerWith(seed: string): Runner {
  return {
    async run({ knobs, script }, { withoutClientTimer = false } = {}): Promise<Observation> {
      try {
        // Plans have the shape of scenario files; a value that does not fit is refused where the world reads it.
        const world = simWorld(seed, knobs, {
          ...(withoutClientTimer && { clientProfile: untimed }),
        });
        const { env } = world;
        const recordsBefore: number[] = [];
        const played = async () => {
          env.trace.emit({ kind: "run.started", scenario: "oracle", seed, schema: TRACE_SCHEMA });
          await world.prepare();
          await play(world, script as readonly Action[], () => recordsBefore.push(env.records.length));
        };
        await env.clock.run(played(), RUN_LIMITS);
        env.trace.emit({ kind: "run.ended", outcome: "no-expectation" });
        const { keys, rows } = world.ledger().entries;
        return { records: env.records, ledger: { keys, rows }, recordsBefore };
      } catch (error) {
        if (isHarnessError(error)) throw new PlanRefusedError(error.code, { cause: error });
        throw error;
      }
    },
  };
}

/** The same client with no timer of its own. */
function untimed(named: ClientProfile): ClientProfile {
  return { ...named, ignoresSiteTimeout: true, missingMs: null, conditionalTimeoutMs: null };
}

/** What the rules of the diagnosis say of each ceremony. */
export const diagnose: Diagnose = (records) => explain(records).ceremonies.map(saidIn);

/** Returns what a diagnosis says of its ceremony, as the oracle reads it. */
export function saidIn({ ceremony, mechanism, decidedBy, conditions, verdict }: CeremonyDiagnosis): Said {
  return {
    ceremony,
    cause: mechanism,
    timer: decidedBy?.timer,
    waitedFor: conditions.map(({ id }) => id),
    text: verdict,
  };
}

/** Every knob that plans are drawn for. */
export function knobInfos(): readonly KnobInfo[] {
  return listKnobs().map(({ name, spec }) => ({ name, ...spec }));
}
