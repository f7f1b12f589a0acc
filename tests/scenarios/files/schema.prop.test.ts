/** Reader and published schema accept and refuse the same files; the schema is judged by ajv. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { KNOB_SPECS } from "../../../src/sim/knobs/registry.js";
import type { KnobSpec } from "../../../src/sim/knobs/knob-spec.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import { refusalOf, validatorTakes } from "./schema-oracle.js";
import { fullRuns } from "../../helpers/full-runs.js";

const SPECS = Object.entries(KNOB_SPECS).flatMap(([group, specs]) =>
  Object.entries(specs as Readonly<Record<string, KnobSpec>>).map(([name, spec]) => ({ group, name, spec })),
);

/** A preset as somebody would write it into a file. */
function fileOf({ id, draws: _, ...story }: (typeof CATALOGUE)[number]): Record<string, unknown> {
  return JSON.parse(JSON.stringify({ ...story, id: `${id}.copy` })) as Record<string, unknown>;
}

const FILES = CATALOGUE.map(fileOf);

describe("what is in the catalogue", () => {
  test.each(FILES.map((file) => [String(file["id"]), file] as const))(
    "%s could stand in a file",
    (_, file) => {
      expect([refusalOf(file), validatorTakes(file)]).toEqual([undefined, true]);
    },
  );
});

/** Values that fit some members and break others. */
const anyValue = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    1,
    -1,
    0.5,
    1e300,
    "",
    "x",
    "failure",
    "usb",
    "late-delivery",
    [],
    {},
    [1, 2],
    "2",
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
);

const valueFor = ({ spec }: { spec: KnobSpec }): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: fitting(spec) }, { weight: 1, arbitrary: anyValue });

function fitting({ kind, choices = [], min = 0, max = 0, never }: KnobSpec): fc.Arbitrary<unknown> {
  const value =
    kind === "switch"
      ? fc.boolean()
      : kind === "choice"
        ? fc.constantFrom(...choices)
        : kind === "share"
          ? fc.double({ min: 0, max: 1, noNaN: true })
          : fc.integer({ min, max: Math.min(max, 2 ** 31) });
  return never === true ? fc.oneof(value, fc.constant(null)) : value;
}

/** Knobs in both spellings, sometimes of one group at once. */
const knobs = fc
  .array(
    fc
      .constantFrom(...SPECS)
      .chain((one) => fc.tuple(fc.constant(one), valueFor(one), fc.boolean(), fc.boolean())),
    { maxLength: 4 },
  )
  .map((turned) => {
    const file: Record<string, unknown> = {};
    for (const [{ group, name }, value, dotted, misspelt] of turned) {
      const typed = misspelt && name.length > 8 ? name.slice(1) : name;
      if (dotted) file[`${group}.${typed}`] = value;
      else file[group] = { ...(file[group] as object | undefined), [typed]: value };
    }
    return file;
  });

/** Paths to everything inside a value. */
function placesIn(value: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([name, inner]) => placesIn(inner, [...path, name]))];
}

/** The same value with one place changed, taken away, or given a member too many. */
function spoilt(value: unknown, path: readonly string[], change: Change): unknown {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (change.how !== "extra") return change.value;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { ...value, [change.name]: change.value }
      : value;
  }
  const inner = spoilt((value as Record<string, unknown>)[name], rest, change);
  if (Array.isArray(value))
    return value.map((one, index) => (String(index) === name ? inner : (one as unknown)));
  const copy: Record<string, unknown> = { ...(value as object), [name]: inner };
  if (change.how === "drop" && rest.length === 0) Reflect.deleteProperty(copy, name);
  return copy;
}

interface Change {
  readonly how: "replace" | "drop" | "extra";
  readonly name: string;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  how: fc.constantFrom("replace", "drop", "extra"),
  name: fc.constantFrom("note", "where", "atMs", "knobs", "constructor", "toString", "hasOwnProperty", "rp"),
  value: anyValue,
});

/** What no schema can say: one number of a file compared with another. */
const BEYOND_SCHEMAS = new Set(["SCENARIO_FILE_EMPTY_SPAN"]);

let [taken, refused] = [0, 0];
afterAll(() => {
  // Otherwise the files were all good or all bad, and agreeing was no feat.
  expect(taken).toBeGreaterThan(fullRuns(300));
  expect(refused).toBeGreaterThan(fullRuns(300));
});

function sameJudgement(file: unknown): void {
  const refusal = refusalOf(file);
  if (refusal === undefined) taken += 1;
  else refused += 1;
  if (refusal !== undefined && BEYOND_SCHEMAS.has(refusal)) return;
  expect(refusal === undefined, `${refusal ?? "accepted"}: ${JSON.stringify(file)}`).toBe(
    validatorTakes(file),
  );
}

test("a story with one thing spoilt is judged alike", () => {
  const spoiltFile = fc
    .constantFrom(...FILES)
    .chain((file) => fc.tuple(fc.constant(file), fc.constantFrom(...placesIn(file)), change))
    .map(([file, path, one]) => spoilt(file, path, one));
  fc.assert(fc.property(spoiltFile, sameJudgement), { numRuns: fullRuns(3_000) });
});

test("knobs in either spelling are judged alike", () => {
  fc.assert(
    fc.property(knobs, fc.boolean(), (turned, midRun) => {
      const script = midRun ? [{ do: "set", knobs: turned }] : [{ do: "register" }];
      sameJudgement(midRun ? { script } : { script, knobs: turned });
    }),
    { numRuns: fullRuns(3_000) },
  );
});

test("anything at all is judged alike, and nothing but a refusal comes out", () => {
  fc.assert(fc.property(fc.jsonValue(), sameJudgement), { numRuns: fullRuns(1_000) });
});
