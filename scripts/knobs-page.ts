import type { KnobTable } from "../src/sim/knobs/knob-spec.js";
import { describeKnob } from "../src/sim/knobs/knob-value.js";
import { KNOB_GROUPS, KNOB_SPECS, type KnobGroup } from "../src/sim/knobs/registry.js";

const INTRODUCTION = `# Knobs

The settings of a simulated world: how long each party takes, what it does, what fails. A knob has one name, one default
and one unit; this page and \`passkey-harness knobs [WORD]\` list them all, and \`npm run docs\` makes this page from the
tables beside the actors that obey them.

| Where                              | How                                                                                      |
| ---------------------------------- | ---------------------------------------------------------------------------------------- |
| command line                       | \`run SCENARIO --set page.guardMs=60s --set rp.order=side-effects-first\`                  |
| scenario file                      | \`"knobs": { "page.guardMs": 60000 }\`, or \`"knobs": { "page": { "guardMs": 60000 } }\`    |
| scenario file, in the middle       | \`{ "do": "set", "atMs": 20000, "knobs": { "tunnel.refuse": "nobody" } }\` in the script   |
| program                            | \`runScenario(scenario, { seed, knobs: { "page.guardMs": 60_000 } })\`                     |
| program, in the middle of a run    | \`world.setKnobs({ "page.guardMs": null })\`                                                   |

- **Times** are whole milliseconds, at most 365 days. On the command line \`60s\` and \`1.5min\` are accepted too.
- **never** is \`never\` on the command line and \`null\` in files and programs.
- **fixed** knobs are built into the world when it is made: \`set\` refuses them (\`KNOB_FIXED\`).
- A value that is outside its bounds is refused with the bounds (\`KNOB_INVALID\`), a name that does not exist with the nearest
  ones (\`KNOB_UNKNOWN\`). A knob that was renamed keeps its former name as an alias; a note says what it is called now.
- **\`set\`** changes what starts after it: a timer that runs, or a prompt that is on the screen, keeps its setting.
  It does not wait: without \`atMs\` it acts when the verb before it is done. **\`atMs\` is absolute**: milliseconds from the start of
  the run, not from the verb before; a moment that is over already means at once. To change something while a ceremony is
  under way, give the ceremony \`"inBackground": true\` and put the \`set\` after it.
`;

/** Makes `docs/knobs.md` from the tables of knobs. */
export function knobsPage(): string {
  const groups = Object.entries<KnobTable>(KNOB_SPECS).map(([group, table]) => groupPart(group, table));
  return [INTRODUCTION, ...groups].join("\n");
}

function groupPart(group: string, table: KnobTable): string {
  const rows = Object.entries(table).map(([own, spec]) => {
    const { values, standard } = describeKnob(spec);
    const name = `\`${group}.${own}\`${spec.fixed === true ? " (fixed)" : ""}`;
    const { formerly = [] } = spec;
    const before = formerly.length > 0 ? ` (formerly ${formerly.map((one) => `\`${one}\``).join(", ")})` : "";
    return `| ${name} | ${standard} | ${values} | ${cell(spec.doc)}${before} |`;
  });
  return [
    `## ${group}: ${KNOB_GROUPS[group as KnobGroup]}`,
    "",
    "| Knob | Default | Values | Meaning |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
