/** Files that would cost much: what is too large is counted and left out. */
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { IMPORTERS } from "../../../src/incident/importers.js";
import { fileOf, SAMPLES_OF } from "./sample.js";

const MIB = 1024 * 1024;
const importerOf = (id: string) => IMPORTERS.find((one) => one.id === id);
const read = async (id: string, bytes: Uint8Array) => {
  const [source] = (await importerOf(id)?.read(fileOf("x", bytes, 65_536), {})) ?? [];
  return source;
};
const utf8 = (text: string) => new TextEncoder().encode(text);

/** Beginnings that the patterns of a format go on from, over and over in one line. */
const BAITS: Readonly<Record<string, string>> = {
  "windows-events": "<Event ><Data Name='",
  "libfido2-log": "fido_tx: buf=0x1, len=8 0000: aa ",
  "python-fido2-log": "SEND: aa RECV: ",
  "authenticator-rs-log": "sent to Device got from Device cmd=[1, status=[2, ",
  logcat: "03-02 10:11:12.345 1 1 I ActivityTaskManager: START com.google.android.gms ",
  netlog: '{"constants":{"logEventTypes":{"a":1}},"events":[{"params":"',
  "automation-events": '{"method":"Network.requestWillBeSent","params":{"a":"',
  "unified-log": "2026-03-02 10:11:12.1+0100 [com.apple.WebKit] credential request failed with error ",
};

describe.each(Object.entries(BAITS))("%s", (id, bait) => {
  test("a line of three megabytes is left out", async () => {
    const source = await read(id, utf8(bait.repeat(Math.ceil((3 * MIB) / bait.length))));
    expect(source?.records).toEqual([]);
    expect(source?.dropped.length).toBeGreaterThan(0);
  });

  test("many lines just below the limit are read", async () => {
    const line = bait.repeat(Math.floor(60_000 / bait.length));
    const source = await read(id, utf8(`${line}\n`.repeat(20)));
    expect(source?.records.length).toBeLessThan(50);
  });
});

test("an archive that unpacks to much more than it is is read to its limits", async () => {
  const zeros = new Uint8Array(64 * MIB);
  const bytes = zipSync({ "trace.network": zeros, "trace.trace": zeros, "resources/abcdefghij.json": zeros });
  expect(bytes.length).toBeLessThan(MIB);
  const source = await read("playwright-trace", bytes);
  expect(source?.records).toEqual([]);
  expect(source?.dropped).toContainEqual(expect.objectContaining({ what: "line that is too long" }));
}, 60_000);

test("an archive that is cut off, or is no trace, says so", async () => {
  const whole = zipSync(
    { "trace.network": utf8('{"type":"context-options"}\n'.repeat(2_000)) },
    { level: 0 },
  );
  const cut = await read("playwright-trace", whole.subarray(0, 5_000));
  expect(cut?.dropped.map(({ what }) => what).join()).toMatch(/cut off|cannot be unpacked/);
  const other = await read("playwright-trace", zipSync({ "photo.jpg": new Uint8Array(100) }));
  expect(other?.notes).toContain("No request for a passkey is in it.");
});

test("members nested a hundred thousand deep cost no stack", async () => {
  for (const id of new Set(Object.values(SAMPLES_OF))) {
    const deep = `{"method":"network.x","params":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`;
    const source = await read(id, utf8(deep));
    expect(source?.records ?? []).toEqual([]);
  }
});
