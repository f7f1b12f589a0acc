/** An event is described in one place: whatever reads, checks or shows events follows the table. */
import Ajv from "ajv";
import { describe, expect, expectTypeOf, test } from "vitest";
import { describeRecord, toneOf } from "../../../src/core/events/describe.js";
import { FRAME } from "../../../src/core/events/frame.js";
import {
  EVENT_KINDS,
  EVENTS,
  type EventsByKind,
  isEventKind,
  membersOf,
} from "../../../src/core/events/table.js";
import { TRACE_SCHEMA } from "../../../src/core/events/run.js";
import type { TraceContext, TraceEvent, TraceRecord } from "../../../src/core/trace.js";
import { EXPECTATION_SHAPE } from "../../../src/scenarios/files/promise-shapes.js";
import { parseTrace } from "../../../src/scenarios/reports/parse-trace.js";
import { traceSchema } from "../../../src/scenarios/reports/trace-schema.js";
import { samplesOf } from "./samples.js";

const TONES = ["wire", "user", "good", "bad", "fault"];
const schema = traceSchema();
const validate = new Ajv().compile(schema);
const START = JSON.stringify({
  atMs: 0,
  actor: "harness",
  span: "run",
  kind: "run.started",
  scenario: "s",
  seed: "1",
  schema: TRACE_SCHEMA,
});

/** Reads records as a stored trace has them, each with a line of its own. */
const read = (records: readonly object[]) =>
  parseTrace([START, ...records.map((record) => JSON.stringify(record))].join("\n")).records.slice(1);

