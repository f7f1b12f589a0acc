import { printable } from "../core/printable.js";
import { type Language, tell } from "../entry/diagnosis.js";
import { type ReportedRun, toText } from "../entry/scenarios.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { choiceOption } from "./options.js";

const LANGUAGES: readonly Language[] = ["en", "ja"];
const AUDIENCES = ["engineer", "support", "customer"] as const;

/** Options that say who the printed report is for. */
export const TELLING_OPTIONS = {
  for: { type: "string" },
  language: { type: "string" },
} as const satisfies OptionTable;

export const TELLING_HELP = `  --for AUDIENCE       print the whole report (engineer), what a support desk asks and says (support), or two plain
                       sentences a ceremony (customer); --json is the same for all
  --language LANGUAGE  of --for customer: en (default) or ja`;

/** Formats a run for the audience that was asked for; the text report where none was. */
export function textFor(run: ReportedRun, invocation: Invocation): string {
  const { terminal } = invocation;
  const { color, columns } = terminal;
  const audience = choiceOption(invocation, "for", AUDIENCES) ?? "engineer";
  const language = choiceOption(invocation, "language", LANGUAGES) ?? "en";
  if (language !== "en" && audience !== "customer") {
    throw new UsageError("USAGE", `--language ${language} belongs to --for customer`);
  }
  if (audience === "engineer") return toText(run, { color, ...(columns && { width: columns }) });
  const { ceremonies } = run.explanation;
  return (ceremonies.length === 0 ? [run.explanation] : ceremonies)
    .map((ceremony) => tell(ceremony, audience, { language }))
    .map(({ title, lines }) =>
      [terminal.style("bold", printable(title)), ...lines.map((line) => `  ${printable(line)}`)].join("\n"),
    )
    .join("\n\n");
}
