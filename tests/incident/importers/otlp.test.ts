/** A document written by hand from the .proto files' JSON mapping, and the harness's own export read back. */
import { describe, expect, test } from "vitest";
import { toOtlp } from "../../../src/entry/diagnosis.js";
import { runScenario, scenarioNamed } from "../../../src/entry/scenarios.js";
import { explainIncident } from "../../../src/incident/explain-incident.js";
import type { ImportedSource } from "../../../src/incident/importer.js";
import { tagOf } from "../../../src/incident/tags.js";
import { fileOf, importFile } from "./sample.js";

const utf8 = (text: string) => new TextEncoder().encode(text);
const importText = async (text: string) => importFile(fileOf("x.json", utf8(text)));

const TRACE = "5b8efff798038103d269b633813fc60c";
const text = (key: string, value: string) => ({ key, value: { stringValue: value } });
const number = (key: string, value: number) => ({ key, value: { intValue: String(value) } });

const CHALLENGE = Buffer.from("an invented challenge").toString("base64url");
const CLIENT_DATA = Buffer.from(
  JSON.stringify({ type: "webauthn.get", challenge: CHALLENGE, origin: "https://shop.example" }),
).toString("base64url");
const OPTIONS = { challenge: CHALLENGE, rpId: "shop.example", timeout: 45_000, allowCredentials: [] };
const ANSWER = {
  id: "AQIDBA",
  rawId: "AQIDBA",
  response: { clientDataJSON: CLIENT_DATA, authenticatorData: "AA", signature: "AA" },
};

function span(members: object, ...attributes: readonly object[]) {
  return {
    traceId: TRACE,
    spanId: "eee19b7ec3c1b174",
    name: "POST",
    kind: 2,
    startTimeUnixNano: "1772446272000000000",
    endTimeUnixNano: "1772446272040500000",
    attributes,
    status: {},
    ...members,
  };
}

const optionsSpan = span(
  {},
  text("http.request.method", "POST"),
  text("http.route", "/api/passkeys/authentication/options"),
  text("url.path", "/api/passkeys/authentication/options"),
  number("http.response.status_code", 200),
  text("http.response.body", JSON.stringify(OPTIONS)),
  text("user_agent.original", "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0.0.0 Safari/537.36"),
  text("client.address", "203.0.113.7"),
);
// An old convention's names, an integer that is a number, and a body that is a list of members.
const finishSpan = span(
  {
    traceId: "6c8efff798038103d269b633813fc60c",
    startTimeUnixNano: "1772446279000000000",
    endTimeUnixNano: "1772446279100000000",
    events: [
      {
        timeUnixNano: "1772446279090000000",
        name: "exception",
        attributes: [text("exception.type", "ChallengeExpiredError")],
      },
    ],
  },
  text("http.method", "POST"),
  text("http.target", "/api/v1/step?next=1"),
  { key: "http.status_code", value: { intValue: 400 } },
  {
    key: "http.request.body",
    value: { kvlistValue: { values: [text("credential", JSON.stringify(ANSWER))] } },
  },
);
const child = span({ kind: 3 }, text("db.system.name", "postgresql"));

const resource = (name: string, ...spans: readonly object[]) => ({
  resource: { attributes: [text("service.name", name)] },
  scopeSpans: [{ scope: {}, spans }],
});

const only = (sources: readonly ImportedSource[]) => {
  expect(sources).toHaveLength(1);
  return sources[0] as ImportedSource;
};

describe("a document written by hand", () => {
  const document = JSON.stringify(
    { resourceSpans: [resource("accounts", finishSpan, child, optionsSpan)] },
    null,
    2,
  );

  test("gives the calls in order of time, with their moments, statuses and code", async () => {
    const { id, sources } = await importText(document);
    expect(id).toBe("otlp");
    const { records, episodes, clock } = only(sources);
    expect(records.map(({ at, event }) => [at.fromMs, event])).toEqual([
      [1_772_446_272_000, { kind: "rp.request", call: "login/options" }],
      [1_772_446_272_040.5, { kind: "rp.response", call: "login/options", status: 200, credentials: [] }],
      [1_772_446_279_000, { kind: "rp.request", call: "login/finish" }],
      [
        1_772_446_279_100,
        { kind: "rp.response", call: "login/finish", status: 400, code: "CHALLENGE_EXPIRED" },
      ],
    ]);
    // Options and finish have traces of their own: the challenge joins them.
    expect(episodes).toMatchObject([
      { kind: "login", asked: { timeoutMs: 45_000 }, client: "chrome-windows", rp: tagOf("shop.example") },
    ]);
    expect(clock).toEqual({ machine: "server", kind: "utc", precisionMs: 0.001 });
  });

  test("has trace ids as anchors that other logs share", async () => {
    const { anchors } = only((await importText(document)).sources);
    expect(anchors.filter(({ kind }) => kind === "request-id").map(({ tag }) => tag)).toContain(tagOf(TRACE));
    expect(anchors.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(["challenge", "client-data", "credential", "call"]),
    );
  });

  test("keeps no name, address, id or challenge", async () => {
    const out = JSON.stringify((await importText(document)).sources).toLowerCase();
    for (const secret of ["203.0.113.7", TRACE, CHALLENGE, "shop.example", "AQIDBA", "accounts", "/api/"])
      expect(out, secret).not.toContain(secret.toLowerCase());
  });

  test("counts what is no call to a server", async () => {
    expect(only((await importText(document)).sources).dropped).toEqual([
      { what: "span that is no call to a server", count: 1 },
    ]);
  });
});

