import { equalBytes } from "../../core/bytes.js";
import {
  BROADCAST_CHANNEL,
  HidCapability,
  HidCommand,
  MESSAGE_BYTES_MAX,
  RESERVED_CHANNEL,
} from "../../transports/hid/constants.js";
import { toReports } from "../../transports/hid/framing.js";
import type { Bench } from "../bench.js";
import type { Check } from "../check.js";
import { continuationReport, FIRST_SHARE, NEXT_SHARE, startReport } from "../hid-wire.js";
import { HID } from "../needs.js";
import { demand, NotApplicable } from "../verdict.js";
import { demandAlive, demandError, describeMessage, otherChannel } from "./hid-init.js";

/** Longest pause inside a message that any known device allows, in milliseconds. */
const MESSAGE_TIMEOUT_MAX_MS = 3_000;

const start = (channel: number, length: number, command: number = HidCommand.PING) =>
  startReport({ channel, command, length });

/** Demands that a PING of two packets comes back whole, whatever is said on another channel between them. */
async function pingAround({ wire, channel, env }: Bench, between: () => Promise<void>): Promise<void> {
  const payload = env.entropy.bytes(100);
  const [first, second] = [...toReports({ channel, command: HidCommand.PING, payload })];
  await wire.write(first as Uint8Array);
  await between();
  await wire.write(second as Uint8Array);
  const echo = await wire.answer(channel);
  const same = echo?.command === HidCommand.PING && equalBytes(echo.payload, payload);
  demand(same, "the whole PING echoed", describeMessage(echo));
}

type Rule = Omit<Check, "needs" | "severity"> & Partial<Pick<Check, "severity">>;

/** Sizes at which packets begin and end, and the largest there is. */
const PING_SIZES = [
  0,
  1,
  FIRST_SHARE - 1,
  FIRST_SHARE,
  FIRST_SHARE + 1,
  FIRST_SHARE + NEXT_SHARE,
  FIRST_SHARE + NEXT_SHARE + 1,
  1024,
  4096,
  MESSAGE_BYTES_MAX,
];

const PINGS: readonly Rule[] = PING_SIZES.map((size) => ({
  id: `hid.ping.of-${size}-bytes`,
  title: `PING of ${size} bytes comes back unchanged`,
  section: "11.2.9.1.5",
  async run({ wire, channel, env }) {
    const payload = env.entropy.bytes(size);
    const beganMs = env.clock.nowMs();
    const echo = await wire.exchange(channel, HidCommand.PING, payload, 10_000);
    const same = echo?.command === HidCommand.PING && equalBytes(echo.payload, payload);
    demand(same, `${size} bytes back`, describeMessage(echo));
    return { bytes: size, tookMs: Math.round(env.clock.nowMs() - beganMs) };
  },
}));

/** Commands that no version of CTAPHID defines below the vendor range, and one of the vendor range's end. */
const UNKNOWN_COMMANDS = [0x02, 0x05, 0x0f, 0x12, 0x2a, 0x3e];

const UNKNOWN: readonly Rule[] = UNKNOWN_COMMANDS.map((command) => ({
  id: `hid.command.unknown-${command.toString(16).padStart(2, "0")}`,
  title: `command 0x${command.toString(16).padStart(2, "0")}, which is not defined, is refused with INVALID_CMD`,
  section: "11.2.9.1.6",
  async run({ wire, channel }) {
    demandError(await wire.exchange(channel, command, Uint8Array.of(0)), "INVALID_CMD");
  },
}));

