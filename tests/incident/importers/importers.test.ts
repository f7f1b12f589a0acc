/** Each sample beside what a reader of its layout gets from it by hand; make-samples.py has the values. */
import { describe, expect, test } from "vitest";
import type { ImportedSource } from "../../../src/incident/importer.js";
import { bytesOfSample, fileOf, importFile, importSample, SAMPLES_OF, SECRETS } from "./sample.js";

const T0 = Date.UTC(2026, 2, 2, 9, 11, 12);
/** SHA-256 of the client data hashes, of the credential id and of the RP ID, as Python's hashlib gives them. */
const [GET, CREATE, CREDENTIAL, RP] = [
  "a26c06a37feaa752",
  "26bf8875c8b29302",
  "ea6316e3",
  "0f59463c606c5b0e",
];

/** `offset actor kind detail` of each record, the offset in milliseconds from a moment. */
const told = ({ records }: ImportedSource, from = T0) =>
  records.map(({ at, actor, event }) => {
    const { kind, ...members } = event;
    const detail = ["stage", "command", "status", "prompt", "timer", "call", "name", "change", "code", "link"]
      .flatMap((name) => (name in members ? [String((members as Record<string, unknown>)[name])] : []))
      .join(" ");
    return `${Math.round(at.fromMs - from)} ${actor} ${kind} ${detail}`.trimEnd();
  });

const identities = ({ anchors }: ImportedSource) => [
  ...new Set(anchors.filter(({ kind }) => kind !== "call").map(({ kind, tag }) => `${kind} ${tag}`)),
];

const episodes = (source: ImportedSource) => source.episodes.map(({ kind, rp }) => `${kind} ${rp ?? "-"}`);

test.each(Object.entries(SAMPLES_OF))("%s is taken by %s", async (name, importer) => {
  expect((await importFile(fileOf(name, bytesOfSample(name)))).id).toBe(importer);
  // Without its name, and in other pieces.
  expect((await importFile(fileOf("x", bytesOfSample(name), 7))).id).toBe(importer);
});

test.each(Object.keys(SAMPLES_OF))("%s: the pieces that a file comes in make no difference", async (name) => {
  const whole = await importSample(name);
  const bytes = bytesOfSample(name);
  for (const piece of [1, 13, bytes.length]) {
    expect((await importFile(fileOf(name, bytes, piece))).sources).toEqual([whole]);
  }
});

test.each(Object.keys(SAMPLES_OF))("%s: nothing of it but tags is kept", async (name) => {
  const output = JSON.stringify(await importSample(name));
  expect(SECRETS.filter((secret) => output.includes(secret))).toEqual([]);
});

describe("windows-events.xml", () => {
  test("a login that Windows ended by its time, and a registration that succeeded", async () => {
    const source = await importSample("windows-events.xml");
    expect(told(source)).toEqual([
      "0 browser page.called",
      "0 browser timer.armed client.ceremony",
      "200 browser ctap.request getAssertion",
      "60100 browser timer.fired client.ceremony",
      "60100 browser page.settled NotAllowedError",
      "90000 browser page.called",
      "90100 browser ctap.request makeCredential",
      "95000 key ctap.credential created",
      "95000 browser ctap.response makeCredential OK",
      "95020 browser page.settled",
    ]);
    expect(source.records[0]?.event).toMatchObject({ method: "get", effectiveMs: 60_000 });
    expect(source.records[4]?.event).toMatchObject({ reason: "ERROR_TIMEOUT" });
    expect(episodes(source)).toEqual([`login ${RP}`, `registration ${RP}`]);
    expect(
      source.episodes.map(({ id }) => source.records.filter(({ episode }) => episode === id).length),
    ).toEqual([5, 5]);
    expect(identities(source)).toEqual([
      `client-data ${GET}`,
      `client-data ${CREATE}`,
      `credential ${CREDENTIAL}`,
    ]);
    expect(source.clock).toEqual({ machine: "client", kind: "utc", precisionMs: 0.0001 });
    expect(source.redactions).toContainEqual({
      what: "event with the caller's name or a whole answer",
      count: 2,
    });
  });
});

