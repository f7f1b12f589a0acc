import { CtapCommand } from "../../ctap/command.js";
import { CtapStatus } from "../../ctap/status.js";
import { encodeCbor } from "../../cbor/encode.js";
import { concat } from "../../core/bytes.js";
import {
  BROADCAST_CHANNEL,
  HidCapability,
  HidCommand,
  HidKeepalive,
} from "../../transports/hid/constants.js";
import { type Answer, describeAnswer, expectStatus } from "../answer.js";
import type { Bench } from "../bench.js";
import { makeRequest } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { nonceOf, type WireMessage } from "../hid-wire.js";
import { CTAP2, HID } from "../needs.js";
import { demand, Inconclusive, NotApplicable } from "../verdict.js";
import { demandAlive, demandError, describeMessage, otherChannel } from "./hid-init.js";

const NOTHING = new Uint8Array(0);

/** Longest pause between keepalives, with room for a busy host, in milliseconds. @see CTAP 2.3 §11.2.9.1.7 */
const KEEPALIVE_MAX_MS = 150;

/** Long enough to see a cadence, short of a simulated user's touch, in milliseconds. */
const WATCH_MS = 450;

const WINK: Need = {
  lacks: "announces no WINK",
  holds: ({ capabilities = 0 }) => (capabilities & HidCapability.WINK) !== 0,
};

/** Answers makeCredential's wait for the user with CANCEL after a while, and says what was seen. */
async function watched(bench: Bench, cancelAfterMs = WATCH_MS): Promise<Answer> {
  const request = concat(
    Uint8Array.of(CtapCommand.makeCredential),
    encodeCbor(await makeRequest(bench, { auth: "default" })),
  );
  return bench.call(request, { gesture: "leave", cancelAfterMs, patienceMs: 10_000 });
}

/** Starts a request that waits for the user and returns the first keepalive that says so. */
async function waiting(bench: Bench): Promise<WireMessage> {
  const parameters = await makeRequest(bench, { auth: "default" });
  const request = concat(Uint8Array.of(CtapCommand.makeCredential), encodeCbor(parameters));
  bench.leaveAlone();
  await bench.wire.send(bench.channel, HidCommand.CBOR, request);
  for (;;) {
    const message = await bench.wire.receive(bench.channel, 3_000);
    if (message?.command !== HidCommand.KEEPALIVE) {
      throw new Inconclusive(`the device does not say that it waits: ${describeMessage(message)}`);
    }
    if (message.payload[0] === HidKeepalive.UP_NEEDED) return message;
  }
}

/** Ends what {@link waiting} began. */
async function cancelled(bench: Bench): Promise<WireMessage | undefined> {
  await bench.wire.send(bench.channel, HidCommand.CANCEL, NOTHING);
  return bench.wire.answer(bench.channel, 5_000);
}

type Rule = Omit<Check, "severity"> & Partial<Pick<Check, "severity">>;

