import { expect, test } from "vitest";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { retryingScanner, type ScanRetryOptions } from "../../../src/hybrid/adapters/retrying-scanner.js";
import type { AdvertScanner, ReceivedAdvert } from "../../../src/hybrid/ports.js";
import { RadioError, type RadioFault } from "../../../src/hybrid/adapters/radio-error.js";

const ADVERT: ReceivedAdvert = { serviceData: new Uint8Array(20) };

/** A radio whose first starts fail, each as told; `heard` adverts come before the failure. */
function failing(faults: readonly RadioFault[], { heard = 0 } = {}): AdvertScanner {
  const left = [...faults];
  return {
    async *listen() {
      const fault = left.shift();
      for (let nth = 0; nth < heard; nth += 1) yield ADVERT;
      if (fault) throw new RadioError(fault, "not now");
      yield ADVERT;
    },
  };
}

async function firstOf(scanner: AdvertScanner, patience?: ScanRetryOptions) {
  const env = virtualEnv("patience");
  const patient = retryingScanner(env, scanner, patience);
  const scan = async () => {
    const adverts: ReceivedAdvert[] = [];
    for await (const advert of patient.listen(new AbortController().signal)) adverts.push(advert);
    return adverts.length;
  };
  const outcome = await env.clock.run(scan()).catch((error: unknown) => (error as RadioError).code);
  return { outcome, atMs: env.clock.nowMs(), failures: env.records.length };
}

test("a start that fails twice is tried again after 250 and 500 ms", async () => {
  expect(await firstOf(failing(["RADIO_OFF", "RADIO_BUSY"]))).toEqual({ outcome: 1, atMs: 750, failures: 2 });
});

test("a fourth failure is the caller's", async () => {
  const faults = ["RADIO_OFF", "RADIO_OFF", "RADIO_OFF", "RADIO_BUSY"] as const;
  expect(await firstOf(failing(faults))).toEqual({ outcome: "RADIO_BUSY", atMs: 1_750, failures: 4 });
});

test("without retries the first one is", async () => {
  expect(await firstOf(failing(["RADIO_OFF"]), { retries: 0 })).toEqual({
    outcome: "RADIO_OFF",
    atMs: 0,
    failures: 1,
  });
});

test("what does not pass by itself is not tried again", async () => {
  expect(await firstOf(failing(["PERMISSION_DENIED"]))).toMatchObject({
    outcome: "PERMISSION_DENIED",
    atMs: 0,
  });
});

test("a radio that fails after somebody was heard fails", async () => {
  expect(await firstOf(failing(["RADIO_OFF"], { heard: 1 }))).toMatchObject({
    outcome: "RADIO_OFF",
    atMs: 0,
  });
});

test("who gives up while a pause lasts is let go", async () => {
  const env = virtualEnv("patience");
  const stop = new AbortController();
  env.clock.arm(100, "test.stop", () => stop.abort(new Error("enough")));
  const adverts = retryingScanner(env, failing(["RADIO_OFF"])).listen(stop.signal);
  const scan = adverts[Symbol.asyncIterator]();
  await expect(env.clock.run(scan.next())).rejects.toThrow("enough");
  expect(env.clock.nowMs()).toBe(100);
});

test("a scan that resumes begins anew after Bluetooth was switched off in the middle, with all its tries", async () => {
  const faults = ["RADIO_OFF", "RADIO_OFF"] as const;
  expect(await firstOf(failing(faults, { heard: 1 }), { resumes: true, retries: 1 })).toEqual({
    outcome: 4,
    atMs: 500,
    failures: 2,
  });
});

test("a scan that resumes does not outlast an adapter that was pulled out", async () => {
  expect(await firstOf(failing(["RADIO_NO_ADAPTER"], { heard: 1 }), { resumes: true })).toMatchObject({
    outcome: "RADIO_NO_ADAPTER",
    atMs: 0,
  });
});
