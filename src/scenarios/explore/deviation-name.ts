import type { Deviation } from "../../oracle/plan.js";

/**
 * Names a deviation for people: `key.decision=decline`, `key.decision=decline (action 2)`, `unplug (action 3)`.
 *
 * @param action place in the script of the action that it stands in; `undefined` for a knob from the start.
 */
export function deviationName(deviation: Deviation, action: number | undefined): string {
  const where = action === undefined ? "" : ` (action ${action + 1})`;
  if (deviation.kind === "action") return `${deviation.action.do}${where}`;
  return `${deviation.name}=${deviation.value === null ? "never" : String(deviation.value)}${where}`;
}
