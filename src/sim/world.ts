import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { envFor, virtualEnv, type VirtualEnv } from "../core/env.js";
import { MemorySink, type TraceSink } from "../core/trace.js";
import type { LinkOptions } from "../transports/hid/link.js";
import type { SimAuthenticator } from "./authenticator/authenticator.js";
import { Background } from "../core/background.js";
import type { SimBrowser } from "./browser/browser.js";
import type { CredentialStore } from "./authenticator/store/credential-store.js";
import { Visitor } from "./factors/visitor.js";
import type { KeyCable } from "./hid/usb-port.js";
import type { HostPrograms } from "./browser/browser-process.js";
import { parseKnobs, parseTurns, withKnobs, type KnobOverrides, type Knobs } from "./knobs/knobs.js";
import { Ledger } from "../diagnosis/ledger.js";
import { SimMail } from "./rp/mail.js";
import type { SimPage } from "./browser/page.js";
import { SimSite } from "./rp/site.js";
import { workplaceFor } from "./client-platform.js";

/** A person, a browser, a page, a key and a site, on one clock. */
export interface World {
  readonly env: VirtualEnv;
  readonly page: SimPage;
  /** The same site on somebody else's device, with no authenticator of this person's in reach. */
  readonly helperPage: SimPage;
  /** The person at the site's other doors. */
  readonly visitor: Visitor;
  readonly browser: SimBrowser;
  /** The key's socket on the computer. */
  readonly cable: KeyCable;
  /** The browser as a process: it may quit. */
  readonly programs: HostPrograms;
  readonly site: SimSite;
  readonly mail: SimMail;
  readonly key: SimAuthenticator;
  readonly store: CredentialStore;
  readonly knobs: Knobs;
  /** Turns knobs for whatever happens next; what already runs keeps its settings. @throws {KnobError} */
  turn(overrides: KnobOverrides): void;
  /** The books as they are now, from the stores themselves. */
  ledger(): Ledger;
  /** Work nobody in the script waits for. */
  readonly background: Background;
  /** Resolves when nothing is under way: mails, commits, prompts nobody waits for. */
  settled(): Promise<void>;
}

export interface WorldOptions {
  /** Where the trace goes; kept in `env.records` when absent. */
  readonly sink?: TraceSink;
  /** How much of a CTAPHID report the trace gets; `headers` by default. */
  readonly frames?: LinkOptions["frames"];
}

const OPTIONS = parameters<WorldOptions>({
  sink: maybe(arg.having("a trace sink, such as new MemorySink(),", "write")),
  frames: maybe(shape.oneOf(["headers", "full"])),
});

const RP_ID = "shop.example";
const ORIGIN = `https://${RP_ID}`;

/**
 * A world in a box: the same seed and the same knobs give the same bytes and the same trace.
 *
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function simWorld(seed: string, overrides: KnobOverrides = {}, options: WorldOptions = {}): World {
  checkArguments("simWorld", { seed: [shape.text, seed], options: [OPTIONS, options] });
  const env = virtualEnv(seed, options.sink ?? new MemorySink());
  const background = new Background();
  let turned = parseKnobs(overrides);
  let current = withKnobs(turned);
  const knobs = () => current;

  const mail = new SimMail(envFor(env, "mail"), { knobs, background });
  const site = new SimSite(envFor(env, "site"), { knobs, background, mail, origin: ORIGIN, rpId: RP_ID });
  const { frames } = options;
  const workplace = workplaceFor(env, {
    knobs,
    background,
    site,
    origin: ORIGIN,
    frames,
  });
  const { programs, helperPage, cable, key, store, ledgerKeys } = workplace;

  return {
    env,
    get page() {
      return programs.running.page;
    },
    get browser() {
      return programs.running.browser;
    },
    cable,
    programs,
    helperPage,
    visitor: new Visitor(envFor(env, "page"), { knobs, desk: site.factors }),
    site,
    mail,
    key,
    store,
    get knobs() {
      return current;
    },
    turn(more) {
      turned = { ...turned, ...parseTurns(more) };
      current = withKnobs(turned);
      workplace.turned(more);
    },
    ledger: () =>
      new Ledger({
        keys: ledgerKeys(),
        rows: site.store.ledgerRows,
        flags: site.flags,
        mails: mail.mails,
      }),
    background,
    settled: () => background.settled(),
  };
}
