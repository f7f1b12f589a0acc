import type { TraceRecord } from "../../core/trace.js";
import type { CeremonyTrace } from "./ceremony.js";
import type { CtapCommandFact } from "./exchanges.js";
import type { RowFact } from "./trace-facts.js";

/** What a ceremony can wait for, and how a sentence says it. */
export const WAITS = {
  "site-options": "for the site's options",
  network: "for the network between page and site",
  extension: "for an extension that held the request back",
  bluetooth: "for Bluetooth to be switched on at the computer",
  "phone-scan": "for a phone to read the code",
  "phone-tap": "for the linked phone to answer the call",
  advert: "for the phone's advert to be heard",
  tunnel: "for the tunnel to the phone",
  link: "for the link to the authenticator",
  "pin-entry": "for the user to enter the PIN",
  "host-stall": "for the computer to send the next command",
  "channel-busy": "while another program used the authenticator",
  gesture: "for the user to answer the prompt",
  "authenticator-work": "for the authenticator to finish its work",
  "account-choice": "for the client's account list",
  "site-finish": "for the site to answer the finish call",
  "site-work": "for the site to finish the work it had promised",
} as const;

export type WaitId = keyof typeof WAITS;

/** One stretch of time in which a ceremony waited for one thing. */
export interface Wait {
  readonly id: WaitId;
  readonly fromMs: number;
  /** When it came; absent where it never did. */
  readonly untilMs?: number | undefined;
}

/** Gaps shorter than this between two commands are a computer's ordinary work. */
const STALL_MS_MIN = 1_000;

/** Lists what a ceremony waited for, from the click to the page's last word, in order of their beginning. */
export function waitsOf(ceremony: CeremonyTrace, row: RowFact | undefined): readonly Wait[] {
  return [
    ...siteWaits(ceremony, row),
    ...networkWaits(ceremony),
    ...extensionWaits(ceremony),
    ...searchWaits(ceremony),
    ...promptWaits(ceremony.records),
    ...exchangeWaits(ceremony),
  ].sort((a, b) => a.fromMs - b.fromMs);
}

function siteWaits({ options, finishes, timers }: CeremonyTrace, row: RowFact | undefined): readonly Wait[] {
  const work = timers.find(({ timer }) => timer === "rp.poll");
  const accepted = finishes.find(({ status }) => status === 200)?.answeredAtMs;
  return [
    // A page that waits for another screen waits for the row.
    ...(accepted !== undefined && row && row.createdAtMs > accepted
      ? [{ id: "site-work" as const, fromMs: accepted, untilMs: row.createdAtMs }]
      : []),
    ...(options
      ? [{ id: "site-options" as const, fromMs: options.askedAtMs, untilMs: options.answeredAtMs }]
      : []),
    ...finishes.map((call) => ({
      id: "site-finish" as const,
      fromMs: call.askedAtMs,
      untilMs: call.answeredAtMs,
    })),
    ...(work ? [{ id: "site-work" as const, fromMs: work.armedAtMs, untilMs: disarmedAtMs(work) }] : []),
  ];
}

/** A way across the network that takes longer is named; shorter ones are everywhere. */
const NETWORK_MS_MIN = 1_000;

/** Time between a page's step and the site's record of it, and back. */
function networkWaits(ceremony: CeremonyTrace): readonly Wait[] {
  if (ceremony.attempt !== undefined) return [];
  const { beganAtMs, options, called, settled, finishes } = ceremony;
  const [finish] = finishes;
  const told = ceremony.failureSeen ?? ceremony.successSeen;
  const ways: readonly (readonly [from: number | undefined, until: number | undefined])[] = [
    [beganAtMs, options?.askedAtMs],
    [options?.answeredAtMs, called?.atMs],
    [settled?.resolved === true ? settled.atMs : undefined, finish?.askedAtMs],
    [finishes.at(-1)?.answeredAtMs, told?.atMs],
  ];
  return ways.flatMap(([fromMs, untilMs]) =>
    fromMs === undefined || (untilMs ?? Infinity) - fromMs < NETWORK_MS_MIN
      ? []
      : [{ id: "network" as const, fromMs, untilMs }],
  );
}

function disarmedAtMs(use: CeremonyTrace["timers"][number]): number | undefined {
  return use.end === "disarmed" ? use.endedAtMs : undefined;
}

function extensionWaits({ timers }: CeremonyTrace): readonly Wait[] {
  return timers
    .filter(({ timer }) => timer === "ext.focus")
    .map(({ armedAtMs, endedAtMs }) => ({ id: "extension" as const, fromMs: armedAtMs, untilMs: endedAtMs }));
}

/** The way to a phone: Bluetooth, the code, the advert, the tunnel; a link without stages of its own is one wait. */
function searchWaits({ linkStages, lateStages }: CeremonyTrace): readonly Wait[] {
  const stages = [...linkStages, ...lateStages];
  const at = (...wanted: readonly string[]) => stages.find(({ stage }) => wanted.includes(stage))?.atMs;
  const off = at("radio-off");
  const code = at("qr-shown");
  const called = at("contacting");
  const scanned = at("qr-scanned");
  const sent = at("advert-sent");
  const seen = at("advert-seen");
  const opening = stages.find(({ stage, atMs }) => stage === "tunnel-opening" && atMs >= (seen ?? Infinity));
  const ready = at("ready");
  // A linked phone broadcasts once it has answered the call.
  const joined = called === undefined ? undefined : at("phone-joined");
  const hasPhone = scanned !== undefined || sent !== undefined;
  return [
    ...(off === undefined ? [] : [{ id: "bluetooth" as const, fromMs: off, untilMs: at("radio-on") }]),
    ...(code === undefined ? [] : [codeWait({ fromMs: code, scanned, seen, hasPhone })]),
    ...(called === undefined ? [] : [{ id: "phone-tap" as const, fromMs: called, untilMs: joined ?? ready }]),
    ...advertWait(sent ?? scanned ?? joined, seen),
    ...(opening === undefined ? [] : [{ id: "tunnel" as const, fromMs: opening.atMs, untilMs: ready }]),
  ];
}

