import { nearestNames } from "../core/nearest-names.js";
import { ArgumentError } from "../core/argument.js";
import type { KnobOverrides, Knobs } from "../sim/knobs/knobs.js";

/** Authenticators by the name that a test gives them; each is a set of knobs. */
const DEVICES = {
  /** A key in a USB port, over CTAPHID. */
  "security-key": {},
  /** A phone that scans the browser's QR code, over Bluetooth and a tunnel. */
  phone: { "link.road": "hybrid", "key.profile": "phone" },
  /** The authenticator of the device itself, in the same call and without a link. */
  platform: { "link.road": "loopback", "key.profile": "phone", "os.helloEnabled": true },
  /** Nothing to register with. */
  none: { "key.present": false },
} as const satisfies Readonly<Record<string, KnobOverrides>>;

export type DeviceName = keyof typeof DEVICES;

/** @throws {ArgumentError} `ARGUMENT_BAD_VALUE` for a name that does not exist. */
export function knobsOfDevice(name: string): KnobOverrides {
  if (Object.hasOwn(DEVICES, name)) return DEVICES[name as DeviceName];
  const names = Object.keys(DEVICES);
  throw new ArgumentError("ARGUMENT_BAD_VALUE", `there is no device "${name}"`, {
    path: "device",
    hint: `did you mean ${nearestNames(name, names, 1)[0] ?? names.join(", ")}?`,
  });
}

/** How much longer than its user an authenticator waits, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Lets the user touch the authenticator, or confirm on the phone, `afterMs` milliseconds after it asks. Timers of the
 * authenticator and of the tunnel that would end it before are set to wait.
 */
export function lateFingerKnobs(afterMs: number, { key, phone, tunnel, link }: Knobs): KnobOverrides {
  const waitsMs = afterMs + PATIENCE_MS;
  const isShort = (budgetMs: number | null) => budgetMs !== null && budgetMs < waitsMs;
  const isByPhone = link.road === "hybrid";
  return {
    "key.touchDelayMs": afterMs,
    ...(isShort(key.upTimeoutMs) && { "key.upTimeoutMs": waitsMs }),
    ...(isByPhone && isShort(phone.platformTimeoutMs) && { "phone.platformTimeoutMs": waitsMs }),
    ...(isByPhone && isShort(tunnel.ttlMs) && { "tunnel.ttlMs": waitsMs }),
  };
}

/** What users do, by name. */
export const HABITS = {
  nobodyTouches: { "key.touchDelayMs": null },
  noKey: { "key.present": false },
  wrongPhone: { "key.which": "second" },
  cancelled: { "key.decision": "decline" },
} as const satisfies Readonly<Record<string, KnobOverrides>>;