describe("libfido2.txt", () => {
  test("an exchange that the key's own timer ended, without times", async () => {
    const source = await importSample("libfido2.txt");
    expect(told(source, 0).map((line) => line.replace(/^\d+ /, ""))).toEqual([
      "browser ctap.request getAssertion",
      "browser ctap.keepalive processing",
      "browser ctap.keepalive up-needed",
      "user user.prompted touch getAssertion",
      "browser ctap.response getAssertion ACTION_TIMEOUT",
    ]);
    expect(source.clock.kind).toBe("none");
    expect(identities(source)).toEqual([`client-data ${GET}`]);
    expect(source.records[0]?.event).toMatchObject({ bytes: 96 });
  });

  test("has times where the user put them in front", async () => {
    const text = new TextDecoder().decode(bytesOfSample("libfido2.txt")).trimEnd();
    const stamped = text
      .split("\n")
      .map((line, index) => `${1_772_442_672 + index}.250000 ${line}`)
      .join("\n");
    const { sources } = await importFile(fileOf("x", new TextEncoder().encode(stamped)));
    expect(sources[0]?.clock).toMatchObject({ kind: "utc", precisionMs: 0.001 });
    // The command, its buffer and the sixth row of 16 bytes: the eighth line.
    expect(sources[0]?.records[0]?.at.fromMs).toBe(T0 + 7_250);
  });
});

test("python-fido2.txt: ykman's milliseconds are counts, and its stamps have no date", async () => {
  const source = await importSample("python-fido2.txt");
  const midnight = (10 * 3_600 + 11 * 60) * 1_000;
  expect(told(source, midnight)).toEqual([
    "12005 browser ctap.request getAssertion",
    "12105 browser ctap.keepalive up-needed",
    "12105 user user.prompted touch getAssertion",
    "15042 user user.answered touch getAssertion",
    "15042 key ctap.credential used",
    "15042 browser ctap.response getAssertion OK",
  ]);
  expect(source.clock).toEqual({ machine: "client", kind: "local", precisionMs: 1, hasNoDate: true });
  expect(identities(source)).toEqual([`client-data ${GET}`, `credential ${CREDENTIAL}`]);
});

test("authenticator-rs.txt: a registration that the user refused at the key", async () => {
  const source = await importSample("authenticator-rs.txt");
  expect(told(source)).toEqual([
    "100 browser ctap.request makeCredential",
    "8500 browser ctap.response makeCredential OPERATION_DENIED",
  ]);
  expect(episodes(source)).toEqual([`registration ${RP}`]);
  expect(source.clock).toEqual({ machine: "client", kind: "utc", precisionMs: 0.001 });
});

test("logcat.txt: a phone that scanned a code, and a key on its USB port that waited too long", async () => {
  const source = await importSample("logcat.txt");
  // Local time of a year that the stamps do not say.
  const from = Date.UTC(1970, 2, 2, 10, 11, 12);
  expect(told(source, from)).toEqual([
    "10 phone link.hybrid qr-scanned",
    "30 phone link.hybrid advert-sent",
    "40 phone link.hybrid tunnel-opening",
    "900 phone link.hybrid ready",
    "1000 user user.prompted sheet of the phone",
    "1100 browser ctap.request getAssertion",
    "1200 browser ctap.keepalive up-needed",
    "1200 user user.prompted touch getAssertion",
    "31200 browser ctap.response getAssertion ACTION_TIMEOUT",
    "31300 phone user.saw",
  ]);
  expect(source.clock).toEqual({ machine: "phone", kind: "local", precisionMs: 1, hasNoDate: true });
  expect(source.redactions).toContainEqual({ what: "line with keys or the text of a QR code", count: 2 });
  expect(episodes(source)).toEqual([`login ${RP}`]);
});

