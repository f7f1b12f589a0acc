import type { TraceRecord } from "../../core/trace.js";

/** Properties of a ceremony's own records that select the records of the whole run which concern the ceremony. */
export interface CeremonyDeps {
  readonly beganAtMs: number;
  /** The browser that was called; absent before `navigator.credentials` was. */
  readonly browser: string | undefined;
  /** Names of the links that its own records speak of. */
  readonly links: ReadonlySet<string>;
  /** Parties that carried its commands over a cable. */
  readonly carriers: ReadonlySet<string>;
  /** Parties that recorded a stage of its own link to a phone. */
  readonly linkActors: ReadonlySet<string>;
}

/** Reads from a ceremony's own records what {@link concerns} compares with. */
export function partsOf(own: readonly TraceRecord[]): CeremonyDeps {
  const called = own.find(({ kind }) => kind === "page.called");
  return {
    beganAtMs: own[0]?.atMs ?? 0,
    browser: called?.actor,
    links: new Set(own.flatMap((record) => ("link" in record ? [record.link] : []))),
    carriers: new Set(own.flatMap((record) => (isCarried(record) ? [record.actor] : []))),
    linkActors: new Set(own.flatMap(({ kind, actor }) => (kind === "link.hybrid" ? [actor] : []))),
  };
}

/** Whether a record shows that a command of the ceremony went over a cable, on a link that was opened earlier perhaps. */
function isCarried(record: TraceRecord): boolean {
  if (record.kind === "link.hid" || record.kind === "link.busy") return true;
  return record.kind === "timer.armed" && record.timer.startsWith("hid.");
}

const CONCERNING: readonly TraceRecord["kind"][] = ["page.closed", "link.lost", "link.closed", "link.hybrid"];

/** Selects the records of the whole run that {@link concerns} can be true of, so that each ceremony looks at few. */
export function mayConcern(record: TraceRecord): boolean {
  return CONCERNING.includes(record.kind) || isReset(record);
}

/** Whether another program reset an authenticator. */
export function isReset(record: TraceRecord): boolean {
  return record.kind === "ctap.response" && record.command === "reset" && record.status === "OK";
}

/**
 * Says whether a record without a ceremony id, written after the ceremony began, concerns the ceremony: the only
 * place where records of the whole run reach a ceremony.
 *
 * - `page.closed`: the browser ended, for every request that this browser was called for.
 * - `link.lost`, `link.closed`: the cable was pulled, for every ceremony that used this very link.
 * - `link.hybrid` with `radio-on` and `radio-off`: the user switched Bluetooth, for every ceremony whose computer it is.
 * - `ctap.response` to a reset: another program emptied the key, for every ceremony that used a cable.
 *
 * Everything else without a ceremony (lab tools, other programs, clean-up between ceremonies) concerns none.
 */
export function concerns(
  record: TraceRecord,
  { beganAtMs, browser, links, carriers, linkActors }: CeremonyDeps,
): boolean {
  if (record.ceremony !== undefined || record.atMs < beganAtMs) return false;
  switch (record.kind) {
    case "page.closed":
      return browser === undefined || browser === record.actor;
    case "link.lost":
    case "link.closed":
      return links.has(record.link) || carriers.has(record.actor);
    case "link.hybrid":
      return (record.stage === "radio-on" || record.stage === "radio-off") && linkActors.has(record.actor);
    case "ctap.response":
      return isReset(record) && carriers.size > 0;
    default:
      return false;
  }
}
