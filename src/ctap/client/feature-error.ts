import { HarnessError } from "../../core/errors.js";

/** The device does not offer what was asked for, by its own word; nothing was sent. */
export class FeatureError extends HarnessError<"FEATURE_UNSUPPORTED"> {}
