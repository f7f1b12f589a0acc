import { MemorySink } from "../../entry/diagnosis.js";
import {
  type PhoneOutcome,
  SimPhone,
  envFor,
  phoneMannersOf,
  seededEntropy,
  systemEnv,
} from "../../entry/sim.js";
import { type Command, type Invocation, untilInterrupted, UsageError } from "../command.js";
import { answerAfterSaving } from "../device/answer-after-saving.js";
import {
  ADVERT_OPTIONS,
  advertiserFrom,
  channelsFrom,
  dialerFrom,
  HYBRID_OPTIONS,
  TUNNEL_HELP,
} from "../device/hybrid-ports.js";
import {
  type CallablePhone,
  callablePhoneFrom,
  PHONE_LINK_HELP,
  PHONE_LINK_OPTIONS,
} from "../device/phone-links.js";
import { PHONE_HELP, PHONE_OPTIONS, phoneOptionsFrom } from "../device/phone-options.js";
import { exitCodeFor } from "../exit-code.js";
import { checkWritable } from "../files/replace-file.js";
import { textOption } from "../options.js";
import { failuresOf, withProblems } from "../problems.js";
import { saveRecording } from "../recording.js";
import { timelineOf } from "../timeline.js";
import { qrFrom } from "../device/read-qr.js";
import { SIM_KEY_HELP, SIM_KEY_OPTIONS, simKeyFrom } from "../device/simulated-key.js";

export const phone: Command = {
  name: "phone",
  summary: "act as a phone: read a passkey QR code, or be called, and answer the client",
  synopsis: "--qr TEXT | --qr-image FILE | --clients FILE  [options]",
  help: `  --qr TEXT            what the code says; - reads it from stdin, out of sight of other users
  --qr-image FILE      a PNG picture of it, such as a screenshot
  --radio WHICH        where to advertise: hciN, bluez, bluez:hciN or udp:HOST:PORT;
                       BlueZ where it runs and hci0 otherwise, when absent
${TUNNEL_HELP}
  --l2cap              offer an L2CAP channel of the adapter's own where the code takes one (CTAP 2.3, Linux)
${PHONE_LINK_HELP}
${PHONE_HELP}
${SIM_KEY_HELP}
  --seed TEXT          what the phone's secrets are made of; random when absent
  --trace FILE         write the trace, one JSON record a line; replay reads it
  signals: SIGTERM and SIGINT switch the phone off
  --profile iphone     also hangs up after its answer, sends no update and meets its clients at Apple's tunnel service
  Exit code 1 when the phone could not serve its client, 2 when its radio kept it from doing so.`,
  options: {
    qr: { type: "string" },
    "qr-image": { type: "string" },
    ...HYBRID_OPTIONS,
    ...ADVERT_OPTIONS,
    ...PHONE_OPTIONS,
    ...PHONE_LINK_OPTIONS,
    ...SIM_KEY_OPTIONS,
    profile: { type: "string", default: "phone" },
    seed: { type: "string" },
    trace: { type: "string" },
  },
  async run(invocation) {
    const options = phoneOptionsFrom(invocation);
    const tracePath = textOption(invocation, "trace");
    if (tracePath !== undefined) checkWritable(tracePath);
    const isCalled = waitsForCalls(invocation);
    const qr = isCalled ? undefined : await qrFrom(invocation);
    const sink = new MemorySink();
    const seed = textOption(invocation, "seed");
    const world = systemEnv(sink);
    const env = seed === undefined ? world : { ...world, entropy: seededEntropy(seed) };
    const own = envFor(env, "phone");
    const { key, kept } = await simKeyFrom(invocation, env);
    await using _held = kept;
    await using callable = await callablePhoneFrom(invocation, own);
    const { cbor: handle = key.handle } = answerAfterSaving({ cbor: key.handle }, kept, invocation.terminal);
    const parts = {
      advertiser: advertiserFrom(invocation, env),
      dialer: dialerFrom(invocation),
      channels: channelsFrom(invocation, env),
      handle,
      ...callable?.deps,
    };
    const manners = { ...phoneMannersOf(key.profile.name), offersLink: callable !== undefined };
    const simulated = new SimPhone(own, parts, { ...manners, ...options });
    const off = new AbortController();
    void untilInterrupted().then(() => {
      off.abort("switched off");
      simulated.switchOff();
    });
    if (isCalled) {
      await callable?.listening();
      invocation.terminal.warn("waiting for the calls of linked clients");
    }
    const outcome = qr === undefined ? await lastCall(callable, off.signal) : await simulated.scan(qr);
    const served = outcome.ending === "served";
    const told = {
      exitCode: served ? 0 : exitCodeFor(outcome.code ?? outcome.ending),
      json: { ok: served, ...outcome, trace: sink.records },
      text: [timelineOf(sink.records), "", ...endOf(outcome)].join("\n"),
    } as const;
    const recorded = { name: "phone", records: sink.records, seed };
    return withProblems(
      told,
      await failuresOf([() => saveRecording(recorded, invocation)]),
      invocation.terminal,
    );
  },
};

/** Whether the phone scans nothing and is called instead. @throws {UsageError} USAGE */
function waitsForCalls(invocation: Invocation): boolean {
  const scans =
    textOption(invocation, "qr") !== undefined || textOption(invocation, "qr-image") !== undefined;
  const calls = textOption(invocation, "calls");
  if (scans && calls !== undefined) throw new UsageError("USAGE", "--calls goes without --qr and --qr-image");
  return !scans && textOption(invocation, "clients") !== undefined;
}

/** How the calls ended: as the first that was not served, or as the last. */
async function lastCall(callable: CallablePhone | undefined, signal: AbortSignal): Promise<PhoneOutcome> {
  let last: PhoneOutcome = { ending: "switched-off", code: "ABORTED" };
  if (callable === undefined) return last;
  for await (const outcome of callable.calls(signal)) {
    last = outcome;
    if (outcome.ending !== "served") break;
  }
  return last;
}

function endOf({ ending, code, hint }: PhoneOutcome): readonly string[] {
  return [
    `ended: ${ending}${code === undefined ? "" : ` (${code})`}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
}
