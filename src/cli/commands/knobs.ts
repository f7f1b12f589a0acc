import {
  describeKnob,
  KNOB_GROUPS,
  listKnobs,
  nearestKnobNames,
  type KnobGroup,
  type KnobName,
  type KnobSpec,
} from "../../entry/sim.js";
import { type Command, type Invocation, UsageError } from "../command.js";

interface Listed {
  readonly name: KnobName;
  readonly spec: KnobSpec;
}

/** Longest list of choices that stands in its column. */
const VALUES_WIDTH = 22;

export const knobs: Command = {
  name: "knobs",
  takesWords: true,
  summary: "list the settings of a simulated world, with units and defaults",
  synopsis: "[WORD...] [--json]",
  help: `  WORD                 only knobs with the word in name, choices or text; of several words all have to occur

  Set a knob with run SCENARIO --set NAME=VALUE, among the knobs of a scenario file, or in the middle of a run
  with the verb set. Times are whole milliseconds; --set takes 60s and 5min too. docs/knobs.md has the same table.
`,
  options: {},
  async run(invocation) {
    const found = knobsWith(invocation.positionals);
    return {
      exitCode: 0,
      json: { ok: true, knobs: found.map(toJson) },
      text: [
        ...groupsOf(found).map(([group, members]) => groupText(group, members, invocation)),
        "* fixed: built into the world, the verb set of a script cannot change it",
      ].join("\n\n"),
    };
  },
};

/** @throws {UsageError} USAGE for words that no knob has. */
function knobsWith(words: readonly string[]): readonly Listed[] {
  const wanted = words.flatMap((text) => text.toLowerCase().split(/\s+/)).filter((word) => word !== "");
  const found = listKnobs().filter(({ name, spec }) => {
    const { doc, choices = [], formerly = [] } = spec;
    const text = [name, doc, ...choices, ...formerly].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  if (found.length > 0) return found;
  const near = wanted.length === 1 ? nearestKnobNames(wanted[0] ?? "") : [];
  const quoted = wanted.map((word) => `"${word}"`).join(" and ");
  throw new UsageError("USAGE", `no knob has ${quoted} in it`, {
    hint: near.length > 0 ? `did you mean ${near.join(" or ")}?` : "fewer words find more",
  });
}

function toJson({ name, spec }: Listed) {
  const { standard, doc, never = false, fixed = false, ...rest } = spec;
  return { name, group: groupOf(name), ...rest, default: standard, never, fixed, text: doc };
}

function groupOf(name: KnobName): KnobGroup {
  return name.slice(0, name.indexOf(".")) as KnobGroup;
}

function groupsOf(found: readonly Listed[]): readonly (readonly [KnobGroup, readonly Listed[]])[] {
  const groups = [...new Set(found.map(({ name }) => groupOf(name)))];
  return groups.map((group) => [group, found.filter(({ name }) => groupOf(name) === group)] as const);
}

/** A heading, then a knob a line; choices that are too long for their column stand below. */
function groupText(group: KnobGroup, members: readonly Listed[], { terminal }: Invocation): string {
  const rows = members.map(({ name, spec }) => {
    const { values, standard } = describeKnob(spec);
    const isLong = values.length > VALUES_WIDTH;
    return {
      name: `${name}${spec.fixed === true ? "*" : ""}`,
      standard,
      values: isLong ? "one of" : values,
      doc: spec.doc,
      below: isLong ? [`      ${values}`] : [],
    };
  });
  const width = (texts: readonly string[]) => Math.max(...texts.map((text) => text.length)) + 2;
  const [nameWidth, defaultWidth, valuesWidth] = [
    width(rows.map(({ name }) => name)),
    width(rows.map(({ standard }) => standard)),
    width(rows.map(({ values }) => values)),
  ];
  return [
    terminal.style("bold", `${group}: ${KNOB_GROUPS[group]} (${members.length})`),
    ...rows.flatMap(({ name, standard, values, doc, below }) => [
      `  ${name.padEnd(nameWidth)}${standard.padEnd(defaultWidth)}${values.padEnd(valuesWidth)}${doc}`,
      ...below,
    ]),
  ].join("\n");
}
