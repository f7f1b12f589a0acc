import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toPcapng } from "../../../src/scenarios/reports/pcapng.js";
import { runScenario } from "../../../src/scenarios/run.js";
import type { CaptureNote } from "../../../src/transports/hid/capture/capture-error.js";
import type { CapturedMessage } from "../../../src/transports/hid/capture/fido-devices.js";
import { readUsbCapture } from "../../../src/transports/hid/capture/read-usb-capture.js";
import { outputOf, programNamed } from "../../helpers/programs.js";
import {
  BUS,
  type BusEvent,
  DEVICE,
  ctaphidLine,
  ctaphidLines,
  pcapFile,
  text2pcapLines,
  usbmonPacket,
  usbpcapPacket,
} from "../../helpers/usb-capture.js";

const START_US = 1_732_000_000_123_456;
const report = (hex: string) => hex.padEnd(128, "0");
const CHANNEL = "00c0ffee";

/** A registration as it is on the bus, cut by hand: CTAP 2.2 §11.2.4. */
const PAYLOAD_OUT = `01${"a5".repeat(69)}`; // 70 bytes: 57 and 13
const PAYLOAD_IN = `00${"5a".repeat(119)}`; // 120 bytes: 57, 59 and 4
const SESSION: readonly (readonly ["in" | "out", number, string])[] = [
  ["out", 0, report(`ffffffff860008${"11".repeat(8)}`)],
  ["in", 1_000, report(`ffffffff860011${"11".repeat(8)}${CHANNEL}0205040205`)],
  ["out", 9_000, report(`${CHANNEL}900046${PAYLOAD_OUT.slice(0, 114)}`)],
  ["out", 14_000, report(`${CHANNEL}00${PAYLOAD_OUT.slice(114)}`)],
  ["in", 120_000, report(`${CHANNEL}bb000101`)],
  ["in", 220_001, report(`${CHANNEL}bb000102`)],
  ["in", 900_000, report(`${CHANNEL}900078${PAYLOAD_IN.slice(0, 114)}`)],
  ["in", 905_000, report(`${CHANNEL}00${PAYLOAD_IN.slice(114, 232)}`)],
  ["in", 910_000, report(`${CHANNEL}01${PAYLOAD_IN.slice(232)}`)],
  ["out", 950_000, report(`${CHANNEL}910000`)],
  ["in", 955_000, report(`${CHANNEL}bf000106`)],
];
const EVENTS: readonly BusEvent[] = SESSION.map(([direction, afterUs, data]) => ({
  ...{ direction, data, atUs: START_US + afterUs },
}));
/** What those reports come to, in words. */
const EXPECTED = [
  { name: "INIT", direction: "out", atUs: 0, endUs: 0, reports: 1, hex: "11".repeat(8) },
  {
    name: "INIT",
    direction: "in",
    atUs: 1_000,
    endUs: 1_000,
    reports: 1,
    hex: `${"11".repeat(8)}${CHANNEL}0205040205`,
  },
  { name: "CBOR", direction: "out", atUs: 9_000, endUs: 14_000, reports: 2, hex: PAYLOAD_OUT },
  { name: "KEEPALIVE", direction: "in", atUs: 120_000, endUs: 120_000, reports: 1, hex: "01" },
  { name: "KEEPALIVE", direction: "in", atUs: 220_001, endUs: 220_001, reports: 1, hex: "02" },
  { name: "CBOR", direction: "in", atUs: 900_000, endUs: 910_000, reports: 3, hex: PAYLOAD_IN },
  { name: "CANCEL", direction: "out", atUs: 950_000, endUs: 950_000, reports: 1, hex: "" },
  { name: "ERROR", direction: "in", atUs: 955_000, endUs: 955_000, reports: 1, hex: "06" },
];

async function* chunked(bytes: Uint8Array, cuts: readonly number[] = []): AsyncGenerator<Uint8Array> {
  const edges = [0, ...cuts, bytes.length];
  for (const [index, end] of edges.slice(1).entries()) yield bytes.slice(edges[index], end);
}

async function read(bytes: Uint8Array, cuts?: readonly number[]) {
  const messages: CapturedMessage[] = [];
  const notes: CaptureNote[] = [];
  let error: unknown;
  try {
    for await (const message of readUsbCapture(chunked(bytes, cuts), {
      onNote: (note) => notes.push(note),
    })) {
      messages.push(message);
    }
  } catch (thrown) {
    error = thrown;
  }
  return { messages, notes, error };
}

