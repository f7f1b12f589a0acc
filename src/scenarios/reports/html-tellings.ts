import { tell, type Audience } from "../../diagnosis/tellings/tell.js";
import type { CeremonyDiagnosis } from "../../diagnosis/explanation.js";
import { markup, type Markup } from "./markup.js";
import type { ReportedRun } from "./run-of-trace.js";
import { prose } from "./words.js";

/** Lists what a support desk and a customer are told of each ceremony, in a section that is closed at first. */
export function tellingsOf({ explanation }: ReportedRun): Markup | undefined {
  if (explanation.ceremonies.length === 0) return undefined;
  return markup`<section class="card long"><details><summary id="tellings">For the support desk and for the customer</summary>
${explanation.ceremonies.map(
  (
    ceremony,
  ) => markup`<div class="columns">${tellingOf(ceremony, "support")}${tellingOf(ceremony, "customer")}</div>
`,
)}</details></section>`;
}

function tellingOf(ceremony: CeremonyDiagnosis, audience: Audience): Markup {
  const { title, lines } = tell(ceremony, audience);
  return markup`<div><h4>${title}</h4><ul>${lines.map((line) => markup`<li>${prose(line)}</li>`)}</ul></div>`;
}
