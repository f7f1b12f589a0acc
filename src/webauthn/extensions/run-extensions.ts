import type { CborValue } from "../../cbor/value.js";
import type { ExtensionsJSON } from "../json.js";
import type { ExtensionOutcome, ExtensionRun } from "./client-extension.js";

/** Several extensions' parts in one ceremony, taken together. */
export interface PreparedExtensions {
  /** `undefined` when nothing goes to the authenticator: an empty map must not. */
  readonly inputs: ReadonlyMap<string, CborValue> | undefined;
  /** Sum of permission bits. */
  readonly permissions: number;
  results(outcome: ExtensionOutcome): Promise<ExtensionsJSON>;
}

export async function prepareExtensions(
  starts: readonly (() => ExtensionRun | undefined | Promise<ExtensionRun | undefined>)[],
): Promise<PreparedExtensions> {
  const runs: ExtensionRun[] = [];
  // One after the other: each may use the authenticator.
  for (const start of starts) {
    const run = await start();
    if (run) runs.push(run);
  }
  const inputs = new Map(runs.flatMap((run) => [...(run.inputs ?? [])]));
  return {
    inputs: inputs.size > 0 ? inputs : undefined,
    permissions: runs.reduce((bits, run) => bits | (run.permissions ?? 0), 0),
    async results(outcome) {
      let results: ExtensionsJSON = {};
      for (const { outputs } of runs) results = { ...results, ...(await outputs?.(outcome)) };
      return results;
    },
  };
}
