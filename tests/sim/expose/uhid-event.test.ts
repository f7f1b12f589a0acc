import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import {
  FIDO_REPORT_DESCRIPTOR,
  encodeUhidEvent,
  parseUhidEvent,
  UHID_EVENT_BYTES,
  type UhidEvent,
} from "../../../src/sim/expose/uhid-event.js";
import { titled } from "../../helpers/titled.js";

const CREATE: UhidEvent = {
  kind: "create2",
  name: "Schlüssel",
  phys: "shelf",
  uniq: "sim-1",
  bus: 3,
  vendor: 0x1209,
  product: 0x0001,
  version: 0x0102_0304,
  country: 0x0506_0708,
  descriptor: FIDO_REPORT_DESCRIPTOR,
};

const REPORT = Uint8Array.from({ length: 64 }, (_, index) => 0xa0 ^ index);

/** One of each; every field differs from its neighbours. */
const EVENTS: readonly UhidEvent[] = [
  CREATE,
  { kind: "destroy" },
  { kind: "input2", data: REPORT },
  { kind: "get-report-reply", id: 0x1122_3344, err: 5, data: Uint8Array.of(9, 8, 7) },
  { kind: "set-report-reply", id: 0x5566_7788, err: 0x0102 },
  { kind: "start", flags: 6 },
  { kind: "stop" },
  { kind: "open" },
  { kind: "close" },
  { kind: "output", reportType: 1, data: Uint8Array.of(0, ...REPORT) },
  { kind: "get-report", id: 0x99aa_bbcc, number: 0x11, reportType: 2 },
  { kind: "set-report", id: 0xddee_ff00, number: 0x22, reportType: 1, data: Uint8Array.of(1, 2) },
];

/** The same events, filled in by a compiler that reads the kernel's own header. */
const ORACLE = `
#include <linux/uhid.h>
#include <stdio.h>
#include <string.h>
static struct uhid_event e;
static void begin(unsigned type) { memset(&e, 0, sizeof e); e.type = type; }
static void say(void) { const unsigned char *p = (void *)&e; for (size_t i = 0; i < sizeof e; i++) printf("%02x", p[i]); puts(""); }
int main(void) {
  unsigned char report[64];
  const unsigned char descriptor[] = { DESCRIPTOR };
  for (int i = 0; i < 64; i++) report[i] = 0xa0 ^ i;
  begin(UHID_CREATE2);
  strcpy((char *)e.u.create2.name, "Schl\\xc3\\xbcssel"); strcpy((char *)e.u.create2.phys, "shelf"); strcpy((char *)e.u.create2.uniq, "sim-1");
  e.u.create2.bus = BUS_USB; e.u.create2.vendor = 0x1209; e.u.create2.product = 1; e.u.create2.version = 0x01020304; e.u.create2.country = 0x05060708;
  e.u.create2.rd_size = sizeof descriptor; memcpy(e.u.create2.rd_data, descriptor, sizeof descriptor); say();
  begin(UHID_DESTROY); say();
  begin(UHID_INPUT2); e.u.input2.size = 64; memcpy(e.u.input2.data, report, 64); say();
  begin(UHID_GET_REPORT_REPLY); e.u.get_report_reply.id = 0x11223344; e.u.get_report_reply.err = 5; e.u.get_report_reply.size = 3; memcpy(e.u.get_report_reply.data, "\\11\\10\\7", 3); say();
  begin(UHID_SET_REPORT_REPLY); e.u.set_report_reply.id = 0x55667788; e.u.set_report_reply.err = 0x0102; say();
  begin(UHID_START); e.u.start.dev_flags = UHID_DEV_NUMBERED_OUTPUT_REPORTS | UHID_DEV_NUMBERED_INPUT_REPORTS; say();
  begin(UHID_STOP); say();
  begin(UHID_OPEN); say();
  begin(UHID_CLOSE); say();
  begin(UHID_OUTPUT); e.u.output.size = 65; e.u.output.rtype = UHID_OUTPUT_REPORT; memcpy(e.u.output.data + 1, report, 64); say();
  begin(UHID_GET_REPORT); e.u.get_report.id = 0x99aabbcc; e.u.get_report.rnum = 0x11; e.u.get_report.rtype = UHID_INPUT_REPORT; say();
  begin(UHID_SET_REPORT); e.u.set_report.id = 0xddeeff00; e.u.set_report.rnum = 0x22; e.u.set_report.rtype = UHID_OUTPUT_REPORT; e.u.set_report.size = 2; memcpy(e.u.set_report.data, "\\1\\2", 2); say();
  return 0;
}`;

