import { HarnessError } from "../index.js";

/** The command line or its surroundings are wrong; nothing was started. Exit code 2. */
export class UsageError extends HarnessError<"USAGE" | "ENVIRONMENT"> {}
