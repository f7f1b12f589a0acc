import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex, utf8 } from "../../../src/core/bytes.js";
import { FrameType } from "../../../src/hybrid/protocol/constants.js";
import {
  encodeFrame,
  FRAME_QUIRKS,
  parseFrame,
  type FrameQuirks,
  type HybridFrame,
} from "../../../src/hybrid/protocol/frames.js";
import { casesOf } from "../vectors.js";

interface FrameCase {
  readonly name: string;
  readonly frame: string;
  readonly type?: number;
  readonly payload?: string;
  readonly error?: string;
}

/** The frame a published row describes. */
function frameOf({ type, payload = "" }: FrameCase): HybridFrame {
  if (type === FrameType.SHUTDOWN) return { type: "shutdown" };
  if (type === FrameType.CTAP) return { type: "ctap", payload: fromHex(payload) };
  if (type === FrameType.UPDATE) return { type: "update", payload: fromHex(payload) };
  throw new Error(`no published row had type ${type ?? "none"} when this was written`);
}

test.each(casesOf<FrameCase>("frames"))("$nr: $name", (row) => {
  const bytes = fromHex(row.frame);
  if (row.error !== undefined) {
    expect(() => parseFrame(bytes, { from: "client" })).toThrow(
      expect.objectContaining({ code: "FRAME_UNKNOWN_TYPE" }),
    );
    return;
  }
  expect(parseFrame(bytes, { from: "client" })).toEqual(frameOf(row));
  expect(toHex(encodeFrame(frameOf(row)))).toBe(row.frame);
});

const from = "phone";

test("a JSON frame carries text", () => {
  const frame: HybridFrame = { type: "json", text: '{"name":"größer"}' };
  const bytes = encodeFrame(frame);
  expect(bytes).toEqual(concat(Uint8Array.of(3), utf8('{"name":"größer"}')));
  expect(parseFrame(bytes, { from })).toEqual(frame);
});

test("a JSON frame keeps the byte order mark it came with", () => {
  expect(parseFrame(fromHex("03efbbbf7b7d"), { from })).toEqual({ type: "json", text: "\ufeff{}" });
});

test.each([
  ["nothing", "", "FRAME_MALFORMED"],
  ["a CTAP frame with nothing in it", "01", "FRAME_MALFORMED"],
  ["text that is not UTF-8", "03ff", "FRAME_MALFORMED"],
  ["a type one above the last", "04", "FRAME_UNKNOWN_TYPE"],
  ["shutdown from a phone", "00", "FRAME_UNEXPECTED"],
])("%s ends the connection, and the request may be out", (_, hex, code) => {
  expect(() => parseFrame(fromHex(hex), { from })).toThrow(
    expect.objectContaining({ code, aftermath: "unknown" }),
  );
});

test("nonsense from a client leaves nothing behind", () => {
  expect(() => parseFrame(fromHex("04"), { from: "client" })).toThrow(
    expect.objectContaining({ code: "FRAME_UNKNOWN_TYPE", aftermath: "none" }),
  );
});

test("shutdown has no payload, and Chromium's phone does not look for one", () => {
  expect(parseFrame(fromHex("0001"), { from: "client" })).toEqual({ type: "shutdown" });
  expect(() => parseFrame(fromHex("0001"), { from: "phone", quirks: FRAME_QUIRKS.tolerant })).toThrow(
    expect.objectContaining({ code: "FRAME_MALFORMED" }),
  );
});

describe("manners", () => {
  const SHUTDOWN = Uint8Array.of(0);
  const outcome = (quirks: FrameQuirks, sender: "client" | "phone") => {
    try {
      return parseFrame(SHUTDOWN, { from: sender, quirks }).type;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  test.each([
    ["chromium", "client", "shutdown"],
    ["chromium", "phone", "FRAME_UNEXPECTED"],
    ["libwebauthn", "client", "FRAME_MALFORMED"],
    ["libwebauthn", "phone", "FRAME_MALFORMED"],
    ["tolerant", "client", "shutdown"],
    ["tolerant", "phone", "shutdown"],
  ] as const)("%s hears shutdown from a %s: %s", (name, sender, expected) => {
    expect(outcome(FRAME_QUIRKS[name], sender)).toBe(expected);
  });
});

describe("revision 0", () => {
  const payload = fromHex("04");

  test("has no type bytes", () => {
    expect(encodeFrame({ type: "ctap", payload }, 0)).toEqual(payload);
    expect(parseFrame(payload, { from, revision: 0 })).toEqual({ type: "ctap", payload });
  });

  test("has nothing but CTAP", () => {
    expect(() => encodeFrame({ type: "shutdown" }, 0)).toThrow(RangeError);
  });

  test("has no empty messages either", () => {
    expect(() => parseFrame(new Uint8Array(0), { from, revision: 0 })).toThrow(
      expect.objectContaining({ code: "FRAME_MALFORMED" }),
    );
  });
});