test("JSON lines give one source for each resource, whatever the order of the lines", async () => {
  const line = (name: string, one: object) => JSON.stringify({ resourceSpans: [resource(name, one)] });
  const { sources } = await importText(
    [line("edge", finishSpan), line("accounts", finishSpan), line("edge", optionsSpan)].join("\n"),
  );
  expect(sources.map(({ records }) => records.length)).toEqual([4, 2]);
  expect(sources.map(({ episodes }) => episodes.length)).toEqual([1, 1]);
});

test("log records with the attributes of a call are calls that have just ended", async () => {
  const record = {
    timeUnixNano: "1772446279100000000",
    severityNumber: 17,
    traceId: TRACE,
    spanId: "eee19b7ec3c1b174",
    body: { stringValue: "request completed" },
    attributes: [
      text("http.request.method", "POST"),
      text("http.route", "/webauthn/login/finish"),
      number("http.response.status_code", 401),
      text("error.type", "unknown_credential"),
    ],
  };
  const { sources } = await importText(
    JSON.stringify({ resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] }),
  );
  const { records, anchors } = only(sources);
  expect(records.at(-1)).toMatchObject({
    at: { toMs: 1_772_446_279_100 },
    event: { kind: "rp.response", call: "login/finish", status: 401, code: "UNKNOWN_CREDENTIAL" },
  });
  expect(anchors[0]).toMatchObject({ kind: "request-id", tag: tagOf(TRACE) });
});

test("a sampled trace proves nothing by what is not in it", async () => {
  const sampled = { ...optionsSpan, traceState: "vendor=1,ot=th:8" };
  const { coverage, level } = only(
    (await importText(JSON.stringify({ resourceSpans: [resource("a", sampled)] }))).sources,
  );
  expect(coverage).toEqual([]);
  expect(level).toContain("sampled");
});

test.each([
  ["no call of a passkey", { resourceSpans: [resource("a", span({}, text("http.route", "/cart")))] }],
  ["no span", { resourceSpans: [] }],
  ["nonsense", { resourceSpans: [{ resource: 1, scopeSpans: [{ spans: [null, { kind: 2 }] }] }, 7] }],
])("%s is said, and nothing is concluded", async (_, document) => {
  const { sources } = await importText(JSON.stringify(document));
  expect(only(sources).notes).toEqual(["No request for a passkey is in it."]);
  const { explanation } = await explainIncident([fileOf("a", utf8(JSON.stringify(document)))]);
  expect(explanation.mechanism).toBe("undecided");
});

describe.each(["plain-login", "plain-registration", "late-delivery", "rp-gateway-504-late-commit"])(
  "the export of %s",
  (story) => {
    test("is read back: the same calls, statuses, codes and moments", async () => {
      const { records, explanation } = await runScenario(scenarioNamed(story), { seed: "1" });
      const startEpochMs = 1_772_446_272_000;
      const { sources } = await importText(toOtlp({ records, explanation }, { startEpochMs }));
      const came = sources.flatMap((source) => source.records);
      const rp = (kind: "rp.request" | "rp.response") =>
        records.filter((one) => one.kind === kind && one.ceremony !== undefined);
      const key = (
        one: { readonly call: string; readonly status?: number; readonly code?: string },
        ms: number,
      ) => `${one.call} ${one.status ?? ""} ${one.code ?? ""} ${Math.round(ms)}`;
      for (const kind of ["rp.request", "rp.response"] as const) {
        const wanted = rp(kind).map((one) => key(one as never, one.atMs));
        const got = came
          .filter(({ event }) => event.kind === kind)
          .map(({ event, at }) => key(event as never, at.fromMs - startEpochMs));
        expect(wanted.length).toBeGreaterThan(0);
        expect(got.sort()).toEqual(wanted.sort());
      }
    });
  },
);