const KEEPALIVES: readonly Rule[] = [
  {
    id: "hid.keepalive.sent",
    title: "the device sends keepalives while it waits for the user",
    section: "11.2.9.1.7",
    async run(bench) {
      const { keepalives } = await watched(bench);
      demand(keepalives.length > 0, "keepalives", "none");
      return { keepalives: keepalives.length, firstMs: Math.round(keepalives[0]?.atMs ?? 0) };
    },
  },
  {
    id: "hid.keepalive.cadence",
    title: "a keepalive comes at least every 100 ms",
    section: "11.2.9.1.7",
    async run(bench) {
      const { keepalives } = await watched(bench);
      if (keepalives.length === 0) throw new Inconclusive("no keepalive came");
      const times = [0, ...keepalives.map(({ atMs }) => atMs), WATCH_MS];
      const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
      const longest = Math.round(Math.max(...gaps));
      demand(longest <= KEEPALIVE_MAX_MS, `pauses of ${KEEPALIVE_MAX_MS} ms at most`, `${longest} ms`);
      return { longestPauseMs: longest };
    },
  },
  {
    id: "hid.keepalive.status-known",
    title: "a keepalive says PROCESSING or UPNEEDED and nothing else",
    section: "11.2.9.1.7",
    async run(bench) {
      const { keepalives } = await watched(bench);
      if (keepalives.length === 0) throw new Inconclusive("no keepalive came");
      const strange = keepalives.find(({ status }) => status !== 1 && status !== 2);
      demand(strange === undefined, "status 1 or 2", `${strange?.status}`);
    },
  },
  {
    id: "hid.keepalive.up-needed",
    title: "a device that waits for the user says UPNEEDED",
    section: "11.2.9.1.7",
    async run(bench) {
      const { keepalives } = await watched(bench);
      if (keepalives.length === 0) throw new Inconclusive("no keepalive came");
      const said = keepalives.some(({ status }) => status === HidKeepalive.UP_NEEDED);
      demand(said, "UPNEEDED", "PROCESSING only");
    },
  },
  {
    id: "hid.keepalive.none-for-ping",
    title: "PING is answered without keepalives",
    section: "11.2.9.1.7",
    severity: "should",
    async run({ wire, channel }) {
      await wire.send(channel, HidCommand.PING, new Uint8Array(64));
      const first = await wire.receive(channel, 3_000);
      demand(first?.command === HidCommand.PING, "PING", describeMessage(first));
    },
  },
];

const CANCELS: readonly Rule[] = [
  {
    id: "hid.cancel.ends-request",
    title: "CANCEL ends the wait for the user with KEEPALIVE_CANCEL",
    section: "11.2.9.1.4",
    async run(bench) {
      const answer = await watched(bench, 200);
      expectStatus(answer, "KEEPALIVE_CANCEL");
      return { afterMs: Math.round(answer.tookMs - 200) };
    },
  },
  {
    id: "hid.cancel.prompt",
    title: "CANCEL takes effect within half a second",
    section: "11.2.9.1.4",
    severity: "should",
    async run(bench) {
      const answer = await watched(bench, 200);
      if (answer.bytes === undefined)
        throw new Inconclusive(`the request ended with ${describeAnswer(answer)}`);
      const afterMs = Math.round(answer.tookMs - 200);
      demand(afterMs <= 500, "500 ms at most", `${afterMs} ms`);
      return { afterMs };
    },
  },
  {
    id: "hid.cancel.answered-once",
    title: "a cancelled request is answered once",
    section: "11.2.9.1.4",
    async run(bench) {
      await waiting(bench);
      await cancelled(bench);
      const second = await bench.wire.answer(bench.channel, 500);
      demand(second === undefined, "silence after the answer", describeMessage(second));
    },
  },
  {
    id: "hid.cancel.recovers",
    title: "after a cancelled request the device answers getInfo",
    section: "11.2.9.1.4",
    async run(bench) {
      await waiting(bench);
      await cancelled(bench);
      expectStatus(await bench.call(Uint8Array.of(CtapCommand.getInfo)), "OK");
    },
  },
  {
    id: "hid.cancel.idle",
    title: "CANCEL without a request is ignored",
    section: "11.2.9.1.4",
    async run(bench) {
      await bench.wire.send(bench.channel, HidCommand.CANCEL, NOTHING);
      const answer = await bench.wire.receive(bench.channel, 300);
      demand(answer === undefined, "silence", describeMessage(answer));
      await demandAlive(bench, bench.channel);
    },
  },
  {
    id: "hid.cancel.other-channel",
    title: "CANCEL of another channel does not end the request",
    section: "11.2.9.1.4",
    async run(bench) {
      const other = await otherChannel(bench);
      await waiting(bench);
      await bench.wire.send(other, HidCommand.CANCEL, NOTHING);
      const next = await bench.wire.receive(bench.channel, 300);
      demand(next?.command === HidCommand.KEEPALIVE, "a keepalive", describeMessage(next));
      await cancelled(bench);
    },
  },
];

