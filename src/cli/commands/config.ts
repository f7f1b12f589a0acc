import {
  type AuthenticatorInfo,
  authenticatorConfig,
  type Configurator,
  FeatureError,
  Permission,
  type TransactOptions,
} from "../../entry/ctap.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import { tokenIfProtected } from "../keys/key-token.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { needOption } from "../keys/refusals.js";
import { runSubcommand, type Subcommand } from "../keys/subcommands.js";
import { flag, textsOf } from "../options.js";
import { PIN_HELP, PIN_OPTIONS } from "../pin-source.js";

/** One setting, and what becomes of it. */
interface Change {
  /** Fails for a key that does not have the setting, or cannot have this value. */
  readonly check: (info: AuthenticatorInfo) => void;
  readonly run: (configurator: Configurator, options: TransactOptions) => Promise<void>;
  /** What is going to be so, in words. */
  readonly text: (info: AuthenticatorInfo) => string;
  /** Only a reset takes it back. */
  readonly isFinal: boolean;
}

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  show: { words: [], run: (invocation) => usingKey(invocation, (key) => Promise.resolve(show(key))) },
  "toggle-always-uv": changing(() => ({
    check: (info) => needOption(info, "always verify its user", ["alwaysUv"]),
    run: (configurator, options) => configurator.toggleAlwaysUv(options),
    text: ({ options }) =>
      options?.["alwaysUv"] === true
        ? "the key verifies its user only where a site wants it"
        : "the key verifies its user at every use, U2F included, which it then refuses",
    isFinal: false,
  })),
  "min-pin-length": {
    ...changing((invocation, [text = ""]) => minPinLength(lengthIn(text), siteIds(invocation))),
    words: ["N"],
    options: ["dry-run", "rp-id"],
  },
  "min-pin-rp-ids": {
    ...changing((invocation) => minPinLength(undefined, siteIds(invocation))),
    options: ["dry-run", "rp-id"],
  },
  "force-pin-change": changing(() => ({
    check: (info) => {
      needOption(info, "force a change of its PIN", ["setMinPINLength"], { value: true });
      if (info.options?.["clientPin"] === true) return;
      throw new UsageError("ENVIRONMENT", "no PIN is set on the key", {
        hint: "passkey-harness pin set gives the key a PIN",
      });
    },
    run: (configurator, options) => configurator.setMinPinLength({ forceChangePin: true }, options),
    text: () => "the PIN has to be changed before it is good for anything else",
    isFinal: false,
  })),
  "enterprise-attestation": changing(() => ({
    check: (info) => needOption(info, "attest for an enterprise", ["ep"]),
    run: (configurator, options) => configurator.enableEnterpriseAttestation(options),
    text: () => "the key may tell sites of its enterprise which single key it is",
    isFinal: true,
  })),
  "long-touch-for-reset": changing(() => ({
    check: ({ longTouchForReset }) => {
      if (longTouchForReset !== undefined) return;
      throw new FeatureError(
        "FEATURE_UNSUPPORTED",
        "this key cannot be reset by a long touch: its getInfo has no member longTouchForReset",
      );
    },
    run: (configurator, options) => configurator.enableLongTouchForReset(options),
    text: () => "a reset takes a long touch, and no unplugging",
    isFinal: true,
  })),
};

export const config: Command = {
  name: "config",
  takesWords: true,
  summary: "show or change the settings of a key",
  synopsis: "[show | toggle-always-uv | min-pin-length N | ...]  [--device WHICH] [options]",
  help: `  show                 the settings; needs no PIN
  toggle-always-uv     turn on, or off again, that the key verifies its user at every use
  min-pin-length N     the least length of a PIN, which only a reset makes less; a shorter PIN has to be changed then
  min-pin-rp-ids       which sites may learn the least length: those of --rp-id, in place of those before
  force-pin-change     have the user change the PIN before it is good for anything else
  enterprise-attestation   allow attestation that names the single key, until the next reset
  long-touch-for-reset     have a reset take a long touch in place of the unplugging, until the next reset
  --rp-id ID           with min-pin-length and min-pin-rp-ids: a site; may be given more than once
  --dry-run            say what would change, and change nothing
${PIN_HELP}
${DEVICE_HELP}`,
  options: {
    ...DEVICE_OPTIONS,
    ...PIN_OPTIONS,
    "rp-id": { type: "string", multiple: true },
    "dry-run": { type: "boolean", default: false },
  },
  run: (invocation) => runSubcommand("config", SUBCOMMANDS, invocation, "show"),
};

