import type { CtapDevice } from "../../src/ctap/device.js";
import { CtapStatus } from "../../src/ctap/status.js";
import { withFaults, type FaultEffect, type FaultRule } from "../../src/sim/faults/faults.js";
import {
  withScannerFaults,
  withTunnelFaults,
  type LinkFaultEffect,
} from "../../src/sim/faults/link-faults.js";
import type { HidKnobs } from "../../src/sim/hid/hid-knobs.js";
import { HidErrorCode } from "../../src/transports/hid/hid-error.js";
import type { HidPort } from "../../src/transports/hid/port.js";
import type { CleanRun } from "./clean-run.js";
import type { Interference } from "./worlds.js";

/** One thing that goes wrong at one step. */
export interface Cell {
  readonly name: string;
  readonly rule?: FaultRule;
  readonly between?: Interference;
  /** When the page aborts, in milliseconds from the call. */
  readonly abortMs?: number;
  /**
   * Whether the fault made a refusal of an OK on its way, once the cell was played. Nobody but the authenticator can know
   * better: such a cell may say `none` of what was done.
   */
  readonly spoilsStatus: () => boolean;
}

/** What may happen to a byte: each of its bits, and all of them. */
const FLIPS = [1, 2, 4, 8, 16, 32, 64, 128, 255];

/** How often a byte is spoilt: in each way there is, or in one that changes from byte to byte. */
export type Grain = "every-flip" | "one-flip";

const SILENCES = [0, 3_000, Infinity];
const never = () => false;
const STATUSES = [...new Set([...Object.values(CtapStatus), 0x3f, 0x80, 0xdf, 0xe0, 0xf0, 0xff])];

function* corruptions(bytes: number, grain: Grain): Generator<FaultEffect> {
  for (let offset = 0; offset < bytes; offset++) {
    const flips = grain === "every-flip" ? FLIPS : [FLIPS[offset % FLIPS.length] as number];
    for (const xor of flips) yield { do: "corrupt", offset, xor };
  }
}

function* effectsOnRequest(bytes: number): Generator<FaultEffect> {
  for (const delayMs of [1_000, 400_000]) yield { do: "delay", delayMs };
  for (const silentMs of SILENCES) yield { do: "lose-request", silentMs };
  for (const status of STATUSES) yield { do: "answer", status };
  yield { do: "hang-up" };
  yield { do: "duplicate" };
  yield* corruptions(bytes, "one-flip");
}

function* effectsOnResponse(bytes: number, grain: Grain): Generator<FaultEffect> {
  for (const delayMs of [1_000, 400_000]) yield { do: "delay", delayMs };
  for (const silentMs of SILENCES) yield { do: "lose-response", silentMs };
  for (const status of STATUSES) yield { do: "answer", status };
  yield { do: "hang-up" };
  yield* corruptions(bytes, grain);
}

/** Faults of the device interface: every effect on every request and every answer of the clean run. */
export function* ctapCells({ exchanges }: CleanRun, grain: Grain): Generator<Cell> {
  for (const [index, { command, requestBytes, responseBytes }] of exchanges.entries()) {
    const nth = index + 1;
    const cell = (direction: "request" | "response", effect: FaultEffect): Cell => ({
      name: `${command} (${nth}) ${direction}: ${JSON.stringify(effect)}`,
      rule: { id: "cell", direction, nth, effect },
      spoilsStatus: () =>
        direction === "response" &&
        (effect.do === "answer" || (effect.do === "corrupt" && effect.offset === 0)),
    });
    for (const effect of effectsOnRequest(requestBytes)) yield cell("request", effect);
    for (const effect of effectsOnResponse(responseBytes, grain)) yield cell("response", effect);
  }
}

/** Command bytes of initialization packets. */
const KEEPALIVE = 0xbb;
const ERROR = 0xbf;

/** Byte of an initialization packet that holds the status of a CTAP answer. */
const STATUS_AT = 7;
const REPORT_EFFECTS = ["drop", "duplicate", "cut"] as const;

