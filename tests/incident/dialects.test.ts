/** Dialects of the first importers, written as each program writes them. */
import { describe, expect, test } from "vitest";
import { readMapping } from "../../src/incident/app-log/read-mapping.js";
import { explainIncident } from "../../src/incident/explain-incident.js";
import { fileOf } from "./round-trip.js";

const CHALLENGE = Buffer.from("an invented challenge").toString("base64url");
const OPTIONS = JSON.stringify({
  publicKey: { challenge: CHALLENGE, rpId: "shop.example", timeout: 45_000, allowCredentials: [] },
});
const CLIENT_DATA = Buffer.from(
  JSON.stringify({ type: "webauthn.get", challenge: CHALLENGE, origin: "https://shop.example" }),
).toString("base64url");
const ANSWER = JSON.stringify({
  rawId: "AQIDBA",
  response: { clientDataJSON: CLIENT_DATA, authenticatorData: "AA", signature: "AA" },
});

async function sourceOf(text: string, options: Parameters<typeof explainIncident>[1] = {}) {
  const { sources } = await explainIncident([fileOf("log", text)], options);
  expect(sources).toHaveLength(1);
  const [first] = sources;
  if (first === undefined) throw new Error("no source");
  return first.source;
}

describe("HAR", () => {
  interface Dialect {
    readonly creator: string;
    readonly userAgent: string;
    readonly begins: readonly [string, string];
    readonly profile: string;
    readonly title: string;
    readonly encode?: true;
  }

  test.each<Dialect>([
    {
      // Firefox stamps with the offset of its zone.
      creator: "Firefox",
      userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
      begins: ["2026-03-02T10:11:12.100+01:00", "2026-03-02T10:11:19.100+01:00"],
      profile: "gecko",
      title: "network panel (HAR of Firefox)",
    },
    {
      // Safari's Web Inspector stamps in UTC, and may hand bodies over in base64.
      creator: "WebKit Web Inspector",
      userAgent:
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
      begins: ["2026-03-02T09:11:12.100Z", "2026-03-02T09:11:19.100Z"],
      profile: "webkit",
      title: "network panel (HAR of Safari)",
      encode: true,
    },
  ])("of $creator", async ({ creator, userAgent, begins, profile, title, encode }) => {
    const headers = [{ name: "User-Agent", value: userAgent }];
    const content =
      encode === true
        ? { mimeType: "application/json", encoding: "base64", text: Buffer.from(OPTIONS).toString("base64") }
        : { mimeType: "application/json", text: OPTIONS };
    const har = {
      log: {
        version: "1.2",
        creator: { name: creator, version: "1" },
        pages: [],
        entries: [
          {
            startedDateTime: begins[0],
            time: 40,
            request: { method: "POST", url: "https://shop.example/a/b", headers },
            response: { status: 200, headers: [], content },
          },
          {
            startedDateTime: begins[1],
            time: 60,
            request: {
              method: "POST",
              url: "https://shop.example/a/c",
              headers,
              postData: { mimeType: "application/json", text: ANSWER },
            },
            response: { status: 200, headers: [], content: { mimeType: "application/json", text: "{}" } },
          },
        ],
      },
    };
    const source = await sourceOf(JSON.stringify(har));
    expect(source.title).toBe(title);
    expect(source.episodes).toMatchObject([{ kind: "login", client: profile, asked: { timeoutMs: 45_000 } }]);
    expect(source.records.map(({ at, event }) => [at.fromMs, event.kind])).toEqual([
      [Date.UTC(2026, 2, 2, 9, 11, 12, 100), "rp.request"],
      [Date.UTC(2026, 2, 2, 9, 11, 12, 140), "rp.response"],
      [Date.UTC(2026, 2, 2, 9, 11, 19, 100), "rp.request"],
      [Date.UTC(2026, 2, 2, 9, 11, 19, 160), "rp.response"],
    ]);
  });
});

