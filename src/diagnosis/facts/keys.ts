import type { TraceRecord } from "../../core/trace.js";
import type { KeyFact } from "./ceremony.js";

/** Every key a trace shows, and which of them are copies. */
export interface KeyRecords {
  readonly keys: readonly KeyFact[];
  /** Keys that came to another authenticator than the one they were made on. */
  readonly copies: readonly KeyFact[];
  readonly isCopy: (key: KeyFact) => boolean;
}

/** Collects the keys of a trace in order of time: the first authenticator that stored one made it. */
export function keyRecordsOf(records: readonly TraceRecord[]): KeyRecords {
  const deletions = new Map(
    records.flatMap((record) =>
      record.kind === "ctap.credential" && record.change === "deleted"
        ? [[`${record.actor} ${record.credential}`, record.atMs] as const]
        : [],
    ),
  );
  const keys = records.flatMap((record): readonly KeyFact[] => {
    if (record.kind !== "ctap.credential" || record.change !== "created") return [];
    const { atMs, credential, actor } = record;
    const deletedAtMs = deletions.get(`${actor} ${credential}`);
    return [{ atMs, credential, authenticator: actor, ...(deletedAtMs !== undefined && { deletedAtMs }) }];
  });
  const makers = new Map<string, string>();
  for (const { credential, authenticator } of keys) {
    if (!makers.has(credential)) makers.set(credential, authenticator);
  }
  const isCopy = ({ credential, authenticator }: KeyFact) =>
    (makers.get(credential) ?? authenticator) !== authenticator;
  return { keys, copies: keys.filter(isCopy), isCopy };
}
