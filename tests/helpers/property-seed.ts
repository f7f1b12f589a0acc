/**
 * Gives every property test one seed, so that a run can be repeated and a change is not refused for a draw of chance.
 *
 * `PROPERTY_SEED=random` draws new inputs, as a search for faults wants them; `PROPERTY_SEED=<integer>` repeats one.
 */
import fc from "fast-check";

const FIXED_SEED = 20_261_130;

const wanted = process.env["PROPERTY_SEED"] ?? String(FIXED_SEED);
if (wanted !== "random") {
  const seed = Number(wanted);
  if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED is an integer or "random", not ${wanted}`);
  fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
}
