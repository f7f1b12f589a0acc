import type { Knobs } from "./knobs/knobs.js";
import type { AuthenticatorProfile, QuirkName } from "./profiles/profile.js";
import { profileNamed } from "./profiles/profiles.js";

/** What a wait for a touch that ran out is answered with; 0x27 is the specification's own word. */
const QUIRK_OF_STATUS: Readonly<Record<Knobs["key"]["upStatus"], QuirkName | undefined>> = {
  "0x2f": "answers2fOnTouchTimeout",
  "0x3a": "answers3aOnTouchTimeout",
  "0x27": undefined,
};

const TIMEOUT_QUIRKS: readonly QuirkName[] = [
  "answers2fOnTouchTimeout",
  "answers3aOnTouchTimeout",
  "answers36OnTouchTimeout",
];

const COMPUTER_PROFILE = "windows-hello";

/** Authenticators in software, with what a phone's can do and without a device of their own. */
const IN_SOFTWARE: Readonly<Record<"vault" | "virtual", Pick<AuthenticatorProfile, "name" | "transports">>> =
  {
    vault: { name: "password-manager", transports: ["hybrid", "internal"] },
    virtual: { name: "virtual-authenticator", transports: ["internal"] },
  };

/**
 * Returns the transports that a browser reports for the authenticator of its own device: a phone's is reached from
 * elsewhere too. `undefined` for an authenticator that is attached.
 */
export function ownTransports({ name, transports }: AuthenticatorProfile): readonly string[] | undefined {
  if (!transports.includes("internal")) return undefined;
  return name === COMPUTER_PROFILE || name === IN_SOFTWARE.virtual.name
    ? ["internal"]
    : ["hybrid", "internal"];
}

/** Returns the same authenticator with the backup flags of `key.backup`, which may change while it is in use. */
export function withLiveBackup(profile: AuthenticatorProfile, knobs: () => Knobs): AuthenticatorProfile {
  return {
    ...profile,
    get backup() {
      const { backup } = knobs().key;
      return backup === "profile" ? profile.backup : backup;
    },
  };
}

/**
 * The authenticator the knobs ask for: a named profile with their times and their answer to a missing touch.
 *
 * @param which of the user's two devices, the second of which may be of another make, or the computer's own.
 */
export function profileFor(
  { key, pin, link, phone }: Knobs,
  which: Knobs["key"]["which"] | "computer" | "vault" | "virtual" = "first",
): AuthenticatorProfile {
  if (which === "vault" || which === "virtual") {
    return {
      ...profileNamed("phone"),
      ...IN_SOFTWARE[which],
      backup: which === "vault" ? "backed-up" : "none",
    };
  }
  const isComputer = which === "computer";
  const isPhone = !isComputer && link.road === "hybrid";
  const isOther = which === "second" && phone.second === "iphone";
  const base = profileNamed(
    isComputer ? COMPUTER_PROFILE : isOther ? "iphone" : isPhone ? "phone" : key.profile,
  );
  const quirk = QUIRK_OF_STATUS[key.upStatus];
  const others = base.quirks.filter((name) => !TIMEOUT_QUIRKS.includes(name));
  return {
    ...base,
    ...(key.signCounter !== "profile" && { signCounter: key.signCounter }),
    limits: {
      ...base.limits,
      discoverableCredentials: Math.max(
        0,
        Math.min(base.limits.discoverableCredentials, key.slots) - key.used,
      ),
      pinMismatchesUntilPowerCycle: pin.strikesPerBoot,
    },
    timeouts: {
      ...base.timeouts,
      // On a phone the platform's own limit comes first, and ends the prompt with it.
      upTimeoutMs: isPhone ? (phone.platformTimeoutMs ?? Infinity) : key.upTimeoutMs,
      processingMs: key.processingMs,
      resetWindowMs: key.resetWindowMs,
    },
    quirks: quirk === undefined ? others : [...others, quirk],
  };
}
