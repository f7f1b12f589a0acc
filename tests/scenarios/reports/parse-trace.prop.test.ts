import Ajv from "ajv";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isHarnessError } from "../../../src/core/errors.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { traceSchema } from "../../../src/scenarios/reports/trace-schema.js";
import { membersOf, TRACE_SHAPE, type Member } from "../../../src/scenarios/reports/trace-shape.js";
import { TRACE_SCHEMA } from "../../../src/scenarios/run.js";
import { fullRuns } from "../../helpers/full-runs.js";

const validate = new Ajv().compile(traceSchema());

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });

function valueOf({ type, words = [] }: Member): fc.Arbitrary<unknown> {
  switch (type) {
    case "text":
      return fc.string({ unit: "binary" });
    case "number":
      return finite;
    case "span":
      return fc.option(finite);
    case "flag":
      return fc.boolean();
    case "word":
      return fc.constantFrom(...words);
  }
}

const record = fc.constantFrom(...Object.keys(TRACE_SHAPE)).chain((kind) => {
  const members = Object.entries(membersOf(kind) ?? {});
  return fc.record(
    {
      atMs: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
      actor: fc.string({ minLength: 1 }),
      kind: fc.constant(kind),
      ...Object.fromEntries(members.map(([name, member]) => [name, valueOf(member)])),
      ...(kind === "run.started" && { schema: fc.constant(TRACE_SCHEMA) }),
    },
    {
      requiredKeys: [
        "atMs",
        "actor",
        "kind",
        ...members.filter(([, { optional }]) => !optional).map(([name]) => name),
      ] as never[],
    },
  );
});

const anyScalar = fc.oneof(
  fc.string(),
  finite,
  fc.boolean(),
  fc.constant(null),
  fc.constant({}),
  fc.constant([]),
);

test("every record of every kind is read, and the published schema agrees", () => {
  fc.assert(
    fc.property(record, (one) => {
      const line = JSON.stringify(one);
      expect(validate(JSON.parse(line)), line).toBe(true);
      expect(JSON.stringify(parseTrace(line)[0])).toBe(line);
    }),
    { numRuns: fullRuns(500) },
  );
});

test("one change to a record is refused here exactly when the published schema refuses it", () => {
  fc.assert(
    fc.property(record, anyScalar, fc.nat(), fc.boolean(), (one, value, place, leaveOut) => {
      const names = Object.keys(one);
      const name = names[place % names.length] as string;
      fc.pre(one["kind"] !== "run.started" || name !== "schema");
      const changed = leaveOut
        ? Object.fromEntries(Object.entries(one).filter(([other]) => other !== name))
        : { ...one, [name]: value };
      const line = JSON.stringify(changed);
      let read = true;
      try {
        parseTrace(line);
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
