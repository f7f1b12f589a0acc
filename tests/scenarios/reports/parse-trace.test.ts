import { beforeAll, describe, expect, test } from "vitest";
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

describe("a trace", () => {
  let text: string;
  let lines: string[];
  beforeAll(async () => {
    text = stored((await runScenario(scenarioNamed("plain-registration"), { seed: "1" })).records);
    lines = text.trimEnd().split("\n");
  });

  test("may lack its last line break", () => expect(parseTrace(text.trimEnd())).toHaveLength(lines.length));
  test("may have Windows line ends", () => expect(parseTrace(lines.join("\r\n"))).toHaveLength(lines.length));
  test("may begin with a byte order mark", () =>
    expect(parseTrace(`\uFEFF${text}`)).toHaveLength(lines.length));
  test("may have empty lines", () => expect(parseTrace(lines.join("\n\n"))).toHaveLength(lines.length));
  test("may be a part of one", () => expect(parseTrace(lines.slice(4, 9).join("\n"))).toHaveLength(5));

  test("that was cut off says so, and where", () => {
    expect(refusal(text.slice(0, -20))).toEqual({ code: "TRACE_CUT", line: lines.length });
  });

  test("with a broken line in the middle is not merely cut off", () => {
    const broken = lines.map((line, index) => (index === 2 ? line.slice(0, -9) : line));
    expect(refusal(broken.join("\n"))).toEqual({ code: "TRACE_NOT_JSON", line: 3 });
  });

  test("counts empty lines when it says where", () => {
    expect(refusal(`\n\n${lines.join("\n")}\nnonsense\n`)).toEqual({
      code: "TRACE_NOT_JSON",
      line: lines.length + 3,
    });
  });

  test("of a later version is not misread", () => {
    expect(refusal(text.replace('"schema":1', '"schema":2'))).toEqual({ code: "TRACE_VERSION", line: 1 });
  });
});

test("a span without bound comes back as it was", () => {
  const [record] = parseTrace('{"atMs":0,"actor":"key","kind":"timer.armed","timer":"t","budgetMs":null}');
  expect(record).toMatchObject({ budgetMs: Infinity });
});

test("nothing in a member that no kind names stays nothing", () => {
  const [record] = parseTrace('{"atMs":0,"actor":"key","kind":"ctap.cancel","command":"reset","note":null}');
  expect(record).toMatchObject({ note: null });
});

describe("one record that is not one", () => {
  const good = { atMs: 0, actor: "page", kind: "page.gave-up", method: "create", aborted: true };
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
    ["a kind that is a number", changed({ kind: 1 }), "TRACE_NOT_RECORD"],
    ["a kind nobody knows", changed({ kind: "page.gave-in" }), "TRACE_KIND"],
    ["a kind every object has", changed({ kind: "constructor" }), "TRACE_KIND"],
    ["a missing member", changed({ aborted: undefined }), "TRACE_MEMBER"],
    ["a member of another type", changed({ aborted: 1 }), "TRACE_MEMBER"],
    ["a word nobody knows", changed({ method: "store" }), "TRACE_MEMBER"],
    ["an optional member of another type", changed({ ceremony: 7 }), "TRACE_MEMBER"],
    ["an object for a member", changed({ note: { deep: true } }), "TRACE_NOT_RECORD"],
  ])("%s", (_, text, code) => {
    expect(refusal(`${text}\n`)?.code).toBe(code);
  });

  test("suggests the kind that was meant", () => {
    expect(() => parseTrace(changed({ kind: "page.gaveup" }))).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("page.gave-up") as string }) as Error,
    );
  });
});