test("netlog.json: how far a tunnel got, by its frames alone, in a file without an end", async () => {
  const source = await importSample("netlog.json");
  expect(told(source)).toEqual(
    [
      "0 site rp.request login/options",
      "80 site rp.response login/options 200",
      "2000 desktop link.hybrid tunnel-opening",
      "2200 desktop link.hybrid tunnel-open",
      "8000 desktop link.hybrid phone-joined",
      "8010 desktop link.hybrid handshake",
      "8400 desktop link.hybrid ready",
      "9500 desktop link.hybrid tunnel-closed",
    ].map((line) => line.replace("rp.response login/options 200", "rp.response 200 login/options")),
  );
  expect(identities(source)).toEqual(["tunnel e94ad4efe71df2d0"]);
  expect(source.dropped.map(({ what }) => what)).toContain("end of the document");
});

test("btsnoop_hci.log: an advert sent, one too long in the air, repeats counted", async () => {
  const source = await importSample("btsnoop_hci.log");
  expect(told(source)).toEqual([
    "0 phone link.hybrid advert-sent",
    "700 desktop link.hybrid advert-too-long",
  ]);
  expect(source.records.map(({ event }) => "bytes" in event && event.bytes)).toEqual([20, 24]);
  expect(identities(source)).toEqual(["advert 4dffa29dcd3bf6b4", "advert 3bd50cc9805e4889"]);
  expect(source.dropped).toEqual([{ what: "advert that was there before", count: 1 }]);
  expect(source.clock.machine).toBe("phone");
});

test("usb.pcapng: what went to the key, and nothing of the other device", async () => {
  const source = await importSample("usb.pcapng");
  expect(told(source)).toEqual([
    "2 link link.opened key",
    "10 browser ctap.request getAssertion",
    "110 browser ctap.keepalive up-needed",
    "110 user user.prompted touch getAssertion",
    "4010 user user.answered touch getAssertion",
    "4010 key ctap.credential used",
    "4010 browser ctap.response getAssertion OK",
  ]);
  expect(identities(source)).toEqual([`client-data ${GET}`, `credential ${CREDENTIAL}`]);
});

test("cdp.jsonl: a finish call that the site refused, and a virtual authenticator", async () => {
  const source = await importSample("cdp.jsonl");
  expect(told(source)).toEqual([
    "0 site rp.request login/finish",
    "250 site rp.response 400 login/finish",
    "250 virtual ctap.credential used",
  ]);
  expect(identities(source)).toContain(`client-data ${GET}`);
  expect(source.redactions).toContainEqual({ what: "credential with its private key", count: 1 });
});

test("bidi.json: options that failed, and the page's own words in its console", async () => {
  const source = await importSample("bidi.json");
  expect(told(source)).toEqual([
    "0 site rp.request registration/options",
    "90 site rp.response 503 registration/options",
    "200 browser page.settled NotAllowedError",
  ]);
  expect(source.records.map(({ episode }) => episode)).toEqual(["e1", "e1", "e1"]);
});

test("trace.zip: options by their body, which stands in a file of its own", async () => {
  const source = await importSample("trace.zip");
  expect(told(source)).toEqual([
    "0 site rp.request login/options",
    "50 site rp.response 200 login/options",
    "8000 browser page.settled NotAllowedError",
  ]);
  expect(source.episodes[0]).toMatchObject({ kind: "login", rp: RP, asked: { timeoutMs: 60_000 } });
  expect(source.records[1]?.event).toMatchObject({ credentials: [CREDENTIAL], transports: ["usb"] });
});

test("unified.ndjson: what the system told the browser", async () => {
  const source = await importSample("unified.ndjson");
  expect(told(source)).toEqual([
    "28123 browser page.settled NotAllowedError",
    "29123 user user.answered sheet of the system",
  ]);
  expect(source.records[0]?.event).toMatchObject({ reason: "canceled" });
  expect(source.notes.join(" ")).toContain("<private>");
});

test("netlog.json: an answer that stands before its request has no time of less than nothing", async () => {
  const text = new TextDecoder()
    .decode(bytesOfSample("netlog.json"))
    .replace('"time":"10080"', '"time":"-10080"');
  const { sources } = await importFile(fileOf("x", new TextEncoder().encode(text)));
  const call = sources[0]?.anchors.find(({ kind }) => kind === "call");
  expect(call?.at).toEqual({ fromMs: T0 - 20_080, toMs: T0 });
});
