import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { startBluez } from "../../../lab/services/bluez.js";
import { Chromium } from "../../../lab/services/chromium.js";
import { startControllers } from "../../../lab/services/controllers.js";
import { Screen } from "../../../lab/services/screen.js";
import { startUdev } from "../../../lab/services/udev.js";
import { asRun } from "./as-run.js";
import { until } from "../../../lab/services/until.js";
import { type TraceRecord, explain, jsonLinesSink, startTrace } from "../../../src/entry/diagnosis.js";
import { runOfTrace, toHtml, toText } from "../../../src/entry/scenarios.js";
import {
  envFor,
  selfMadeTlsIdentity,
  systemClock,
  systemEnv,
  wsTunnelService,
} from "../../../src/entry/sim.js";
import { CLIENT_PROFILES } from "../../../src/entry/webauthn.js";
import { readQrImage } from "../../../src/cli/device/read-qr.js";
import { HybridPhone, type ScanHabits } from "./hybrid-phone.js";
import { PasskeySite } from "./passkey-site.js";

/** The host that tunnel number 0 stands for. @see CTAP 2.2 §11.5 (assigned domains) */
const TUNNEL_HOST = "cable.ua5v.com";
/** The first sheet of a browser takes a minute under emulation, and more where others work too. */
const QR_WITHIN_MS = 400_000;
const SETTLED_WITHIN_MS = 120_000;
/** The longest Chromium takes from a site: the ceremonies end before, on a machine however slow. */
const BROWSER_TIMEOUT_MS = 600_000;
/** Until the browser's sheet shows what it knows. */
const SHEET_MS = 3_000;

const records: TraceRecord[] = [];
const write = (record: TraceRecord) => void records.push(record);
const env = { ...systemEnv(), trace: startTrace(systemClock, { write }) };
env.trace.emit({ kind: "user.saw", where: "page", text: "" });
const zeroEpochMs = Date.now() - (records.pop()?.atMs ?? 0);

startUdev();
await startControllers(2);
await startBluez();
for (const adapter of ["hci0", "hci1"]) execFileSync("hciconfig", [adapter, "up"], { stdio: "inherit" });
const screen = await Screen.start();
const site = new PasskeySite({
  env,
  write,
  traceMs: (epochMs) => epochMs - zeroEpochMs,
  profile: CLIENT_PROFILES["chrome-floor3m"],
});
await site.listen();
const tls = selfMadeTlsIdentity(env, [TUNNEL_HOST, "127.0.0.1"]);
const tunnel = await wsTunnelService(envFor(env, "tunnel"), { port: 0, tls });
const phone = new HybridPhone(env, { relay: tunnel.origin, ca: tls.cert, adapter: 1 });
const chromium = await Chromium.start({
  headless: false,
  env: { DISPLAY: screen.display },
  log: join(outFolder(), "chromium.log"),
  flags: [
    `--host-resolver-rules=MAP ${TUNNEL_HOST} 127.0.0.1:${tunnel.port}`,
    "--ignore-certificate-errors",
    "--enable-logging=stderr",
    "--vmodule=*fido*=2,*cable*=2,*webauth*=2",
  ],
  withinMs: 240_000,
});
process.stdout.write(`${chromium.version}\n`);

/** What makes Chromium show a code at once; for anything but a passkey it asks where to save first. */
const FROM_A_PHONE = { hints: ["hybrid"], userVerification: "required" };
const A_PASSKEY = {
  hints: ["hybrid"],
  authenticatorSelection: {
    authenticatorAttachment: "cross-platform",
    residentKey: "required",
    userVerification: "required",
  },
};

interface Story {
  readonly title: string;
  readonly method: "create" | "get";
  readonly guardMs: number | null;
  readonly phone: ScanHabits;
  /** The page's own timer aborts the request as well. */
  readonly aborts?: boolean;
  /** How long to watch when nothing is going to come. */
  readonly watchMs?: number;
  /** Throws unless the trace and whether the promise settled are what the story is about. */
  readonly judge: (story: readonly TraceRecord[], ending: { readonly settled: boolean }) => void;
}

await writeStatus({
  title: "registers with a phone that reads the code from the screen",
  method: "create",
  guardMs: null,
  phone: { touchMs: 1_500 },
  judge(story) {
    assert.deepEqual(settlements(story), ["resolved"]);
    assert.equal(site.rows.length, 1);
  },
});

await writeStatus({
  title: "signs in with it",
  method: "get",
  guardMs: null,
  phone: { touchMs: 1_500 },
  judge(story) {
    assert.deepEqual(settlements(story), ["resolved"]);
    assert.equal(
      story.filter((record) => record.kind === "rp.login" && record.outcome === "accepted").length,
      1,
    );
  },
});

await writeStatus({
  title: "shows the page's error, and has the passkey all the same when the phone answers late",
  method: "create",
  guardMs: 60_000,
  phone: { touchMs: 75_000 },
  judge(story) {
    assert.equal(story.filter(({ kind }) => kind === "page.gave-up").length, 1);
    assert.deepEqual(settlements(story), ["resolved"]);
    assert.equal(explain(story).decidedBy?.timer, "page.guard");
  },
});

