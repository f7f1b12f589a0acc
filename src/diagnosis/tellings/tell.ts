import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { seconds } from "../evidence.js";
import type { CeremonyDiagnosis } from "../explanation.js";
import { CUSTOMER_EN } from "./en/customer.js";
import { SUPPORT_EN } from "./en/support.js";
import { CUSTOMER_JA } from "./ja/customer.js";
import { tellCustomer } from "./tell-customer.js";
import type { Telling } from "./telling.js";
import { tellSupport } from "./tell-support.js";

/** Who a diagnosis is told to. */
export const AUDIENCES = ["engineer", "support", "customer"] as const;
export type Audience = (typeof AUDIENCES)[number];

const CUSTOMER = { en: CUSTOMER_EN, ja: CUSTOMER_JA };
const SUPPORT = { en: SUPPORT_EN };

/** Languages of each audience; an engineer's telling is the verdict, which is written in English. */
const LANGUAGES = { engineer: ["en"], support: ["en"], customer: ["en", "ja"] } as const;

export type Language = keyof typeof CUSTOMER;

export interface TellOptions {
  /** `en` where absent; a customer's telling has `ja` as well. */
  readonly language?: Language;
}

/**
 * Tells a diagnosis to an audience, in that audience's words.
 *
 * - `engineer`: verdict, deciding timer, margin (seconds), evidence and prevention, as in the text report.
 * - `support`: who was at fault, what is there now, what to ask and what to say.
 * - `customer`: two sentences without a term of the trade: whether the passkey exists now, and what to do next.
 *
 * Messages are filled from typed members of the diagnosis; the verdict's text is not read. Times are told in seconds,
 * minutes or hours, whichever is short.
 *
 * @param diagnosis of one ceremony, or of a whole run: then that of its first trouble is told.
 * @param audience who reads it.
 * @param options language; each audience has its own list of them.
 * @returns a title, and the lines below it; of a customer's telling there are two.
 * @throws {ArgumentError} for an audience that does not exist, and a language that this audience does not have.
 *
 * @example
 * const { title, lines } = tell(explain(records), "customer");
 * console.log([title, ...lines].join("\n"));
 */
export function tell(diagnosis: CeremonyDiagnosis, audience: Audience, options: TellOptions = {}): Telling {
  checkArguments("tell", {
    diagnosis: [arg.with("a diagnosis, as explain gives one,", "mechanism", "kind"), diagnosis],
    audience: [shape.oneOf(AUDIENCES), audience],
  });
  const language = maybe(shape.oneOf(LANGUAGES[audience]));
  checkArguments("tell", { options: [parameters<TellOptions>({ language }), options] });
  if (audience === "customer") return tellCustomer(diagnosis, CUSTOMER[options.language ?? "en"]);
  return audience === "support" ? tellSupport(diagnosis, SUPPORT.en) : tellEngineer(diagnosis);
}

function tellEngineer({
  kind,
  ceremony,
  mechanism,
  verdict,
  decidedBy,
  marginMs,
  evidence,
  prevention,
}: CeremonyDiagnosis): Telling {
  return {
    title: `${kind} ${ceremony}: ${mechanism}`,
    lines: [
      verdict,
      ...(decidedBy === undefined
        ? []
        : [
            `decided by ${decidedBy.timer} of the ${decidedBy.owner}: ${seconds(decidedBy.budgetMs)}, fired at ${seconds(decidedBy.firedAtMs)}`,
          ]),
      ...(marginMs === undefined ? [] : [`margin ${seconds(marginMs)}`]),
      ...evidence.map((line) => `evidence: ${line}`),
      ...prevention.map((line) => `prevention: ${line}`),
    ],
  };
}
