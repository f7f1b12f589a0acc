import { createHash } from "node:crypto";
import { CtapStatus } from "../../../src/ctap/status.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import type { TraceRecord } from "../../../src/core/trace.js";
import { callsOf, Challenges, clientDataOf, cut, idOf, RP_ID, type LogWriter } from "./world.js";

type Level = "Error" | "Event" | "Debug";
type Line = readonly [level: Level, text: string];

const STAGES: Readonly<Record<string, readonly Line[]>> = {
  "radio-off": [["Debug", "No BLE adapter present"]],
  "qr-shown": [["Event", "UI step: kCableV2QRCode"]],
  contacting: [["Event", "UI step: kPhoneConfirmationSheet"]],
  "scan-started": [["Debug", "Discovery session started."]],
  "scan-failed": [["Error", "Failed to start caBLE discovery"]],
  "advert-seen": [["Debug", `  (${"AB".repeat(20)} matches QR code)`]],
  "advert-foreign": [["Debug", `  (${"CD".repeat(20)}: no v2 match)`]],
  "phone-joined": [["Debug", "caBLE authenticator has connected to the tunnel server."]],
  "link-gone": [["Debug", "tunnel server reports that contact ID is invalid"]],
  "tunnel-refused": [["Debug", "tunnel-0011223344556677: tunnel failed to connect"]],
  linked: [["Debug", "Linking information processed"]],
  ready: [["Debug", "tunnel-0011223344556677: established v2.1"]],
  "tunnel-closed": [["Error", "-> (error reading)"]],
};

/** Chromium's FIDO device log as its page gives it: newest first, with dates and microseconds. */
export const chromiumLogWriter: LogWriter = {
  name: "chromium-log",
  write(records, how) {
    const entries: { readonly ms: number; readonly line: Line }[] = [];
    const writing = new Writing(records);
    for (const record of startsFirst(records))
      for (const line of writing.linesFor(record)) entries.push({ ms: record.atMs, line });
    const kept = entries.filter(({ line: [level] }) => how.lowLevel !== true || level !== "Debug");
    if (kept.length === 0) return undefined;
    return kept
      .map(
        ({ ms, line: [level, text] }) =>
          `FIDO${level}[${stampOf(cut(ms, how), how.precisionMs ?? 0)}] ${text}`,
      )
      .reverse()
      .join("\n");
  },
};

/** Chromium logs that a request starts before its sheet shows a code; the simulation shows it in the same moment. */
function startsFirst(records: readonly TraceRecord[]): readonly TraceRecord[] {
  const ordered: TraceRecord[] = [];
  for (const record of records) {
    const isStart = record.kind === "timer.armed" && record.timer === "client.ceremony";
    let at = ordered.length;
    for (let before = ordered[at - 1]; isStart && before !== undefined; before = ordered[at - 1]) {
      const isOwn = before.kind === "link.hybrid" && before.ceremony === record.ceremony;
      if (before.atMs !== record.atMs || !isOwn) break;
      at -= 1;
    }
    ordered.splice(at, 0, record);
  }
  return ordered;
}

/** Local time of a computer in Tokyo. */
const ZONE_MS = 9 * 3_600_000;

function stampOf(ms: number, precisionMs: number): string {
  const [date = "", time = ""] = new Date(ms + ZONE_MS).toISOString().split("T");
  if (precisionMs >= 1_000) return time.slice(0, 8);
  return `${date.replaceAll("-", "/")} ${time.slice(0, 12)}000`;
}

class Writing {
  readonly #records: readonly TraceRecord[];
  readonly #challenges = new Challenges();
  readonly #optionsAt: readonly { readonly ms: number; readonly ceremony: string }[];
  #options = 0;

  constructor(records: readonly TraceRecord[]) {
    this.#records = records;
    this.#optionsAt = callsOf(records)
      .filter(({ step, page }) => step === "options" && page === "page")
      .map(({ askedMs, ceremony }) => ({ ms: askedMs, ceremony }));
  }