const FRAMING: readonly Rule[] = [
  ...(
    [
      ["reserved", () => RESERVED_CHANNEL],
      ["broadcast", () => BROADCAST_CHANNEL],
      ["unallocated", ({ channel }: Bench) => (channel ^ 0x1357_9bdf) >>> 0],
    ] as const
  ).map(([name, channelOf]) => ({
    id: `hid.channel.${name}`,
    title: `PING on the ${name} channel is refused with INVALID_CHANNEL`,
    section: "11.2.9.1.6",
    async run(bench: Bench) {
      const channel = channelOf(bench);
      demandError(await bench.wire.exchange(channel, HidCommand.PING, Uint8Array.of(1)), "INVALID_CHANNEL");
    },
  })),
  {
    id: "hid.channel.busy",
    title: "a request on another channel while a message is being received gets CHANNEL_BUSY",
    section: "11.2.5.1",
    async run(bench) {
      const other = await otherChannel(bench);
      await bench.wire.write(start(bench.channel, 100));
      demandError(await bench.wire.exchange(other, HidCommand.PING, Uint8Array.of(1)), "CHANNEL_BUSY");
    },
  },
  {
    id: "hid.channel.busy-keeps-first",
    title: "the message that was being received completes after another channel got CHANNEL_BUSY",
    section: "11.2.5.1",
    async run(bench) {
      const other = await otherChannel(bench);
      await pingAround(bench, async () => {
        await bench.wire.exchange(other, HidCommand.PING, Uint8Array.of(1));
      });
    },
  },
  {
    id: "hid.channel.foreign-continuation",
    title: "a continuation packet of another channel is ignored",
    section: "11.2.5.1",
    async run(bench) {
      const other = await otherChannel(bench);
      await pingAround(bench, () => bench.wire.write(continuationReport(other, 0)));
    },
  },
  {
    id: "hid.sequence.stray-continuation",
    title: "a continuation packet without a message is ignored",
    section: "11.2.4",
    async run(bench) {
      await bench.wire.write(continuationReport(bench.channel, 0));
      const answer = await bench.wire.receive(bench.channel, 300);
      demand(answer === undefined, "silence", describeMessage(answer));
      await demandAlive(bench, bench.channel);
    },
  },
  ...(
    [
      ["starts-at-1", [1]],
      ["skips-one", [0, 2]],
      ["repeats", [0, 0]],
      ["goes-back", [0, 1, 0]],
      ["jumps-to-127", [127]],
    ] as const
  ).map(([name, numbers]) => ({
    id: `hid.sequence.${name}`,
    title: `continuation packets numbered ${numbers.join(", ")} are refused with INVALID_SEQ`,
    section: "11.2.9.1.6",
    async run(bench: Bench) {
      await bench.wire.write(
        start(bench.channel, 400),
        ...numbers.map((number) => continuationReport(bench.channel, number)),
      );
      demandError(await bench.wire.answer(bench.channel), "INVALID_SEQ");
    },
  })),
  {
    id: "hid.sequence.start-within-message",
    title: "an initialization packet of the same channel within a message is refused",
    section: "11.2.5.2",
    async run(bench) {
      await bench.wire.write(start(bench.channel, 100), start(bench.channel, 1));
      demandError(await bench.wire.answer(bench.channel), "INVALID_SEQ", "CHANNEL_BUSY");
    },
  },
  {
    id: "hid.sequence.recovers",
    title: "after INVALID_SEQ the next message is answered",
    section: "11.2.5.2",
    async run(bench) {
      await bench.wire.write(start(bench.channel, 200), continuationReport(bench.channel, 5));
      await bench.wire.answer(bench.channel);
      await demandAlive(bench, bench.channel);
    },
  },
  {
    id: "hid.timeout.message",
    title: "a message that does not go on is given up with MSG_TIMEOUT",
    section: "11.2.5.2",
    async run(bench) {
      const beganMs = bench.env.clock.nowMs();
      await bench.wire.write(start(bench.channel, 200));
      demandError(await bench.wire.answer(bench.channel, MESSAGE_TIMEOUT_MAX_MS), "MSG_TIMEOUT");
      return { afterMs: Math.round(bench.env.clock.nowMs() - beganMs) };
    },
  },
  {
    id: "hid.timeout.recovers",
    title: "after MSG_TIMEOUT the next message is answered",
    section: "11.2.5.2",
    async run(bench) {
      await bench.wire.write(start(bench.channel, 200));
      await bench.wire.answer(bench.channel, MESSAGE_TIMEOUT_MAX_MS);
      await demandAlive(bench, bench.channel);
    },
  },
  ...[MESSAGE_BYTES_MAX + 1, 0xffff].map((length) => ({
    id: `hid.length.announces-${length}`,
    title: `a message that announces ${length} bytes is refused with INVALID_LEN`,
    section: "11.2.9.1.6",
    async run(bench: Bench) {
      await bench.wire.write(start(bench.channel, length));
      demandError(await bench.wire.answer(bench.channel), "INVALID_LEN");
    },
  })),
  {
    id: "hid.length.cbor-empty",
    title: "CBOR without a command byte is refused with INVALID_LEN",
    section: "11.2.9.1.2",
    async run(bench) {
      if (((bench.described.capabilities ?? 0) & HidCapability.CBOR) === 0) {
        throw new NotApplicable("the device takes no CBOR");
      }
      const answer = await bench.wire.exchange(bench.channel, HidCommand.CBOR, new Uint8Array(0));
      demandError(answer, "INVALID_LEN");
    },
  },
  {
    id: "hid.length.padding-ignored",
    title: "bytes behind the end of a message in its last report are ignored",
    section: "11.2.4",
    async run({ wire, channel }) {
      const data = new Uint8Array(FIRST_SHARE).fill(0xee);
      await wire.write(startReport({ channel, command: HidCommand.PING, length: 3, data }));
      const echo = await wire.answer(channel);
      demand(echo?.payload.length === 3, "3 bytes back", describeMessage(echo));
    },
  },
];

/** PING, channels, sequence numbers, time-out and lengths of CTAPHID. */
export const HID_MESSAGE_CHECKS: readonly Check[] = [...PINGS, ...UNKNOWN, ...FRAMING].map((rule) => ({
  severity: "must",
  ...rule,
  needs: [HID],
}));
