import type { TraceRecord } from "../core/trace.js";
import type { LedgerView, Observation } from "./runner.js";

export type CeremonyKind = "registration" | "login" | "factor";

/** Stands for the word of a page whose browser ended before it had one. */
const QUIT = "browser:quit";

/** What one ceremony came to for page, user, site and stores; without times. */
export interface CeremonyOutcome {
  /** Id in the trace. */
  readonly ceremony: string;
  readonly kind: CeremonyKind;
  /** How the promise ended: `resolved`, the name of the error, `pending`, `offered` in a field's autofill, or `not-called`. */
  readonly promise: string;
  /** The last report of each page to the user: `page:success`; `browser:quit` where nobody was left to report. */
  readonly told: readonly string[];
  /** A page told the user of a failure at some time. */
  readonly failureTold: boolean;
  /** The site accepted the answer. */
  readonly accepted: boolean;
  /** The site has, or had, a row for the credential that was made. */
  readonly row: boolean;
  /** A credential was made that the site never had a row for. */
  readonly orphan: boolean;
  /** A row was made whose credential no authenticator made. */
  readonly ghost: boolean;
}

/** Equal texts, equal outcomes. */
export function outcomeKey({
  kind,
  promise,
  told,
  failureTold,
  accepted,
  row,
  orphan,
  ghost,
}: CeremonyOutcome) {
  return JSON.stringify([kind, promise, told, failureTold, accepted, row, orphan, ghost]);
}

/** Says whether a ceremony went well in every respect: for the page, the user, the site and the stores. */
export function isPlainlyWell({
  kind,
  promise,
  told,
  failureTold,
  accepted,
  row,
  orphan,
  ghost,
}: CeremonyOutcome) {
  const toldWell = !failureTold && told.length > 0 && told.every((text) => text.endsWith(":success"));
  if (kind === "factor") return toldWell && accepted;
  if (promise !== "resolved" || !toldWell || !accepted || orphan || ghost) return false;
  return kind === "login" || row;
}

/** Says whether all is well in the end: a failure may have been told, and was then taken back. */
export function isWellInTheEnd(outcome: CeremonyOutcome): boolean {
  return isPlainlyWell({ ...outcome, failureTold: false });
}

/** Says whether all went well, and the user had left before a page could say so. */
export function isWellButUntold(outcome: CeremonyOutcome): boolean {
  return outcome.told.length === 0 && isPlainlyWell({ ...outcome, told: ["page:success"] });
}

/** Says whether all went well, and only the screen on which the ceremony began quit before it could say so. */
export function isWellOnOtherScreen(outcome: CeremonyOutcome): boolean {
  return isPlainlyWell({ ...outcome, told: outcome.told.filter((word) => word !== QUIT) });
}

/** Says what is wrong only in the stores: the ceremony itself went well for page, user and site. */
export function isWellButForStores(outcome: CeremonyOutcome): boolean {
  return isPlainlyWell({ ...outcome, row: true, orphan: false, ghost: false });
}

/** Says whether nobody took what a field's autofill offered: a request that waits, or was ended for another, as it is meant to. */
export function isOpenOffer({ promise, told, failureTold }: CeremonyOutcome): boolean {
  return promise === "offered" && told.length === 0 && !failureTold;
}

const KINDS: readonly string[] = ["registration", "login", "factor"];

/** A ceremony's records, and the places in the trace where it begins and its promise ends. */
interface Found {
  readonly id: string;
  readonly kind: CeremonyKind;
  readonly beganAt: number;
  settledAt: number;
  readonly records: TraceRecord[];
}

/** A ceremony's outcome, and the places of its first record and of the promise's end in the trace. */
export interface PlacedOutcome extends CeremonyOutcome {
  readonly beganAt: number;
  /** Infinity where the promise did not end. */
  readonly settledAt: number;
  /** When the promise ended, or a page last reported: no part of the outcome. */
  readonly endedAtMs: number | undefined;
}