function advertWait(fromMs: number | undefined, untilMs: number | undefined): readonly Wait[] {
  return fromMs === undefined ? [] : [{ id: "advert", fromMs, untilMs }];
}

/** The wait behind a code: for a phone to read it, or, where no phone left a record, for a link without stages of its own. */
function codeWait({
  fromMs,
  scanned,
  seen,
  hasPhone,
}: {
  readonly fromMs: number;
  readonly scanned: number | undefined;
  readonly seen: number | undefined;
  readonly hasPhone: boolean;
}): Wait {
  return seen === undefined || hasPhone
    ? { id: "phone-scan", fromMs, untilMs: scanned }
    : { id: "link", fromMs, untilMs: seen };
}

/** Prompts of an authenticator and of a PIN field, from the question to the answer. */
function promptWaits(records: readonly TraceRecord[]): readonly Wait[] {
  const waits: Wait[] = [];
  records.forEach((record, index) => {
    if (record.kind !== "user.prompted" || record.prompt.startsWith("code ")) return;
    const answered = records
      .slice(index + 1)
      .find((other) => other.kind === "user.answered" && other.prompt === record.prompt);
    const isNone = answered?.kind === "user.answered" && answered.answer === "none";
    waits.push({
      id: record.prompt.startsWith("pin") ? "pin-entry" : "gesture",
      fromMs: record.atMs,
      untilMs: isNone ? undefined : answered?.atMs,
    });
  });
  return waits;
}

/** Time inside and between commands that no prompt accounts for. */
function exchangeWaits({ exchanges, records, settled }: CeremonyTrace): readonly Wait[] {
  const answers = records.filter(({ kind }) => kind === "user.answered");
  const busy = records.filter(({ kind }) => kind === "link.busy");
  const sent = firstSentBySpan(records);
  return exchanges.flatMap((exchange, index): readonly Wait[] => {
    const { askedAtMs, answeredAtMs, command } = exchange;
    const before = exchanges[index - 1]?.answeredAtMs;
    const lastAnswerMs = answers.findLast(
      ({ atMs }) => before !== undefined && atMs >= before && atMs <= askedAtMs,
    )?.atMs;
    const idleFromMs = lastAnswerMs ?? before;
    const until = answeredAtMs ?? Infinity;
    const gesture = answers.findLast(({ atMs }) => atMs >= askedAtMs && atMs <= until);
    const refusals = busy.filter(
      ({ atMs }) => atMs >= askedAtMs && atMs <= Math.min(until, settled?.atMs ?? Infinity),
    );
    const [firstBusy] = refusals;
    return [
      ...(idleFromMs !== undefined && askedAtMs - idleFromMs >= STALL_MS_MIN
        ? [
            {
              id: command === "getNextAssertion" ? ("account-choice" as const) : ("host-stall" as const),
              fromMs: idleFromMs,
              untilMs: askedAtMs,
            },
          ]
        : []),
      ...(firstBusy === undefined
        ? []
        : [
            {
              id: "channel-busy" as const,
              fromMs: firstBusy.atMs,
              untilMs: answeredAtMs ?? refusals.at(-1)?.atMs,
            },
          ]),
      ...commandWaits(exchange, { sent, gestureAtMs: gesture?.atMs }),
    ];
  });
}

/** When each span's first report went out over a cable; empty where no cable was in use. */
function firstSentBySpan(records: readonly TraceRecord[]): ReadonlyMap<string, number> {
  const sent = new Map<string, number>();
  for (const record of records) {
    if (record.kind === "link.hid" && record.direction === "out" && !sent.has(record.span)) {
      sent.set(record.span, record.atMs);
    }
  }
  return sent;
}

/** A command that a client has begun may wait in the computer before it goes out; only then the authenticator works. */
function commandWaits(
  { span, askedAtMs, answeredAtMs }: CtapCommandFact,
  {
    sent,
    gestureAtMs,
  }: { readonly sent: ReadonlyMap<string, number>; readonly gestureAtMs: number | undefined },
): readonly Wait[] {
  const sentAtMs = sent.get(span);
  // Without a cable nothing shows when a command went out.
  const isHeld = sent.size > 0 && (sentAtMs ?? answeredAtMs ?? Infinity) - askedAtMs >= STALL_MS_MIN;
  const work: Wait = {
    id: "authenticator-work",
    fromMs: gestureAtMs ?? (isHeld ? sentAtMs : undefined) ?? askedAtMs,
    untilMs: answeredAtMs,
  };
  if (!isHeld) return [work];
  const held: Wait = { id: "host-stall", fromMs: askedAtMs, untilMs: sentAtMs };
  return sentAtMs === undefined ? [held] : [held, work];
}
