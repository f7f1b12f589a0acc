import type { TraceRecord } from "../../core/trace.js";
import { CEREMONY_KINDS, type CeremonyKind } from "./ceremony.js";
import { callParts } from "./site-calls.js";

/**
 * Names the kind of a ceremony: by the label of its span, else by the first record that shows the kind.
 *
 * @returns `undefined` where no record shows the kind: the end of a ceremony whose beginning is not in the trace.
 */
export function kindOf(own: readonly TraceRecord[]): CeremonyKind | undefined {
  const labelled = own.flatMap((record) =>
    record.kind === "span.started" && record.name === "ceremony" ? [record.label] : [],
  );
  const byLabel = CEREMONY_KINDS.find((kind) => labelled.includes(kind));
  if (byLabel !== undefined) return byLabel;
  for (const record of own) {
    const kind = kindBy(record);
    if (kind !== undefined) return kind;
  }
  return undefined;
}

function kindBy(record: TraceRecord): CeremonyKind | undefined {
  switch (record.kind) {
    case "rp.request":
    case "rp.response": {
      const { about } = callParts(record);
      return about === "registration" || about === "login" ? about : "factor";
    }
    case "page.called":
    case "page.settled":
    case "page.gave-up":
      return record.method === "create" ? "registration" : "login";
    case "factor.code":
    case "factor.attempt":
      return "factor";
    default:
      return undefined;
  }
}