function changing(changeOf: (invocation: Invocation, words: readonly string[]) => Change): Subcommand {
  return {
    words: [],
    options: ["dry-run"],
    operation: "config",
    run: (invocation, words) => {
      const wanted = changeOf(invocation, words);
      return usingKey(invocation, (key) => change(key, wanted));
    },
  };
}

async function change(key: OpenKey, { check, run, text, isFinal }: Change): Promise<Outcome> {
  const { session, settle, options, invocation } = key;
  needOption(session.info, "be configured", ["authnrCfg"], { value: true });
  check(session.info);
  const before = settingsOf(session.info);
  const told = text(session.info);
  const warning = isFinal ? ["only a reset takes this back"] : [];
  if (flag(invocation, "dry-run")) {
    return {
      exitCode: 0,
      json: { ok: true, dryRun: true, would: told, isFinal, settings: before },
      text: [`would be so: ${told}`, ...warning, "nothing was changed"].join("\n"),
    };
  }
  const permissions = Permission.authenticatorConfig;
  const token = await tokenIfProtected(key, { permissions, does: "changes its settings" });
  await settle(run(authenticatorConfig(session, token), options));
  const after = settingsOf(await settle(session.refreshInfo(options)));
  return {
    exitCode: 0,
    json: { ok: true, done: told, before, settings: after },
    text: [told, ...warning].join("\n"),
  };
}

function show({ session }: OpenKey): Outcome {
  const settings = settingsOf(session.info);
  return {
    exitCode: 0,
    json: { ok: true, settings },
    text: Object.entries(settings)
      .map(([name, value]) => `${name.padEnd(24)}${value === null ? "not on this key" : String(value)}`)
      .join("\n"),
  };
}

/** What getInfo says of the settings; `null` for those that the key does not have. */
function settingsOf({ options = {}, ...info }: AuthenticatorInfo) {
  return {
    alwaysUv: options["alwaysUv"] ?? null,
    enterpriseAttestation: options["ep"] ?? null,
    minPinLength: info.minPinLength ?? null,
    minPinLengthRpIdsMax: info.maxRpIdsForSetMinPinLength ?? null,
    forcePinChange: info.forcePinChange ?? null,
    pinComplexityPolicy: info.pinComplexityPolicy ?? null,
    longTouchForReset: info.longTouchForReset ?? null,
  };
}

function minPinLength(length: number | undefined, rpIds: readonly string[] | undefined): Change {
  return {
    check(info) {
      needOption(info, "change the least length of a PIN", ["setMinPINLength"], { value: true });
      const { minPinLength: now = 4, maxRpIdsForSetMinPinLength: most = 0 } = info;
      if (length !== undefined && length < now) {
        throw new UsageError("ENVIRONMENT", `the least length is ${now} characters now, and can only grow`, {
          hint: "only a reset makes it less",
        });
      }
      if (rpIds !== undefined && rpIds.length > most) {
        throw new UsageError(
          "ENVIRONMENT",
          `the key tells ${most} sites at most of the least length, not ${rpIds.length}`,
        );
      }
    },
    run: (configurator, options) =>
      configurator.setMinPinLength(
        {
          ...(length !== undefined && { newMinPinLength: length }),
          ...(rpIds !== undefined && { minPinLengthRpIds: rpIds }),
        },
        options,
      ),
    text: () =>
      [
        ...(length === undefined ? [] : [`a PIN has ${length} characters at least`]),
        ...(rpIds === undefined
          ? []
          : [`sites that may learn the least length: ${rpIds.join(", ") || "none"}`]),
      ].join("; "),
    isFinal: length !== undefined,
  };
}

/** Longest PIN there can be, in characters. @see CTAP 2.3 §6.5.1 */
const PIN_CODE_POINTS_MAX = 63;

function lengthIn(text: string): number {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : Number.NaN;
  if (length >= 4 && length <= PIN_CODE_POINTS_MAX) return length;
  throw new UsageError(
    "USAGE",
    `config min-pin-length takes a number from 4 to ${PIN_CODE_POINTS_MAX}, not "${text}"`,
  );
}

/** `undefined` where none is given: the list stays. */
function siteIds(invocation: Invocation): readonly string[] | undefined {
  const ids = textsOf(invocation, "rp-id");
  const [subcommand] = invocation.positionals;
  if (ids.length > 0) return ids;
  if (subcommand === "min-pin-rp-ids") {
    throw new UsageError("USAGE", "config min-pin-rp-ids takes --rp-id, once or more");
  }
  return undefined;
}
