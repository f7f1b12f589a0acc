/** What becomes of things seen in a page: attributed to its ceremonies by what they carry, and by nothing else. */
import { expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import type { BridgedCall } from "../../src/page/bridge.js";
import { composeTrace } from "../../src/page/compose-trace.js";
import type { Observations, TimerSeen } from "../../src/page/observations.js";

const CHALLENGE = "AAECAwQFBgcICQoLDA0ODw";
const ID = "EBESExQVFhcYGRobHB0eHw";
const at = (atMs: number) => ({ atMs, position: 0.5 });

const records: readonly TraceRecord[] = [
  {
    atMs: 20,
    actor: "page",
    span: "s1",
    ceremony: "c1",
    kind: "span.started",
    name: "ceremony",
    label: "registration",
    parent: "run",
  },
];
const call: BridgedCall = {
  ceremony: "c1",
  document: "d",
  method: "create",
  challenge: CHALLENGE,
  atMs: 20,
  offered: [],
  id: ID,
  endedAtMs: 90_000,
};
const timer = (id: number, atMs: number, step: TimerSeen["step"]): TimerSeen => ({
  ...at(atMs),
  document: "d",
  id,
  step,
  delayMs: 60_000,
});

const compose = (seen: Partial<Observations>, one: BridgedCall = call) =>
  composeTrace({ records, calls: [one], seen: { http: [], timers: [], words: [], inputs: [], ...seen } });

const kinds = (trace: readonly TraceRecord[]) =>
  trace.map((record) => ("timer" in record ? `${record.kind} ${record.timer}` : record.kind));

test("a timer at whose end the page tells of a failure is its guard; one that changes nothing is not", () => {
  const timers = [
    timer(1, 10, "armed"),
    timer(2, 30, "armed"),
    timer(1, 60_010, "fired"),
    timer(2, 60_030, "fired"),
  ];
  const trace = compose({
    timers,
    inputs: [at(10)],
    words: [{ ...at(60_010), tone: "failure", text: "It failed." }],
  });
  expect(kinds(trace)).toEqual([
    "span.started",
    "timer.armed page.guard",
    "timer.armed page.timer",
    "timer.fired page.guard",
    "page.gave-up",
    "user.saw",
    "timer.fired page.timer",
  ]);
  expect(trace.every(({ ceremony }) => ceremony === "c1")).toBe(true);
});

test("a guard that aborts says so; one that is cleared never fires", () => {
  const timers = [timer(1, 10, "armed"), timer(1, 60_010, "fired")];
  const trace = compose({ timers, inputs: [at(10)] }, { ...call, aborted: true, endedAtMs: 60_010 });
  expect(trace).toContainEqual(expect.objectContaining({ kind: "page.gave-up", aborted: true }));
  const cleared = compose({ timers: [timer(1, 10, "armed"), timer(1, 50, "disarmed")], inputs: [at(10)] });
  expect(kinds(cleared)).toEqual(["span.started", "timer.armed page.guard", "timer.disarmed page.guard"]);
});

test("the site's calls are known by challenge and credential id, wherever they go; bodies stay out", () => {
  const http = [
    {
      method: "GET",
      path: "/any",
      requestBody: "",
      started: at(11),
      ended: { ...at(12), status: 200, responseBody: "{}" },
    },
    {
      method: "POST",
      path: "/a",
      requestBody: "",
      started: at(12),
      ended: { ...at(13), status: 200, responseBody: `{"c":"${CHALLENGE}"}` },
    },
    { method: "POST", path: "/b", requestBody: `{"id":"${ID}"}`, started: at(90_000) },
    {
      method: "POST",
      path: "/b",
      requestBody: `{"id":"${ID}"}`,
      started: at(90_001),
      ended: { ...at(90_002), responseBody: "" },
    },
  ];
  const trace = compose({ http });
  const site = trace.filter(({ kind }) => kind.startsWith("rp.") || kind === "page.call-failed");
  expect(site.map((record) => [record.atMs, record.kind, "call" in record ? record.call : ""])).toEqual([
    [12, "rp.request", "registration/options"],
    [13, "rp.response", "registration/options"],
    [90_000, "rp.request", "registration/finish"],
    [90_001, "rp.request", "registration/finish"],
    [90_002, "rp.no-answer", "registration/finish"],
    [90_002, "page.call-failed", "registration/finish"],
  ]);
  expect(trace[0]).toMatchObject({ kind: "span.started", atMs: 12 });
  expect(JSON.stringify(trace)).not.toMatch(new RegExp(`${CHALLENGE}|${ID}`));
});

test("a site's answer comes before what the page makes of it at that instant, and the ceremony ends with it", () => {
  const ended = { atMs: 90_000, actor: "page", span: "s1", ceremony: "c1", kind: "span.ended", status: "ok" };
  const options = {
    method: "POST",
    path: "/a",
    requestBody: "",
    started: { atMs: 20, position: -0.5 },
    // Told of when the browser had been called already.
    ended: { atMs: 20, position: 0.5, status: 200, responseBody: `{"c":"${CHALLENGE}"}` },
  };
  const finish = (status: number | undefined) => ({
    method: "POST",
    path: "/b",
    requestBody: `{"id":"${ID}"}`,
    started: { atMs: 90_000, position: 1.5 },
    ended: { atMs: 95_000, position: 2.5, ...(status !== undefined && { status }), responseBody: "{}" },
  });
  const composed = (http: Observations["http"]) =>
    composeTrace({
      records: [...records, ended as TraceRecord],
      calls: [call],
      seen: {
        http,
        timers: [],
        words: [{ atMs: 95_000, position: 1.75, tone: "success", text: "Your passkey is ready." }],
        inputs: [],
      },
    });
  const accepted = composed([options, finish(200)]);
  expect(kinds(accepted)).toEqual([
    "span.started",
    "rp.request",
    "rp.response",
    "rp.request",
    "rp.response",
    "span.ended",
    "user.saw",
  ]);
  const endOf = (trace: readonly TraceRecord[]) => trace.find(({ kind }) => kind === "span.ended");
  expect(endOf(accepted)).toMatchObject({ kind: "span.ended", atMs: 95_000, status: "ok" });
  const refused = composed([options, finish(400)]);
  expect(endOf(refused)).toMatchObject({ kind: "span.ended", status: "error" });
  const { ended: _, ...unanswered } = finish(200);
  expect(kinds(composed([options, unanswered]))).not.toContain("span.ended");
});

test("what is posted with a passkey's id belongs to the answer before it: a login has none of the registration's calls", () => {
  const settled = (ceremony: string, atMs: number): TraceRecord => ({
    atMs,
    actor: "browser",
    span: ceremony === "c1" ? "s1" : "s2",
    ceremony,
    kind: "page.settled",
    method: ceremony === "c1" ? "create" : "get",
    outcome: "resolved",
  });
  const [began] = records as readonly [TraceRecord & { readonly kind: "span.started" }];
  const both = [
    began,
    settled("c1", 90_000),
    { ...began, atMs: 100_000, span: "s2", ceremony: "c2", label: "login" },
    settled("c2", 110_000),
  ];
  const posted = (position: number, atMs: number, status: number) => ({
    method: "POST",
    path: "/any",
    requestBody: ID,
    started: { atMs, position },
    ended: { atMs: atMs + 1, position: position + 0.1, status, responseBody: "{}" },
  });
  const trace = composeTrace({
    records: both,
    calls: [call, { ...call, ceremony: "c2", method: "get", atMs: 100_000, endedAtMs: 110_000 }],
    seen: {
      http: [posted(1.5, 90_100, 200), posted(3.5, 110_100, 400)],
      timers: [],
      words: [],
      inputs: [],
    },
  });
  const answers = trace.flatMap((record) =>
    record.kind === "rp.response" ? [[record.ceremony, record.call, record.status]] : [],
  );
  expect(answers).toEqual([
    ["c1", "registration/finish", 200],
    ["c2", "login/finish", 400],
  ]);
});
