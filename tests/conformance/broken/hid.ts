import { concat } from "../../../src/core/bytes.js";
import { profileNamed } from "../../../src/entry/sim.js";
import type { BrokenDevice } from "./broken-device.js";

const isInit = (report: Uint8Array) => report[4] === 0x86;

/** Faults of CTAPHID: reports, channels, keepalives, CANCEL. */
export const BROKEN_HID: readonly BrokenDevice[] = [
  {
    name: "echoes another nonce on the broadcast channel",
    found: ["hid.init.broadcast-nonce"],
    port: toHost((report) => {
      if (isInit(report) && report[0] === 0xff && report[1] === 0xff) report[7] = (report[7] ?? 0) ^ 0xff;
    }),
  },
  {
    name: "echoes another nonce on the channel",
    found: ["hid.init.allocated-nonce"],
    port: toHost((report) => {
      const allocated = report[0] !== 0xff || report[1] !== 0xff;
      if (isInit(report) && allocated) report[7] = (report[7] ?? 0) ^ 0xff;
    }),
  },
  { name: "says one byte more in INIT", found: ["hid.init.length"], hid: { initExtraBytes: 1 } },
  {
    name: "says another protocol version",
    found: ["hid.init.protocol-version"],
    port: toHost((report) => {
      if (isInit(report)) report[19] = 1;
    }),
  },
  {
    name: "says that it winks and does not",
    found: ["hid.wink.answered"],
    hid: { capabilities: 0x0d },
  },
  {
    name: "says that it takes U2F messages and does not",
    found: ["hid.init.capabilities-consistent"],
    hid: { capabilities: 0x04 },
  },
  {
    name: "takes continuation packets of any number",
    found: ["hid.sequence.starts-at-1", "hid.sequence.skips-one", "hid.sequence.repeats"],
    port: renumbering,
  },
  { name: "sends no keepalive", found: ["hid.keepalive.sent"], hid: { keepaliveMs: null } },
  { name: "sends a keepalive every 500 ms", found: ["hid.keepalive.cadence"], hid: { keepaliveMs: 500 } },
  {
    name: "sends keepalives of a status that is not defined",
    found: ["hid.keepalive.status-known"],
    hid: { keepaliveStatuses: [2, 3] },
  },
  {
    name: "never says that it wants the user",
    found: ["hid.keepalive.up-needed"],
    profile: (profile) => ({ ...profile, quirks: ["neverSaysUpNeeded"] }),
  },
  { name: "ignores CANCEL", found: ["hid.cancel.ends-request"], hid: { cancel: "ignored" } },
  {
    name: "answers a cancelled request twice",
    found: ["hid.cancel.answered-once"],
    hid: { cancel: "answered-twice" },
  },
  {
    name: "answers CANCEL with an error frame",
    found: ["hid.cancel.ends-request"],
    hid: { cancel: "answered-as-error" },
  },
  { name: "heeds CANCEL two seconds late", found: ["hid.cancel.prompt"], hid: { cancelDelayMs: 2_000 } },
  {
    name: "waits for the rest of a message for ever",
    found: ["hid.timeout.message"],
    hid: { reassemblyMs: 60_000 },
  },
  {
    name: "takes messages of 1200 bytes at most",
    found: ["hid.ping.of-4096-bytes", "hid.ping.of-7609-bytes"],
    base: "generic",
    hid: { messageBytesMax: 1_200 },
  },
  {
    name: "serves channels that it never allocated",
    found: ["hid.channel.unallocated"],
    port: aliasing,
  },
  {
    name: "damages the 40th byte of long PINGs",
    found: ["hid.ping.of-58-bytes"],
    port: toHost((report) => {
      if (report[4] === 0x81 && (report[6] ?? 0) > 57) report[47] = 0x77;
    }),
  },
];

/** Changes each report of the device; the original is left alone. */
function toHost(change: (report: Uint8Array) => void): BrokenDevice["port"] {
  return (port) => ({
    ...bound(port),
    async *reports() {
      for await (const report of port.reports()) {
        const copy = report.slice();
        change(copy);
        yield copy;
      }
    },
  });
}

/** A device that does not look at sequence numbers: they are put right before it sees them. */
function renumbering(port: Parameters<NonNullable<BrokenDevice["port"]>>[0]) {
  let next = 0;
  return {
    ...bound(port),
    async write(report: Uint8Array) {
      const copy = report.slice();
      if ((copy[4] ?? 0) >= 0x80) next = 0;
      else copy[4] = next++;
      await port.write(copy);
    },
  };
}

/** A device that takes any channel for the last one it allocated, and answers on the one it was asked on. */
function aliasing(port: Parameters<NonNullable<BrokenDevice["port"]>>[0]) {
  const known = new Set<string>(["255,255,255,255", "0,0,0,0"]);
  let own: Uint8Array | undefined;
  let stranger: Uint8Array | undefined;
  const nameOf = (report: Uint8Array) => report.subarray(0, 4).join();
  return {
    ...bound(port),
    async write(report: Uint8Array) {
      const unknown = !known.has(nameOf(report)) && own !== undefined;
      stranger = unknown ? report.slice(0, 4) : undefined;
      await port.write(unknown ? concat(own as Uint8Array, report.subarray(4)) : report);
    },
    async *reports() {
      for await (const report of port.reports()) {
        if (isInit(report)) {
          own = report.slice(15, 19);
          known.add(own.join());
        }
        yield stranger ? concat(stranger, report.subarray(4)) : report;
      }
    },
  };
}

function bound(port: Parameters<NonNullable<BrokenDevice["port"]>>[0]) {
  return {
    label: port.label,
    write: (report: Uint8Array) => port.write(report),
    reports: () => port.reports(),
    close: () => port.close(),
  };
}

/** Named here so that a test can say which profile a fault is built on. */
export const baseOf = ({ base = "ctap23" }: BrokenDevice) => profileNamed(base);
