import { shape } from "../../core/shape.js";
import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import { KNOBS, readBodyAs } from "../body-shapes.js";
import { ServeError } from "../../loopback/serve-error.js";
import { backupOf } from "./credential-parameters.js";

/** Members of the harness's own in the parameters of "Add Virtual Authenticator". */
export const OWN_PREFIX = "passkey-harness:";

const PROTOCOLS = ["ctap1/u2f", "ctap2", "ctap2_1"] as const;
const TRANSPORTS = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"] as const;

/** What a simulated device of WebDriver's can be asked to support. */
const EXTENSIONS = [
  "credBlob",
  "credProps",
  "credProtect",
  "hmac-secret",
  "largeBlob",
  "minPinLength",
  "prf",
] as const;

const OPTIONS = shape.open(
  { protocol: shape.oneOf(PROTOCOLS), transport: shape.oneOf(TRANSPORTS) },
  {
    hasResidentKey: shape.flag,
    hasUserVerification: shape.flag,
    isUserConsenting: shape.flag,
    isUserVerified: shape.flag,
    extensions: shape.list(shape.oneOf(EXTENSIONS)),
    defaultBackupEligibility: shape.flag,
    defaultBackupState: shape.flag,
    "passkey-harness:backend": shape.oneOf(["harness", "browser"]),
    "passkey-harness:time": shape.oneOf(["virtual", "real"]),
    "passkey-harness:knobs": KNOBS,
  },
);

/** What a WebDriver client asks for. @see WebAuthn Level 3 §11.3 */
export interface AuthenticatorOptions {
  readonly backend: "harness" | "browser";
  readonly time: "virtual" | "real";
  readonly knobs: KnobOverrides;
}

/** How long the user takes for what a virtual authenticator does at once, in milliseconds. */
const AT_ONCE_MS = 1;

/**
 * Reads the parameters of "Add Virtual Authenticator": a simulated device that is like the one they describe, with the
 * knobs of the harness on top.
 *
 * @throws {ServeError} `SERVE_BODY`; `SERVE_CANNOT` for a device that is not simulated, or, with the browser's own
 *   virtual authenticator as the backend, for what that cannot do.
 */
export function readAuthenticatorOptions(parameters: unknown): AuthenticatorOptions {
  const read = readBodyAs(OPTIONS, parameters, "authenticator");
  const own = read["passkey-harness:knobs"] ?? {};
  const { "passkey-harness:backend": backend = "harness", "passkey-harness:time": time } = read;
  if (backend === "browser") refuseForBrowser(own, time);
  return { backend, time: time ?? "real", knobs: { ...likeThat(read), ...own } };
}

/** Without the members of the harness's own, for the driver. */
export function standardMembers(parameters: object): object {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !name.startsWith(OWN_PREFIX)));
}

/**
 * The browser's own virtual authenticator answers at once or never: a request that is pending already is not answered when
 * the user's consent is switched on later (measured with Chromium 156).
 */
function refuseForBrowser(knobs: KnobOverrides, time: string | undefined): void {
  const asked = [...Object.keys(knobs), ...(time === undefined ? [] : ["time"])];
  if (asked.length === 0) return;
  throw new ServeError(
    "SERVE_CANNOT",
    `the browser's virtual authenticator cannot do this: ${asked.join(", ")}`,
    {
      hint: 'it answers at once or never, in real time; leave "passkey-harness:backend" out to have the harness\'s device',
    },
  );
}

function likeThat(options: LikeOptions): KnobOverrides {
  const { protocol, transport, extensions = [], isUserConsenting = true } = options;
  const { defaultBackupEligibility, defaultBackupState } = options;
  if (transport === "ble" || transport === "smart-card" || transport === "internal") {
    throw new ServeError("SERVE_CANNOT", `no device is simulated behind ${transport} for WebDriver`, {
      hint: 'use usb, nfc or hybrid; "passkey-harness:backend": "browser" has the browser\'s own internal one',
    });
  }
  return {
    ...deviceLike(options),
    ...(transport === "nfc" && { "key.transport": "nfc" }),
    ...(transport === "hybrid" && { "link.road": "hybrid" }),
    ...(extensions.length > 0 && protocol !== "ctap1/u2f" && { "key.profile": "ctap23" }),
    "key.touchDelayMs": isUserConsenting ? AT_ONCE_MS : null,
    "key.processingMs": 0,
    "key.signCounter": "per-credential",
    // WebDriver's devices make credentials that are not eligible, where nothing else is said.
    "key.backup":
      backupOf({ backupEligibility: defaultBackupEligibility, backupState: defaultBackupState }) ?? "none",
    "user.pinEntryMs": AT_ONCE_MS,
    "user.closeSheetMs": AT_ONCE_MS,
    "client.virtualAuthenticator": true,
  };
}

interface LikeOptions {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly transport: (typeof TRANSPORTS)[number];
  readonly hasResidentKey?: boolean | undefined;
  readonly hasUserVerification?: boolean | undefined;
  readonly isUserConsenting?: boolean | undefined;
  readonly isUserVerified?: boolean | undefined;
  readonly extensions?: readonly string[] | undefined;
  readonly defaultBackupEligibility?: boolean | undefined;
  readonly defaultBackupState?: boolean | undefined;
}

function deviceLike({
  protocol,
  hasResidentKey,
  hasUserVerification,
  isUserVerified,
}: LikeOptions): KnobOverrides {
  if (protocol === "ctap1/u2f") return { "key.profile": "u2f-only" };
  if (hasUserVerification !== true) return hasResidentKey === true ? {} : { "key.slots": 0 };
  return { "key.pinSet": true, ...verifiedKnobs(isUserVerified === true) };
}

/** What it takes that user verification works, or never does: the user knows the PIN, or not. */
export function verifiedKnobs(isVerified: boolean): KnobOverrides {
  return { "pin.wrongFirst": isVerified ? 0 : NEVER_RIGHT };
}

/** More wrong PINs than any key takes. */
const NEVER_RIGHT = 100;
