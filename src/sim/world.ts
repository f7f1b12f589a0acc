import type { Env } from "../core/env.js";
import { Background } from "../core/background.js";
import type { CtapDevice } from "../ctap/device.js";
import { Ledger, type LedgerEntries } from "../diagnosis/ledger.js";
import type { LinkOptions } from "../transports/hid/link.js";
import type { SimAuthenticator } from "./authenticator/authenticator.js";
import type { CredentialStore } from "./authenticator/store/credential-store.js";
import type { BrowserDeps, SimBrowser } from "./browser/browser.js";
import type { BrowserProcess } from "./browser/browser-process.js";
import type { SimPage } from "./browser/page.js";
import { createClientPlatform } from "./client-platform.js";
import type { FallbackUser } from "./factors/visitor.js";
import type { UsbPort } from "./hid/usb-port.js";
import { withKnobs, type KnobOverrides, type Knobs } from "./knobs/knobs.js";
import type { SitePort } from "./rp/site-port.js";

/** The site of a world: simulated, or a real one across HTTP. */
export interface WorldSite {
  readonly site: SitePort;
  /** The site as another user's browser has it, with cookies of its own; the same one when absent. */
  readonly helperSite?: SitePort;
  readonly origin: string;
  /** The account that owns the passkey where a script names none; the script's own default when absent. */
  readonly account?: string;
  /** The user at the site's fallback factors; absent where they are not known. */
  readonly fallbackUser?: FallbackUser;
  /** Returns what the site holds, for the ledger; `unknown` names what the site does not report. */
  readonly entries: () => Omit<LedgerEntries, "keys">;
  /** Gets the site ready before a script begins. */
  readonly prepare?: () => Promise<void>;
  /** Waits for what is still under way at the site, beside background work. */
  readonly settled?: () => Promise<void>;
}

/** What a world's site is built with. */
export interface WorldSiteDeps {
  readonly knobs: () => Knobs;
  /** Knobs that were set, without the defaults. */
  readonly overrides: () => KnobOverrides;
  readonly background: Background;
}

/** How the knobs of a world are read; a real site obeys fewer of them. */
export interface KnobRules {
  /** Values that stand where nothing is set, in place of the registry's defaults. */
  readonly defaults?: KnobOverrides;
  /** @throws {KnobError} for knobs that do not exist or do not fit. */
  readonly parse: (input: unknown) => KnobOverrides;
  /** Reads knobs for a world that runs. @throws {KnobError} as `parse`, and for what is built into a world. */
  readonly parseRunning: (input: unknown) => KnobOverrides;
}

export interface WorldSetup<Site extends WorldSite> {
  readonly knobs: KnobOverrides;
  readonly rules: KnobRules;
  readonly site: (deps: WorldSiteDeps) => Site;
  /** How much of a CTAPHID report the trace gets; `headers` by default. */
  readonly frames?: LinkOptions["frames"];
  /** An authenticator of the caller's in place of the simulated ones: a real key, a phone. */
  readonly device?: () => Promise<CtapDevice | undefined>;
  /** Replaces the profile that `client.profile` names; that profile itself when absent. */
  readonly clientProfile?: BrowserDeps["clientProfile"];
}

/** A user, a browser, a page, an authenticator and a site, on one clock. */
export interface World<Site extends WorldSite = WorldSite> {
  readonly env: Env;
  readonly page: SimPage;
  /** The same site on another user's device, with none of this user's authenticators in reach. */
  readonly helperPage: SimPage;
  readonly browser: SimBrowser;
  /** The key's socket on the computer. */
  readonly usbPort: UsbPort;
  /** The browser as a process: it may quit. */
  readonly browserProcess: BrowserProcess;
  readonly key: SimAuthenticator;
  readonly store: CredentialStore;
  /** The site, and what it adds to the world. */
  readonly at: Site;
  readonly knobs: Knobs;
  /** Sets knobs for whatever happens next; what already runs keeps its settings. @throws {KnobError} */
  setKnobs(overrides: KnobOverrides): void;
  /** Returns the ledger as it is now, from the stores themselves. */
  ledger(): Ledger;
  /** Work that no script waits for. */
  readonly background: Background;
  /** Gets the site ready before a script begins. */
  prepare(): Promise<void>;
  /** Resolves when nothing is under way: mails, commits, prompts that outlive their request. */
  settled(): Promise<void>;
}

/**
 * Builds a world around a site, simulated or real: everything else is the same in both.
 *
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function buildWorld<Site extends WorldSite>(env: Env, setup: WorldSetup<Site>): World<Site> {
  const { rules, frames, device, clientProfile } = setup;
  const background = new Background();
  let overrides = rules.parse(setup.knobs);
  let current = withKnobs({ ...rules.defaults, ...overrides });
  const knobs = () => current;

  const at = setup.site({ knobs, overrides: () => overrides, background });
  const platform = createClientPlatform(env, {
    knobs,
    background,
    site: at.site,
    ...(at.helperSite && { helperSite: at.helperSite }),
    origin: at.origin,
    frames,
    clientProfile,
    ...(device && { device }),
  });
  const { browserProcess, helperPage, usbPort, key, store, ledgerKeys } = platform;
  return {
    env,
    get page() {
      return browserProcess.running.page;
    },
    get browser() {
      return browserProcess.running.browser;
    },
    helperPage,
    usbPort,
    browserProcess,
    key,
    store,
    at,
    get knobs() {
      return current;
    },
    setKnobs(more) {
      const set = rules.parseRunning(more);
      overrides = { ...overrides, ...set };
      current = withKnobs({ ...rules.defaults, ...overrides });
      platform.knobsChanged(set);
    },
    ledger: () => ledgerOf({ keys: ledgerKeys(), ...at.entries() }, device !== undefined),
    background,
    prepare: () => at.prepare?.() ?? Promise.resolve(),
    async settled() {
      await background.settled();
      await at.settled?.();
    },
  };
}

/** Passkeys on an authenticator of the caller's are not known here. */
function ledgerOf(entries: LedgerEntries, isDeviceOurs: boolean): Ledger {
  const unknown = [...(entries.unknown ?? []), ...(isDeviceOurs ? (["keys"] as const) : [])];
  return new Ledger(unknown.length === 0 ? entries : { ...entries, unknown });
}