const told = ({ name, direction, atUs, endUs, reports, payload }: CapturedMessage) => ({
  ...{ name, direction, reports, atUs: atUs - START_US, endUs: endUs - START_US },
  hex: Buffer.from(payload).toString("hex"),
});

const usbmon = (events: readonly BusEvent[], littleEndian = true) =>
  events.map((event) => ({ atUs: event.atUs, bytes: usbmonPacket(event, 64, littleEndian) }));
const WHOLE = pcapFile(220, usbmon(EVENTS));

const FORMS = [
  { linkType: 189, packet: (event: BusEvent) => usbmonPacket(event, 48) },
  { linkType: 220, packet: (event: BusEvent) => usbmonPacket(event, 64) },
  { linkType: 249, packet: usbpcapPacket },
];

const TOOLS = ["text2pcap", "editcap", "tshark"].map((name) => programNamed(name));
const [TEXT2PCAP = "", EDITCAP = "", TSHARK = ""] = TOOLS;
const MISSING = TOOLS.includes(undefined);
if (MISSING) console.log("capture.test.ts skips: tshark is not installed (Debian package tshark)");

describe.skipIf(MISSING)("files of Wireshark's own programs", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-capture-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  function made(linkType: number, format: string, packet: (event: BusEvent) => Buffer): string {
    const packets = EVENTS.map((event) => ({ atUs: event.atUs, bytes: packet(event) }));
    const lines = join(folder, "packets.txt");
    const first = join(folder, "first.pcapng");
    const file = join(folder, `${linkType}.${format}`);
    writeFileSync(lines, text2pcapLines(packets));
    const pattern = "^(?<time>\\d+\\.\\d+) (?<data>[0-9a-f]+)$";
    outputOf(TEXT2PCAP, ["-r", pattern, "-t", "%s.%f", "-l", String(linkType), lines, first]);
    outputOf(EDITCAP, ["-F", format, first, file]);
    return file;
  }

  /** Reports as tshark sees them. */
  function seenByTshark(file: string) {
    const fields = [
      "frame.time_epoch",
      "usb.bus_id",
      "usb.device_address",
      "usb.endpoint_address.direction",
      "usb.capdata",
    ];
    const args = [
      "-r",
      file,
      "-T",
      "fields",
      "-E",
      "separator=|",
      ...fields.flatMap((field) => ["-e", field]),
    ];
    return outputOf(TSHARK, args)
      .trimEnd()
      .split("\n")
      .map((line) => line.split("|"))
      .map(([time = "", bus, device, incoming, hex = ""]) => ({
        atUs: Math.round(Number(time.split(".")[0]) * 1e6 + Number(`0.${time.split(".")[1]}`) * 1e6),
        ...{ bus: Number(bus), device: Number(device), direction: incoming === "1" ? "in" : "out", hex },
      }));
  }

  describe.each(FORMS)("link type $linkType", ({ linkType, packet }) => {
    test.each(["pcap", "nsecpcap", "pcapng"])("as %s", async (format) => {
      const file = made(linkType, format, packet);
      const { messages, notes, error } = await read(readFileSync(file));
      expect([notes, error]).toEqual([[], undefined]);
      expect(messages.map(told)).toEqual(EXPECTED);
      const reports = seenByTshark(file);
      expect(messages.map(ctaphidLine)).toEqual(ctaphidLines(reports));
      expect(messages.map(({ bus, device }) => [bus, device])).toEqual(messages.map(() => [BUS, DEVICE]));
      expect(reports[0]).toMatchObject({ bus: BUS, device: DEVICE, atUs: messages[0]?.atUs });
      expect(reports.at(-1)?.atUs).toBe(messages.at(-1)?.endUs);
    });
  });

  test("tshark reads the big-endian file of the next test as we mean it", () => {
    const file = join(folder, "big.pcap");
    writeFileSync(file, pcapFile(220, usbmon(EVENTS, false), false));
    expect(seenByTshark(file)).toEqual(
      EVENTS.map(({ atUs, direction, data }) => ({ atUs, bus: BUS, device: DEVICE, direction, hex: data })),
    );
  });
});

