import { concat, equalBytes, toHex } from "../../core/bytes.js";
import {
  BROADCAST_CHANNEL,
  HidCommand,
  INIT_RESPONSE_BYTES,
  PROTOCOL_VERSION,
  RESERVED_CHANNEL,
} from "../../transports/hid/constants.js";
import { HidErrorCode, nameOfHidError } from "../../transports/hid/hid-error.js";
import type { Bench } from "../bench.js";
import type { Check } from "../check.js";
import { channelIn, continuationReport, nonceOf, startReport, type WireMessage } from "../hid-wire.js";
import { HID } from "../needs.js";
import { demand, Inconclusive } from "../verdict.js";

const SECTION = "11.2.9.1.3";
const ECHO = Uint8Array.of(0xa5, 0x5a, 1, 2);

/** Says in words what came on a channel. */
export function describeMessage(message: WireMessage | undefined): string {
  if (message === undefined) return "silence";
  if (message.command === HidCommand.ERROR) return `ERROR ${nameOfHidError(message.payload[0] ?? 0)}`;
  return `command 0x${message.command.toString(16)} with ${message.payload.length} bytes`;
}

/** @throws {CheckFailure} unless the message is this CTAPHID_ERROR. */
export function demandError(
  message: WireMessage | undefined,
  ...names: readonly (keyof typeof HidErrorCode)[]
): void {
  const isIt =
    message?.command === HidCommand.ERROR && names.some((name) => message.payload[0] === HidErrorCode[name]);
  demand(isIt, `ERROR ${names.join(" or ")}`, describeMessage(message));
}

/** @throws {CheckFailure} unless PING comes back on this channel. */
export async function demandAlive({ wire }: Bench, channel: number): Promise<void> {
  const echo = await wire.exchange(channel, HidCommand.PING, ECHO);
  const same = echo?.command === HidCommand.PING && equalBytes(echo.payload, ECHO);
  demand(same, "PING echoed afterwards", describeMessage(echo));
}

/** Another channel of this program. @throws {Inconclusive} when the device gives none. */
export async function otherChannel(bench: Bench): Promise<number> {
  const answer = await bench.wire.init(nonceOf(bench.env));
  if (answer === undefined) throw new Inconclusive("the device gave no second channel");
  return channelIn(answer);
}

async function firstAnswer(bench: Bench): Promise<Uint8Array> {
  const answer = await bench.wire.init(nonceOf(bench.env));
  if (answer === undefined) throw new Inconclusive("no answer with the nonce that was sent");
  return answer;
}

type Rule = Omit<Check, "needs" | "section" | "severity"> & Partial<Pick<Check, "section" | "severity">>;

