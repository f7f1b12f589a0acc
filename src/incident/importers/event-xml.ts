import { INCIDENT_LIMITS } from "../limits.js";
import type { Counter } from "../tags.js";
import { decoded } from "../text/decode.js";
import { counted } from "../text/lines.js";

/** One event of a Windows event log, as XML has it. */
export interface WindowsEvent {
  readonly provider: string;
  readonly id: number;
  /** `SystemTime`: UTC, to 100 ns. Milliseconds since 1970. */
  readonly atMs: number;
  readonly record: number | undefined;
  /** `EventData`, by the name of each. */
  readonly data: ReadonlyMap<string, string>;
}

const BEGIN = /<Event[\s>]/g;
const END = "</Event>";
/** Names of data in one event. */
const DATA_MAX = 64;

/**
 * Reads the events of an export, in the order of the file: with a root element or without, as wevtutil writes them.
 * Rendered texts are left out: they are in the language of the machine.
 */
export async function* windowsEvents(
  chunks: AsyncIterable<Uint8Array>,
  {
    dropped,
    progress,
  }: { readonly dropped: Counter; readonly progress?: ((bytes: number) => void) | undefined },
): AsyncGenerator<WindowsEvent> {
  let rest = "";
  for await (const text of decoded(counted(chunks, progress))) {
    rest += text;
    let at = 0;
    for (;;) {
      BEGIN.lastIndex = at;
      const begin = BEGIN.exec(rest)?.index;
      const end = begin === undefined ? -1 : rest.indexOf(END, begin);
      if (begin === undefined || end < 0) break;
      const event = eventOf(rest.slice(begin, end));
      if (event === undefined) dropped.add("event that cannot be read");
      else yield event;
      at = end + END.length;
    }
    rest = rest.slice(at);
    if (rest.length > INCIDENT_LIMITS.LINE_BYTES_MAX) {
      dropped.add("event that is too long, or text that is no event");
      // What could be the beginning of a tag at the end is kept.
      rest = rest.slice(-END.length);
    }
  }
  if (/<Event[\s>]/.test(rest)) dropped.add("event that the end of the file cuts off");
}

const EVENT_ID = /<EventID[^>]{0,200}>\s*(\d{1,5})\s*<\/EventID>/;
const PROVIDER = /<Provider\s[^>]{0,400}?Name=(?:"([^"<]{0,200})"|'([^'<]{0,200})')/;
const TIME = /<TimeCreated\s[^>]{0,200}?SystemTime=["']([^"'<]{10,40})["']/;
const RECORD = /<EventRecordID>\s*(\d{1,15})\s*<\/EventRecordID>/;
const DATA = /<Data\s+Name=(?:"([^"<]{1,100})"|'([^'<]{1,100})')\s*(?:\/>|>([^<]*)<\/Data>)/g;

function eventOf(xml: string): WindowsEvent | undefined {
  const id = Number(EVENT_ID.exec(xml)?.[1] ?? NaN);
  const atMs = systemTimeMs(TIME.exec(xml)?.[1] ?? "");
  const [, quoted, single] = PROVIDER.exec(xml) ?? [];
  if (Number.isNaN(id) || atMs === undefined) return undefined;
  const data = new Map<string, string>();
  for (const [, double, own, text = ""] of xml.matchAll(DATA)) {
    if (data.size >= DATA_MAX) break;
    data.set(double ?? own ?? "", unescaped(text));
  }
  const record = RECORD.exec(xml)?.[1];
  return {
    provider: unescaped(quoted ?? single ?? ""),
    id,
    atMs,
    record: record === undefined ? undefined : Number(record),
    data,
  };
}

/** `2026-03-02T09:11:42.2720199Z`; `undefined` for what is no time. */
export function systemTimeMs(text: string): number | undefined {
  const [, seconds, fraction = ""] =
    /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/.exec(text) ?? [];
  const ms = Date.parse(`${seconds}Z`);
  return Number.isNaN(ms) ? undefined : ms + Number(`0.${fraction || "0"}`) * 1_000;
}

const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };
const CODE_POINT_MAX = 0x10ffff;

/** The five entities of XML and numbers; others stay as they are, for nothing declares them. */
function unescaped(text: string): string {
  if (!text.includes("&")) return text;
  return text.replace(/&(?:#(\d{1,7})|#x([\da-fA-F]{1,6})|(\w{2,4}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name as string] ?? whole;
    const code = decimal === undefined ? parseInt(hex as string, 16) : Number(decimal);
    return code <= CODE_POINT_MAX ? String.fromCodePoint(code) : whole;
  });
}
