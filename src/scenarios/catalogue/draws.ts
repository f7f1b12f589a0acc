import type { Draws } from "../draws.js";

/** Stories whose parameters vary less, or otherwise, than `drawScenario` would have it by itself. */
export const CATALOGUE_DRAWS: Readonly<Record<string, Draws>> = {};