const RULES: readonly Rule[] = [
  {
    id: "hid.init.broadcast-nonce",
    title: "INIT on the broadcast channel is answered with the nonce that was sent",
    async run({ wire, env }) {
      const nonce = nonceOf(env);
      await wire.send(BROADCAST_CHANNEL, HidCommand.INIT, nonce);
      const answer = await wire.answer(BROADCAST_CHANNEL);
      demand(answer?.command === HidCommand.INIT, "an INIT answer", describeMessage(answer));
      const echoed = answer.payload.subarray(0, nonce.length);
      demand(equalBytes(echoed, nonce), `nonce ${toHex(nonce)}`, toHex(echoed));
    },
  },
  {
    id: "hid.init.length",
    title: "an INIT answer has 17 bytes",
    async run(bench) {
      const { length } = await firstAnswer(bench);
      demand(length === INIT_RESPONSE_BYTES, `${INIT_RESPONSE_BYTES} bytes`, `${length}`);
    },
  },
  {
    id: "hid.init.protocol-version",
    title: "the CTAPHID protocol version is 2",
    async run(bench) {
      const answer = await firstAnswer(bench);
      demand(answer[12] === PROTOCOL_VERSION, "2", `${answer[12]}`);
      return { deviceVersion: `${answer[13]}.${answer[14]}.${answer[15]}` };
    },
  },
  {
    id: "hid.init.channel-valid",
    title: "an allocated channel is neither 0 nor the broadcast channel",
    async run(bench) {
      const channel = channelIn(await firstAnswer(bench));
      demand(
        channel !== RESERVED_CHANNEL && channel !== BROADCAST_CHANNEL,
        "a channel of its own",
        channel.toString(16),
      );
    },
  },
  {
    id: "hid.init.channels-differ",
    title: "each INIT on the broadcast channel allocates another channel",
    async run(bench) {
      const channels = new Set<number>();
      for (let count = 0; count < 8; count++) channels.add(channelIn(await firstAnswer(bench)));
      demand(channels.size === 8, "8 channels", `${channels.size}`);
    },
  },
  {
    id: "hid.init.capabilities-consistent",
    title: "the capability flags say of CBOR and MSG what the device does",
    async run(bench) {
      const flags = (await firstAnswer(bench))[16] ?? 0;
      const cbor = await bench.wire.exchange(bench.channel, HidCommand.CBOR, Uint8Array.of(4));
      const speaks = cbor?.command === HidCommand.CBOR;
      demand(speaks === ((flags & 4) !== 0), `CBOR ${(flags & 4) !== 0}`, describeMessage(cbor));
      const version = Uint8Array.of(0, 3, 0, 0, 0, 0, 0);
      const msg = await bench.wire.exchange(bench.channel, HidCommand.MSG, version);
      const takes = msg?.command === HidCommand.MSG;
      demand(takes === ((flags & 8) === 0), `MSG ${(flags & 8) === 0}`, describeMessage(msg));
      return { capabilities: flags };
    },
  },
  {
    id: "hid.init.reserved-capabilities",
    title: "capability flags that are reserved are zero",
    severity: "should",
    async run(bench) {
      const flags = (await firstAnswer(bench))[16] ?? 0;
      demand((flags & 0xf0) === 0, "0 in the upper four bits", flags.toString(16));
    },
  },
  {
    id: "hid.init.allocated-channel",
    title: "INIT on an allocated channel keeps the channel",
    async run(bench) {
      const nonce = nonceOf(bench.env);
      const answer = await bench.wire.init(nonce, bench.channel);
      demand(answer !== undefined, "an INIT answer on the channel", "silence");
      demand(channelIn(answer) === bench.channel, "the same channel", channelIn(answer).toString(16));
    },
  },
  {
    id: "hid.init.allocated-nonce",
    title: "INIT on an allocated channel echoes its nonce",
    async run(bench) {
      const nonce = nonceOf(bench.env);
      const answer = await bench.wire.init(nonce, bench.channel);
      const echoed = answer?.subarray(0, nonce.length) ?? new Uint8Array(0);
      demand(equalBytes(echoed, nonce), `nonce ${toHex(nonce)}`, toHex(echoed));
    },
  },
  {
    id: "hid.init.unallocated-channel",
    title: "INIT on a channel that was never allocated is refused with INVALID_CHANNEL",
    section: "11.2.9.1.3",
    severity: "should",
    async run(bench) {
      const stranger = (bench.channel ^ 0x5a5a_5a5a) >>> 0;
      await bench.wire.send(stranger, HidCommand.INIT, nonceOf(bench.env));
      demandError(await bench.wire.answer(stranger), "INVALID_CHANNEL");
    },
  },
  {
    id: "hid.init.aborts-message",
    title: "INIT on the channel ends a message that is half received",
    async run(bench) {
      await bench.wire.write(startReport({ channel: bench.channel, command: HidCommand.PING, length: 200 }));
      const answer = await bench.wire.init(nonceOf(bench.env), bench.channel);
      demand(answer !== undefined, "an INIT answer", "silence");
      await demandAlive(bench, bench.channel);
    },
  },
  {
    id: "hid.init.other-channel-undisturbed",
    title: "INIT of another program leaves a half received message alone",
    section: "11.2.5.3",
    severity: "should",
    async run(bench) {
      const { wire, channel } = bench;
      const payload = bench.env.entropy.bytes(100);
      await wire.write(
        startReport({ channel, command: HidCommand.PING, length: 100, data: payload.subarray(0, 57) }),
      );
      const other = await wire.init(nonceOf(bench.env));
      demand(other !== undefined, "an INIT answer on the broadcast channel", "silence");
      await wire.write(continuationReport(channel, 0, payload.subarray(57)));
      const echo = await wire.answer(channel);
      const whole = echo?.command === HidCommand.PING && equalBytes(echo.payload, payload);
      demand(whole, "the whole PING echoed", describeMessage(echo));
    },
  },
  ...[0, 7, 9, 16].map((length) => ({
    id: `hid.init.nonce-of-${length}`,
    title: `INIT with a nonce of ${length} bytes is refused with INVALID_LEN`,
    async run({ wire, env }: Bench) {
      await wire.send(BROADCAST_CHANNEL, HidCommand.INIT, env.entropy.bytes(length));
      demandError(await wire.answer(BROADCAST_CHANNEL), "INVALID_LEN");
    },
  })),
  {
    id: "hid.init.padding-ignored",
    title: "bytes behind the nonce in the report are ignored",
    section: "11.2.4",
    async run({ wire, env }) {
      const nonce = nonceOf(env);
      const padding = new Uint8Array(49).fill(0xee);
      const data = concat(nonce, padding);
      await wire.write(
        startReport({ channel: BROADCAST_CHANNEL, command: HidCommand.INIT, length: 8, data }),
      );
      const answer = await wire.answer(BROADCAST_CHANNEL);
      demand(answer?.command === HidCommand.INIT, "an INIT answer", describeMessage(answer));
    },
  },
];

/** CTAPHID_INIT. */
export const HID_INIT_CHECKS: readonly Check[] = RULES.map((rule) => ({
  section: SECTION,
  severity: "must",
  ...rule,
  needs: [HID],
}));
