import Ajv from "ajv";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isHarnessError } from "../../../src/core/errors.js";
import { FRAME } from "../../../src/core/events/frame.js";
import type { Member } from "../../../src/core/events/member.js";
import { TRACE_SCHEMA } from "../../../src/core/events/run.js";
import { EVENT_KINDS, membersOf } from "../../../src/core/events/table.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { traceSchema } from "../../../src/scenarios/reports/trace-schema.js";
import { fullRuns } from "../../helpers/full-runs.js";

const validate = new Ajv().compile(traceSchema());

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

function valueOf(member: Member): fc.Arbitrary<unknown> {
  switch (member.type) {
    case "text":
      return fc.string({ unit: "binary" });
    case "name":
      return fc.string({ minLength: 1 });
    case "count":
      return fc.nat();
    case "instant":
      return fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
    case "milliseconds":
      return fc.option(finite);
    case "flag":
      return fc.boolean();
    case "list":
      return fc.array(fc.string());
    case "word":
      return fc.constantFrom(...member.words);
  }
}

const record = fc.constantFrom(...EVENT_KINDS).chain((kind) => {
  const members = Object.entries<Member>({ ...FRAME, ...membersOf(kind) });
  return fc.record(
    {
      kind: fc.constant(kind),
      ...Object.fromEntries(members.map(([name, member]) => [name, valueOf(member)])),
      ...(kind === "run.started" && { schema: fc.constant(TRACE_SCHEMA) }),
    },
    {
      requiredKeys: [
        "kind",
        ...members.filter(([, { optional }]) => optional !== true).map(([name]) => name),
      ] as never[],
    },
  );
});

/** Says that what follows is of the newest schema, whatever it looks like. */
const START = JSON.stringify({
  atMs: 0,
  actor: "harness",
  span: "run",
  kind: "run.started",
  scenario: "s",
  seed: "1",
  schema: TRACE_SCHEMA,
});
const readAfterStart = (line: string) => parseTrace(`${START}\n${line}\n`).records[1];

const anyValue = fc.oneof(
  fc.string(),
  finite,
  fc.boolean(),
  fc.constant(null),
  fc.constant({}),
  fc.constant([]),
  fc.constant([1]),
  fc.constant(["a"]),
);

test("every record of every kind is read, and the published schema agrees", () => {
  fc.assert(
    fc.property(record, (one) => {
      const line = JSON.stringify(one);
      expect(validate(JSON.parse(line)), line).toBe(true);
      expect(JSON.stringify(readAfterStart(line))).toBe(line);
    }),
    { numRuns: fullRuns(500) },
  );
});

test("one change to a record is refused here exactly when the published schema refuses it", () => {
  fc.assert(
    fc.property(record, anyValue, fc.nat(), fc.boolean(), (one, value, place, leaveOut) => {
      const names = Object.keys(one);
      const name = names[place % names.length] as string;
      fc.pre(one["kind"] !== "run.started" || name !== "schema");
      const changed = leaveOut
        ? Object.fromEntries(Object.entries(one).filter(([other]) => other !== name))
        : { ...one, [name]: value };
      const line = JSON.stringify(changed);
      let read = true;
      try {
        readAfterStart(line);
      } catch (error) {
        if (!isHarnessError(error)) throw error;
        read = false;
      }
      expect(read, line).toBe(validate(JSON.parse(line)));
    }),
    { numRuns: fullRuns(1_000) },
  );
});

test("any text at all is read or refused by name", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.json().map((json) => `${json}\n`),
      ),
      (text) => {
        try {
          parseTrace(text);
        } catch (error) {
          expect(isHarnessError(error), String(error)).toBe(true);
        }
      },
    ),
  );
});
