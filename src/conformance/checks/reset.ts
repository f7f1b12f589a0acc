import { sleep } from "../../core/clock.js";
import { CtapCommand } from "../../ctap/command.js";
import { describeAnswer, expectStatus, isOk, wrongAnswer } from "../answer.js";
import { create, sendGet } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { CTAP2, CTAP21, hasOption, optionOff } from "../needs.js";
import { demand, Inconclusive, shown } from "../verdict.js";

const RESET = Uint8Array.of(CtapCommand.reset);
const SELECTION = Uint8Array.of(CtapCommand.selection);

/** How long after power-up a reset is taken, in milliseconds. @see CTAP 2.3 §6.6 */
const WINDOW_MS = 10_000;

/** A device with a display, or one that wants a long touch, may take a reset at any time. */
const WINDOWED: Need = {
  lacks: "may take a reset at any time, because it wants a long touch",
  holds: ({ info }) => info?.longTouchForReset !== true && info?.options?.["plat"] !== true,
};

type Rule = Omit<Check, "severity" | "needs" | "uses"> & Partial<Check>;

const RULES: readonly Rule[] = [
  {
    id: "reset.within-window",
    title: "a reset right after power-up is taken with a touch",
    section: "6.6",
    async run(bench) {
      await bench.powerCycle();
      expectStatus(await bench.call(RESET, { gesture: "touch" }), "OK");
    },
  },
  {
    id: "reset.outside-window",
    title: "a reset more than ten seconds after power-up is refused with NOT_ALLOWED",
    section: "6.6",
    needs: [CTAP2, WINDOWED],
    async run(bench) {
      await bench.powerCycle();
      await sleep(bench.env.clock, WINDOW_MS + 1_500, "conformance.pause");
      expectStatus(await bench.call(RESET, { gesture: "touch" }), "NOT_ALLOWED");
    },
  },
  {
    id: "reset.late-in-window",
    title: "a reset eight seconds after power-up is still taken",
    section: "6.6",
    severity: "should",
    async run(bench) {
      await bench.powerCycle();
      await sleep(bench.env.clock, WINDOW_MS - 2_000, "conformance.pause");
      expectStatus(await bench.call(RESET, { gesture: "touch" }), "OK");
    },
  },
  {
    id: "reset.asks-for-touch",
    title: "no reset without a touch",
    section: "6.6",
    async run(bench) {
      await bench.powerCycle();
      const answer = await bench.call(RESET, { gesture: "leave", cancelAfterMs: 1_000 });
      if (isOk(answer)) throw wrongAnswer(answer, "no reset while nobody touches");
    },
  },
  {
    id: "reset.cancelled",
    title: "a reset that is cancelled answers KEEPALIVE_CANCEL and resets nothing",
    section: "6.6",
    async run(bench) {
      const { id, rpId } = await create(bench);
      await bench.powerCycle();
      expectStatus(await bench.call(RESET, { gesture: "leave", cancelAfterMs: 500 }), "KEEPALIVE_CANCEL");
      expectStatus(await sendGet(bench, { rpId, list: [id] }), "OK");
    },
  },
  {
    id: "reset.touch-timeout",
    title: "a reset whose touch never comes ends with USER_ACTION_TIMEOUT",
    section: "6.6",
    async run(bench) {
      await bench.powerCycle();
      expectStatus(await bench.call(RESET, { gesture: "leave", patienceMs: 120_000 }), "USER_ACTION_TIMEOUT");
    },
  },
  {
    id: "reset.forgets-credentials",
    title: "after a reset no credential from before signs, not even one that the device did not store",
    section: "6.6",
    async run(bench) {
      const { id, rpId } = await create(bench);
      await bench.resetDevice();
      const answer = await sendGet(bench, { rpId, list: [id] });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
    },
  },
  {
    id: "reset.forgets-pin",
    title: "after a reset no PIN is set",
    section: "6.6",
    pin: "set",
    uses: ["pin", "reset", "power", "presence"],
    needs: [CTAP2, hasOption("clientPin")],
    async run(bench) {
      await bench.resetDevice();
      const set = bench.info.options?.["clientPin"];
      demand(set === false, "clientPin: false", shown(set));
    },
  },
];

const SELECTIONS: readonly Rule[] = [
  {
    id: "selection.touched",
    title: "selection ends with a touch",
    section: "6.9",
    uses: ["presence"],
    run: async (bench) => expectStatus(await bench.call(SELECTION, { gesture: "touch" }), "OK"),
  },
  {
    id: "selection.waits",
    title: "selection waits for the touch, and ends with CANCEL",
    section: "6.9",
    uses: [],
    run: async (bench) =>
      expectStatus(await bench.call(SELECTION, { gesture: "leave", cancelAfterMs: 500 }), "KEEPALIVE_CANCEL"),
  },
  {
    id: "selection.touch-timeout",
    title: "selection whose touch never comes ends with USER_ACTION_TIMEOUT",
    section: "6.9",
    uses: [],
    async run(bench) {
      const answer = await bench.call(SELECTION, { gesture: "leave", patienceMs: 120_000 });
      if (answer.bytes === undefined) throw new Inconclusive(`two minutes passed: ${describeAnswer(answer)}`);
      expectStatus(answer, "USER_ACTION_TIMEOUT");
      return { afterMs: Math.round(answer.tookMs) };
    },
  },
];

/** reset and selection. */
export const RESET_CHECKS: readonly Check[] = [
  ...SELECTIONS.map((rule): Check => ({ severity: "must", needs: [CTAP2, CTAP21], uses: [], ...rule })),
  ...RULES.map((rule): Check => ({
    severity: "must",
    needs: [CTAP2, optionOff("plat")],
    uses: ["reset", "power", "presence"],
    ...rule,
  })),
];