/** Folds the outcome of each ceremony, in the order in which they began. */
export function foldOutcomes({
  records,
  ledger,
}: Pick<Observation, "records" | "ledger">): readonly PlacedOutcome[] {
  const ceremonies = new Map<string, Found>();
  records.forEach((record, at) => {
    const { ceremony } = record;
    if (ceremony === undefined) return;
    const known = ceremonies.get(ceremony);
    if (known !== undefined) {
      known.records.push(record);
      if (record.kind === "page.called") known.settledAt = Infinity;
      if (record.kind === "page.settled") known.settledAt = at;
    } else if (record.kind === "span.started" && record.name === "ceremony" && KINDS.includes(record.label)) {
      const kind = record.label as CeremonyKind;
      ceremonies.set(ceremony, { id: ceremony, kind, beganAt: at, settledAt: at, records: [record] });
    }
  });
  const stores = allStores(records, ledger);
  const quitAt = records.findLastIndex(({ kind }) => kind === "page.closed");
  return [...ceremonies.values()].map((found) => {
    const { beganAt, settledAt } = found;
    const outcome = foldOne(found, stores);
    // The phone's page may have spoken where the one that quit did not.
    const isUntold = !outcome.told.some((word) => word.startsWith("page:"));
    const told = isUntold && quitAt > beganAt ? [...outcome.told, QUIT] : outcome.told;
    const endedAtMs = found.records.findLast(isEnd)?.atMs;
    return { ...outcome, told, beganAt, settledAt, endedAtMs };
  });
}

function isEnd(record: TraceRecord): boolean {
  return record.kind === "page.settled" || (record.kind === "user.saw" && record.where === "page");
}

interface Stores {
  /** Tags of every credential that was ever made. */
  readonly made: ReadonlySet<string>;
  /** Tags that the site has, or had, a row for after the ceremony that made the row. */
  readonly rows: ReadonlySet<string>;
}

/** A row that its own ceremony took back was never there. */
function allStores(records: readonly TraceRecord[], ledger: LedgerView): Stores {
  const made = new Set(ledger.keys.map(({ credential }) => credential));
  const rows = new Map<string, string | undefined>();
  for (const record of records) {
    if (record.kind === "ctap.credential" && record.change === "created") made.add(record.credential);
    if (record.kind !== "rp.row") continue;
    if (record.change === "created") rows.set(record.credential, record.ceremony);
    if (record.change === "deleted" && rows.get(record.credential) === record.ceremony)
      rows.delete(record.credential);
  }
  for (const { credential } of ledger.rows) if (!rows.has(credential)) rows.set(credential, undefined);
  return { made, rows: new Set(rows.keys()) };
}

/** Calls whose answer says that the ceremony is accepted; the call centre's user is told by telephone. */
const ACCEPTING: readonly string[] = ["registration/finish", "support/reset"];

function foldOne({ id, kind, records }: Found, stores: Stores): CeremonyOutcome {
  const told = new Map<string, string>();
  let failureTold = false;
  let promise = "not-called";
  let accepted = false;
  const made: string[] = [];
  const replaced = new Set<string>();
  const rows: string[] = [];
  for (const record of records) {
    switch (record.kind) {
      case "user.saw":
        if (record.where !== "page" || record.tone === undefined) break;
        told.set(record.actor, record.tone);
        failureTold ||= record.tone === "failure";
        break;
      case "page.called":
        if (promise === "not-called") promise = record.mediation === "conditional" ? "offered" : "pending";
        break;
      case "page.settled":
        // An offer that its page takes back stays one that nobody took.
        if (promise === "offered" && record.name === "AbortError") break;
        promise = record.outcome === "resolved" ? "resolved" : (record.name ?? "rejected");
        break;
      case "rp.response":
        if (ACCEPTING.includes(record.call) && record.status < 300) accepted = true;
        break;
      case "rp.login":
        if (record.outcome === "accepted") accepted = true;
        break;
      case "ctap.credential":
        if (record.change === "created") made.push(record.credential);
        // A second request of the same ceremony may take the place of what the first one made.
        if (record.change === "overwritten") replaced.add(record.credential);
        break;
      case "rp.row":
        if (record.change === "created") rows.push(record.credential);
        break;
      default:
        break;
    }
  }
  return {
    ceremony: id,
    kind,
    promise,
    told: [...told].map(([actor, tone]) => `${actor}:${tone}`).sort(),
    failureTold,
    accepted: accepted || (kind === "factor" && [...told.values()].includes("success")),
    row: made.some((credential) => stores.rows.has(credential)),
    orphan: made.some((credential) => !stores.rows.has(credential) && !replaced.has(credential)),
    ghost: rows.some((credential) => stores.rows.has(credential) && !stores.made.has(credential)),
  };
}
