import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex } from "../../../../src/core/bytes.js";
import { type HostMessage, WireReader } from "../../../../src/sim/expose/usbip/wire-reader.js";

const hex = (text: string) => fromHex(text.replaceAll(/\s/g, ""));

/** By the table of OP_REQ_DEVLIST in Linux Documentation/usb/usbip_protocol.rst. */
const LIST = hex("0111 8005 00000000");
/** By the table of OP_REQ_IMPORT: 32 bytes of bus id, "3-2". */
const IMPORT = hex(`0111 8003 00000000 332d32 ${"00".repeat(29)}`);
/** The example at the end of the same document, as captured from a wire. */
const CMD_INTR_IN = hex(
  "00000001 00000d05 0001000f 00000001 00000001 00000200 00000040 ffffffff 00000000 00000004 00000000 00000000",
);
const INIT = `ffffffff860008a784ce5ae2123763${"00".repeat(49)}`;
const CMD_INTR_OUT = hex(
  `00000001 00000d06 0001000f 00000000 00000001 00000000 00000040 ffffffff 00000000 00000004 00000000 00000000 ${INIT}`,
);
/** By the table of USBIP_CMD_UNLINK: transfer 0xd05 is no longer wanted. */
const UNLINK = hex(`00000002 00000d07 0001000f 00000000 00000000 00000d05 ${"00".repeat(24)}`);

function read(...chunks: readonly Uint8Array[]): readonly HostMessage[] {
  const reader = new WireReader();
  return chunks.flatMap((chunk) => [...reader.push(chunk)]);
}

function refusal(...chunks: readonly Uint8Array[]): unknown {
  try {
    return read(...chunks);
  } catch (error) {
    return error;
  }
}

/** A header with one field of 32 bits replaced. */
function withField(message: Uint8Array, at: number, value: number): Uint8Array {
  const changed = message.slice();
  new DataView(changed.buffer).setUint32(at, value);
  return changed;
}

describe("WireReader", () => {
  test("reads a request for the list", () => {
    expect(read(LIST)).toEqual([{ kind: "list" }]);
  });

  test("reads an import, and then the transfers of the document's example", () => {
    expect(read(concat(IMPORT, CMD_INTR_IN, CMD_INTR_OUT, UNLINK))).toEqual([
      { kind: "import", busId: "3-2" },
      {
        kind: "submit",
        ...{ sequence: 0xd05, deviceId: 0x1000f, direction: "in", endpoint: 1, length: 64 },
        setup: new Uint8Array(8),
        data: new Uint8Array(0),
      },
      {
        kind: "submit",
        ...{ sequence: 0xd06, deviceId: 0x1000f, direction: "out", endpoint: 1, length: 64 },
        setup: new Uint8Array(8),
        data: fromHex(INIT),
      },
      { kind: "unlink", sequence: 0xd07, deviceId: 0x1000f, wanted: 0xd05 },
    ]);
  });

  test("gives the same messages however the bytes are cut", () => {
    const whole = concat(IMPORT, CMD_INTR_IN, CMD_INTR_OUT, UNLINK, CMD_INTR_OUT);
    const expected = read(whole);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 40 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const chunks = edges.slice(1).map((end, index) => whole.slice(edges[index], end));
        expect(read(...chunks)).toEqual(expected);
      }),
    );
  });

  test("keeps nothing of a message that is whole, and no more than one that is not", () => {
    const reader = new WireReader();
    expect([...reader.push(concat(IMPORT, CMD_INTR_OUT.subarray(0, 100)))]).toHaveLength(1);
    expect(reader.pendingBytes).toBe(100);
    expect([...reader.push(CMD_INTR_OUT.subarray(100))]).toHaveLength(1);
    expect(reader.pendingBytes).toBe(0);
  });

  test("does not share memory with the chunks it is given", () => {
    const reader = new WireReader();
    expect([...reader.push(IMPORT)]).toHaveLength(1);
    const chunk = CMD_INTR_OUT.slice();
    const [message] = [...reader.push(chunk)];
    chunk.fill(0);
    expect(message?.kind === "submit" && toHex(message.data)).toBe(INIT);
  });

  test.each([
    ["USBIP_VERSION", [hex("0110 8005 00000000")]],
    ["USBIP_VERSION", [hex("474554202f20485454502f312e31")]], // GET / HTTP/1.1
    ["USBIP_OPERATION", [hex("0111 0005 00000000")]],
    ["USBIP_STATUS", [hex("0111 8005 00000001")]],
    ["USBIP_BUS_ID", [hex(`0111 8003 00000000 ${"31".repeat(32)}`)]],
    ["USBIP_COMMAND", [IMPORT, withField(CMD_INTR_IN, 0, 3)]],
    ["USBIP_ENDPOINT", [IMPORT, withField(CMD_INTR_IN, 16, 16)]],
    ["USBIP_ENDPOINT", [IMPORT, withField(CMD_INTR_IN, 12, 2)]],
    ["USBIP_ISOCHRONOUS", [IMPORT, withField(CMD_INTR_IN, 32, 1)]],
    ["USBIP_TRANSFER_TOO_LONG", [IMPORT, withField(CMD_INTR_OUT, 24, 4097)]],
    ["USBIP_TRANSFER_TOO_LONG", [IMPORT, withField(CMD_INTR_OUT, 24, 0xffff_ffff)]],
  ])("refuses with %s", (code, chunks) => {
    expect(refusal(...chunks)).toMatchObject({ code, aftermath: "none" });
  });

  test("reads or refuses any bytes, with an error of its own alone", () => {
    const refused = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 });
    fc.assert(
      fc.property(fc.boolean(), refused, (imported, chunks) => {
        const outcome = refusal(...(imported ? [IMPORT] : []), ...chunks);
        if (!Array.isArray(outcome)) expect(outcome).toMatchObject({ name: "UsbipError" });
      }),
    );
  });
});
