import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { toHex } from "../../core/bytes.js";
import { envFor, type Env } from "../../core/env.js";
import { parseOverrides } from "../knobs/knobs.js";
import { buildWorld, type World, type WorldSetup, type WorldSite, type WorldSiteDeps } from "../world.js";
import { checkHeaderValues } from "./site-headers.js";
import { credentialsLister, HttpSite } from "./http-site.js";
import { RowWatch } from "./row-watch.js";
import type { SiteConfig } from "./site-config.js";
import type { SiteError } from "./site-error.js";
import { knobsForRealSite, REAL_SITE_STANDARD } from "./site-knobs.js";
import { SiteSession, type SiteSessionDeps } from "./site-session.js";
import { fillText } from "./template.js";

/** A real site of a world. */
export interface AttachedSite extends WorldSite {
  /** The account as the site knows it. */
  readonly account: string;
  /** Calls that ended without an answer so far. */
  readonly errors: () => readonly SiteError[];
}

/** A simulated user, browser, page and key around a site that is real; so is the time. */
export type AttachedWorld = World<AttachedSite>;

export interface AttachedWorldOptions extends Partial<
  Pick<WorldSetup<AttachedSite>, "knobs" | "frames" | "device">
> {
  readonly config: SiteConfig;
  /** The environment: what `{env:NAME}` in the site file stands for. */
  readonly secret: SiteSessionDeps["secret"];
}

const OPTIONS = parameters<AttachedWorldOptions>({
  config: arg.with("a site configuration, as parseSiteConfig(json) gives one,", "baseUrl", "registration"),
  secret: arg.callable,
  knobs: maybe(arg.object),
  frames: maybe(shape.oneOf(["headers", "full"])),
  device: maybe(arg.callable),
});

const RANDOM_BYTES = 4;

/**
 * Builds a world around a real site.
 *
 * @param env with a real clock ({@link systemEnv}): the site lives in real time.
 * @throws {SiteError} `SITE_KNOB_REFUSED` for knobs that only a simulated site obeys; `SITE_SECRET_UNFIT`.
 * @throws {KnobError} for knobs that do not exist or do not fit.
 */
export function attachedWorld(env: Env, options: AttachedWorldOptions): AttachedWorld {
  checkArguments("attachedWorld", { env: [arg.env, env], options: [OPTIONS, options] });
  const { config, secret, knobs = {}, frames, device } = options;
  checkHeaderValues(config, secret);
  const siteRules = { siteDecides: config.siteDecides, canAsk: config.credentials !== undefined };
  return buildWorld<AttachedSite>(env, {
    knobs,
    rules: {
      defaults: REAL_SITE_STANDARD,
      parse: (input) => knobsForRealSite(input, siteRules),
      parseRunning: (input) => knobsForRealSite(parseOverrides(input), siteRules),
    },
    site: (deps) => attachedSite(env, options, deps),
    frames,
    ...(device && { device }),
  });
}

/** The same site in the user's browser and in a helper's: each has cookies of its own. */
function attachedSite(
  env: Env,
  { config, secret }: AttachedWorldOptions,
  { knobs, overrides, background }: WorldSiteDeps,
): AttachedSite {
  const own = envFor(env, "site");
  const account = fillText(config.account, () => toHex(env.entropy.bytes(RANDOM_BYTES)));
  const session = new SiteSession(own, { config, secret });
  const watch = new RowWatch(own, {
    list: credentialsLister({ config, session, account }),
    everyMs: config.credentials?.everyMs ?? Infinity,
    forMs: config.credentials?.forMs ?? 0,
    background,
  });
  const timeoutMs = () => overrides()["client.timeoutMs"];
  const common = { config, knobs, timeoutMs, background, account, watch };
  const site = new HttpSite(own, { ...common, session });
  const helperSite = new HttpSite(own, { ...common, session: new SiteSession(own, { config, secret }) });
  return {
    site,
    helperSite,
    origin: config.origin,
    account,
    errors: () => [...site.errors, ...helperSite.errors],
    entries: () => ({
      rows: watch.rows,
      flags: {},
      mails: [],
      ...(!watch.knows && { unknown: ["rows" as const] }),
    }),
    async prepare() {
      const probes = watch.canAsk ? ["credentials"] : [];
      own.trace.emit({ kind: "rp.attached", origin: config.origin, probes });
      await site.signIn();
      await watch.probe();
    },
    settled: () => watch.probe(),
  };
}
