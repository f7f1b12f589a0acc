import type { TraceRecord } from "../../core/trace.js";
import { Ledger, type LedgerKey, type LedgerMail, type LedgerRow } from "../ledger.js";

/**
 * Rebuilds the ledger from the records of a trace, for traces without the simulation that made them.
 *
 * The ledger holds only what happened while the trace ran: earlier keys and rows are not in the ledger.
 */
export function foldLedger(records: readonly TraceRecord[]): Ledger {
  const keys = new Map<string, LedgerKey>();
  const rows = new Map<string, LedgerRow>();
  const flags: Record<string, boolean> = {};
  const mails = new MailFold();
  for (const record of records) {
    switch (record.kind) {
      case "ctap.credential":
        changeKeys(keys, record);
        break;
      case "rp.row":
        changeRows(rows, record);
        break;
      case "rp.flag":
        flags[record.flag] = record.value;
        break;
      case "rp.mail":
        mails.take(record);
        break;
      default:
        break;
    }
  }
  const unnamed = unnamedKeys(records);
  const known = { keys: [...keys.values(), ...unnamed], rows: [...rows.values()], flags, mails: mails.all };
  const unknown = unknownSides(records, unnamed.length > 0);
  return new Ledger(unknown.length === 0 ? known : { ...known, unknown });
}

/** Follows mails from the queue to the inbox: of two with one subject the one that was queued first goes on first. */
class MailFold {
  readonly all: LedgerMail[] = [];
  readonly #open = new Map<string, number[]>();

  take({ subject, stage }: LedgerMail): void {
    const open = this.#open.get(subject) ?? [];
    const [first] = open;
    const at = stage === "queued" || first === undefined ? this.all.length : first;
    this.all[at] = { subject, stage };
    const others = open.filter((other) => other !== at);
    this.#open.set(subject, stage === "delivered" ? others : [...others, at].sort((a, b) => a - b));
  }
}

/**
 * Finds the credentials of a real authenticator: it records nothing of its own, and what it answered OK to exists, also
 * where nobody waited for the answer any more.
 */
function unnamedKeys(records: readonly TraceRecord[]): readonly LedgerKey[] {
  if (records.some(({ kind }) => kind === "ctap.credential")) return [];
  const keys: LedgerKey[] = [];
  let unanswered = 0;
  for (const record of records) {
    if (!("command" in record) || record.command !== "makeCredential") continue;
    if (record.kind === "ctap.request") unanswered += 1;
    // An answer that is read first and discarded afterwards is one answer.
    const isAnswer = record.kind === "ctap.response" || (record.kind === "ctap.discarded" && unanswered > 0);
    if (!isAnswer) continue;
    unanswered -= 1;
    if (record.status !== "OK") continue;
    const credential = `unnamed ${keys.length + 1}`;
    keys.push({ authenticator: "authenticator", credential, rpId: "", user: "" });
  }
  return keys;
}

/** With a real site the trace shows what it said when asked, and of a real key nothing. */
function unknownSides(
  records: readonly TraceRecord[],
  areKeysUnnamed: boolean,
): readonly ("keys" | "rows")[] {
  if (!records.some(({ kind }) => kind === "rp.attached")) return areKeysUnnamed ? ["keys"] : [];
  const probedAt = records.findLastIndex((record) => record.kind === "rp.probe");
  const probe = records[probedAt];
  // What the site said before a key was made says nothing of its row.
  const isLatest = !records.slice(probedAt).some(isNewKey);
  const showsKeys = records.some(({ kind }) => kind === "ctap.credential");
  const usedKeys = records.some(({ kind }) => kind === "ctap.request");
  return [
    ...(probe?.kind === "rp.probe" && probe.outcome === "answered" && isLatest ? [] : ["rows" as const]),
    ...(usedKeys && !showsKeys ? ["keys" as const] : []),
  ];
}

function isNewKey(record: TraceRecord): boolean {
  return record.kind === "ctap.credential" && record.change === "created";
}

function changeKeys(
  keys: Map<string, LedgerKey>,
  { change, actor, credential, rpId, user }: TraceRecord & { kind: "ctap.credential" },
): void {
  if (change === "used") return;
  const key = JSON.stringify([actor, credential]);
  // An overwritten key is the one that had to go; the one in its place is created in a record of its own.
  keys.delete(key);
  if (change === "created") keys.set(key, { authenticator: actor, credential, rpId, user });
}

function changeRows(
  rows: Map<string, LedgerRow>,
  { change, credential }: TraceRecord & { kind: "rp.row" },
): void {
  rows.delete(credential);
  if (change !== "deleted") rows.set(credential, { credential, visible: change === "visible" });
}
