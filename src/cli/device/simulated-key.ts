import {
  type AuthenticatorProfile,
  type Env,
  PROFILES,
  SimAuthenticator,
  type SimUser,
  envFor,
  simulatedUser,
  parseProfile,
} from "../../entry/sim.js";
import { namesHint } from "../../core/place.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { namingFile } from "../files/file-error.js";
import { type KeyStore, openKeyStore, storeInMemory } from "../files/key-store.js";
import { readJsonFile } from "../files/read-file.js";
import { numberOption, textOption } from "../options.js";

export const SIM_KEY_OPTIONS = {
  profile: { type: "string" },
  "touch-ms": { type: "string" },
  "up-timeout-ms": { type: "string" },
  store: { type: "string" },
} as const satisfies OptionTable;

export const SIM_KEY_HELP = `  --profile NAME|FILE  which authenticator is simulated: ${[...PROFILES.keys()].join(", ")}
  --touch-ms N         how long the simulated user takes before touching (500)
  --up-timeout-ms N    how long the simulated key waits for the touch (what its profile says, mostly 30000)
  --store FILE         keep the simulated key's credentials in this file`;

/** Ten minutes: longer than any client waits. */
const TOUCH_MS_MAX = 600_000;

/** Suggested beyond the touch, so that the key still waits when it comes. */
const TOUCH_MARGIN_MS = 5_000;

/** A simulated key as the command line describes it, and how to keep what is on it. */
export interface SimKey {
  readonly key: SimAuthenticator;
  /** What it remembers, held until it is disposed of. */
  readonly kept: KeyStore;
}

/**
 * Makes the key that the command line describes, and holds its store file.
 *
 * @param fit adapts the profile to the transport.
 * @param user whose finger touches it; one that takes the time of --touch-ms when absent.
 * @throws {UsageError} for files that cannot be read; {@link FileError} for a store that another process holds;
 *   {@link ProfileError}, {@link StoreError} for what is in them.
 */
export async function simKeyFrom(
  invocation: Invocation,
  env: Env,
  fit: (profile: AuthenticatorProfile) => AuthenticatorProfile = (profile) => profile,
  user?: SimUser,
): Promise<SimKey> {
  const storePath = textOption(invocation, "store");
  const touchMs = numberOption(invocation, "touch-ms", { min: 0, max: TOUCH_MS_MAX });
  const upTimeoutMs = numberOption(invocation, "up-timeout-ms", { min: 1, max: TOUCH_MS_MAX });
  const profile = withUpTimeout(
    fit(chosenProfile(textOption(invocation, "profile") ?? "generic")),
    upTimeoutMs,
  );
  if (touchMs !== undefined && touchMs >= profile.timeouts.upTimeoutMs) {
    invocation.terminal.warn(
      `the simulated key gives up after ${profile.timeouts.upTimeoutMs} ms, before the touch at ${touchMs} ms; ` +
        `--up-timeout-ms ${touchMs + TOUCH_MARGIN_MS} makes it wait`,
    );
  }
  const kept = storePath === undefined ? storeInMemory() : await openKeyStore(storePath);
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile,
    store: kept.store,
    user:
      user ?? simulatedUser(envFor(env, "user"), touchMs === undefined ? {} : { touchMs, verifyMs: touchMs }),
  });
  return { key, kept };
}

function withUpTimeout(profile: AuthenticatorProfile, upTimeoutMs: number | undefined): AuthenticatorProfile {
  if (upTimeoutMs === undefined) return profile;
  return { ...profile, timeouts: { ...profile.timeouts, upTimeoutMs } };
}

/** A name of ours, or anything that looks like a path. */
function chosenProfile(choice: string): AuthenticatorProfile {
  const isPath = choice.includes("/") || choice.includes("\\") || choice.endsWith(".json");
  if (isPath) {
    const kind = { what: "profile", limit: "PROFILE_BYTES_MAX" } as const;
    return namingFile(choice, () => parseProfile(readJsonFile(choice, kind)));
  }
  const profile = PROFILES.get(choice);
  if (profile === undefined) {
    throw new UsageError("USAGE", `there is no profile "${choice}"`, {
      hint: `${namesHint(choice, [...PROFILES.keys()])}; a path to a profile file will do, too`,
    });
  }
  return profile;
}
