import { CLIENT_PROFILES, type ClientContext } from "../entry/webauthn.js";
import { CEREMONY_REPORT_HELP, CEREMONY_REPORT_OPTIONS } from "./ceremony-report.js";
import { clientOption } from "./client-option.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "./device/open-device.js";
import { choiceOption, textOption } from "./options.js";
import { PIN_HELP, PIN_OPTIONS, pinSource } from "./pin-source.js";
import { RECORDING_HELP, RECORDING_OPTIONS } from "./recording.js";

/** Options that register and login share. */
export const CEREMONY_OPTIONS = {
  ...DEVICE_OPTIONS,
  ...RECORDING_OPTIONS,
  ...CEREMONY_REPORT_OPTIONS,
  "rp-id": { type: "string", default: "example.com" },
  origin: { type: "string" },
  "timeout-ms": { type: "string" },
  client: { type: "string" },
  uv: { type: "string" },
  ...PIN_OPTIONS,
  options: { type: "string" },
  credentials: { type: "string" },
} as const satisfies OptionTable;

/** What `--options` names. */
export const OPTIONS_FILE = { what: "options file", limit: "OPTIONS_BYTES_MAX" } as const;

const UV_CHOICES = ["required", "preferred", "discouraged"] as const;

export const CEREMONY_HELP = `  --rp-id ID           the site (example.com)
  --origin URL         the page (https:// and the rp id)
  --options FILE       the site's own options as JSON, instead of the ones made here
  --timeout-ms N       what the site asks for
  --client NAME        whose timers: ${Object.keys(CLIENT_PROFILES).join(", ")}
  --uv CHOICE          user verification: ${UV_CHOICES.join(", ")}
${PIN_HELP}
  --credentials FILE   the site's credential file: register adds to it, login verifies against it
${RECORDING_HELP}
${CEREMONY_REPORT_HELP}
${DEVICE_HELP}`;

export const TIMEOUT_MS_MAX = 86_400_000;

export function uvOption(invocation: Invocation): string | undefined {
  return choiceOption(invocation, "uv", UV_CHOICES);
}

/**
 * The site as the command line names it. Whether the origin may use the rp id is the client's to say.
 *
 * @throws {UsageError} USAGE for what can be no host and no URL.
 */
export function siteOf(invocation: Invocation): { readonly rpId: string; readonly origin: string } {
  const rpId = textOption(invocation, "rp-id") ?? "example.com";
  if (!URL.canParse(`https://${rpId}`)) {
    throw new UsageError("USAGE", `--rp-id takes a host name such as example.com, not "${rpId}"`);
  }
  const origin = textOption(invocation, "origin") ?? `https://${rpId}`;
  if (!URL.canParse(origin)) {
    throw new UsageError("USAGE", `--origin takes a URL such as https://${rpId}, not "${origin}"`);
  }
  return { rpId, origin };
}

/** Holds the browser's part: origin, timers, PIN, and the prompt that asks the user for a touch. */
export function clientOf(invocation: Invocation): ClientContext {
  const { terminal } = invocation;
  return {
    origin: siteOf(invocation).origin,
    profile: clientOption(invocation),
    pin: pinSource(invocation),
    onKeepalive(status) {
      if (status === "up-needed") terminal.progress("touch your key");
    },
  };
}
