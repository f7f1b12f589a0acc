import type { TraceRecord } from "../../core/trace.js";
import { Ledger, type LedgerKey, type LedgerMail, type LedgerRow } from "../ledger.js";

/**
 * Rebuilds the ledger from the records of a trace, for traces without the simulation that made them.
 *
 * The ledger holds only what happened while the trace ran: earlier keys and rows are not in the ledger.
 */
export function foldLedger(records: readonly TraceRecord[]): Ledger {
  let keys: readonly LedgerKey[] = [];
  let rows: readonly LedgerRow[] = [];
  const flags: Record<string, boolean> = {};
  const mails = new Map<number, LedgerMail>();
  for (const record of records) {
    switch (record.kind) {
      case "ctap.credential":
        keys = changeKeys(keys, record);
        break;
      case "rp.row":
        rows = changeRows(rows, record);
        break;
      case "rp.flag":
        flags[record.flag] = record.value;
        break;
      case "rp.mail": {
        const open = [...mails].find(
          ([, mail]) => mail.subject === record.subject && mail.stage !== "delivered",
        );
        const at = record.stage === "queued" ? mails.size : (open?.[0] ?? mails.size);
        mails.set(at, { subject: record.subject, stage: record.stage });
        break;
      }
      default:
        break;
    }
  }
  const known = { keys, rows, flags, mails: [...mails.values()] };
  const unknown = unknownSides(records);
  return new Ledger(unknown.length === 0 ? known : { ...known, unknown });
}

/** With a real site the trace shows what it said when asked, and of a real key nothing. */
function unknownSides(records: readonly TraceRecord[]): readonly ("keys" | "rows")[] {
  if (!records.some(({ kind }) => kind === "rp.attached")) return [];
  const probe = records.findLast((record) => record.kind === "rp.probe");
  const showsKeys = records.some(({ kind }) => kind === "ctap.credential");
  const usedKeys = records.some(({ kind }) => kind === "ctap.request");
  return [
    ...(probe?.outcome === "answered" ? [] : ["rows" as const]),
    ...(usedKeys && !showsKeys ? ["keys" as const] : []),
  ];
}

function changeKeys(
  keys: readonly LedgerKey[],
  { change, actor, credential, rpId, user }: TraceRecord & { kind: "ctap.credential" },
): readonly LedgerKey[] {
  if (change === "used") return keys;
  const others = keys.filter((key) => key.credential !== credential || key.authenticator !== actor);
  // An overwritten key is the one that had to go; the one in its place is created in a record of its own.
  if (change === "deleted" || change === "overwritten") return others;
  return [...others, { authenticator: actor, credential, rpId, user }];
}

function changeRows(
  rows: readonly LedgerRow[],
  { change, credential }: TraceRecord & { kind: "rp.row" },
): readonly LedgerRow[] {
  const others = rows.filter((row) => row.credential !== credential);
  if (change === "deleted") return others;
  return [...others, { credential, visible: change === "visible" }];
}
