import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TraceRecord } from "../../../src/core/trace.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { CaptureError, toPcapng } from "../../../src/scenarios/reports/pcapng.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { outputOf, programNamed } from "../../helpers/programs.js";

const hid = (atMs: number, direction: "in" | "out", hex: string): TraceRecord => ({
  atMs,
  actor: "link",
  span: "run",
  kind: "link.hid",
  direction,
  hex,
});

const refusal = (records: readonly TraceRecord[]) => {
  try {
    toPcapng(records);
  } catch (error) {
    if (error instanceof CaptureError) return error;
    throw error;
  }
  return undefined;
};

describe("a trace nothing can be captured from", () => {
  test("has no frames", () => {
    const error = refusal([{ atMs: 0, actor: "a", span: "run", kind: "ctap.cancel", command: "reset" }]);
    expect([error?.code, error?.hint]).toEqual(["PCAP_NO_FRAMES", expect.stringContaining("USB")]);
  });

  test("has headers only, as every trace by default", async () => {
    const { records } = await runScenario(scenarioNamed("plain-registration"), { seed: "1" });
    const error = refusal(records);
    expect([error?.code, error?.hint]).toEqual([
      "PCAP_HEADERS_ONLY",
      expect.stringContaining("--frames full"),
    ]);
  });

  test("has one report of which there is only the header", () => {
    expect(refusal([hid(0, "out", "ab".repeat(64)), hid(1, "in", "01020304900002")])?.code).toBe(
      "PCAP_HEADERS_ONLY",
    );
  });

  test("has what is not hexadecimal", () => {
    expect(refusal([hid(0, "out", "xy".repeat(64))])?.code).toBe("PCAP_BAD_HEX");
  });
});

const TSHARK = programNamed("tshark");
if (TSHARK === undefined)
  console.log("pcapng.test.ts skips: tshark is not installed (Debian package tshark)");

describe.skipIf(TSHARK === undefined)("to tshark", () => {
  let folder: string;
  beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "passkey-harness-pcapng-"))));
  afterAll(() => rmSync(folder, { recursive: true }));

  const FIELDS = [
    "frame.time_epoch",
    "usb.endpoint_address.direction",
    "usb.transfer_type",
    "usb.urb_type",
    "usb.capdata",
  ];

  function readBack(bytes: Uint8Array): string[][] {
    const file = join(folder, "trace.pcapng");
    writeFileSync(file, bytes);
    const args = [
      "-r",
      file,
      "-T",
      "fields",
      "-E",
      "separator=|",
      ...FIELDS.flatMap((field) => ["-e", field]),
    ];
    const lines = outputOf(TSHARK as string, args)
      .trimEnd()
      .split("\n");
    return lines.map((line) => line.split("|"));
  }

  test("every report of a run is a USB interrupt transfer with its bytes, direction and time", async () => {
    const { records } = await runScenario(scenarioNamed("late-delivery"), { seed: "1", frames: "full" });
    const reports = records.filter((record) => record.kind === "link.hid");
    expect(reports.length).toBeGreaterThan(20);
    expect(readBack(toPcapng(records))).toEqual(
      reports.map(({ atMs, direction, hex }) => [
        (atMs / 1000).toFixed(9),
        direction === "in" ? "1" : "0",
        "0x01",
        direction === "in" ? "'C'" : "'S'",
        hex,
      ]),
    );
  });

  test("nothing in the file is malformed", async () => {
    const { records } = await runScenario(scenarioNamed("plain-login"), { seed: "1", frames: "full" });
    writeFileSync(join(folder, "whole.pcapng"), toPcapng(records));
    const args = [
      "-r",
      join(folder, "whole.pcapng"),
      "-Y",
      "_ws.malformed || _ws.expert.severity >= 6291456",
    ];
    expect(outputOf(TSHARK as string, args)).toBe("");
  });

  test("times count from the moment the caller names, to the microsecond, over the limits of 32 bits", () => {
    const startEpochMs = Date.UTC(2040, 0, 1);
    const [packet] = readBack(toPcapng([hid(0.125, "in", "00".repeat(64))], { startEpochMs }));
    expect(packet?.[0]).toBe(`${startEpochMs / 1000}.000125000`);
  });

  test("the comment stands beside the first packet and in the section, whatever its length", () => {
    for (const comment of ["x", "page.guard fired: 60.000 s – zu früh", "長".repeat(20_000)]) {
      const file = join(folder, "comment.pcapng");
      writeFileSync(
        file,
        toPcapng([hid(0, "out", "01020304900005aabb"), hid(1, "in", "00".repeat(64))], { comment }),
      );
      const args = ["-r", file, "-T", "fields", "-e", "frame.comment"];
      const [first = "", second] = outputOf(TSHARK as string, args).split("\n");
      expect([comment.startsWith(first), first.length > 0, second]).toEqual([true, true, ""]);
      if (comment.length < 100) expect(first).toBe(comment);
      const block = ["-r", file, "-Y", "_ws.malformed"];
      expect(outputOf(TSHARK as string, block)).toBe("");
    }
  });

  test("a report of another size is padded in the file only", () => {
    const [packet] = readBack(toPcapng([hid(0, "out", "01020304900005aabb")]));
    expect(packet?.[4]).toBe("01020304900005aabb");
  });
});
