import { titleOf } from "./title-of.js";
import { TRACE_SCHEMA } from "../../core/events/run.js";
import { chartOf } from "./html-chart.js";
import { diagnosesOf, findingsOf, leadOf, screensOf } from "./html-story.js";
import { HTML_STYLE } from "./html-style.js";
import { tellingsOf } from "./html-tellings.js";
import { ledgerTables, eventsOf, timersOf } from "./html-tables.js";
import { drawingOf } from "./lanes.js";
import { Markup, markup } from "./markup.js";
import type { ReportedRun } from "./run-of-trace.js";
import { prose, VERDICT_NAMES } from "./words.js";

/**
 * A run as one HTML file: the verdict, a lane for each party, what the user saw, the evidence and the ledger.
 *
 * Loads nothing and runs nothing: it can be read from a mail or a build's artifacts, forbids both to itself, and
 * escapes whatever the trace says.
 *
 * @param run of `runScenario`, or what `runOfTrace` made of a stored trace.
 * @returns the text of an HTML file.
 *
 * @example
 * writeFileSync("run.html", toHtml(run));
 */
export function toHtml(run: ReportedRun): string {
  const drawing = drawingOf(run);
  const { id } = run.scenario;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${id}: ${titleOf(run)}</title>
<style>${new Markup(HTML_STYLE)}</style>
</head>
<body>
${headerOf(run)}
<main>
${leadOf(run)}
${findingsOf(run)}
${chartOf(run, drawing)}
${screensOf(run)}
${diagnosesOf(run)}
${tellingsOf(run)}
${eventsOf(drawing)}
${timersOf(drawing)}
${ledgerTables(run)}
<section class="card" aria-labelledby="again">
<h2 id="again">The same again</h2>
<code class="again">${run.reproduction}</code>
</section>
</main>
<footer>
<p>${run.records.length} records, trace version ${TRACE_SCHEMA}. One file; it loads nothing and runs no script.</p>
</footer>
</body>
</html>
`;
  return String(page);
}

function headerOf(run: ReportedRun): Markup {
  const { scenario, seed, verdict } = run;
  const mark = { "as-expected": "good", unexpected: "bad", "no-expectation": "plain" }[verdict];
  const sources = scenario.sources.map((source) => markup`<li>${source}</li>`);
  return markup`<header>
<p class="eyebrow"><code>${scenario.id}</code>${seed === "" ? undefined : markup`<span>seed <code>${seed}</code></span>`}<span class="badge ${mark}">${VERDICT_NAMES[verdict]}</span></p>
<h1>${prose(titleOf(run))}</h1>
<p class="story">${prose(scenario.story)}</p>
${sources.length === 0 ? undefined : markup`<details class="note"><summary class="note">Where this was seen</summary><ul>${sources}</ul></details>`}
</header>`;
}
