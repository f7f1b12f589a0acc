/** Stories of the catalogue, all of them with FULL=1: written to a file, held to the schema, read back, and told alike. */
import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import { toText } from "../../../src/scenarios/reports/report.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { traceSchema } from "../../../src/scenarios/reports/trace-schema.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { someOf } from "../../helpers/full-runs.js";
import { stored } from "./stored.js";

const validate = new Ajv().compile(traceSchema());

/** All of the text but the ledger: a simulation's own ledger knows keys and rows from before its trace. */
const withoutLedger = (text: string) => text.replace(/\nLedger\n[\s\S]*?\n\n/, "\n");

describe.each(someOf(CATALOGUE).map((scenario) => [scenario.id, scenario] as const))("%s", (_, scenario) => {
  const played = () => catalogueRun(scenario, "demo-1");

  test("leaves records that fit the published schema", async () => {
    const { records } = await played();
    const lines = stored(records).trimEnd().split("\n");
    expect(lines.filter((line) => !validate(JSON.parse(line)))).toEqual([]);
  });

  test("is told from its stored trace as it was told live", async () => {
    const live = await played();
    const read = parseTrace(stored(live.records));
    expect(read).toEqual({ schema: live.schema, records: live.records, notes: [] });
    expect(withoutLedger(toText(runOfTrace(read)))).toBe(withoutLedger(toText(live)));
  });
});
