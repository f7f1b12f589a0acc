import { describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { explain } from "../../src/diagnosis/explain.js";
import { runScenario } from "../../src/scenarios/run.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { at } from "./hand-written-trace.js";

async function recordsOf(id: string, knobs: KnobOverrides = {}): Promise<readonly TraceRecord[]> {
  return (await runScenario(scenarioNamed(id), { seed: "radio", knobs })).records;
}

/** As the computer alone would have recorded it. */
const onlyHere = (records: readonly TraceRecord[]) =>
  records.filter(
    ({ actor, kind }) => !["phone", "phone-2", "tunnel-service"].includes(actor) && kind !== "run.started",
  );

const mechanismOf = (records: readonly TraceRecord[]) => explain(records).mechanism;

describe("without the phone's side of the trace", () => {
  test("nobody can say which code was read: the phone was not heard, and others were", async () => {
    const { mechanism, evidence } = explain(onlyHere(await recordsOf("ble-no-match-stuck")));
    expect(mechanism).toBe("phone-not-heard");
    expect(evidence.join("\n")).toContain("1 adverts heard that were not for this computer");
  });

  test("an advert that is too long is named, with the doubt whose it was", async () => {
    const { mechanism, verdict } = explain(onlyHere(await recordsOf("ble-advert-suffix-bytes")));
    expect(mechanism).toBe("advert-too-long");
    expect(verdict).toContain("its side is not in the trace");
  });

  test("a scan that did not start is known all the same", async () => {
    expect(mechanismOf(onlyHere(await recordsOf("ble-windows-poweron-race")))).toBe("scan-not-started");
  });

  test("a second phone is not guessed at", async () => {
    const records = onlyHere(await recordsOf("ble-second-phone-ignored"));
    expect(mechanismOf(records)).not.toBe("second-phone-ignored");
  });
});

test("a second phone that read the code early but broadcast late is as ignored as one that came late", async () => {
  const records = await recordsOf("ble-second-phone-ignored");
  const heard = records.find((record) => record.kind === "link.hybrid" && record.stage === "advert-seen");
  const early = records
    .map((record) =>
      record.kind === "link.hybrid" && record.stage === "qr-scanned" && record.actor === "phone-2"
        ? { ...record, atMs: (heard?.atMs ?? 0) - 500 }
        : record,
    )
    .sort((a, b) => a.atMs - b.atMs);
  const { mechanism, consequences } = explain(early);
  expect(mechanism).toBe("phone-closed-by-owner");
  expect(consequences.map(({ id }) => id)).toContain("second-phone-ignored");
});

test("without the link nobody can say who was there when the browser's time was over", async () => {
  const records = await recordsOf("ble-second-phone-ignored/first-stays");
  const withoutProbe = explain(records.filter(({ kind }) => !kind.startsWith("link.")));
  expect(withoutProbe).toMatchObject({ mechanism: "undecided", missingProbes: ["link"] });
});

describe("evidence against", () => {
  test("a long advert of a stranger, while the phone says that it sent 20 bytes", async () => {
    const records = (await recordsOf("ble-advert-suffix-bytes")).map((record) =>
      record.kind === "link.hybrid" && record.stage === "advert-sent" ? { ...record, bytes: 20 } : record,
    );
    expect(mechanismOf(records)).toBe("phone-not-heard");
  });

  test("somebody read the code of this request after all", async () => {
    const records = await recordsOf("ble-no-match-stuck");
    const shown = records.find((record) => record.kind === "link.hybrid" && record.stage === "qr-shown");
    const right = records.map((record) =>
      record.kind === "link.hybrid" && record.stage === "qr-scanned"
        ? { ...record, qr: (shown?.kind === "link.hybrid" && shown.qr) || "" }
        : record,
    );
    expect(mechanismOf(records)).toBe("other-code-scanned");
    expect(mechanismOf(right)).toBe("phone-not-heard");
  });

  test("a later scan that started", async () => {
    const started = at(20_000, "desktop", { kind: "link.hybrid", stage: "scan-started" });
    const records = [...(await recordsOf("ble-windows-poweron-race"))];
    const later = records.findIndex(({ atMs }) => atMs > started.atMs);
    records.splice(later, 0, started);
    expect(mechanismOf(records)).toBe("phone-not-heard");
  });

  test("a phone that broadcast while Bluetooth was on again", async () => {
    const knobs = { "user.btOnMs": 100_000, "ble.advertLossPct": 100 };
    expect(mechanismOf(await recordsOf("ble-off-at-start", knobs))).toBe("phone-not-heard");
  });

  test("a person who read the code only after the page's error: then the person was late", async () => {
    const knobs = { "ble.advertDelayMs": 300, "ble.advertLossPct": 0, "phone.scanDelayMs": 45_000 };
    expect(mechanismOf(await recordsOf("ble-advert-late", knobs))).toBe("late-delivery");
  });

  test("a limit that was armed", async () => {
    const records = await recordsOf("link-hang-no-deadline");
    const call = records.findIndex(({ kind }) => kind === "page.called");
    const armed = [
      ...records.slice(0, call + 1),
      at(150, "browser", { kind: "timer.armed", timer: "client.ceremony", budgetMs: 9e9 }),
      ...records.slice(call + 1),
    ];
    expect(mechanismOf(records)).toBe("link-hang");
    expect(mechanismOf(armed)).not.toBe("link-hang");
  });

  test("a trace without timers, which would show no limit either", async () => {
    const records = await recordsOf("link-hang-no-deadline");
    expect(mechanismOf(records.filter(({ kind }) => !kind.startsWith("timer.")))).toBe("undecided");
  });
});

test("Bluetooth that was off at first and on shortly before the page's error makes the advert late, not the person", async () => {
  const knobs = { "os.btPowered": false, "user.btOnMs": 35_000, "ble.advertDelayMs": 300 } as const;
  const { mechanism, evidence } = explain(
    await recordsOf("ble-advert-late", { ...knobs, "ble.advertLossPct": 0 }),
  );
  expect(mechanism).toBe("ble-late-advert");
  expect(evidence[0]).toContain("Bluetooth is off");
});

test.each(["ble-advert-flood/own-unheard", "ble-advert-never"])(
  "%s is no other code, however many strangers are heard",
  async (id) => {
    expect(mechanismOf(await recordsOf(id))).toBe("phone-not-heard");
  },
);
