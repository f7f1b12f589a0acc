import type { CeremonyDiagnosis, Explanation } from "../../diagnosis/explanation.js";
import type { Run } from "../run.js";
import type { Proof, TriedAdvice } from "./proof.js";
import { knobsText } from "./proof-text.js";

/** What an advice says, and what it needs beside it. */
const adviceText = ({ text, together }: TriedAdvice): string =>
  together === undefined ? text : `${text} It heals this run only together with ${knobsText(together)}.`;

/** Returns the run with only the advice that heals it: what else its verdicts advise is not given for this run. */
export function withProvenAdvice(run: Run, { ceremonies }: Proof): Run {
  const healing = new Map(
    ceremonies.map(({ ceremony, advice }) => [
      ceremony,
      advice.filter(({ effect }) => effect.startsWith("heals")).map(adviceText),
    ]),
  );
  const keep = <Diagnosis extends CeremonyDiagnosis>(diagnosis: Diagnosis): Diagnosis => {
    const kept = healing.get(diagnosis.ceremony);
    return kept === undefined ? diagnosis : { ...diagnosis, prevention: kept };
  };
  const explanation: Explanation = {
    ...keep(run.explanation),
    ceremonies: run.explanation.ceremonies.map(keep),
  };
  return { ...run, explanation };
}
