import { MemorySink } from "../../entry/diagnosis.js";
import {
  type PhoneOutcome,
  SimPhone,
  envFor,
  phoneMannersOf,
  seededEntropy,
  systemEnv,
} from "../../entry/sim.js";
import { type Command, untilInterrupted } from "../command.js";
import { answerAfterSaving } from "../device/answer-after-saving.js";
import { advertiserFrom, dialerFrom, HYBRID_OPTIONS, TUNNEL_HELP } from "../device/hybrid-ports.js";
import { exitCodeFor } from "../exit-code.js";
import { textOption } from "../options.js";
import { timelineOf } from "../timeline.js";
import { qrFrom } from "../device/read-qr.js";
import { SIM_KEY_HELP, SIM_KEY_OPTIONS, simKeyFrom } from "../device/simulated-key.js";

export const phone: Command = {
  name: "phone",
  summary: "act as a phone: read a passkey QR code and answer the client that shows it",
  synopsis: "--qr TEXT | --qr-image FILE  [options]",
  help: `  --qr TEXT            what the code says; - reads it from stdin, out of sight of other users
  --qr-image FILE      a PNG picture of it, such as a screenshot
  --radio WHICH        where to advertise: hciN, bluez, bluez:hciN or udp:HOST:PORT;
                       BlueZ where it runs and hci0 otherwise, when absent
${TUNNEL_HELP}
${SIM_KEY_HELP}
  --seed TEXT          what the phone's secrets are made of; random when absent
  signals: SIGTERM and SIGINT switch the phone off
  --profile iphone     also hangs up after its answer, sends no update and meets its clients at Apple's tunnel service
  Exit code 1 when the phone could not serve its client, 2 when its radio kept it from doing so.`,
  options: {
    qr: { type: "string" },
    "qr-image": { type: "string" },
    ...HYBRID_OPTIONS,
    ...SIM_KEY_OPTIONS,
    profile: { type: "string", default: "phone" },
    seed: { type: "string" },
  },
  async run(invocation) {
    const qr = await qrFrom(invocation);
    const sink = new MemorySink();
    const seed = textOption(invocation, "seed");
    const world = systemEnv(sink);
    const env = seed === undefined ? world : { ...world, entropy: seededEntropy(seed) };
    const { key, kept } = await simKeyFrom(invocation, env);
    await using _held = kept;
    const { cbor: handle = key.handle } = answerAfterSaving({ cbor: key.handle }, kept, invocation.terminal);
    const parts = { advertiser: advertiserFrom(invocation, env), dialer: dialerFrom(invocation), handle };
    const simulated = new SimPhone(envFor(env, "phone"), parts, phoneMannersOf(key.profile.name));
    void untilInterrupted().then(() => simulated.switchOff());
    const outcome = await simulated.scan(qr);
    const served = outcome.ending === "served";
    return {
      exitCode: served ? 0 : exitCodeFor(outcome.code ?? outcome.ending),
      json: { ok: served, ...outcome, trace: sink.records },
      text: [timelineOf(sink.records), "", ...endOf(outcome)].join("\n"),
    };
  },
};

function endOf({ ending, code, hint }: PhoneOutcome): readonly string[] {
  return [
    `ended: ${ending}${code === undefined ? "" : ` (${code})`}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ];
}
