/** One call as an access log has it. */
export interface LoggedCall {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** When the call ended, as an interval of the stamp's precision. */
  readonly endMs: number;
  readonly precisionMs: number;
  /** How long it took; absent where the log does not say. */
  readonly tookMs?: number | undefined;
  readonly requestId?: string | undefined;
  /** Address and user agent, by which the calls of one browser are told from another's. Becomes a tag at once. */
  readonly client: string;
  /** Status of the site behind the gateway, where it is another. */
  readonly siteStatus?: number | undefined;
}

const COMBINED =
  /^(\S+) \S+ \S+ \[(\d{2}\/\w{3}\/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\] "([A-Z]+) (\S+)[^"]*" (\d{3}) \S+(?: "[^"]*" "([^"]*)")?(.*)$/;
const CLF_TIME = /^(\d{2})\/(\w{3})\/(\d{4}):(\d{2}):(\d{2}):(\d{2}) ([+-])(\d{2})(\d{2})$/;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SECOND_MS = 1_000;

/** Reads a line of nginx or Apache in the combined form; `undefined` for any other. */
export function readCombined(line: string): LoggedCall | undefined {
  const [whole, address = "", time = "", method = "", path = "", status = "", agent = "", rest = ""] =
    COMBINED.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const endMs = clfTime(time);
  if (endMs === undefined) return undefined;
  const msec = numberAfter(rest, /(?:^|\s|")(?:msec|ts)=(\d{9,11}\.\d{3})/);
  const took = numberAfter(rest, /(?:^|\s|")(?:rt|request_time|rt_s)=(\d{1,6}\.\d{1,6})/);
  const requestId = /(?:^|\s|")(?:rid|request_id|reqid|id)=([\w.:=-]{8,128})/.exec(rest)?.[1];
  return {
    method,
    path,
    status: Number(status),
    endMs: msec === undefined ? endMs : msec * SECOND_MS,
    precisionMs: msec === undefined ? SECOND_MS : 1,
    ...(took !== undefined && { tookMs: took * SECOND_MS }),
    ...(requestId !== undefined && { requestId }),
    client: `${address} ${agent}`,
  };
}

function numberAfter(text: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? undefined : Number(found);
}

function clfTime(text: string): number | undefined {
  const [whole, day, month = "", year, hour, minute, second, sign, zoneHours, zoneMinutes] =
    CLF_TIME.exec(text) ?? [];
  const index = MONTHS.indexOf(month);
  if (whole === undefined || index < 0) return undefined;
  const zoneMs = (Number(zoneHours) * 60 + Number(zoneMinutes)) * 60_000 * (sign === "-" ? -1 : 1);
  return Date.UTC(Number(year), index, Number(day), Number(hour), Number(minute), Number(second)) - zoneMs;
}

const ALB =
  /^(?:https?|h2|grpcs|wss?) (\d{4}-\d{2}-\d{2}T[\d:.]+Z) \S+ (\S+):\d+ \S+ (-?[\d.]+) (-?[\d.]+) (-?[\d.]+) (\d{3}|-) (\d{3}|-) -?\d+ -?\d+ "([A-Z]+) (\S+)[^"]*" "([^"]*)"(.*)$/;
const ALB_PRECISION_MS = 0.001;
const DIGITS_OF_MS = 3;

/** Reads a line of an AWS application load balancer; `undefined` for any other. */
export function readAlb(line: string): LoggedCall | undefined {
  const found = ALB.exec(line);
  if (found === null) return undefined;
  const [
    ,
    time = "",
    address = "",
    ,
    ,
    ,
    status = "",
    target = "",
    method = "",
    url = "",
    agent = "",
    rest = "",
  ] = found;
  const endMs = isoTime(time);
  if (endMs === undefined || status === "-") return undefined;
  const created = /\s(\d{4}-\d{2}-\d{2}T[\d:.]+Z)\s/.exec(rest)?.[1];
  const createdMs = created === undefined ? undefined : isoTime(created);
  const requestId = /"(Root=[\w-]{8,80})"/.exec(rest)?.[1];
  return {
    method,
    path: url.replace(/^\w+:\/\/[^/]+/, ""),
    status: Number(status),
    endMs,
    precisionMs: ALB_PRECISION_MS,
    ...(createdMs !== undefined && { tookMs: Math.max(0, endMs - createdMs) }),
    ...(requestId !== undefined && { requestId }),
    client: `${address} ${agent}`,
    ...(target !== "-" && target !== status && { siteStatus: Number(target) }),
  };
}

/** Milliseconds with the microseconds that `Date` leaves out. */
function isoTime(text: string): number | undefined {
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) return undefined;
  const fraction = /\.(\d+)Z$/.exec(text)?.[1] ?? "";
  return ms + Number(`0.${fraction.slice(DIGITS_OF_MS) || "0"}`);
}
