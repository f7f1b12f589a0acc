import type { Scenario } from "../scenario.js";
import { FALLBACK_ACCOUNTS } from "./fallback-accounts.js";
import { FALLBACK_CODES } from "./fallback-codes.js";

/** The ways in beside the passkey. */
export const FALLBACK: readonly Scenario[] = [...FALLBACK_CODES, ...FALLBACK_ACCOUNTS];