/** Faults of CTAPHID: every report lost, doubled, cut or changed in any byte, and replaced by any error frame. */
export function* hidCells({ reports, durationMs }: CleanRun): Generator<Cell> {
  for (const [direction, count] of Object.entries(reports) as ["to-device" | "to-host", number][]) {
    for (let nth = 1; nth <= count; nth++) {
      const cell = (fault: Omit<HidKnobs["faults"][number], "id" | "direction" | "nth">): Cell => ({
        name: `report ${nth} ${direction}: ${JSON.stringify(fault)}`,
        between: { hid: { faults: [{ id: "cell", direction, nth, ...fault }] } },
        spoilsStatus: () => direction === "to-host" && fault.effect === "corrupt" && fault.at === STATUS_AT,
      });
      for (const effect of REPORT_EFFECTS) yield cell({ effect });
      for (let at = 0; at < 64; at++) yield cell({ effect: "corrupt", at });
    }
  }
  for (let nth = 2; nth <= reports["to-host"]; nth++) {
    for (const error of Object.values(HidErrorCode)) {
      const said = { first: false };
      yield {
        name: `report ${nth} becomes CTAPHID_ERROR 0x${error.toString(16)}`,
        between: { port: (_, port) => withErrorFrame(port, { nth, error, said }) },
        // With no keepalive before it, it says that the request was not looked at.
        spoilsStatus: () => said.first,
      };
    }
  }
  for (let atMs = 0; atMs <= durationMs + 100; atMs += 5) {
    yield { name: `unplugged at ${atMs} ms`, between: { hid: { unplugAtMs: atMs } }, spoilsStatus: never };
  }
  for (const cancel of ["obeyed", "ignored", "answered-twice", "answered-as-error"] as const) {
    for (let abortMs = 0; abortMs <= durationMs + 50; abortMs += 10) {
      yield {
        name: `aborted at ${abortMs} ms, cancel ${cancel}`,
        between: { hid: { cancel } },
        abortMs,
        spoilsStatus: never,
      };
    }
  }
}

interface ErrorFrame {
  readonly nth: number;
  readonly error: number;
  /** Whether it was the first frame that answered its request. */
  readonly said: { first: boolean };
}

/** A port on which one report to the host is an error frame of its channel. */
function withErrorFrame(port: HidPort, { nth, error, said }: ErrorFrame): HidPort {
  return {
    label: port.label,
    write: (report, context) => port.write(report, context),
    close: () => port.close(),
    async *reports() {
      let count = 0;
      let begun = false;
      for await (const report of port.reports()) {
        count += 1;
        if (count !== nth) {
          begun = report[4] === KEEPALIVE;
          yield report;
          continue;
        }
        said.first = !begun;
        yield Uint8Array.from([...report.subarray(0, 4), ERROR, 0, 1, error, ...new Uint8Array(56)]);
      }
    },
  };
}

const LINK_EFFECTS: readonly LinkFaultEffect[] = [
  { do: "lose" },
  { do: "duplicate" },
  { do: "swap" },
  { do: "delay", delayMs: 1_000 },
  { do: "delay", delayMs: 500_000 },
  { do: "lengthen", toBytes: 300 },
  { do: "lengthen", toBytes: 70_000 },
  { do: "replace", bytes: new Uint8Array(0) },
  { do: "replace", bytes: new Uint8Array(64) },
  { do: "hang-up" },
  { do: "hang-up", code: 1_011 },
  ...Array.from({ length: 24 }, (_, offset) => ({ do: "corrupt" as const, offset: offset * 3 })),
  ...[-1, -2, -16, -17].map((offset) => ({ do: "corrupt" as const, offset })),
];

/** Faults of the tunnel and the radio, and a page that aborts at any time. */
export function* hybridCells({ tunnelMessages, durationMs }: CleanRun): Generator<Cell> {
  for (const [direction, count] of Object.entries(tunnelMessages) as ["in" | "out", number][]) {
    for (let nth = 1; nth <= count; nth++) {
      for (const effect of LINK_EFFECTS) {
        const rules = [{ id: "cell", direction, nth, effect }];
        yield {
          name: `tunnel ${direction} ${nth}: ${effect.do}`,
          between: { dialer: (env, dialer) => withTunnelFaults(env, dialer, rules) },
          spoilsStatus: never,
        };
      }
    }
  }
  for (const effect of LINK_EFFECTS) {
    const rules = [{ id: "cell", nth: 1, effect }];
    yield {
      name: `advert: ${effect.do}`,
      between: { scanner: (env, scanner) => withScannerFaults(env, scanner, rules) },
      spoilsStatus: never,
    };
  }
  for (let abortMs = 0; abortMs <= durationMs + 500; abortMs += 50) {
    yield { name: `aborted at ${abortMs} ms`, abortMs, spoilsStatus: never };
  }
}

/** The device as the client of this cell meets it. */
export function faultyDevice(
  env: Parameters<typeof withFaults>[0],
  device: CtapDevice,
  { rule }: Cell,
): CtapDevice {
  return rule === undefined ? device : withFaults(env, device, [rule]);
}
