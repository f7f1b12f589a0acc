import Ajv from "ajv";
import { describe, expect, test } from "vitest";
import { toOtlp } from "../../../src/diagnosis/outputs/otlp.js";
import { CATALOGUE } from "../../../src/scenarios/catalogue.js";
import { catalogueRun } from "../../helpers/catalogue-runs.js";
import { someOf } from "../../helpers/full-runs.js";
import { hostileRun } from "../../scenarios/reports/hostile.js";
import { explained, played } from "./explained.js";
import { OTLP_SCHEMA, type OtlpFile, type OtlpSpan } from "./otlp-schema.js";

const startEpochMs = Date.UTC(2026, 2, 2, 9, 11, 12);
const fits = new Ajv().compile(OTLP_SCHEMA);
const read = (text: string) => JSON.parse(text) as OtlpFile;
const spansOf = ({ resourceSpans }: OtlpFile) =>
  resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

/** What the schema cannot say: ids are unique, parents are there, no span ends before it begins. */
function problemsOf(file: OtlpFile): readonly string[] {
  if (fits(file) !== true) return [JSON.stringify(fits.errors)];
  const spans = spansOf(file);
  const ids = new Set(spans.map(({ traceId, spanId }) => traceId + spanId));
  return [
    ...(ids.size === spans.length ? [] : ["two spans of one id"]),
    ...spans.flatMap(({ traceId, parentSpanId, name, startTimeUnixNano, endTimeUnixNano, links = [] }) => [
      ...(parentSpanId === undefined || ids.has(traceId + parentSpanId) ? [] : [`${name}: parent is absent`]),
      ...(BigInt(startTimeUnixNano) <= BigInt(endTimeUnixNano) ? [] : [`${name}: ends before it begins`]),
      ...(links.every((link) => ids.has(link.traceId + link.spanId)) ? [] : [`${name}: link to nothing`]),
    ]),
    ...rootProblems(spans),
  ];
}

function rootProblems(spans: readonly OtlpSpan[]): readonly string[] {
  const roots = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
  const traces = new Set(spans.map(({ traceId }) => traceId));
  return roots.length === traces.size ? [] : [`${roots.length} roots in ${traces.size} traces`];
}

test.each(someOf(CATALOGUE).map((scenario) => [scenario.id, scenario] as const))(
  "%s is OTLP, each trace with one root",
  async (_, scenario) => {
    expect(problemsOf(read(toOtlp(await catalogueRun(scenario, "1"), { startEpochMs })))).toEqual([]);
  },
);

test("what is hostile, cut, or of no span is OTLP too", async () => {
  expect(problemsOf(read(toOtlp(hostileRun(), { startEpochMs })))).toEqual([]);
  const { records } = await played("late-delivery");
  for (let cut = 0; cut < records.length; cut += 7) {
    expect(problemsOf(read(toOtlp(explained(records.slice(cut)), { startEpochMs })))).toEqual([]);
    expect(problemsOf(read(toOtlp(explained(records.slice(0, cut)), { startEpochMs })))).toEqual([]);
  }
});

describe("late-delivery", () => {
  const file = async () => read(toOtlp(await played("late-delivery"), { startEpochMs }));
  const named = async (name: string) => spansOf(await file()).filter((span) => span.name === name);
  const told = ({ attributes }: OtlpSpan, key: string) => attributes.find((one) => one.key === key)?.value;

  test("has the verdict on the root of its ceremony", async () => {
    const [root] = await named("ceremony registration");
    const { explanation } = await played("late-delivery");
    expect(root?.parentSpanId).toBeUndefined();
    expect(root?.status).toEqual({ code: 2, message: explanation.verdict });
    expect(told(root as OtlpSpan, "passkey.decided_by")).toEqual({ stringValue: "page.guard of the page" });
    expect(told(root as OtlpSpan, "passkey.margin_ms")).toEqual({ intValue: "-38000" });
  });

  test("has the timer that fired, in nanoseconds of the epoch, below the root", async () => {
    const [guard] = await named("timer page.guard");
    const [root] = await named("ceremony registration");
    expect(guard).toMatchObject({
      traceId: root?.traceId,
      parentSpanId: root?.spanId,
      startTimeUnixNano: "1772442672000000000",
      endTimeUnixNano: "1772442732000000000",
      status: { code: 2 },
    });
  });

  test("has the trace's own tree: exchange in request in ceremony", async () => {
    const [[exchange], [request], [root]] = [
      await named("exchange makeCredential"),
      await named("request create"),
      await named("ceremony registration"),
    ];
    expect([exchange?.parentSpanId, request?.parentSpanId]).toEqual([request?.spanId, root?.spanId]);
    expect(exchange?.events?.map(({ name }) => name)).toEqual([
      "ctap.request",
      "user.prompted",
      "user.answered",
      "ctap.credential",
      "ctap.response",
    ]);
  });

  test("has the site's calls as spans of a server", async () => {
    const [finish] = await named("registration/finish");
    expect(finish).toMatchObject({ kind: 2, status: { code: 0 } });
    expect(told(finish as OtlpSpan, "http.response.status_code")).toEqual({ intValue: "200" });
  });

  test("names a service for each actor", async () => {
    const services = (await file()).resourceSpans.map(
      ({ resource }) => resource.attributes.find(({ key }) => key === "service.name")?.value.stringValue,
    );
    expect([...services].sort()).toEqual(
      ["browser", "gateway", "harness", "key", "link", "page", "site"].sort(),
    );
  });
});

test("a second attempt links to the first", async () => {
  const run = await played("rp-gateway-504-late-commit/retry-after-commit");
  const roots = spansOf(read(toOtlp(run, { startEpochMs }))).filter(({ name }) =>
    name.startsWith("ceremony "),
  );
  const [first, second] = roots;
  expect(roots.length).toBeGreaterThan(1);
  expect(first?.links).toBeUndefined();
  expect(second?.links).toEqual([{ traceId: first?.traceId, spanId: first?.spanId }]);
});

test("ids are the same for the same run, and others for another run or another time", async () => {
  const ids = async (id: string, at: number) =>
    spansOf(read(toOtlp(await played(id), { startEpochMs: at }))).map(({ spanId }) => spanId);
  expect(await ids("plain-login", startEpochMs)).toEqual(await ids("plain-login", startEpochMs));
  const known = new Set(await ids("plain-login", startEpochMs));
  expect((await ids("plain-login", startEpochMs + 1)).filter((id) => known.has(id))).toEqual([]);
  expect((await ids("plain-registration", startEpochMs)).filter((id) => known.has(id))).toEqual([]);
});