function lackOfHeader(): string | undefined {
  const probe = ["-x", "c", "-fsyntax-only", "-include", "linux/uhid.h", "/dev/null"];
  const { status } = spawnSync("cc", probe, { stdio: "ignore" });
  return status === 0
    ? undefined
    : "needs a C compiler and the kernel's headers (Debian: gcc, linux-libc-dev)";
}

const lack = lackOfHeader();

describe.skipIf(lack !== undefined)(titled("events against the kernel's own header", lack), () => {
  let folder = "";
  let structs: readonly string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "uhid-"));
    const program = join(folder, "oracle");
    const descriptor = [...FIDO_REPORT_DESCRIPTOR].join(", ");
    const source = ORACLE.replace("DESCRIPTOR", descriptor);
    execFileSync("cc", ["-x", "c", "-Wall", "-Wextra", "-Werror", "-", "-o", program], { input: source });
    structs = execFileSync(program, { encoding: "utf8" }).trim().split("\n");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("there is one struct for each", () => {
    expect(structs).toHaveLength(EVENTS.length);
    for (const struct of structs) expect(struct).toHaveLength(2 * UHID_EVENT_BYTES);
  });

  test.each(EVENTS.map((event, index) => [event.kind, event, index] as const))(
    "%s has the compiler's bytes, and they read the same",
    (_, event, index) => {
      const struct = structs[index] as string;
      const encoded = toHex(encodeUhidEvent(event));
      expect(struct.startsWith(encoded)).toBe(true);
      expect(struct.slice(encoded.length)).toMatch(/^(00)*$/);
      expect(parseUhidEvent(fromHex(struct))).toEqual(event);
    },
  );
});

describe("uhid events", () => {
  test.each([true, false])("survive the way there and back, little endian: %s", (littleEndian) => {
    for (const event of EVENTS) {
      expect(parseUhidEvent(encodeUhidEvent(event, { littleEndian }), { littleEndian })).toEqual(event);
    }
  });

  test("are big endian where the machine is", () => {
    const bytes = encodeUhidEvent(
      { kind: "set-report-reply", id: 0x0102_0304, err: 5 },
      { littleEndian: false },
    );
    expect(toHex(bytes)).toBe("0000000e010203040005");
  });

  test("are written as far as they are used", () => {
    expect(encodeUhidEvent({ kind: "destroy" })).toHaveLength(4);
    expect(encodeUhidEvent({ kind: "input2", data: REPORT })).toHaveLength(70);
    expect(encodeUhidEvent(CREATE)).toHaveLength(280 + 34);
  });

  test("of an unknown kind, or of a size no struct has, are not read", () => {
    expect(parseUhidEvent(Uint8Array.of(0x63, 0, 0, 0), { littleEndian: true })).toBeUndefined();
    const lying = encodeUhidEvent({ kind: "input2", data: REPORT }, { littleEndian: true });
    lying.set([0xff, 0xff], 4);
    expect(parseUhidEvent(lying, { littleEndian: true })).toBeUndefined();
  });

  test("cut short are read as if zeros followed", () => {
    const output = encodeUhidEvent({ kind: "output", reportType: 1, data: REPORT });
    expect(parseUhidEvent(output.subarray(0, 60))).toEqual({
      kind: "output",
      reportType: 0,
      data: new Uint8Array(0),
    });
  });

  test("refuse texts and data that do not fit", () => {
    expect(() => encodeUhidEvent({ ...CREATE, name: "x".repeat(128) })).toThrow(RangeError);
    expect(() => encodeUhidEvent({ ...CREATE, uniq: "a\0b" })).toThrow(RangeError);
    expect(() => encodeUhidEvent({ kind: "input2", data: new Uint8Array(4097) })).toThrow(RangeError);
  });
});

test("the report descriptor is that of the specification", () => {
  // Source: CTAP 2.2 §11.2.8.2.
  expect(toHex(FIDO_REPORT_DESCRIPTOR)).toBe(
    "06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0",
  );
});
