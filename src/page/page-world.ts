import { envFor, type Env } from "../core/env.js";
import type { CtapDevice } from "../ctap/device.js";
import { parseKnobs, parseOverrides, type KnobOverrides } from "../sim/knobs/knobs.js";
import { RowWatch } from "../sim/attached-rp/row-watch.js";
import type { SitePort } from "../sim/rp/site-port.js";
import { buildWorld, type World, type WorldSite } from "../sim/world.js";
import type { BridgedCall } from "./bridge.js";

/** Asks a site what it holds. */
export interface SiteProbe {
  /** Lists the ids of the account's credentials, base64url. */
  readonly credentials: () => Promise<readonly string[]>;
}

/** Everything of a world but page and site, which are real. */
export interface PageWorld extends World {
  /** Asks the site what it holds, where it can be asked. */
  probe(calls: readonly BridgedCall[]): Promise<void>;
}

export interface PageWorldOptions {
  readonly knobs?: KnobOverrides;
  readonly device?: () => Promise<CtapDevice | undefined>;
  readonly site?: SiteProbe;
}

const ORIGIN = "https://localhost";

/** A real page calls its own site: nobody calls this one. */
const NO_SITE: SitePort = {
  registrationOptions: unused,
  finishRegistration: unused,
  registrationState: unused,
  loginOptions: unused,
  finishLogin: unused,
};

/** Builds the user, the browser client and the authenticators around a page and a site that are real. */
export function realPageWorld(env: Env, { knobs = {}, device, site }: PageWorldOptions): PageWorld {
  let watch: RowWatch | undefined;
  const world = buildWorld<WorldSite>(env, {
    knobs,
    rules: { parse: parseKnobs, parseRunning: parseOverrides },
    site: ({ background }) => {
      watch = new RowWatch(envFor(env, "site"), {
        list: site?.credentials,
        everyMs: Infinity,
        forMs: 0,
        background,
      });
      const rows = watch;
      return {
        site: NO_SITE,
        origin: ORIGIN,
        entries: () => ({
          rows: rows.rows,
          flags: {},
          mails: [],
          ...(!rows.knows && { unknown: ["rows" as const] }),
        }),
      };
    },
    ...(device && { device }),
  });
  env.trace
    .as("site")
    .emit({ kind: "rp.attached", origin: ORIGIN, probes: site === undefined ? [] : ["credentials"] });
  return Object.assign(world, {
    async probe(calls: readonly BridgedCall[]): Promise<void> {
      for (const { id, ceremony, method } of calls) {
        if (id !== undefined && method === "create") watch?.expect(id, { span: "run", ceremony });
      }
      await watch?.probe();
    },
  });
}

function unused(): Promise<never> {
  return Promise.reject(new Error("the page under test calls its own site"));
}