  linesFor(record: TraceRecord): readonly Line[] {
    for (let next = this.#optionsAt[this.#options]; next !== undefined && next.ms <= record.atMs;) {
      this.#challenges.next(next.ceremony);
      next = this.#optionsAt[(this.#options += 1)];
    }
    switch (record.kind) {
      case "timer.armed": {
        // The browser's own request begins with its timer; an extension may have held the call until then.
        if (record.timer !== "client.ceremony" || record.actor !== "browser") return [];
        const called = this.#records.findLast(
          (one) => one.kind === "page.called" && one.ceremony === record.ceremony && one.atMs <= record.atMs,
        );
        const isLogin = called?.kind === "page.called" && called.method === "get";
        return [
          ["Event", `Starting ${isLogin ? "GetAssertion" : "MakeCredential"} flow`],
          ["Event", "UI step: kMechanismSelection"],
        ];
      }
      case "ctap.request": {
        if (record.actor !== "browser") return [];
        const byte = CtapCommand[record.command as keyof typeof CtapCommand];
        return [
          [
            "Debug",
            `<- 0x${byte.toString(16)} (kAuthenticator${record.command}) ${this.#request(record)}`.trimEnd(),
          ],
        ];
      }
      case "ctap.response":
        if (record.actor !== "browser") return [];
        return [["Debug", this.#answer(record)], ...this.#failing(record)];
      case "ctap.cancel":
        return record.actor === "browser" ? [["Debug", "<- (cancel)"]] : [];
      case "ctap.discarded":
        return record.actor === "browser" ? [["Error", "Ignoring status 45 from usb-1050:0407"]] : [];
      case "timer.fired":
        if (record.timer === "hid.silence")
          return [
            ["Error", "FIDO HID device timeout for hid:00112233"],
            ["Error", "-> (error reading)"],
          ];
        if (record.timer === "hybrid.linger")
          return [["Debug", "tunnel-0011223344556677: closing connection due to timeout"]];
        return record.timer === "client.ceremony" && record.actor === "browser"
          ? [["Event", "UI step: kTimedOut"]]
          : [];
      case "link.lost":
        return record.actor === "link" ? [["Error", "-> (error reading)"]] : [];
      case "link.hybrid":
        if (record.actor !== "desktop" && record.actor !== "link") return [];
        if (record.stage === "tunnel-opening")
          return [
            [
              "Debug",
              `tunnel-0011223344556677: connecting caBLEv2 tunnel: wss://${record.host ?? "cable.ua5v.com"}/cable/connect/00AA/SECRETPATH`,
            ],
          ];
        if (record.stage === "failed")
          return record.step === "handshake" ? [["Error", "caBLEv2 handshake failed"]] : [];
        return STAGES[record.stage] ?? [];
      default:
        return [];
    }
  }

  #request({ command, ceremony = "" }: TraceRecord & { readonly kind: "ctap.request" }): string {
    const kind = command === "makeCredential" ? "registration" : "login";
    const clientData = clientDataOf(kind, this.#challenges.of(ceremony));
    const digest = createHash("sha256").update(clientData).digest("hex").toUpperCase();
    if (command === "makeCredential")
      return `{1: h'${digest}', 2: {"id": "${RP_ID}", "name": "Shop"}, 3: {"id": h'6572696B61', "name": "erika@shop.example"}, 4: [{"alg": -7, "type": "public-key"}]}`;
    if (command === "getAssertion") return `{1: "${RP_ID}", 2: h'${digest}', 5: {"up": true}}`;
    return command === "getInfo" ? "(no payload)" : "{1: 2}";
  }

  #answer(record: TraceRecord & { readonly kind: "ctap.response" }): string {
    const { command, status, ceremony, atMs } = record;
    if (status !== "OK") {
      const byte = CtapStatus[status as keyof typeof CtapStatus] as number | undefined;
      return `-> (CTAP2 error code 0x${(byte ?? Number(status)).toString(16)} (kCtap2Err))`;
    }
    const made = this.#records.findLast(
      (one) => one.kind === "ctap.credential" && one.ceremony === ceremony && one.atMs <= atMs,
    );
    const id = idOf(made?.kind === "ctap.credential" ? made.credential : "none");
    if (command === "makeCredential") {
      const authData = Buffer.concat([Buffer.alloc(37), Buffer.alloc(16), Buffer.from([0, id.length]), id]);
      return `-> {1: "packed", 2: h'${authData.toString("hex").toUpperCase()}', 3: {"sig": h'3045'}}`;
    }
    if (command === "getAssertion")
      return `-> {1: {"id": h'${id.toString("hex").toUpperCase()}', "type": "public-key"}, 2: h'00', 3: h'3045'}`;
    return "-> (empty payload)";
  }

  /** The request ends with this answer: the promise is rejected next, and no timer fires before. */
  #failing({
    command,
    status,
    ceremony,
    atMs,
  }: TraceRecord & { readonly kind: "ctap.response" }): readonly Line[] {
    if (status === "OK" || (command !== "makeCredential" && command !== "getAssertion")) return [];
    const later = this.#records.filter((one) => one.ceremony === ceremony && one.atMs >= atMs);
    const end = later.find(
      ({ kind, ...one }) =>
        kind === "page.settled" ||
        kind === "page.gave-up" ||
        (kind === "ctap.request" && "atMs" in one && one.atMs > atMs) ||
        (kind === "timer.fired" && "timer" in one && one.timer === "client.ceremony"),
    );
    if (end?.kind !== "page.settled" || end.outcome !== "rejected") return [];
    const what = command === "makeCredential" ? "make credential" : "assertion";
    const byte = CtapStatus[status as keyof typeof CtapStatus] as number | undefined;
    return [
      [
        "Error",
        `Failing ${what} request due to status 0x${(byte ?? 0x7f).toString(16)} (kCtap2Err) from usb-1050:0407`,
      ],
    ];
  }
}
