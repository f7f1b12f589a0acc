import Ajv from "ajv";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { toHar } from "../../../src/diagnosis/outputs/har.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { someOf } from "../../helpers/full-runs.js";
import { hostileRun } from "../../scenarios/reports/hostile.js";
import { explained, played } from "./explained.js";

/** Schemas of HAR 1.2 that other programs check files with (npm package har-schema). */
const SCHEMAS = join(dirname(createRequire(import.meta.url).resolve("har-schema/package.json")), "lib");

function harChecker() {
  const ajv = new Ajv({ schemaId: "auto", meta: false, unknownFormats: "ignore" });
  ajv.addMetaSchema(createRequire(import.meta.url)("ajv/lib/refs/json-schema-draft-06.json") as object);
  for (const name of readdirSync(SCHEMAS).filter((file) => file.endsWith(".json"))) {
    ajv.addSchema(JSON.parse(readFileSync(join(SCHEMAS, name), "utf8")) as object);
  }
  return ajv.getSchema("har.json#") ?? ajv.getSchema("har.json");
}

const fits = harChecker();
const startEpochMs = Date.UTC(2026, 2, 2, 9, 11, 12);

interface Har {
  readonly log: {
    readonly creator: { readonly version: string };
    readonly pages: readonly { readonly id: string; readonly title: string; readonly comment?: string }[];
    readonly entries: readonly {
      readonly pageref?: string;
      readonly startedDateTime: string;
      readonly time: number;
      readonly request: { readonly url: string };
      readonly response: { readonly status: number; readonly statusText: string; readonly _error?: string };
    }[];
  };
}
const read = (text: string) => JSON.parse(text) as Har;

function problemsOf(file: Har): readonly unknown[] {
  const schema = fits?.(file) === true ? [] : [JSON.stringify(fits?.errors)];
  const pages = new Set(file.log.pages.map(({ id }) => id));
  const stray = file.log.entries.filter(({ pageref }) => pageref !== undefined && !pages.has(pageref));
  return [...schema, ...stray];
}

test("the schema refuses what is no HAR", () => {
  expect(fits?.({ log: { version: "1.2", entries: [] } })).toBe(false);
  expect(fits?.({ log: { version: "1.2", creator: { name: "x", version: "1" }, entries: [{}] } })).toBe(
    false,
  );
});

test.each(someOf(CATALOGUE).map((scenario) => [scenario.id, scenario] as const))(
  "%s is HAR 1.2",
  async (_, scenario) => {
    expect(problemsOf(read(toHar(await catalogueRun(scenario, "1"), { startEpochMs })))).toEqual([]);
  },
);

test("what is hostile, cut or empty is HAR too", async () => {
  expect(problemsOf(read(toHar(hostileRun(), { startEpochMs })))).toEqual([]);
  expect(problemsOf(read(toHar(explained([]), { startEpochMs })))).toEqual([]);
  const { records } = await played("late-delivery");
  for (let cut = 0; cut < records.length; cut += 7) {
    expect(problemsOf(read(toHar(explained(records.slice(cut)), { startEpochMs })))).toEqual([]);
  }
});

describe("rp-gateway-504-late-commit", () => {
  test("has the calls in order, with the gateway's answer after its minute", async () => {
    const { log } = read(toHar(await played("rp-gateway-504-late-commit"), { startEpochMs, version: "9.9" }));
    const told = log.entries.map(({ startedDateTime, time, request, response }) => [
      startedDateTime,
      time,
      request.url,
      response.status,
      response.statusText,
    ]);
    expect(told).toEqual([
      ["2026-03-02T09:11:12.050Z", 50, "https://shop.example/registration/options", 200, ""],
      [
        "2026-03-02T09:11:13.800Z",
        60_000,
        "https://shop.example/registration/finish",
        504,
        "GATEWAY_TIMEOUT",
      ],
    ]);
    expect(log.creator.version).toBe("9.9");
    expect(log.pages).toMatchObject([
      { id: "c1", title: expect.stringContaining("gateway-504-late-commit") as string },
    ]);
  });
});

test.each([
  ["rp-double-finish", "registration/finish", "the page did not receive the answer"],
  ["rp-connection-refused", "registration/options", "CONNECTION_REFUSED"],
  ["rp-connection-refused/reset-after-commit", "registration/finish", "CONNECTION_RESET"],
])("%s: a call whose answer the page did not get has status 0 and says why", async (id, call, error) => {
  const { entries } = read(toHar(await played(id), { startEpochMs })).log;
  const failed = entries.filter(({ response }) => response.status === 0);
  expect(failed.map(({ request, response }) => [request.url.endsWith(call), response._error])).toEqual([
    [true, error],
  ]);
});