describe("Chromium's FIDO log", () => {
  const REQUEST = `<- 0x2 (kAuthenticatorGetAssertion) {1: "shop.example", 2: h'${"AB".repeat(32)}'}`;

  test("on standard error, whose errors have no level of their own", async () => {
    const outer = (time: string, level: string) =>
      `[4711:4711:0302/${time}:${level}:device_event_log_impl.cc(216)]`;
    const source = await sourceOf(
      [
        `${outer("101112.309653", "VERBOSE1")} [10:11:12.309] FIDO: EVENT: get_assertion_request_handler.cc:309 Starting GetAssertion flow`,
        `${outer("101112.400000", "VERBOSE1")} [10:11:12.400] FIDO: DEBUG: fido_hid_device.cc:50 ${REQUEST}`,
        "[4711:4711:0302/101113.000000:ERROR:gpu_init.cc(1)] something of another part",
        `${outer("101115.204001", "ERROR")} [10:11:15.204] FIDO: fido_hid_device.cc:507 FIDO HID device timeout for hid:3f2a`,
      ].join("\n"),
      { dateMs: Date.UTC(2026, 0, 1) },
    );
    expect(source.title).toContain("standard error");
    expect(source.clock).toMatchObject({ kind: "local", precisionMs: 1 });
    expect(source.records.map(({ at, event }) => [at.fromMs, event.kind])).toEqual([
      [Date.UTC(2026, 2, 2, 10, 11, 12, 309), "page.called"],
      [Date.UTC(2026, 2, 2, 10, 11, 12, 400), "ctap.request"],
      [Date.UTC(2026, 2, 2, 10, 11, 15, 204), "timer.fired"],
    ]);
    expect(source.dropped).toEqual([{ what: "line that is no entry of the FIDO log", count: 1 }]);
  });

  test("in a feedback report of ChromeOS, with its zone and the count of folded entries", async () => {
    const source = await sourceOf(
      [
        "2026-03-02T10:11:12.309653+01:00 FIDO: EVENT chrome[4711]: get_assertion_request_handler.cc:309 Starting GetAssertion flow",
        `2026-03-02T10:11:12.400000+01:00 FIDO: DEBUG chrome[4711]: fido_hid_device.cc:50 ${REQUEST}`,
        "2026-03-02T10:11:15.000000+01:00 FIDO: DEBUG chrome[4711]: ctap2_device_operation.h:99 -> (CTAP2 error code 0x27 (kCtap2ErrOperationDenied)) (2)",
      ].join("\n"),
    );
    expect(source.title).toContain("feedback report");
    expect(source.clock).toMatchObject({ kind: "utc", precisionMs: 0.001 });
    expect(source.records.at(-1)).toMatchObject({
      at: { fromMs: Date.UTC(2026, 2, 2, 9, 11, 15) },
      event: { kind: "ctap.response", status: "OPERATION_DENIED" },
    });
  });
});

test("lines of an AWS load balancer: both ends of a call, and a site that answered too late", async () => {
  const line = (ended: string, began: string, statuses: string, path: string) =>
    `h2 ${ended} app/shop/50dc6c495c0c9188 203.0.113.7:2817 10.0.0.1:80 0.000 59.999 0.000 ${statuses} 34 366 ` +
    `"POST https://shop.example:443${path} HTTP/2.0" "Mozilla/5.0 Chrome/140.0.0.0" ECDHE TLSv1.3 ` +
    `arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/t/1 "Root=1-58337262-36d228ad5d99923122bbe354" "shop.example" ` +
    `"session-reused" 0 ${began} "forward" "-" "-" "10.0.0.1:80" "-" "-" "-"`;
  const source = await sourceOf(
    [
      line(
        "2026-03-02T09:11:12.250000Z",
        "2026-03-02T09:11:12.000001Z",
        "200 200",
        "/webauthn/login/options",
      ),
      line("2026-03-02T09:12:20.000000Z", "2026-03-02T09:11:20.000000Z", "504 -", "/webauthn/login/finish"),
    ].join("\n") + "\n",
  );
  expect(source.clock).toEqual({ machine: "gateway", kind: "utc", precisionMs: 0.001 });
  expect(
    source.records.map(({ at, event }) => [Math.round(at.fromMs - Date.UTC(2026, 2, 2, 9, 11)), event.kind]),
  ).toEqual([
    [12_000, "rp.request"],
    [12_250, "rp.response"],
    [20_000, "rp.request"],
    [80_000, "timer.fired"],
    [80_000, "rp.response"],
  ]);
  expect(source.records[3]?.event).toMatchObject({ timer: "gw.idle", budgetMs: 60_000 });
  expect(source.anchors.filter(({ kind }) => kind === "request-id")).toHaveLength(2);
});

test("logfmt: quoted texts with equal signs and quotes in them, and a time with an offset", async () => {
  const source = await sourceOf(
    [
      String.raw`time="2026-03-02T10:11:12+01:00" level=info msg="login \"options\" a=b" id=7`,
      'time="2026-03-02T10:11:19.250+01:00" level=error msg="login refused" id=7 status=403 error=unknown_credential',
      "panic: something else",
    ].join("\n"),
    {
      mapping: readMapping({
        schema: 1,
        time: { from: "time" },
        ceremony: "id",
        lines: [
          { when: { msg: 'login "options" a=b' }, event: { kind: "rp.request", call: "login/options" } },
          {
            when: { msg: "/^login refused$/" },
            event: {
              kind: "rp.response",
              call: "login/finish",
              status: { from: "status", as: "number" },
              code: { from: "error" },
            },
          },
        ],
      }),
    },
  );
  expect(source.records.map(({ at, event }) => [at.fromMs, event])).toEqual([
    [Date.UTC(2026, 2, 2, 9, 11, 12), { kind: "rp.request", call: "login/options" }],
    [
      Date.UTC(2026, 2, 2, 9, 11, 19, 250),
      { kind: "rp.response", call: "login/finish", status: 403, code: "UNKNOWN_CREDENTIAL" },
    ],
  ]);
  expect(source.dropped).toEqual([{ what: "line that is neither JSON nor key=value", count: 1 }]);
});
