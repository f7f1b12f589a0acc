import { beforeAll, describe, expect, test } from "vitest";
import { TRACE_SCHEMA } from "../../../src/core/events/run.js";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { TraceError } from "../../../src/scenarios/reports/trace-error.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { stored } from "./stored.js";

const refusal = (text: string) => {
  try {
    parseTrace(text);
  } catch (error) {
    if (error instanceof TraceError) return { code: error.code, line: error.line };
    throw error;
  }
  return undefined;
};

const notes = (text: string) => parseTrace(text).notes.map(({ code, line }) => [code, line]);

describe("a trace", () => {
  let text: string;
  let lines: string[];
  beforeAll(async () => {
    text = stored((await runScenario(scenarioNamed("plain-registration"), { seed: "1" })).records);
    lines = text.trimEnd().split("\n");
  });
  const records = (of: string) => parseTrace(of).records;

  test("is of the schema that run.started names, and there is nothing to say of it", () => {
    const { schema, notes: said } = parseTrace(text);
    expect([schema, said]).toEqual([TRACE_SCHEMA, []]);
  });

  test("may lack its last line break", () => expect(records(text.trimEnd())).toHaveLength(lines.length));
  test("may have Windows line ends", () => expect(records(lines.join("\r\n"))).toHaveLength(lines.length));
  test("may begin with a byte order mark", () => expect(records(`\uFEFF${text}`)).toHaveLength(lines.length));
  test("may have empty lines", () => expect(records(lines.join("\n\n"))).toHaveLength(lines.length));

  test("may be a part of one, which is told by its ends", () => {
    const part = parseTrace(lines.slice(4, 9).join("\n"));
    expect([part.schema, part.records.length]).toEqual([TRACE_SCHEMA, 5]);
    expect(part.notes.map(({ code, line }) => [code, line])).toEqual([
      ["TRACE_PART", 1],
      ["TRACE_PART", 5],
    ]);
  });

  test("that was cut off in a line is read up to there, and says so", () => {
    const cut = parseTrace(text.slice(0, -20));
    expect(cut.records).toEqual(records(text).slice(0, -1));
    expect(cut.notes).toEqual([
      expect.objectContaining({ code: "TRACE_CUT", line: lines.length }) as unknown,
    ]);
  });

  test("that was cut off between two lines is read, and says so", () => {
    expect(notes(`${lines.slice(0, -1).join("\n")}\n`)).toEqual([["TRACE_PART", lines.length - 1]]);
  });

  test("of which there is half a line only is empty", () => {
    expect(refusal(text.slice(0, 20))).toEqual({ code: "TRACE_EMPTY", line: 1 });
  });

  test("with a broken line in the middle is not merely cut off", () => {
    const broken = lines.map((line, index) => (index === 2 ? line.slice(0, -9) : line));
    expect(refusal(broken.join("\n"))).toEqual({ code: "TRACE_NOT_JSON", line: 3 });
  });

  test("with a last line that is broken and ended is not cut off either", () => {
    expect(refusal(`${text.slice(0, -20)}\n`)).toEqual({ code: "TRACE_NOT_JSON", line: lines.length });
  });

  test("counts empty lines when it says where", () => {
    expect(refusal(`\n\n${lines.join("\n")}\nnonsense\n`)).toEqual({
      code: "TRACE_NOT_JSON",
      line: lines.length + 3,
    });
  });

  test("out of order is sorted by time, and says from where on", () => {
    const [first = "", second = "", ...more] = lines;
    const late = more.pop() ?? "";
    const shuffled = parseTrace([first, late, second, ...more].join("\n"));
    const times = shuffled.records.map(({ atMs }) => atMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(shuffled.records).toHaveLength(lines.length);
    expect(shuffled.notes.map(({ code, line }) => [code, line])).toContainEqual(["TRACE_UNSORTED", 3]);
  });

  test("keeps the order of records of one moment", () => {
    const at = (atMs: number, command: string) =>
      JSON.stringify({ atMs, actor: "a", span: "run", kind: "ctap.cancel", command });
    const sorted = records([at(5, "a"), at(1, "b"), at(5, "c"), at(1, "d")].join("\n"));
    expect(sorted.map((record) => (record.kind === "ctap.cancel" ? record.command : ""))).toEqual([
      "b",
      "d",
      "a",
      "c",
    ]);
  });

  test("whose records have a span keeps them all in their span and ceremony", () => {
    const named = { atMs: 0, actor: "a", span: "s3", ceremony: "c1", kind: "ctap.cancel", command: "reset" };
    expect(records(JSON.stringify(named))).toEqual([named]);
  });
});

describe("the schema", () => {
  const start = (schema: unknown) =>
    JSON.stringify({
      atMs: 0,
      actor: "h",
      span: "run",
      kind: "run.started",
      scenario: "s",
      seed: "1",
      schema,
    });
  const cancel = { atMs: 1, actor: "key", kind: "ctap.cancel", command: "reset" };
  const without = JSON.stringify(cancel);
  const withSpan = JSON.stringify({ ...cancel, span: "s1" });

  test.each([0, 3, 1.5, "x", "2", null, undefined, true, [2], { version: 2 }])(
    "%j is not read, and the error names those that are",
    (schema) => {
      expect(refusal(`${start(schema)}\n${withSpan}`)).toEqual({ code: "TRACE_VERSION", line: 1 });
      expect(() => parseTrace(start(schema))).toThrow(
        expect.objectContaining({ hint: "this release reads schema 1 and 2" }) as Error,
      );
    },
  );

  test("1 and 2 are read", () => {
    expect(parseTrace(`${start(1)}\n${without}`).schema).toBe(1);
    expect(parseTrace(`${start(2)}\n${withSpan}`).schema).toBe(2);
  });

  test("may not change within a trace", () => {
    expect(refusal(`${start(2)}\n${withSpan}\n${start(1)}`)).toEqual({ code: "TRACE_VERSION", line: 3 });
  });

  test("2 refuses a record without a span", () => {
    expect(refusal(`${start(2)}\n${without}`)).toEqual({ code: "TRACE_NOT_RECORD", line: 2 });
  });

  test("of a part without run.started shows in the spans of its records", () => {
    expect([parseTrace(without).schema, parseTrace(withSpan).schema]).toEqual([1, 2]);
  });

  test("of a part whose records disagree is not guessed", () => {
    expect(refusal(`${withSpan}\n${without}`)).toEqual({ code: "TRACE_VERSION", line: 2 });
    expect(refusal(`${without}\n\n${withSpan}`)).toEqual({ code: "TRACE_VERSION", line: 3 });
  });
});

test("a duration without bound comes back as it was", () => {
  const [record] = parseTrace(
    '{"atMs":0,"actor":"key","span":"run","kind":"timer.armed","timer":"t","budgetMs":null,"id":"t1"}',
  ).records;
  expect(record).toMatchObject({ budgetMs: Infinity });
});

test("nothing in a member that no kind names stays nothing", () => {
  const [record] = parseTrace(
    '{"atMs":0,"actor":"key","span":"run","kind":"ctap.cancel","command":"reset","note":null}',
  ).records;
  expect(record).toMatchObject({ note: null });
});

describe("one record that is not one", () => {
  const good = { atMs: 0, actor: "page", span: "s1", kind: "page.gave-up", method: "create", aborted: true };
  const changed = (change: object) => JSON.stringify({ ...good, ...change });

  test("is told from a good one", () => expect(refusal(changed({}))).toBeUndefined());

  test.each([
    ["nothing at all", "", "TRACE_EMPTY"],
    ["blank lines", "\n \n", "TRACE_EMPTY"],
    ["a list", "[]", "TRACE_NOT_RECORD"],
    ["null", "null", "TRACE_NOT_RECORD"],
    ["a time before the beginning", changed({ atMs: -1 }), "TRACE_NOT_RECORD"],
    ["a time in words", changed({ atMs: "0" }), "TRACE_NOT_RECORD"],
    ["no actor", changed({ actor: undefined }), "TRACE_NOT_RECORD"],
    ["a span without a name", changed({ span: "" }), "TRACE_NOT_RECORD"],
    ["a ceremony that is a number", changed({ ceremony: 7 }), "TRACE_NOT_RECORD"],
    ["a kind that is a number", changed({ kind: 1 }), "TRACE_NOT_RECORD"],
    ["a kind nobody knows", changed({ kind: "page.gave-in" }), "TRACE_KIND"],
    ["a kind every object has", changed({ kind: "constructor" }), "TRACE_KIND"],
    ["a missing member", changed({ aborted: undefined }), "TRACE_MEMBER"],
    ["a member of another type", changed({ aborted: 1 }), "TRACE_MEMBER"],
    ["a word nobody knows", changed({ method: "store" }), "TRACE_MEMBER"],
    [
      "an optional member of another type",
      changed({ kind: "page.settled", outcome: "resolved", name: 7 }),
      "TRACE_MEMBER",
    ],
    [
      "a count that is not whole",
      changed({ kind: "ctap.request", command: "x", bytes: 0.5 }),
      "TRACE_MEMBER",
    ],
    ["a count below zero", changed({ kind: "ctap.request", command: "x", bytes: -1 }), "TRACE_MEMBER"],
    ["a list of numbers", changed({ kind: "link.not-found", offered: [1] }), "TRACE_MEMBER"],
    ["an object for a member", changed({ note: { deep: true } }), "TRACE_NOT_RECORD"],
    ["a list of objects for a member", changed({ note: [{}] }), "TRACE_NOT_RECORD"],
  ])("%s", (_, text, code) => {
    expect(refusal(`${text}\n`)?.code).toBe(code);
  });

  test("suggests the kind that was meant", () => {
    expect(() => parseTrace(changed({ kind: "page.gaveup" }))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("page.gave-up") as string }) as Error,
    );
  });
});
