import fc from "fast-check";
import { expect, test } from "vitest";
import { MESSAGE_BYTES_MAX, messageBytesMax } from "../../../src/transports/hid/constants.js";
import { HidFramingError, MessageAssembler, toReports } from "../../../src/transports/hid/framing.js";
import { ReportSlicer } from "../../../src/transports/hid/report-inbox.js";
import { fullRuns } from "../../helpers/full-runs.js";

const channel = fc.integer({ min: 0, max: 0xffff_ffff });
const command = fc.integer({ min: 0, max: 0x7f });

test("putting a message together undoes cutting it", () => {
  fc.assert(
    fc.property(
      channel,
      command,
      fc.uint8Array({ maxLength: MESSAGE_BYTES_MAX, size: "max" }),
      (channel, command, payload) => {
        const assembler = new MessageAssembler();
        const reports = [...toReports({ channel, command, payload })];
        const messages = reports.map((report) => assembler.push(report));
        expect(messages.slice(0, -1).every((message) => message === undefined)).toBe(true);
        expect(messages.at(-1)).toEqual({ channel, command, payload });
      },
    ),
  );
});

test("it does so for every report size USB knows", () => {
  const sized = fc
    .integer({ min: 8, max: 64 })
    .chain((reportBytes) =>
      fc.tuple(
        fc.constant(reportBytes),
        fc.uint8Array({ maxLength: messageBytesMax(reportBytes), size: "max" }),
      ),
    );
  fc.assert(
    fc.property(sized, channel, command, ([reportBytes, payload], channel, command) => {
      const assembler = new MessageAssembler({ reportBytes });
      const messages = [...toReports({ channel, command, payload }, { reportBytes })].map((report) => {
        expect(report).toHaveLength(reportBytes);
        return assembler.push(report);
      });
      expect(messages.at(-1)).toEqual({ channel, command, payload });
    }),
  );
});

test("whatever arrives, the assembler gives a message, nothing, or a fault with a name", () => {
  const report = fc.uint8Array({ minLength: 60, maxLength: 68 });
  fc.assert(
    fc.property(fc.array(report, { maxLength: 20 }), (reports) => {
      const assembler = new MessageAssembler();
      for (const one of reports) {
        try {
          const message = assembler.push(one);
          if (message) expect(message.payload.length).toBeLessThanOrEqual(MESSAGE_BYTES_MAX);
        } catch (error) {
          expect(error).toBeInstanceOf(HidFramingError);
          expect(assembler.pending).toBe(false);
        }
      }
    }),
    { numRuns: fullRuns(500) },
  );
});

test("a stream cut anywhere gives the same reports", () => {
  const stream = fc.uint8Array({ maxLength: 1000 });
  const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1 });
  fc.assert(
    fc.property(stream, cuts, (bytes, sizes) => {
      const slicer = new ReportSlicer();
      const reports: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] as number;
        reports.push(...slicer.push(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(reports.every(({ length }) => length === 64)).toBe(true);
      const whole = bytes.length - (bytes.length % 64);
      expect(reports.flatMap((report) => [...report])).toEqual([...bytes.subarray(0, whole)]);
      expect(slicer.pendingBytes).toBe(bytes.length % 64);
    }),
  );
});
