import {
  ALIASES,
  CATALOGUE_GROUPS,
  type CatalogueGroup,
  type Scenario,
  searchScenarios,
} from "../../entry/scenarios.js";
import { UsageError, type Invocation, type Outcome } from "../command.js";
import { choiceOption, flag, textsOf } from "../options.js";

const GROUPS = Object.keys(CATALOGUE_GROUPS) as CatalogueGroup[];

export const LIST_OPTIONS = {
  list: { type: "boolean", default: false },
  search: { type: "string", multiple: true },
  group: { type: "string" },
} as const;

export const LIST_HELP = `  --list               list the scenarios by group; with --json, for programs
  --search WORD        with --list: only those with the word in id, former id, title, story, sources or mechanisms;
                       of several words all have to occur: --search "rakuten mail"
  --group GROUP        with --list: only one group, such as page-timers or usb`;

/**
 * Lists the scenarios that are asked for, by group.
 *
 * @throws {UsageError} USAGE for a group that does not exist, and for words that no scenario has.
 */
export function listScenarios(invocation: Invocation): Outcome {
  const words = [...textsOf(invocation, "search"), ...invocation.positionals].flatMap((text) =>
    text.split(/\s+/).filter((word) => word !== ""),
  );
  const group = choiceOption(invocation, "group", GROUPS);
  const found = searchScenarios({ words, group });
  if (found.length === 0) {
    throw new UsageError("USAGE", `no scenario has ${words.map((word) => `"${word}"`).join(" and ")} in it`, {
      hint: "fewer words find more; passkey-harness run --list lists them all",
    });
  }
  return {
    exitCode: 0,
    json: { ok: true, scenarios: found.map(listed) },
    text: groupsOf(found)
      .map(([name, scenarios]) => groupText(name, scenarios, invocation))
      .join("\n\n"),
  };
}

/** @throws {UsageError} USAGE when `--search` or `--group` is given without `--list`. */
export function refuseListOptions(invocation: Invocation): void {
  const stray = ["search", "group"].find((name) => invocation.values[name] !== undefined);
  if (stray === undefined || flag(invocation, "list")) return;
  throw new UsageError("USAGE", `--${stray} belongs to --list`, {
    hint: `passkey-harness run --list --${stray} ...`,
  });
}

function listed({ id, group, title, sources, expect }: Scenario) {
  const aliases = [...ALIASES].filter(([, present]) => present === id).map(([alias]) => alias);
  return { id, group, title, sources, mechanisms: expect.mechanisms, ...(aliases.length > 0 && { aliases }) };
}

function groupsOf(
  scenarios: readonly Scenario[],
): readonly (readonly [CatalogueGroup, readonly Scenario[]])[] {
  return GROUPS.map((name) => [name, scenarios.filter(({ group }) => group === name)] as const).filter(
    ([, members]) => members.length > 0,
  );
}

/** A heading, then a scenario a line. */
function groupText(name: CatalogueGroup, scenarios: readonly Scenario[], { terminal }: Invocation): string {
  const width = Math.max(...scenarios.map(({ id }) => id.length)) + 2;
  return [
    terminal.style("bold", `${name}: ${CATALOGUE_GROUPS[name]} (${scenarios.length})`),
    ...scenarios.map(({ id, title }) => `  ${id.padEnd(width)}${title}`),
  ].join("\n");
}
