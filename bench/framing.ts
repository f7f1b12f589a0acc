import { MessageAssembler, toReports } from "../src/transports/hid/framing.js";
import type { BenchCase } from "./bench-case.js";

/** The longest message HID can carry, and one that just needs a second packet. */
const SIZES = [7609, 64];
const CHANNEL = 0x01020304;
const CBOR = 0x10;

/** What one writes in an afternoon with Buffer: no checks, no state, one report after the other. */
function naiveCut(payload: Buffer): Buffer[] {
  const first = Buffer.alloc(64);
  first.writeUInt32BE(CHANNEL, 0);
  first.writeUInt8(0x80 | CBOR, 4);
  first.writeUInt16BE(payload.length, 5);
  payload.copy(first, 7, 0, 57);
  const reports = [first];
  for (let at = 57, sequence = 0; at < payload.length; at += 59, sequence++) {
    const next = Buffer.alloc(64);
    next.writeUInt32BE(CHANNEL, 0);
    next.writeUInt8(sequence, 4);
    payload.copy(next, 5, at, at + 59);
    reports.push(next);
  }
  return reports;
}

function naiveAssemble(reports: readonly Buffer[]): Buffer {
  const [first, ...rest] = reports as [Buffer, ...Buffer[]];
  const parts = [first.subarray(7), ...rest.map((report) => report.subarray(5))];
  return Buffer.concat(parts, first.readUInt16BE(5));
}

/** The last thing made, so that no engine can find the work useless. */
let last: unknown;

export function framingBench(): BenchCase[] {
  return SIZES.flatMap((size) => {
    const payload = Uint8Array.from({ length: size }, (_, index) => index);
    const buffer = Buffer.from(payload);
    const reports = [...toReports({ channel: CHANNEL, command: CBOR, payload })];
    const buffers = reports.map((report) => Buffer.from(report));
    const cut = `framing: cut ${size} bytes`;
    const assemble = `framing: assemble ${size} bytes`;
    return [
      {
        group: cut,
        name: "toReports",
        peer: "naive Buffer code",
        fn: () => {
          for (const report of toReports({ channel: CHANNEL, command: CBOR, payload })) last = report;
        },
      },
      {
        group: cut,
        name: "naive Buffer code",
        fn: () => {
          last = naiveCut(buffer);
        },
      },
      {
        group: assemble,
        name: "MessageAssembler",
        peer: "naive Buffer code",
        fn: () => {
          const assembler = new MessageAssembler();
          for (const report of reports) last = assembler.push(report);
        },
      },
      {
        group: assemble,
        name: "naive Buffer code",
        fn: () => {
          last = naiveAssemble(buffers);
        },
      },
    ];
  });
}

/** What the last case made; a run can show that something came out. */
export function lastResult(): unknown {
  return last;
}
