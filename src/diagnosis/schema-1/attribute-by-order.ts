import { RUN_SPAN, type TraceRecord } from "../../core/trace.js";
import { overlappingIn } from "./overlap.js";
import { OrderedCeremonies } from "./ordered-ceremonies.js";

/** A trace of schema 1 with the members of schema 2 that its order allows to fill in. */
export interface AttributedTrace {
  readonly attributed: readonly TraceRecord[];
  /** Ids of ceremonies whose attribution cannot be trusted, because another one ran at the same time. */
  readonly overlapping: ReadonlySet<string>;
}

/** Kinds that belong to the whole run, or are found by their own credential, call or time. */
const OF_THE_RUN =
  /^(run\.|span\.|fault\.|page\.closed|rp\.(mail|row|login|attached|probe|no-answer)|factor\.)/;

/**
 * Gives every record of a schema-1 trace the ceremony and the span it most likely belongs to: that of the ceremony
 * that began last, of the command it answers, of the timer it ends.
 *
 * @param records in order of time.
 */
export function attributeByOrder(records: readonly TraceRecord[]): AttributedTrace {
  const ceremonies = new OrderedCeremonies();
  const attributed: TraceRecord[] = [];
  for (const [index, record] of records.entries()) {
    attributed.push({ ...record, span: RUN_SPAN, ...placeOf(record, index, ceremonies) });
    for (const early of ceremonies.takeClaimed()) {
      const known = attributed[early.index];
      if (known !== undefined) attributed[early.index] = { ...known, ceremony: early.ceremony };
    }
  }
  return { attributed, overlapping: overlappingIn(ceremonies.all) };
}

type Place = Partial<Pick<TraceRecord, "span" | "ceremony">> & { readonly id?: string };

function placeOf(record: TraceRecord, index: number, ceremonies: OrderedCeremonies): Place {
  switch (record.kind) {
    case "rp.request":
    case "rp.response":
      ceremonies.siteCall(record);
      return {};
    case "page.called":
    case "page.settled":
    case "page.gave-up":
      return ceremonies.page(record);
    case "ctap.request":
    case "ctap.response":
    case "ctap.discarded":
      return ceremonies.exchange(record);
    case "timer.armed":
    case "timer.fired":
    case "timer.disarmed":
      return ceremonies.timer(record, index);
    case "user.prompted":
    case "user.answered":
      return record.ceremony === undefined ? ceremonies.prompt(record) : {};
    case "rp.row":
      ceremonies.row(record);
      return {};
    case "rp.flag":
      return ceremonies.flag(record);
    case "page.closed":
      ceremonies.closed(record.atMs);
      return {};
    default:
      if (record.ceremony !== undefined || OF_THE_RUN.test(record.kind)) return {};
      return ceremonies.unnamed(record);
  }
}
