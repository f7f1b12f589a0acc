import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { toHex } from "../../core/bytes.js";
import { envFor, type Env } from "../../core/env.js";
import type { CtapDevice } from "../../ctap/device.js";
import type { LinkOptions } from "../../transports/hid/link.js";
import { Background } from "../../core/background.js";
import { parseTurns, withKnobs, type KnobOverrides, type Knobs } from "../knobs/knobs.js";
import { Ledger } from "../../diagnosis/ledger.js";
import type { World } from "../world.js";
import { workplaceFor } from "../client-platform.js";
import { credentialsLister, HttpSite } from "./http-site.js";
import { RowWatch } from "./row-watch.js";
import type { SiteConfig } from "./site-config.js";
import type { SiteError } from "./site-error.js";
import { knobsForRealSite, REAL_SITE_STANDARD } from "./site-knobs.js";
import { SiteSession, type SiteSessionParts } from "./site-session.js";
import { fillText } from "./template.js";

/** A simulated person, browser, page and key, and a site that is real; so is the time. */
export interface RealWorld extends Pick<
  World,
  | "page"
  | "helperPage"
  | "browser"
  | "cable"
  | "programs"
  | "key"
  | "store"
  | "knobs"
  | "turn"
  | "background"
  | "settled"
  | "ledger"
> {
  readonly env: Env;
  /** The account as the site knows it. */
  readonly account: string;
  /** Calls that ended without an answer so far. */
  readonly errors: readonly SiteError[];
  /** Signs in and asks what the site holds already, before anything is begun. @throws {SiteError} */
  prepare(): Promise<void>;
}

export interface RealWorldParts {
  readonly config: SiteConfig;
  /** The environment: what `{env:NAME}` in the site file stands for. */
  readonly secret: SiteSessionParts["secret"];
  readonly knobs?: KnobOverrides;
  readonly frames?: LinkOptions["frames"];
  /** An authenticator of the caller's in place of the simulated one: a real key, a phone. */
  readonly device?: () => Promise<CtapDevice | undefined>;
}

const PARTS = parameters<RealWorldParts>({
  config: arg.with("a site configuration, as parseSiteConfig(json) gives one,", "baseUrl", "registration"),
  secret: arg.callable,
  knobs: maybe(arg.object),
  frames: maybe(shape.oneOf(["headers", "full"])),
  device: maybe(arg.callable),
});

const RANDOM_BYTES = 4;

/**
 * A world around a real site.
 *
 * @param env with a real clock ({@link systemEnv}): the site lives in real time.
 * @throws {SiteError} `SITE_KNOB_REFUSED` for knobs that only a simulated site obeys.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function realWorld(env: Env, parts: RealWorldParts): RealWorld {
  checkArguments("realWorld", { env: [arg.env, env], parts: [PARTS, parts] });
  const { config, secret, device, frames } = parts;
  const rules = { siteDecides: config.siteDecides, canAsk: config.credentials !== undefined };
  const background = new Background();
  let turned = knobsForRealSite(parts.knobs ?? {}, rules);
  let current = withKnobs({ ...REAL_SITE_STANDARD, ...turned });
  const knobs = () => current;

  const account = fillText(config.account, () => toHex(env.entropy.bytes(RANDOM_BYTES)));
  const timeoutMs = () => turned["client.timeoutMs"];
  const common = { config, knobs, timeoutMs, background, account };
  const { site, helperSite, watch } = sitesFor(env, { ...common, secret });
  const { programs, helperPage, cable, key, store, ledgerKeys } = workplaceFor(env, {
    knobs,
    background,
    site,
    helperSite,
    origin: config.origin,
    frames,
    ...(device && { device }),
  });
  return {
    env,
    account,
    get page() {
      return programs.running.page;
    },
    get browser() {
      return programs.running.browser;
    },
    cable,
    programs,
    helperPage,
    key,
    store,
    get knobs() {
      return current;
    },
    get errors() {
      return [...site.errors, ...helperSite.errors];
    },
    turn(more) {
      turned = { ...turned, ...knobsForRealSite(parseTurns(more), rules) };
      current = withKnobs({ ...REAL_SITE_STANDARD, ...turned });
    },
    ledger() {
      const unknown = [...(watch.knows ? [] : ["rows" as const]), ...(device ? ["keys" as const] : [])];
      const known = { keys: ledgerKeys(), rows: watch.rows, flags: {}, mails: [] };
      return new Ledger(unknown.length === 0 ? known : { ...known, unknown });
    },
    background,
    async prepare() {
      const probes = watch.canAsk ? "credentials" : "";
      env.trace.as("site").emit({ kind: "rp.attached", origin: config.origin, probes });
      await site.signIn();
      await watch.probe();
    },
    async settled() {
      await background.settled();
      await watch.probe();
    },
  };
}

interface SiteParts {
  readonly config: SiteConfig;
  readonly secret: SiteSessionParts["secret"];
  readonly knobs: () => Knobs;
  readonly timeoutMs: () => number | null | undefined;
  readonly background: Background;
  readonly account: string;
}

/** The same site in the person's browser and in a helper's: each has cookies of its own. */
function sitesFor(env: Env, { config, secret, background, ...common }: SiteParts) {
  const own = envFor(env, "site");
  const session = new SiteSession(own, { config, secret });
  const watch = new RowWatch(own, {
    list: credentialsLister({ config, session, account: common.account }),
    everyMs: config.credentials?.everyMs ?? Infinity,
    forMs: config.credentials?.forMs ?? 0,
    background,
  });
  let begun = 0;
  const nextId = () => `c${(begun += 1)}`;
  const parts = { ...common, config, background, watch, nextId };
  return {
    watch,
    site: new HttpSite(own, { ...parts, session }),
    helperSite: new HttpSite(own, { ...parts, session: new SiteSession(own, { config, secret }) }),
  };
}