describe("readUsbCapture", () => {
  test("reads what a big-endian machine captured", async () => {
    const { messages } = await read(pcapFile(220, usbmon(EVENTS, false), false));
    expect(messages.map(told)).toEqual(EXPECTED);
  });

  test("reads the capture that this project writes of a run, report for report", async () => {
    const { records } = await runScenario(scenarioNamed("late-delivery"), { seed: "1", frames: "full" });
    const startEpochMs = Date.UTC(2026, 10, 30);
    const { messages, notes } = await read(toPcapng(records, { startEpochMs }));
    const reports = records.filter((record) => record.kind === "link.hid");
    expect(messages.length).toBeGreaterThan(20);
    expect(messages.map(ctaphidLine)).toEqual(ctaphidLines(reports));
    expect(messages[0]?.atUs).toBe(Math.round((startEpochMs + (reports[0]?.atMs ?? 0)) * 1e3));
    expect(notes).toEqual([]);
  });

  test("gives the same messages however the file is cut into chunks", async () => {
    const cuts = fc.array(fc.integer({ min: 0, max: WHOLE.length }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(cuts, async (given) => {
        const { messages } = await read(
          WHOLE,
          given.sort((a, b) => a - b),
        );
        expect(messages.map(told)).toEqual(EXPECTED);
      }),
    );
  });

  test("leaves out other devices and other transfers", async () => {
    const foreign: readonly BusEvent[] = EVENTS.flatMap(({ atUs }) => [
      { atUs, direction: "in", data: "0000040000000000", device: 2 }, // a keyboard
      { atUs, direction: "in", data: "55534253".padEnd(128, "f"), device: 3, endpoint: 2, transfer: "bulk" },
      { atUs, direction: "in", data: report("01020304"), device: 4 }, // 64 bytes of something else
      { atUs, direction: "in", data: "", event: "S" }, // the host asks for a report
      { atUs, direction: "out", data: "", event: "C", length: 64 }, // the key has taken one
    ]);
    const both = EVENTS.flatMap((event, at) => [...foreign.slice(at * 5, at * 5 + 5), event]);
    const { messages, notes } = await read(pcapFile(220, usbmon(both)));
    expect(messages.map(told)).toEqual(EXPECTED);
    expect(notes).toEqual([]);
  });

  test("finds a key in a capture that began in the middle, and keeps its request", async () => {
    const { messages } = await read(pcapFile(220, usbmon(EVENTS.slice(2))));
    expect(messages.map(told)).toEqual(EXPECTED.slice(2));
  });

  test("finds a key by its report descriptor", async () => {
    const descriptor: BusEvent = {
      ...{ atUs: START_US, direction: "in", transfer: "control", endpoint: 0 },
      data: "06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0",
    };
    const { messages } = await read(pcapFile(220, usbmon([descriptor, ...EVENTS.slice(9, 10)])));
    expect(messages.map(told)).toEqual([EXPECTED[6]]);
  });

  test("puts the messages of two channels together that come in between each other", async () => {
    const other = SESSION.slice(2, 4).map(([direction, atUs, hex]) => ({
      ...{ direction, atUs: START_US + atUs, data: `00c0fff0${hex.slice(8)}` },
    }));
    const [init, answer, first, second] = EVENTS as readonly [BusEvent, BusEvent, BusEvent, BusEvent];
    const mixed = [init, answer, first, other[0], second, other[1]] as readonly BusEvent[];
    const { messages, notes } = await read(pcapFile(220, usbmon(mixed)));
    expect(messages.slice(2).map(({ channel, payload }) => [channel, payload.length])).toEqual([
      [0x00c0_ffee, 70],
      [0x00c0_fff0, 70],
    ]);
    expect(notes).toEqual([]);
  });

  test("ends at each cut of the file with a note, and with the messages before it", async () => {
    const boundaries = new Set([24]);
    for (let at = 24; at < WHOLE.length; at += 16 + 128) boundaries.add(at + 16 + 128);
    for (let end = 4; end < WHOLE.length; end += 7) {
      const { messages, notes, error } = await read(WHOLE.subarray(0, end));
      expect(error).toBeUndefined();
      expect(messages.map(told)).toEqual(EXPECTED.slice(0, messages.length));
      const codes = notes.map(({ code }) => code);
      expect(codes.includes("CAPTURE_TRUNCATED")).toBe(!boundaries.has(end));
    }
  });

  test.each<[string, readonly BusEvent[]]>([
    ["CAPTURE_UNFINISHED", EVENTS.slice(0, 3)],
    ["CAPTURE_CUT_REPORT", [...EVENTS.slice(0, 2), { ...(EVENTS[2] as BusEvent), data: "00c0", length: 64 }]],
    [
      "CAPTURE_TRANSFER_FAILED",
      [
        ...EVENTS.slice(0, 2),
        { atUs: START_US, direction: "out", data: "", event: "C", length: 64, status: -71 },
      ],
    ],
    ["HID_UNEXPECTED_CONTINUATION", [...EVENTS.slice(0, 2), EVENTS[3] as BusEvent]],
    ["HID_OUT_OF_SEQUENCE", [...EVENTS.slice(0, 7), EVENTS[8] as BusEvent]],
    ["HID_UNEXPECTED_START", [...EVENTS.slice(0, 3), EVENTS[2] as BusEvent, EVENTS[3] as BusEvent]],
  ])("says %s and goes on", async (code, events) => {
    const { notes, error } = await read(pcapFile(220, usbmon(events)));
    expect(notes.map((note) => note.code)).toEqual([code]);
    expect(error).toBeUndefined();
  });

  const le32 = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    return bytes;
  };
  const SECTION = Buffer.from("0a0d0d0a1c0000004d3c2b1a01000000ffffffffffffffff1c000000", "hex");
  const INTERFACE = Buffer.from("0100000014000000dc000000000000001400" + "0000", "hex");

  test.each([
    ["CAPTURE_FORMAT", Buffer.alloc(0)],
    ["CAPTURE_FORMAT", Buffer.from("1f8b0800", "hex")], // compressed
    ["CAPTURE_LINK_TYPE", pcapFile(1, [{ atUs: 0, bytes: Buffer.alloc(60) }])],
    ["CAPTURE_LENGTH", Buffer.concat([WHOLE.subarray(0, 32), le32(0xffff_ffff), WHOLE.subarray(36)])],
    ["CAPTURE_LENGTH", Buffer.concat([SECTION, le32(6), le32(0xffff_fffc)])],
    ["CAPTURE_LENGTH", Buffer.concat([SECTION, le32(6), le32(13)])],
    ["CAPTURE_STRUCTURE", Buffer.concat([SECTION.subarray(0, 8), Buffer.alloc(20)])],
    // A packet of an interface that was not described, a block with two lengths, one that is too short for its packet.
    ["CAPTURE_STRUCTURE", Buffer.concat([SECTION, le32(6), le32(32), Buffer.alloc(20), le32(32)])],
    ["CAPTURE_STRUCTURE", Buffer.concat([SECTION, INTERFACE.subarray(0, 16), le32(24)])],
    [
      "CAPTURE_STRUCTURE",
      Buffer.concat([SECTION, INTERFACE, le32(6), le32(32), Buffer.alloc(12), le32(64), le32(64), le32(32)]),
    ],
  ])("refuses with %s", async (code, bytes) => {
    expect((await read(bytes)).error).toMatchObject({ name: "CaptureReadError", code });
  });

  test("reads or refuses any bytes behind a beginning that looks right, with an error of its own alone", async () => {
    const starts = fc.constantFrom(SECTION, Buffer.concat([SECTION, INTERFACE]), WHOLE.subarray(0, 24));
    await fc.assert(
      fc.asyncProperty(starts, fc.uint8Array({ maxLength: 400 }), async (start, rest) => {
        const { error } = await read(Buffer.concat([start, rest]));
        if (error !== undefined) expect(error).toMatchObject({ name: "CaptureReadError" });
      }),
    );
  });

  test("keeps no more of a file than the packet at hand", async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield WHOLE;
      for (; ; given++) yield WHOLE.subarray(24);
    }
    let seen = 0;
    for await (const message of readUsbCapture(endless())) {
      expect(message.channel).toBeGreaterThan(0);
      seen += 1;
      if (seen >= 8_000) break;
    }
    // It is read as it is asked for: not a chunk further.
    expect(given).toBeLessThanOrEqual(1_000);
  });
});
