import { HarnessError } from "../core/errors.js";

/** A public key that is none: off its curve, out of range, malformed, or of another kind than asked for. */
export class PointError extends HarnessError<"POINT_INVALID" | "KEY_MISMATCH"> {}
