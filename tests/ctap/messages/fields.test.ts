import { describe, expect, test } from "vitest";
import { fromFields, mapWith, optional, required, toFields } from "../../../src/ctap/messages/fields.js";
import { MessageError } from "../../../src/ctap/messages/message-error.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { bool, listOf, recordOf, text, textMapOf, uint, uint64 } from "../../../src/ctap/messages/wire.js";

const FIELDS = {
  name: required(1, text),
  count: optional(2, uint),
  inner: optional(
    "inner",
    mapWith({ flags: required(3, listOf(bool), { status: CtapStatus.INVALID_CBOR }) }),
  ),
};

describe("toFields", () => {
  test("writes members under their keys", () => {
    const map = toFields(FIELDS, { name: "a", count: 0, inner: { flags: [true] } });
    expect(map).toEqual(
      new Map<number | string, unknown>([
        [1, "a"],
        [2, 0],
        ["inner", new Map([[3, [true]]])],
      ]),
    );
  });

  test("leaves out what is absent", () => {
    expect(toFields(FIELDS, { name: "a" })).toEqual(new Map([[1, "a"]]));
  });

  test("leaves out members the table does not know", () => {
    const values = { name: "a", stranger: true };
    expect(toFields(FIELDS, values)).toEqual(new Map([[1, "a"]]));
  });
});

describe("fromFields", () => {
  test("absent members are absent, not undefined", () => {
    expect(Object.keys(fromFields(FIELDS, new Map([[1, "a"]])))).toEqual(["name"]);
  });

  test("leaves out keys the table does not know", () => {
    const map = new Map<number | string, string>([
      [1, "a"],
      [99, "b"],
      ["name", "c"],
    ]);
    expect(fromFields(FIELDS, map)).toEqual({ name: "a" });
  });

  test("names the path of a nested member, and its own status", () => {
    const map = new Map<number | string, string | ReadonlyMap<number, boolean>>([
      [1, "a"],
      ["inner", new Map()],
    ]);
    expect(() => fromFields(FIELDS, map)).toThrow(
      expect.objectContaining({
        code: "MESSAGE_MISSING_FIELD",
        status: CtapStatus.INVALID_CBOR,
        message: "inner.flags is missing",
      }),
    );
  });
});

describe("wire types", () => {
  test.each([0, 2 ** 40, 2n ** 63n])("uint64 takes %s", (value) => {
    expect(uint64.read(value, "id")).toBe(value);
  });

  test.each([-1, -(2n ** 60n), "1", true])("uint64 refuses %s", (value) => {
    expect(() => uint64.read(value, "id")).toThrow(MessageError);
  });

  test("uint refuses what JavaScript cannot hold exactly", () => {
    expect(() => uint.read(2n ** 60n, "n")).toThrow(expect.objectContaining({ status: 0x11 }));
  });

  test("a record's keys are data: __proto__ is one like any other", () => {
    const record = recordOf(bool).read(new Map([["__proto__", true]]), "options");
    expect(Object.entries(record)).toEqual([["__proto__", true]]);
    expect(recordOf(bool).write(record)).toEqual(new Map([["__proto__", true]]));
  });

  test("a text map names the member of the wrong type", () => {
    expect(() => textMapOf(bool).read(new Map([["rk", 1]]), "options")).toThrow(
      "options.rk is not a boolean",
    );
  });
});

test("a message error says its status in a report", () => {
  const error = new MessageError("MESSAGE_MISSING_FIELD", "rp is missing");
  expect(error.toJSON()).toEqual({
    name: "MessageError",
    code: "MESSAGE_MISSING_FIELD",
    message: "rp is missing",
    aftermath: "none",
    status: 0x14,
  });
});
