import { arg, checkArguments, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { envFor, type VirtualEnv } from "../core/env.js";
import { virtualEnv } from "../env/virtual-env.js";
import { MemorySink, type TraceSink } from "../core/trace.js";
import type { LinkOptions } from "../transports/hid/link.js";
import { FallbackUser } from "./factors/visitor.js";
import { parseKnobs, parseOverrides, type KnobOverrides } from "./knobs/knobs.js";
import { SimMail } from "./rp/mail.js";
import { SimSite } from "./rp/site.js";
import { buildWorld, type World, type WorldSite, type WorldSiteDeps } from "./world.js";

/** The simulated site of a world, with its mail and its fallback factors. */
export interface SimWorldSite extends WorldSite {
  readonly site: SimSite;
  readonly mail: SimMail;
  readonly fallbackUser: FallbackUser;
}

/** A world whose site and time are simulated. */
export interface SimWorld extends World<SimWorldSite> {
  readonly env: VirtualEnv;
  readonly site: SimSite;
  readonly mail: SimMail;
  readonly fallbackUser: FallbackUser;
}

export interface SimWorldOptions {
  /** Where the trace goes; kept in `env.records` when absent. */
  readonly sink?: TraceSink;
  /** How much of a CTAPHID report the trace gets; `headers` by default. */
  readonly frames?: LinkOptions["frames"];
}

const OPTIONS = parameters<SimWorldOptions>({
  sink: maybe(arg.having("a trace sink, such as new MemorySink(),", "write")),
  frames: maybe(shape.oneOf(["headers", "full"])),
});

const RP_ID = "shop.example";
const ORIGIN = `https://${RP_ID}`;

/**
 * Builds a simulated world: the same seed and the same knobs give the same bytes and the same trace.
 *
 * @throws {KnobError} for knobs that do not exist or do not fit.
 *
 * @example
 * const world = simWorld("1", { "page.guardMs": 60_000 });
 * await world.env.clock.run(world.page.register("hanako"));
 */
export function simWorld(
  seed: string,
  overrides: KnobOverrides = {},
  options: SimWorldOptions = {},
): SimWorld {
  checkArguments("simWorld", { seed: [shape.text, seed], options: [OPTIONS, options] });
  return simWorldIn(virtualEnv(seed, options.sink ?? new MemorySink()), overrides, options);
}

/** Builds a simulated world in an environment of the caller's, on the caller's clock and trace. */
export function simWorldIn(
  env: VirtualEnv,
  overrides: KnobOverrides,
  options: Pick<SimWorldOptions, "frames"> = {},
): SimWorld {
  const world = buildWorld(env, {
    knobs: overrides,
    rules: { parse: parseKnobs, parseRunning: parseOverrides },
    site: (deps) => simulatedSite(env, deps),
    frames: options.frames,
  });
  const { site, mail, fallbackUser } = world.at;
  return Object.assign(world, { env, site, mail, fallbackUser });
}

function simulatedSite(env: VirtualEnv, { knobs, background }: WorldSiteDeps): SimWorldSite {
  const mail = new SimMail(envFor(env, "mail"), { knobs, background });
  const site = new SimSite(envFor(env, "site"), { knobs, background, mail, origin: ORIGIN, rpId: RP_ID });
  return {
    site,
    mail,
    origin: ORIGIN,
    fallbackUser: new FallbackUser(envFor(env, "page"), { knobs, service: site.factors }),
    entries: () => ({ rows: site.store.ledgerRows, flags: site.flags, mails: mail.mails }),
  };
}
