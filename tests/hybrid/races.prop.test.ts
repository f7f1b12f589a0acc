import fc from "fast-check";
import { expect, test } from "vitest";
import { isHarnessError, type HarnessError } from "../../src/core/errors.js";
import { encodeMakeCredentialRequest } from "../../src/ctap/messages/make-credential.js";
import type { AdvertScanner, TunnelDialer } from "../../src/hybrid/ports.js";
import { creation } from "../sim/authenticator/bench-key.js";
import { HybridBench } from "./hybrid-bench.js";

const MAKE = encodeMakeCredentialRequest(creation({ options: { uv: true, rk: true } }));

const STEP_MS = 100;
const STEPS_MAX = 500;

interface Race {
  readonly bench: HybridBench;
  readonly outcome: "answered" | HarnessError;
}

interface Plan {
  /** Turns of the scheduler that have to pass first; `undefined`: it does not happen. */
  readonly abortsAfter?: number | undefined;
  readonly dropsAfter?: number | undefined;
}

const turns = fc.option(fc.nat(5), { nil: undefined });

/** A ceremony whose advert, tunnel, abort and drop happen when the scheduler says so. */
async function race(scheduler: fc.Scheduler, { abortsAfter, dropsAfter }: Plan): Promise<Race> {
  const scanner = (inner: AdvertScanner): AdvertScanner => ({
    async *listen(signal) {
      for await (const advert of inner.listen(signal)) {
        await scheduler.schedule(Promise.resolve(), "advert");
        yield advert;
      }
    },
  });
  const dialer = (inner: TunnelDialer): TunnelDialer => ({
    async open(url, opening, signal) {
      const opened = await inner.open(url, opening, signal);
      await scheduler.schedule(Promise.resolve(), "tunnel-open");
      return opened;
    },
  });
  const quick = { connectDelayMs: 0, latencyMs: 0, ttlMs: 20_000 };
  const bench = new HybridBench({
    scanner,
    dialer,
    air: { advertDelayMs: 0 },
    service: quick,
    phone: { startDelayMs: 0, platformTimeoutMs: null },
    behaviour: { verifyMs: 250 },
  });
  const { device, qr } = bench.invite({ budgets: { lingerMs: 5_000 } });
  const session = bench.scan(qr);
  const abort = new AbortController();
  const outcome = device.transact(MAKE, { signal: abort.signal }).then(
    () => "answered" as const,
    (error: unknown) => {
      if (isHarnessError(error)) return error;
      throw error;
    },
  );
  const afterTurns = async (turns: number | undefined, name: string, act: () => void) => {
    if (turns === undefined) return;
    for (let turn = 0; turn <= turns; turn++) await scheduler.schedule(Promise.resolve(), name);
    act();
  };
  void afterTurns(abortsAfter, "abort", () => abort.abort());
  void afterTurns(dropsAfter, "drop", () => bench.service.relay.close());
  const over = { yet: false };
  void Promise.all([outcome, session, device.ended]).then(() => {
    over.yet = true;
  });
  // In turn: what follows from what happened, then the next thing the scheduler lets happen.
  for (let step = 0; !over.yet; step++) {
    if (step > STEPS_MAX) throw new Error("something waits for ever");
    await bench.env.clock.advance(STEP_MS);
    if (scheduler.count() > 0) await scheduler.waitNext(1);
  }
  return { bench, outcome: await outcome };
}

test("whatever comes first, the request settles once, and its aftermath is never better than the truth", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), turns, turns, async (scheduler, abortsAfter, dropsAfter) => {
      const { bench, outcome } = await race(scheduler, { abortsAfter, dropsAfter });
      const made = bench.store.credentials.length;
      if (outcome === "answered") expect(made).toBe(1);
      else if (outcome.aftermath === "none") expect(made).toBe(0);
      expect(made).toBeLessThanOrEqual(1);
      expect(bench.stages().filter((stage) => stage === "shutdown-sent").length).toBeLessThanOrEqual(1);
    }),
    { numRuns: 100 },
  );
});

test("with nobody in the way, every order ends in an answer", async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const { outcome } = await race(scheduler, {});
      expect(outcome).toBe("answered");
    }),
    { numRuns: 30 },
  );
});