await writeStatus({
  title: "leaves a passkey on the phone that the site never hears of, when the page aborted before",
  method: "create",
  guardMs: 60_000,
  aborts: true,
  phone: { touchMs: 75_000 },
  judge(story) {
    assert.deepEqual(settlements(story), ["AbortError"]);
    assert.equal(explain(story).decidedBy?.timer, "page.guard");
    const run = runOfTrace(story);
    assert.equal(run.ledger.diff().orphans.length, 1, toText(run));
  },
});

await writeStatus({
  title: "never notices a phone whose advert has 22 bytes",
  method: "create",
  guardMs: null,
  phone: { touchMs: 1_500, advertSuffix: Uint8Array.of(0, 0) },
  watchMs: 40_000,
  judge(story, { settled }) {
    assert.equal(settled, false);
    assert.equal(story.filter(({ kind }) => kind === "ctap.request").length, 0);
    assert.ok(story.some((record) => record.kind === "link.hybrid" && record.stage === "advert-sent"));
  },
});

await check("leaves when asked to", () => chromium.close());
process.exit(0);

async function writeStatus(story: Story): Promise<void> {
  const { title, method, guardMs, aborts = false } = story;
  const began = records.length;
  const name = title.replace(/[^a-z0-9]+/gi, "-").slice(0, 50);
  await check(title, async () => {
    const page = await chromium.open(`${site.origin}/`);
    const ending = { settled: false };
    const settled = site
      .plan(title, {
        method,
        timeoutMs: BROWSER_TIMEOUT_MS,
        options: method === "create" ? A_PASSKEY : FROM_A_PHONE,
      })
      .then(() => void (ending.settled = true));
    try {
      await page.bringToFront();
      const words = [title, guardMs, aborts].map((word) => JSON.stringify(word)).join(", ");
      await page.evaluate(`void press(${words})`, { asUser: true });
      const code = await codeOnScreen(join(outFolder(), `${name}-1-code.png`));
      await play(story, { name, began, settled, scanned: phone.scan(code, story.phone) });
      story.judge(keep(title, name, records.slice(began)), ending);
      assert.equal(site.refusals.get(title), undefined);
    } finally {
      if (!ending.settled) await page.evaluate("leave()").catch(() => undefined);
      await page.close();
    }
  });
}

interface Playing {
  readonly name: string;
  /** Where in the records the story begins. */
  readonly began: number;
  readonly settled: Promise<void>;
  readonly scanned: Promise<unknown>;
}

/** From the scan on; a picture of the screen at each stage. */
async function play(story: Story, { name, began, settled, scanned }: Playing): Promise<void> {
  const shoot = (stage: string) => screen.shoot(join(outFolder(), `${name}-${stage}.png`));
  const happens = (kind: TraceRecord["kind"], withinMs: number) =>
    until(kind, { withinMs, probe: () => records.slice(began).find((record) => record.kind === kind) });
  if (story.watchMs !== undefined) {
    await sleep(story.watchMs);
    return shoot("2-nothing-happens");
  }
  await happens("user.prompted", SETTLED_WITHIN_MS);
  await sleep(SHEET_MS);
  await shoot("2-at-the-phone");
  if (story.guardMs !== null) {
    await happens("page.gave-up", story.guardMs + SETTLED_WITHIN_MS);
    await shoot("3-page-gave-up");
  }
  await Promise.race([settled, sleep(SETTLED_WITHIN_MS, undefined, { ref: false })]);
  await shoot("4-settled");
  await scanned;
}

/** Read by a stranger's reader first, as a phone's camera would be one; by ours too, so that `phone --qr-image` is true. */
async function codeOnScreen(path: string): Promise<string> {
  const code = await until("a passkey QR code on the screen", {
    withinMs: QR_WITHIN_MS,
    async probe() {
      await screen.shoot(path);
      return (await screen.codesOn(path)).find((text) => text.startsWith("FIDO:/"));
    },
  });
  assert.equal(await readQrImage(readFileSync(path), path), code);
  return code;
}

function settlements(story: readonly TraceRecord[]): readonly string[] {
  return story.flatMap((record) =>
    record.kind === "page.settled" ? [record.outcome === "resolved" ? "resolved" : (record.name ?? "")] : [],
  );
}

/** Leaves the trace and its pages in the artefacts; what the page told comes late, so all is put in order first. */
function keep(title: string, name: string, story: readonly TraceRecord[]): readonly TraceRecord[] {
  const mine = story.filter(
    (record) => !("ceremony" in record) || [undefined, title].includes(record.ceremony),
  );
  const ordered = mine.sort((a, b) => a.atMs - b.atMs);
  const whole = asRun(title, ordered);
  const lines: string[] = [];
  const sink = jsonLinesSink((line) => lines.push(line));
  for (const record of whole) sink.write(record);
  const run = runOfTrace(whole);
  writeFileSync(join(outFolder(), `${name}.jsonl`), `${lines.join("\n")}\n`);
  writeFileSync(join(outFolder(), `${name}.html`), toHtml(run));
  writeFileSync(join(outFolder(), `${name}.txt`), toText(run));
  return whole;
}
