import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { outFolder } from "../../../lab/checks.js";
import { Chromium, type ChromiumOptions } from "../../../lab/services/chromium.js";
import type { ChromiumPage } from "../../../lab/services/chromium-page.js";
import type { Screen } from "../../../lab/services/screen.js";
import type { TraceRecord } from "../../../src/entry/diagnosis.js";
import { PASSKEY, type CasesSite, caught, scriptOf } from "../../page/semantics/cases-site.js";
import type { SemanticsCase } from "../../page/semantics/cases.js";
import type { SemanticsKey } from "../../page/semantics/semantics-key.js";
import type { UsbResult } from "../../page/semantics/usb-cases.js";

/** A browser that answers at once, whose key has heard nothing for so long, waits for a person. */
const QUIET_MS = 8_000;
/** A person's reading of a list of accounts. */
const READS_MS = 3_000;
const LOOK_MS = 500;
const PROMPTLY_MS = 1_000;
const CASE_MS = 400_000;

export interface CasesParts {
  readonly site: CasesSite;
  readonly key: SemanticsKey;
  /** What the key records; emptied before each case. */
  readonly records: TraceRecord[];
  /** With a person before it, who selects the account that a list of the browser's shows first. */
  readonly screen?: Screen;
}

/** An unmodified Chromium that plays case after case, with the key on its computer's USB. */
export class CasesBrowser {
  readonly #chromium: Chromium;
  readonly #parts: CasesParts;
  #page: ChromiumPage;

  private constructor(chromium: Chromium, page: ChromiumPage, parts: CasesParts) {
    this.#chromium = chromium;
    this.#page = page;
    this.#parts = parts;
  }

  /** Without a window where there is no screen. */
  static async start(options: Pick<ChromiumOptions, "log">, parts: CasesParts): Promise<CasesBrowser> {
    const { screen, site } = parts;
    const chromium = await Chromium.start({
      ...options,
      ...(screen && { headless: false, env: { DISPLAY: screen.display } }),
      flags: ["--enable-logging=stderr", "--vmodule=*fido*=2,*webauth*=2"],
      withinMs: 240_000,
    });
    const browser = new CasesBrowser(chromium, await tabOf(chromium, site), parts);
    // A browser's first sheet takes long.
    await browser.#page.evaluate(PASSKEY, { asUser: true });
    return browser;
  }

  get version(): string {
    return this.#chromium.version;
  }

  close(): Promise<void> {
    return this.#chromium.close();
  }

  /** Plays a case in a document of its own with a key of its own. */
  async play(one: SemanticsCase): Promise<UsbResult> {
    const { site, key, records } = this.#parts;
    const began = performance.now();
    key.renew();
    records.length = 0;
    try {
      await this.#page.go(site.url);
      if (one.isUntouched === true) {
        await this.#page.evaluate(PASSKEY, { asUser: true });
        key.isUntouched = true;
      }
      const script = caught(scriptOf(one, site, CASE_MS));
      const value = await this.#attended(this.#page.evaluate<unknown>(script, { asUser: true }));
      return { value, ms: Math.round(performance.now() - began), key: this.#commands() };
    } catch (error) {
      await this.#page.close();
      this.#page = await tabOf(this.#chromium, site);
      throw error;
    }
  }

  /** Until the case is over: selects accounts where somebody is there, and aborts calls that stay pending. */
  async #attended<Value>(ended: Promise<Value>): Promise<Value> {
    const { screen } = this.#parts;
    const ending = { isOver: false };
    const over = () => void (ending.isOver = true);
    ended.then(over, over);
    let last = { open: 0, commands: 0, sinceMs: performance.now(), selects: true };
    while (!ending.isOver) {
      await Promise.race([ended, sleep(LOOK_MS)]);
      const askedMs = performance.now();
      const open = await this.#page.evaluate<number>("openCall.isOpen ? openCall.number : 0");
      const nowMs = performance.now();
      const commands = this.#parts.records.length;
      const isAsBefore = open === last.open && commands === last.commands;
      if (!isAsBefore || nowMs - askedMs > PROMPTLY_MS) {
        last = { open, commands, sinceMs: nowMs, selects: true };
        continue;
      }
      const quietMs = nowMs - last.sinceMs;
      const isAssertion = this.#commands().at(-1) === "getAssertion OK";
      if (screen !== undefined && isAssertion && last.selects && quietMs > READS_MS) {
        last = { ...last, selects: false };
        await this.#select(screen);
      } else if (open !== 0 && quietMs > QUIET_MS) await this.#page.evaluate(`openCall.abort("pending")`);
    }
    return ended;
  }

  /** The list's first account is the one that Return takes; a picture of the first list stays in the artefacts. */
  async #select(screen: Screen): Promise<void> {
    const picture = join(outFolder(), "accounts.png");
    if (!existsSync(picture)) await screen.shoot(picture);
    await screen.press("Return");
  }

  /** What the key was asked and answered, in order. */
  #commands(): readonly string[] {
    return this.#parts.records.flatMap((record) =>
      record.kind === "ctap.response" ? [`${record.command} ${record.status}`] : [],
    );
  }
}

async function tabOf(chromium: Chromium, { url }: CasesSite): Promise<ChromiumPage> {
  const opened = await chromium.open(url);
  await opened.bringToFront();
  return opened;
}
