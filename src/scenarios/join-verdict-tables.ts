import type { Layer } from "./mechanism.js";
import type { VerdictCell, VerdictTable } from "./verdict-table.js";
import { addProbes, type ProbeRate } from "./without-probe.js";

/** One table of several on different stories with the same seed and number of draws, in the order given. */
export function joinVerdictTables(tables: readonly VerdictTable[]): VerdictTable {
  const cells = new Map<string, VerdictCell>();
  const probes = new Map<Layer, ProbeRate>();
  for (const table of tables) {
    for (const cell of table.cells) {
      const key = `${cell.truth}/${cell.said}`;
      cells.set(key, { ...cell, ceremonies: (cells.get(key)?.ceremonies ?? 0) + cell.ceremonies });
    }
    addProbes(probes, table.probes);
  }
  const sum = (of: (table: VerdictTable) => number) => tables.reduce((all, table) => all + of(table), 0);
  return {
    seed: tables[0]?.seed ?? "",
    draws: tables[0]?.draws ?? 0,
    runs: sum(({ runs }) => runs),
    right: sum(({ right }) => right),
    cells: [...cells.values()],
    presets: tables.flatMap(({ presets }) => presets),
    wrong: tables.flatMap(({ wrong }) => wrong),
    astray: tables.flatMap(({ astray }) => astray),
    probes: [...probes.values()],
    guessed: tables.flatMap(({ guessed }) => guessed),
  };
}
