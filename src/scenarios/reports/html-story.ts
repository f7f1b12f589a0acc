import { toneOf } from "../../core/events/describe.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import { seconds } from "../../diagnosis/evidence.js";
import { markup, type Markup } from "./markup.js";
import type { ReportedRun } from "./run-of-trace.js";
import { marginInWords, marginRangeOf, prose, toneOfRootCause } from "./words.js";

/** The verdict in one card: what happened, whose timer, by how much. */
export function leadOf({ explanation, error }: ReportedRun): Markup {
  const { mechanism, verdict } = explanation;
  const mood = mechanism === "success" ? " calm" : mechanism === "undecided" ? " unsure" : "";
  return markup`<section class="card lead${mood}" id="verdict" aria-labelledby="verdict-title">
<h2 id="verdict-title">Verdict</h2>
<p class="says">${prose(verdict)}</p>
${error ? undefined : factsOf(explanation)}
</section>`;
}

function factsOf(diagnosis: CeremonyDiagnosis): Markup {
  const { mechanism, decidedBy, missingProbes } = diagnosis;
  const margin = marginRangeOf(diagnosis);
  const facts: readonly (readonly [string, string] | undefined)[] = [
    ["Mechanism", mechanism],
    decidedBy && ["Deciding timer", `${decidedBy.timer} of the ${decidedBy.owner}`],
    decidedBy && ["It ran", `${seconds(decidedBy.budgetMs)}, fired at ${seconds(decidedBy.firedAtMs)}`],
    margin && ["Margin", marginInWords(margin)],
    missingProbes.length === 0 ? undefined : ["Not in the trace", missingProbes.join(", ")],
  ];
  return markup`<dl class="facts">${facts.map((fact) => fact && markup`<div><dt>${fact[0]}</dt><dd>${prose(fact[1])}</dd></div>`)}</dl>`;
}

/** Promises the run broke. */
export function findingsOf({ findings }: ReportedRun): Markup | undefined {
  if (findings.length === 0) return undefined;
  return markup`<section class="card lead" aria-labelledby="findings">
<h2 id="findings" class="bad-text">Not as expected</h2>
<ul>${findings.map(({ layer, expected, found }) => markup`<li><strong>${layer}</strong>: expected ${expected}, found ${found}</li>`)}</ul>
</section>`;
}

const TONE_OF_TEXT = { success: "reported success", failure: "reported failure" } as const;

/** Lists every text and mail, in the order in which the user saw them. */
export function screensOf({ records }: ReportedRun): Markup | undefined {
  const screens = records.flatMap((record) =>
    record.kind !== "user.saw"
      ? []
      : [
          markup`<li class="screen ${toneOf(record)}"><div class="where"><span>${record.where}</span><span class="number">${seconds(record.atMs)}</span></div>
<blockquote><bdi>${record.text}</bdi></blockquote>${record.tone && markup`<span class="tone">${TONE_OF_TEXT[record.tone]}</span>`}</li>
`,
        ],
  );
  if (screens.length === 0) return undefined;
  return markup`<section class="card" aria-labelledby="screens">
<h2 id="screens">What the user saw</h2>
<ol class="screens">${screens}</ol>
</section>`;
}

/** Each ceremony with its evidence and what would have prevented it. */
export function diagnosesOf({ explanation }: ReportedRun): Markup | undefined {
  if (explanation.ceremonies.length === 0) return undefined;
  return markup`<section class="card long" aria-labelledby="accounts">
<h2 id="accounts">Ceremony by ceremony</h2>
${explanation.ceremonies.map(diagnosisOf)}
</section>`;
}

function diagnosisOf(account: CeremonyDiagnosis, index: number): Markup {
  const { kind, ceremony, mechanism, verdict, evidence, prevention } = account;
  return markup`<article class="account ${toneOfRootCause(mechanism)}" id="account-${index + 1}">
<h3>${kind} <bdi>${ceremony}</bdi>: ${mechanism}</h3>
<p>${prose(verdict)}</p>
${factsOf(account)}
<div class="columns">${listOf("Evidence", evidence)}${listOf("What would have prevented it", prevention)}</div>
</article>
`;
}

function listOf(title: string, lines: readonly string[]): Markup | undefined {
  if (lines.length === 0) return undefined;
  return markup`<div><h4>${title}</h4><ul>${lines.map((line) => markup`<li>${prose(line)}</li>`)}</ul></div>`;
}
