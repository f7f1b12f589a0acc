import { explainIncident, readAsked, readMapping, type IncidentOptions } from "../../entry/incident.js";
import { type ReportedRun, runOfTrace, toJson } from "../../entry/scenarios.js";
import { clientOption } from "../client-option.js";
import { type Command, type Invocation, UsageError } from "../command.js";
import { namingFile } from "../files/file-error.js";
import { incidentFile } from "../files/incident-file.js";
import { readJsonFile } from "../files/read-file.js";
import { dateOf, zonesOf } from "../incident-options.js";
import { incidentText } from "../incident-text.js";
import { offsetsOf } from "../offset-option.js";
import { textOption } from "../options.js";
import { OUTPUT_FILE_HELP, OUTPUT_FILE_OPTIONS } from "../output-files.js";
import { withReports } from "../report-files.js";
import { AS_SCENARIO_HELP, AS_SCENARIO_OPTION, withScenario } from "../scenario/as-scenario.js";
import { TELLING_HELP, TELLING_OPTIONS, textFor } from "../telling.js";

const MIB = 2 ** 20;

export const explain: Command = {
  name: "explain",
  takesWords: true,
  summary: "explain a real incident from its logs: HAR, device logs, access logs",
  synopsis: "FILE...  [options]",
  help: `  FILE is a log of the incident, as many as there are. Each is recognised by its beginning: the network panel (HAR) of
  Chrome, Firefox or Safari; the FIDO device log of Chromium; the access log of nginx or of an AWS load balancer; a site's
  own log with --map; and eleven more (docs/incident-formats.md). Nothing is sent anywhere; ids, names and secrets become
  tags before anything is kept.
  --offset SOURCE=LOW..HIGH  how far a source's clock is off: access-log=-90s..+5s; for several sources
  --zone SOURCE=+HH:MM       zone of a source that writes local times: chromium-log=+09:00
  --date YYYY-MM-DD          day of a source whose times have none
  --options FILE             the site's options as JSON, where no file shows them: its timeout counts
  --map FILE                 how the lines of the site's own log are read
  --client PROFILE           client whose timers are derived; the one of the user agent when absent
  --html FILE                write the merged timeline as one page
  --trace FILE               write the merged trace, one JSON record a line; replay reads it
${OUTPUT_FILE_HELP}
${AS_SCENARIO_HELP}
${TELLING_HELP}`,
  options: {
    offset: { type: "string", multiple: true },
    zone: { type: "string", multiple: true },
    date: { type: "string" },
    options: { type: "string" },
    map: { type: "string" },
    client: { type: "string" },
    html: { type: "string" },
    trace: { type: "string" },
    ...OUTPUT_FILE_OPTIONS,
    ...AS_SCENARIO_OPTION,
    ...TELLING_OPTIONS,
  },
  async run(invocation) {
    const { positionals, terminal } = invocation;
    if (positionals.length === 0)
      throw new UsageError("USAGE", "explain takes the logs of an incident", {
        hint: "passkey-harness explain network.har device-log.txt access.log",
      });
    const incident = await explainIncident(positionals.map(incidentFile), {
      ...optionsOf(invocation),
      progress: (file, bytes) => terminal.status(`${file}: ${Math.floor(bytes / MIB)} MiB`),
    });
    terminal.status("");
    for (const { file, importer } of incident.files)
      if (importer === undefined) terminal.warn(`${file} is of no known kind and was left out`);
    const { files, sources, notes, startMs } = incident;
    const startEpochMs = startMs === undefined ? undefined : Math.floor(startMs);
    const run: ReportedRun = {
      ...runOfTrace(incident.records, {
        reproduction: `passkey-harness explain ${positionals.join(" ")}`,
      }),
      scenario: INCIDENT,
      explanation: incident.explanation,
    };
    const outcome = {
      exitCode: 0,
      json: {
        ok: true,
        files,
        sources: sources.map(({ source, time, ceremonies }) => ({
          id: source.id,
          title: source.title,
          clock: source.clock,
          correctionMs: time.correctionMs,
          by: time.by,
          isLeftOut: time.isLoose && sources.length > 1,
          ceremonies,
          level: source.level,
          coverage: source.coverage,
          dropped: source.dropped,
          redactions: source.redactions,
          notes: source.notes,
        })),
        notes,
        startsAt: startEpochMs === undefined ? null : new Date(startEpochMs).toISOString(),
        ...toJson(run),
      },
      text: `${incidentText(incident)}\n\n${textFor(run, invocation)}`,
    } as const;
    const told = await withScenario(outcome, run, invocation);
    return withReports(told, [run], invocation, { startEpochMs });
  },
};

const INCIDENT: ReportedRun["scenario"] = {
  id: "incident",
  title: "A real incident",
  story: "Put together from logs. Times count from the first record; what is derived is no line of a log.",
  sources: [],
  knobs: {},
};

function optionsOf(invocation: Invocation): IncidentOptions {
  const map = textOption(invocation, "map");
  const options = textOption(invocation, "options");
  const kind = { what: "mapping file", limit: "OPTIONS_BYTES_MAX" } as const;
  const dateMs = dateOf(invocation);
  const profile = clientOption(invocation);
  return {
    offsets: offsetsOf(invocation),
    zones: zonesOf(invocation),
    ...(dateMs !== undefined && { dateMs }),
    ...(profile !== undefined && { profile }),
    ...(map !== undefined && { mapping: namingFile(map, () => readMapping(readJsonFile(map, kind))) }),
    ...(options !== undefined && {
      asked: readAsked(readJsonFile(options, { what: "options file", limit: "OPTIONS_BYTES_MAX" })),
    }),
  };
}
