import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { MESSAGE_BYTES_MAX, messageBytesMax } from "../../../src/transports/hid/constants.js";
import { MessageAssembler, toReports, type HidMessage } from "../../../src/transports/hid/framing.js";
import { loadVectors } from "../../helpers/vectors.js";

interface FramingCase {
  readonly id: string;
  readonly kind?: "scenario";
  readonly frames?: readonly string[];
  readonly messages?: readonly {
    readonly cid: string;
    readonly cmd: number;
    readonly bcnt: number;
    readonly payload: string;
  }[];
  readonly frameCount?: number;
  readonly firstFrame?: string;
  readonly lastFrame?: string;
  readonly payloadSha256?: string;
}

const CASES = loadVectors<FramingCase>("ctaphid");
const WITH_FRAMES = CASES.filter(({ frames }) => frames !== undefined);
const SUMMARISED = CASES.filter(({ frameCount }) => frameCount !== undefined);
const SCENARIOS = CASES.filter(({ kind }) => kind === "scenario");

const CHANNEL = 0x01020304;
const counting = (length: number) => Uint8Array.from({ length }, (_, index) => index);
const ping = (length: number): HidMessage => ({ channel: CHANNEL, command: 0x01, payload: counting(length) });
const cut = (length: number) => [...toReports(ping(length))];

test("every published case is one of the three kinds tested here and in tests/sim/sim-hid-vectors.test.ts", () => {
  expect(WITH_FRAMES.length + SUMMARISED.length + SCENARIOS.length).toBe(CASES.length);
  expect(CASES).toHaveLength(45);
});

describe.each(WITH_FRAMES)("$id", ({ frames = [], messages = [] }) => {
  test("its frames give its messages", () => {
    const assembler = new MessageAssembler();
    const got = frames.map((frame) => assembler.push(fromHex(frame))).filter((one) => one !== undefined);
    expect(
      got.map(({ channel, command, payload }) => ({
        cid: channel.toString(16).padStart(8, "0"),
        cmd: command,
        bcnt: payload.length,
        payload: toHex(payload),
      })),
    ).toEqual(messages.map(({ cid, cmd, bcnt, payload }) => ({ cid, cmd, bcnt, payload })));
    expect(assembler.pending).toBe(false);
  });

  test("its messages give its frames", () => {
    const cutAgain = messages.flatMap(({ cid, cmd, payload }) => [
      ...toReports({ channel: Number.parseInt(cid, 16), command: cmd, payload: fromHex(payload) }),
    ]);
    expect(cutAgain.map(toHex)).toEqual(frames);
  });
});

describe.each(SUMMARISED)("$id", (vector) => {
  test("the first, the last and the number of its frames, and the message they carry", () => {
    const reports = cut(MESSAGE_BYTES_MAX);
    expect(reports).toHaveLength(vector.frameCount as number);
    expect(toHex(reports[0] as Uint8Array)).toBe(vector.firstFrame);
    expect(toHex(reports.at(-1) as Uint8Array)).toBe(vector.lastFrame);
    const assembler = new MessageAssembler();
    const [message] = reports.map((report) => assembler.push(report)).filter((one) => one !== undefined);
    expect(
      createHash("sha256")
        .update((message as HidMessage).payload)
        .digest("hex"),
    ).toBe(vector.payloadSha256);
  });
});

describe("toReports", () => {
  test("refuses one byte more than 129 packets carry", () => {
    expect(() => cut(MESSAGE_BYTES_MAX + 1)).toThrow(
      expect.objectContaining({ code: "HID_MESSAGE_TOO_LONG", aftermath: "none" }),
    );
  });

  test("cuts for low speed: reports of 8 bytes, the first with 1 of payload, the next with 3", () => {
    const reports = [...toReports(ping(5), { reportBytes: 8 })];
    expect(reports.map(toHex)).toEqual(["0102030481000500", "0102030400010203", "0102030401040000"]);
    expect(messageBytesMax(8)).toBe(385);
  });

  test.each([7, 65, 8.5, Number.NaN])("reports of %d bytes are the programmer's mistake", (reportBytes) => {
    expect(() => [...toReports(ping(1), { reportBytes })]).toThrow(RangeError);
    expect(() => new MessageAssembler({ reportBytes })).toThrow(RangeError);
  });

  test("each report is an array of its own: changing one changes no other", () => {
    const [first, second] = cut(100) as [Uint8Array, Uint8Array];
    first.fill(0xee);
    expect(toHex(second)).toBe(toHex(cut(100)[1] as Uint8Array));
  });
});

describe("MessageAssembler names the rule a report breaks", () => {
  /** 100 bytes, of which the first 57 have arrived. */
  const halfway = () => {
    const assembler = new MessageAssembler();
    const [first, second] = cut(100) as [Uint8Array, Uint8Array];
    expect(assembler.push(first)).toBeUndefined();
    return { assembler, first, second };
  };
  const changed = (report: Uint8Array, at: number, to: number) => report.with(at, to);

  test("nothing wrong: the second report completes the message", () => {
    const { assembler, second } = halfway();
    expect(assembler.push(second)?.payload).toEqual(counting(100));
  });

  test("a sequence number skipped", () => {
    const { assembler, second } = halfway();
    expect(() => assembler.push(changed(second, 4, 1))).toThrow(
      expect.objectContaining({ code: "HID_OUT_OF_SEQUENCE" }),
    );
  });

  test("a continuation of another channel", () => {
    const { assembler, second } = halfway();
    expect(() => assembler.push(changed(second, 3, 5))).toThrow(
      expect.objectContaining({ code: "HID_FOREIGN_CHANNEL" }),
    );
  });

  test("a message begun inside another", () => {
    const { assembler, first } = halfway();
    expect(() => assembler.push(first)).toThrow(expect.objectContaining({ code: "HID_UNEXPECTED_START" }));
  });

  test("a continuation of nothing", () => {
    const { second } = halfway();
    expect(() => new MessageAssembler().push(second)).toThrow(
      expect.objectContaining({ code: "HID_UNEXPECTED_CONTINUATION" }),
    );
  });

  test("a length no packets can carry: 7610", () => {
    const { first } = halfway();
    const tooLong = changed(changed(first, 5, 0x1d), 6, 0xba);
    expect(() => new MessageAssembler().push(tooLong)).toThrow(
      expect.objectContaining({ code: "HID_MESSAGE_TOO_LONG" }),
    );
  });

  test.each([0, 63, 65])("a report of %d bytes", (length) => {
    expect(() => new MessageAssembler().push(new Uint8Array(length))).toThrow(
      expect.objectContaining({ code: "HID_REPORT_SIZE" }),
    );
  });

  test("a fault drops the half message, and the next one is whole", () => {
    const { assembler, first, second } = halfway();
    expect(() => assembler.push(changed(second, 4, 7))).toThrow();
    expect(assembler.pending).toBe(false);
    assembler.push(first);
    expect(assembler.push(second)?.payload).toEqual(counting(100));
  });

  test("what follows the last byte of a message is nobody's business", () => {
    const { assembler, second } = halfway();
    expect(assembler.push(changed(second, 63, 0xff))?.payload).toEqual(counting(100));
  });

  test("a message keeps its bytes when the driver reuses the report's memory", () => {
    const report = cut(10)[0] as Uint8Array;
    const message = new MessageAssembler().push(report);
    report.fill(0);
    expect(message?.payload).toEqual(counting(10));
  });
});