describe.each(EVENT_KINDS.filter((kind) => kind !== "run.started"))("%s", (kind) => {
  const samples = samplesOf(kind);

  test("is read from a stored trace, every value of every member", () => {
    const records = read(samples.map((sample) => ({ ...sample, atMs: 0 })));
    expect(records.map((record) => JSON.parse(JSON.stringify(record)) as unknown)).toEqual(
      samples.map((sample) => ({ ...sample, atMs: 0 })),
    );
  });

  test("fits the published schema, every value of every member", () => {
    expect(samples.filter((sample) => !validate(sample))).toEqual([]);
  });

  test("is refused by reader and schema without a member it must have", () => {
    const [sample = {}] = samples;
    const needed = Object.entries(membersOf(kind)).filter(([, { optional }]) => optional !== true);
    for (const [name] of needed) {
      const rest = Object.fromEntries(Object.entries(sample).filter(([other]) => other !== name));
      expect(() => read([rest])).toThrow(`"${name}" is missing`);
      expect(validate(rest)).toBe(false);
    }
  });

  test("has a tone and either a sentence or none at all", () => {
    const records = read(samples);
    for (const record of records) expect(TONES).toContain(toneOf(record));
    const texts = records.map(describeRecord);
    expect(new Set(texts.map((text) => text === undefined)).size).toBe(1);
    for (const text of texts) expect(text ?? "left out").toMatch(/\S/);
    for (const text of texts) expect(text ?? "").not.toMatch(/undefined|Infinity|NaN|\[object/);
    for (const text of texts)
      expect(text ?? "").not.toMatch(/\b(nobody|somebody|person|wish(es)?|whoever)\b/);
  });
});

test("every kind belongs to one layer of the table, and names no member of the frame", () => {
  expect(EVENT_KINDS).toHaveLength(Object.keys(EVENTS).length);
  for (const kind of EVENT_KINDS) {
    expect(kind).toMatch(/^(run|span|ctap|link|user|page|rp|factor|timer|fault)\.[a-z0-9-]+$/);
    expect(Object.keys(membersOf(kind)).filter((name) => name in FRAME || name === "kind")).toEqual([]);
  }
});

test("scenario files may expect every event of the layers that they speak of, with its members", () => {
  const { ctap, link, page, rp } = EXPECTATION_SHAPE.members;
  const choices = Object.assign(
    {},
    ...[ctap, link, page, rp].map(({ of }) => of.choices),
  ) as typeof ctap.of.choices;
  const expected = EVENT_KINDS.filter((kind) => /^(ctap|link|user|page|rp|factor)\./.test(kind));
  expect(Object.keys(choices).sort()).toEqual([...expected].sort());
  for (const kind of expected) {
    expect(choices[kind]?.members["where"]).toMatchObject({
      members: Object.fromEntries(Object.keys(membersOf(kind)).map((name) => [name, { optional: true }])),
    });
  }
});

test("no kind is a name that every object has", () => {
  expect(["constructor", "toString", "__proto__", "ctap.reques"].filter(isEventKind)).toEqual([]);
});

test("types follow the table", () => {
  expectTypeOf<EventsByKind["ctap.request"]>().toEqualTypeOf<
    { readonly kind: "ctap.request" } & { readonly command: string; readonly bytes: number }
  >();
  expectTypeOf<EventsByKind["link.not-found"]["offered"]>().toEqualTypeOf<readonly string[]>();
  expectTypeOf<EventsByKind["span.ended"]["status"]>().toEqualTypeOf<"ok" | "error">();
  expectTypeOf<{ kind: "rp.login"; outcome: "accepted"; reason: undefined }>().not.toExtend<TraceEvent>();
  expectTypeOf<{ kind: "ctap.request"; command: string }>().not.toExtend<TraceEvent>();
  expectTypeOf<TraceRecord["atMs"]>().toEqualTypeOf<number>();
  expectTypeOf<TraceContext>().toEqualTypeOf<{ readonly span: string; readonly ceremony?: string }>();
});

describe("sentences", () => {
  const at = { atMs: 0, actor: "x", span: "run" } as const;
  test.each<[TraceEvent, string | undefined, string]>([
    [
      { kind: "ctap.request", command: "makeCredential", bytes: 1 },
      "sends makeCredential to the authenticator",
      "wire",
    ],
    [{ kind: "link.lost", link: "key", code: "DEVICE_GONE" }, "key: lost (DEVICE_GONE)", "bad"],
    [
      { kind: "link.hybrid", stage: "failed", step: "handshake", code: "HANDSHAKE_REJECTED" },
      "failed (handshake: HANDSHAKE_REJECTED)",
      "bad",
    ],
    [{ kind: "link.hybrid", stage: "tunnel-closed", closeCode: 1006 }, "tunnel-closed (1006)", "wire"],
    [{ kind: "link.hybrid", stage: "tunnel-refused", httpStatus: 403 }, "tunnel-refused (403)", "bad"],
    [
      { kind: "link.hybrid", stage: "tunnel-refused", code: "NOT_REACHED" },
      "tunnel-refused (not reached)",
      "bad",
    ],
    [{ kind: "link.hybrid", stage: "advert-sent", bytes: 20 }, "advert-sent (20 bytes)", "wire"],
    [{ kind: "link.hybrid", stage: "advert-seen", foreignAdverts: 0 }, "advert-seen", "wire"],
    [
      { kind: "link.hybrid", stage: "advert-seen", foreignAdverts: 3 },
      "advert-seen (after 3 for other clients)",
      "wire",
    ],
    [
      { kind: "page.called", method: "get", effectiveMs: Infinity },
      "get() called; timeout requested: none, in effect: no limit",
      "wire",
    ],
    [
      { kind: "rp.response", call: "login/options", status: 200, credentials: [] },
      "login/options answered 200, offering no credential",
      "wire",
    ],
    [
      { kind: "rp.response", call: "login/finish", status: 400, code: "NO" },
      "login/finish answered 400 (NO)",
      "bad",
    ],
    [{ kind: "user.answered", prompt: "touch x", answer: "approved" }, "answers: approved", "good"],
    [{ kind: "user.saw", where: "page", text: "Done", tone: "success" }, 'shows: "Done"', "good"],
    [
      { kind: "factor.code", factor: "sms", number: 1, change: "sent-again" },
      "sms code 1 sent again",
      "wire",
    ],
    [
      { kind: "factor.code", factor: "sms", number: 1, change: "undeliverable", route: "landline" },
      "sms code 1 undeliverable (landline)",
      "wire",
    ],
    [
      { kind: "rp.probe", probe: "credentials", outcome: "failed", code: "SITE_NO_ANSWER" },
      "asked for its credentials, without success (SITE_NO_ANSWER)",
      "wire",
    ],
    [
      { kind: "timer.fired", timer: "page.guard", budgetMs: 60_000, id: "t1" },
      "TIMER page.guard fired after 60.000 s",
      "bad",
    ],
    [{ kind: "timer.armed", timer: "page.guard", budgetMs: 60_000, id: "t1" }, undefined, "wire"],
  ])("%j", (event, text, tone) => {
    const record: TraceRecord = { ...at, ...event };
    expect([describeRecord(record), toneOf(record)]).toEqual([text, tone]);
  });
});
