/** The status page in a real browser: it shows what the rig is, as text, and keeps itself current. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { sleep } from "../../../src/core/clock.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { parseInventory } from "../../../src/rig/inventory/inventory.js";
import { withLease } from "../../../src/rig/leases/with-lease.js";
import { rigServer } from "../../../src/rig/page/rig-server.js";
import { openRig } from "../../../src/rig/rig.js";
import { CHROMIUM, Chromium } from "../../helpers/chromium.js";
import { titled } from "../../helpers/titled.js";

const FILE = {
  schema: 1,
  keys: [
    { label: "blue", device: "any" },
    { label: "red", device: "any" },
  ],
};
const HOSTILE = "<img src=x onerror=document.title='owned'>";

test.skipIf(CHROMIUM === undefined)(
  titled(
    "Chromium shows leases, quarantine and verdicts, and what changes",
    CHROMIUM === undefined ? "has no Chromium (Debian package chromium)" : undefined,
  ),
  async () => {
    const folder = mkdtempSync(join(tmpdir(), "rig-page-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const env = systemEnv();
    const rig = openRig(env, parseInventory(FILE, join(folder, "rig.json")));
    await using server = await rigServer(rig);
    const chromium = await Chromium.launch(CHROMIUM as string);
    onTestFinished(() => chromium.close());
    await chromium.visit(server.url, { width: 1000, height: 800 });
    const read = () => chromium.evaluate<string>("document.body.innerText");
    const shows = async (pattern: RegExp) => {
      for (;;) {
        const text = await read();
        if (pattern.test(text)) return text;
        await sleep(env.clock, 50, "test.look");
      }
    };
    await shows(/blue\s+free/);
    rig.quarantine.put({ label: "red", reasons: ["no answer: TIMEOUT"], at: "" });
    await withLease(rig, { job: HOSTILE }, async () => {
      rig.log.add({ kind: "verdict", label: "blue", job: "nightly", outcome: "failed", text: "2 of 40" });
      const text = await shows(/leased/);
      expect(text).toContain(HOSTILE);
      expect(text).toMatch(/0 s of 600 s|1 s of 600 s/);
      await shows(/failed: nightly, 2 of 40/);
      expect(await read()).toContain("quarantined: no answer: TIMEOUT");
    });
    await shows(/blue\s+free/);
    expect(await chromium.evaluate("document.title")).toBe("Rig");
    await server[Symbol.asyncDispose]();
    await shows(/This page is not current/);
  },
);
