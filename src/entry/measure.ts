/** How long a device takes, and the members of a profile that a simulated device replays it with. */
export { type Distribution, distributionOf } from "../measure/distribution.js";
export { type MeasureOptions, measureDevice } from "../measure/measure.js";
export { type MeasuredProfile, measuredKnobs, measuredProfile } from "../measure/measured-profile.js";
export type { MeasuredDevice, Measurement } from "../measure/measurement.js";