const WHILE_WAITING: readonly Rule[] = [
  {
    id: "hid.busy.other-channel",
    title: "a request of another channel during a running one gets CHANNEL_BUSY",
    section: "11.2.5.1",
    async run(bench) {
      const other = await otherChannel(bench);
      await waiting(bench);
      const answer = await bench.wire.exchange(other, HidCommand.PING, Uint8Array.of(1));
      await cancelled(bench);
      demandError(answer, "CHANNEL_BUSY");
    },
  },
  {
    id: "hid.busy.init-broadcast",
    title: "INIT on the broadcast channel is answered during a running request",
    section: "11.2.9.1.3",
    severity: "should",
    async run(bench) {
      await waiting(bench);
      const answer = await bench.wire.init(nonceOf(bench.env), BROADCAST_CHANNEL);
      await cancelled(bench);
      demand(answer !== undefined, "an INIT answer", "silence");
    },
  },
  {
    id: "hid.busy.init-same-channel",
    title: "INIT on the channel of a running request ends it without an answer",
    section: "11.2.9.1.3",
    async run(bench) {
      await waiting(bench);
      const answer = await bench.wire.init(nonceOf(bench.env), bench.channel);
      demand(answer !== undefined, "an INIT answer", "silence");
      const late = await bench.wire.answer(bench.channel, 500);
      demand(late === undefined, "silence after INIT", describeMessage(late));
      await demandAlive(bench, bench.channel);
    },
  },
];

const OPTIONAL: readonly Rule[] = [
  {
    id: "hid.wink.answered",
    title: "WINK, where announced, is answered without a payload",
    section: "11.2.9.2.1",
    needs: [HID, WINK],
    async run({ wire, channel }) {
      const answer = await wire.exchange(channel, HidCommand.WINK, NOTHING);
      demand(
        answer?.command === HidCommand.WINK && answer.payload.length === 0,
        "WINK without a payload",
        describeMessage(answer),
      );
    },
  },
  {
    id: "hid.wink.refused",
    title: "WINK, where not announced, is refused with INVALID_CMD",
    section: "11.2.9.2.1",
    needs: [HID, { lacks: "announces WINK", holds: (device) => !WINK.holds(device) }],
    async run({ wire, channel }) {
      demandError(await wire.exchange(channel, HidCommand.WINK, NOTHING), "INVALID_CMD");
    },
  },
  {
    id: "hid.lock.excludes-others",
    title: "LOCK, where implemented, keeps other channels out until it is released",
    section: "11.2.9.2.2",
    async run(bench) {
      const { wire, channel } = bench;
      const other = await otherChannel(bench);
      const answer = await wire.exchange(channel, HidCommand.LOCK, Uint8Array.of(3));
      if (answer?.command === HidCommand.ERROR) throw new NotApplicable("the device implements no LOCK");
      demand(answer?.command === HidCommand.LOCK, "LOCK", describeMessage(answer));
      const locked = await wire.exchange(other, HidCommand.PING, Uint8Array.of(1));
      await wire.exchange(channel, HidCommand.LOCK, Uint8Array.of(0));
      demandError(locked, "CHANNEL_BUSY");
      await demandAlive(bench, other);
    },
  },
  {
    id: "hid.lock.too-long",
    title: "LOCK for more than 10 seconds is refused with INVALID_PAR",
    section: "11.2.9.2.2",
    async run({ wire, channel }) {
      const answer = await wire.exchange(channel, HidCommand.LOCK, Uint8Array.of(11));
      const unknown =
        answer?.command === HidCommand.ERROR && answer.payload[0] === CtapStatus.INVALID_COMMAND;
      if (unknown) throw new NotApplicable("the device implements no LOCK");
      demandError(answer, "INVALID_PAR");
    },
  },
];

/** Keepalives, CANCEL, WINK, LOCK, and what other requests get meanwhile. */
export const HID_COMMAND_CHECKS: readonly Check[] = [
  ...[...KEEPALIVES, ...CANCELS, ...WHILE_WAITING].map((rule): Check => ({
    severity: "must",
    needs: [HID, CTAP2],
    ...rule,
  })),
  ...OPTIONAL.map((rule): Check => ({ severity: "must", needs: [HID], ...rule })),
];
