import {
  type AuthenticatorProfile,
  CredentialStore,
  type Env,
  PROFILES,
  SimAuthenticator,
  encodeStore,
  envFor,
  simulatedUser,
  parseProfile,
  parseStore,
} from "../../entry/sim.js";
import { namesHint } from "../../core/place.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { isMissing, readJsonFile, writeTextFile } from "../files.js";
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
  /** Writes the store file, if one was named. */
  readonly save: () => void;
}

/** @param fit adapts the profile to the transport. @throws {UsageError} for files that cannot be read; {@link ProfileError}, {@link StoreError} for what is in them. */
export function simKeyFrom(
  invocation: Invocation,
  env: Env,
  fit: (profile: AuthenticatorProfile) => AuthenticatorProfile = (profile) => profile,
): SimKey {
  const storePath = textOption(invocation, "store");
  const store = storePath === undefined ? new CredentialStore() : openStore(storePath);
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
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile,
    store,
    user: simulatedUser(envFor(env, "user"), touchMs === undefined ? {} : { touchMs, verifyMs: touchMs }),
  });
  return {
    key,
    save() {
      // Readable by the owner alone: a store holds private keys.
      if (storePath !== undefined) writeTextFile(storePath, encodeStore(store.snapshot()), 0o600);
    },
  };
}

function withUpTimeout(profile: AuthenticatorProfile, upTimeoutMs: number | undefined): AuthenticatorProfile {
  if (upTimeoutMs === undefined) return profile;
  return { ...profile, timeouts: { ...profile.timeouts, upTimeoutMs } };
}

/** A name of ours, or anything that looks like a path. */
function chosenProfile(choice: string): AuthenticatorProfile {
  const isPath = choice.includes("/") || choice.includes("\\") || choice.endsWith(".json");
  if (isPath) return parseProfile(readJsonFile(choice, "profile"));
  const profile = PROFILES.get(choice);
  if (profile === undefined) {
    throw new UsageError("USAGE", `there is no profile "${choice}"`, {
      hint: `${namesHint(choice, [...PROFILES.keys()])}; a path to a profile file will do, too`,
    });
  }
  return profile;
}

function openStore(path: string): CredentialStore {
  try {
    return new CredentialStore(parseStore(readJsonFile(path, "store")));
  } catch (error) {
    // The first run starts with an empty key and writes the file at its end.
    if (isMissing(error)) return new CredentialStore();
    throw error;
  }
}
