import { NOT_REACHED } from "../../core/events/hybrid.js";
import { RUN_SPAN } from "../../core/trace.js";

/** A record as JSON has it, whatever its members hold. */
export type RawRecord = Readonly<Record<string, unknown>>;

/**
 * Converts records of trace schema 1 into the shape of schema 2, one after the other in the order of their times.
 *
 * What schema 1 wrote into a text (`25 bytes`, `handshake: HANDSHAKE_REJECTED`, `a,b`) becomes typed members. Every
 * record gets the root span, because schema 1 had none, and keeps the ceremony that it named. Uses of timers get ids
 * by pairing the end of a use with its beginning. A member that schema 1 could not have written is left as it is.
 */
export function schema1Importer(): (record: RawRecord) => RawRecord {
  const timers = new TimerIds();
  return (record) => {
    const { kind } = record;
    const upgrade = typeof kind === "string" && Object.hasOwn(UPGRADES, kind) ? UPGRADES[kind] : undefined;
    const event = upgrade ? upgrade(record) : record;
    return { span: RUN_SPAN, ...event, ...presentActor(record), ...timers.idOf(record) };
  };
}

/** Schema 1 called the actor of the user's records `person`. */
function presentActor({ actor }: RawRecord): RawRecord {
  return actor === "person" ? { actor: "user" } : {};
}

type Upgrade = (record: RawRecord) => RawRecord;

const UPGRADES: Readonly<Record<string, Upgrade>> = {
  "link.hybrid": upgradeHybrid,
  "link.not-found": (record) => ({ ...record, ...listed(record, "offered") }),
  "rp.response": (record) => ({
    ...record,
    ...listed(record, "credentials"),
    ...listed(record, "transports"),
  }),
  "rp.attached": (record) => ({ ...record, ...listed(record, "probes") }),
  "rp.probe": (record) =>
    withoutDetail({ ...record, ...listed(record, "credentials") }, (detail) =>
      HTTP_STATUS.test(detail) ? { httpStatus: Number(detail) } : { code: detail },
    ),
  "factor.code": (record) => withoutDetail(record, (detail) => ({ route: detail })),
};

const HTTP_STATUS = /^[1-5]\d\d$/;
const CLOSE_CODE = /^[1-4]\d{3}$/;
const ERROR_CODE = /^[A-Z][A-Z0-9_]*$/;
const BYTES = /^(\d+) bytes/;
const FOREIGN_ADVERTS = /^(\d+) of others before$/;
const FAILED_STEP = /^(contact|scan|tunnel|handshake): ([A-Z][A-Z0-9_]*)$/;
const REFUSED_BY_SERVICE = /^([1-5]\d\d) ([a-z-]+)$/;

/** `code` was the tag of the QR code, and `detail` everything else. */
function upgradeHybrid(record: RawRecord): RawRecord {
  const { code, ...rest } = record;
  const event = code === undefined ? rest : { ...rest, qr: code };
  return withoutDetail(event, (detail) => hybridMembers(record["stage"], detail) ?? { reason: detail });
}

function hybridMembers(stage: unknown, detail: string): RawRecord | undefined {
  switch (stage) {
    case "qr-shown":
    case "qr-scanned":
      return { hint: detail };
    case "contacting":
    case "tunnel-opening":
      return { host: detail };
    case "advert-sent":
    case "advert-foreign":
    case "advert-too-long":
      return numbered("bytes", BYTES, detail);
    case "advert-seen":
      return numbered("foreignAdverts", FOREIGN_ADVERTS, detail);
    case "tunnel-closed":
      return CLOSE_CODE.test(detail) ? { closeCode: Number(detail) } : undefined;
    case "tunnel-refused":
    case "link-gone":
      return refusal(detail);
    case "failed":
      return failure(detail);
    default:
      return ERROR_CODE.test(detail) ? { code: detail } : undefined;
  }
}

function refusal(detail: string): RawRecord | undefined {
  if (detail === "not reached") return { code: NOT_REACHED };
  if (HTTP_STATUS.test(detail)) return { httpStatus: Number(detail) };
  const [, httpStatus, code] = REFUSED_BY_SERVICE.exec(detail) ?? [];
  return httpStatus === undefined ? undefined : { httpStatus: Number(httpStatus), code };
}

/** The phone's endings were written in lower case, the codes of errors in upper case. */
function failure(detail: string): RawRecord {
  const [, step, code] = FAILED_STEP.exec(detail) ?? [];
  if (step !== undefined) return { step, code };
  return ERROR_CODE.test(detail) ? { code: detail } : { ending: detail };
}

function numbered(member: string, pattern: RegExp, detail: string): RawRecord | undefined {
  const [, digits] = pattern.exec(detail) ?? [];
  return digits === undefined ? undefined : { [member]: Number(digits) };
}

function withoutDetail(record: RawRecord, membersOf: (detail: string) => RawRecord): RawRecord {
  const { detail, ...rest } = record;
  return typeof detail === "string" ? { ...rest, ...membersOf(detail) } : record;
}

/** Texts that were joined by a comma; the empty text was the empty list. */
function listed(record: RawRecord, member: string): RawRecord {
  const joined = record[member];
  return typeof joined === "string" ? { [member]: joined.split(",").filter((item) => item !== "") } : {};
}

interface OpenUse {
  readonly id: string;
  readonly dueMs: number;
}

/** Ids for uses of timers that had none. */
class TimerIds {
  readonly #open = new Map<string, OpenUse[]>();
  #count = 0;

  idOf({ kind, atMs, actor, timer, ceremony, budgetMs }: RawRecord): { readonly id?: string } {
    if (kind !== "timer.armed" && kind !== "timer.disarmed" && kind !== "timer.fired") return {};
    const key = JSON.stringify([actor, timer, ceremony]);
    const uses = this.#open.get(key) ?? [];
    this.#open.set(key, uses);
    const now = numberOr(atMs, 0);
    if (kind === "timer.armed") {
      const id = this.#next();
      uses.push({ id, dueMs: now + numberOr(budgetMs, Infinity) });
      return { id };
    }
    // Of two uses at once the one that is due fires; otherwise the one that was armed last is disarmed.
    const ended = kind === "timer.fired" ? nearest(uses, now) : uses.at(-1);
    // Authenticators recorded some timers only when they fired.
    if (ended === undefined) return { id: this.#next() };
    uses.splice(uses.indexOf(ended), 1);
    return { id: ended.id };
  }

  #next(): string {
    return `t${(this.#count += 1)}`;
  }
}

/** Members of a record that was not checked yet may hold anything, lists without end included. */
function numberOr(value: unknown, other: number): number {
  return typeof value === "number" ? value : other;
}

function nearest(uses: readonly OpenUse[], atMs: number): OpenUse | undefined {
  return [...uses].sort((a, b) => Math.abs(a.dueMs - atMs) - Math.abs(b.dueMs - atMs))[0];
}
