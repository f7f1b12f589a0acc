import assert from "node:assert/strict";
import { asRun } from "./as-run.js";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { type TraceRecord, jsonLinesSink, startTrace } from "../../../src/entry/diagnosis.js";
import { runOfTrace, toHtml } from "../../../src/entry/scenarios.js";
import { type Env, type KnobOverrides, systemClock, systemEnv, withKnobs } from "../../../src/entry/sim.js";
import { CLIENT_PROFILES, type ClientProfile } from "../../../src/entry/webauthn.js";
import { BrowserKey, type Expose } from "./browser-key.js";
import { factsOf, predict, type BrowserStory } from "./browser-story.js";
import { ComparisonReport, comparisonOf, type Comparison } from "./comparison.js";
import { PasskeySite } from "./passkey-site.js";

/** A tab with the site's page in it. */
export interface BrowserTab {
  press(story: string, guardMs: number | null): Promise<unknown>;
  leave(): Promise<unknown>;
  /** Brings it in front of the others. */
  show?(): Promise<unknown>;
  /** Brings another one in front of it. */
  hide?(): Promise<unknown>;
  screenshot(path: string): Promise<void>;
}

/** From a key's being plugged in to udev's having told the browser. */
const SETTLE_MS = 2_000;

/** Emulation: how long a page may take to say that it left. */
const LEAVE_MS = 60_000;

/** One browser before one site with one key, held against what the simulated browser does in the same stories. */
export class BrowserTrial {
  readonly site: PasskeySite;
  readonly #env: Env;
  readonly #records: TraceRecord[] = [];
  readonly #profile: ClientProfile;
  readonly #comparisons: Comparison[] = [];
  readonly #predictions = new Map<string, readonly TraceRecord[]>();
  #browser = "";
  /** Where in the records the latest story begins; until then the key's part is its predecessor's. */
  readonly #begins: number[] = [];
  #key: BrowserKey | undefined;

  private constructor(profile: ClientProfile) {
    this.#profile = profile;
    const write = (record: TraceRecord) => void this.#records.push(record);
    const trace = startTrace(systemClock, { write });
    this.#env = { ...systemEnv(), trace };
    trace.emit({ kind: "user.saw", where: "page", text: "" });
    const zeroEpochMs = Date.now() - (this.#records.pop()?.atMs ?? 0);
    const traceMs = (epochMs: number) => epochMs - zeroEpochMs;
    this.site = new PasskeySite({ env: this.#env, write, traceMs, profile });
  }

  static async before(profile: string): Promise<BrowserTrial> {
    const known = CLIENT_PROFILES[profile];
    assert.ok(known, `no client profile ${profile}`);
    const trial = new BrowserTrial(known);
    await trial.site.listen();
    return trial;
  }

  /**
   * Plays all stories in the simulated world, before the browser starts: a key whose program has not yet been
   * compiled by its first calls is silent for longer, on an emulated processor, than a browser bears.
   */
  async predict(stories: readonly BrowserStory[]): Promise<void> {
    for (const story of stories) {
      const knobs: KnobOverrides = { "client.profile": this.#profile.id as never, ...story.knobs };
      this.#predictions.set(story.title, await predict({ ...story, knobs }));
    }
  }

  /** Which browser it is, for the report. */
  names(browser: string): void {
    this.#browser = browser;
    process.stdout.write(`${browser}\n`);
  }

  /** Another key in the same socket. */
  async plugIn(knobs: KnobOverrides, expose?: Expose): Promise<BrowserKey> {
    await this.#key?.unplug();
    this.#key = await BrowserKey.plugIn(this.#env, withKnobs(knobs), expose);
    await sleep(SETTLE_MS);
    return this.#key;
  }

  /** Runs one story in a tab and checks it against its prediction; what the key does is the latest story's. */
  async run(story: BrowserStory, tab: BrowserTab): Promise<boolean> {
    const { title } = story;
    const measured = this.#measure(story, tab);
    const good = await check(title, async () => {
      const records = await measured;
      const predicted = this.#predictions.get(title) ?? [];
      this.#keep(title, records, "measured");
      this.#keep(title, predicted, "predicted");
      const comparison = comparisonOf(title, {
        measured: factsOf(records, story.watchMs),
        predicted: factsOf(predicted, story.watchMs),
      });
      this.#comparisons.push(comparison);
      process.stdout.write(`${comparison.text}\n`);
      assert.equal(this.site.refusals.get(title), undefined);
      const known = story.differs ?? [];
      const news = comparison.differences.filter(({ what }) => !known.includes(what));
      assert.deepEqual(news, []);
      assert.equal(comparison.differences.length, known.length, "a known difference is gone");
    });
    this.#report();
    return good;
  }

  async #measure(story: BrowserStory, tab: BrowserTab): Promise<readonly TraceRecord[]> {
    const { title, method, knobs, allow, watchMs, behindMs = -1 } = story;
    const own = withKnobs(knobs);
    if (this.#key) this.#key.knobs = own;
    const begin = this.#records.length;
    this.#begins.push(begin);
    const { timeoutMs } = own.client;
    const ended = this.site
      .plan(title, { method, timeoutMs, ...(allow && { allow }) })
      .then(() => "ended" as const);
    const after = (ms: number) => sleep(ms, "watched" as const, { ref: false });
    await (behindMs === 0 ? tab.hide?.() : tab.show?.());
    await tab.press(title, own.page.guardMs);
    const cover = behindMs > 0 ? setTimeout(() => void tab.hide?.(), behindMs) : undefined;
    if ((await Promise.race([ended, after(watchMs)])) === "watched") {
      await tab.screenshot(join(outFolder(), `${fileNameOf(title)}.png`));
      await tab.leave();
      await Promise.race([ended, after(LEAVE_MS)]);
    }
    clearTimeout(cover);
    const next = this.#begins.find((other) => other > begin) ?? Infinity;
    const mine = this.#records.filter(
      (record, at) => at >= begin && ("ceremony" in record ? record.ceremony === title : at < next),
    );
    return mine
      .filter((record) => (["page", "site"].includes(record.actor) ? "ceremony" in record : true))
      .sort((a, b) => a.atMs - b.atMs);
  }

  #keep(title: string, given: readonly TraceRecord[], which: "measured" | "predicted"): void {
    const path = join(outFolder(), `${fileNameOf(title)}-${which}`);
    const records = which === "measured" ? asRun(title, given) : given;
    const lines: string[] = [];
    const sink = jsonLinesSink((line) => lines.push(line));
    for (const record of records) sink.write(record);
    writeFileSync(`${path}.jsonl`, `${lines.join("\n")}\n`);
    writeFileSync(`${path}.html`, toHtml(runOfTrace(records)));
  }

  #report(): void {
    const report = new ComparisonReport({
      browser: this.#browser,
      profile: this.#profile.id,
      comparisons: this.#comparisons,
    });
    writeFileSync(join(outFolder(), "comparison.txt"), report.text);
    writeFileSync(join(outFolder(), "comparison.html"), report.html);
  }
}

/** What the artefacts' files of a story begin with. */
export function fileNameOf(title: string): string {
  return title.replace(/[^a-z0-9]+/gi, "-").slice(0, 60);
}
