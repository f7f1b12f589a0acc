import { Permission } from "../../entry/ctap.js";
import { enterPin } from "../../entry/webauthn.js";
import { type Command, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import { pinRetriesOf } from "../keys/key-token.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { needOption } from "../keys/refusals.js";
import { runSubcommand, type Subcommand } from "../keys/subcommands.js";
import {
  NEW_PIN_HELP,
  NEW_PIN_OPTIONS,
  newPinSource,
  PIN_HELP,
  PIN_OPTIONS,
  pinSource,
} from "../pin-source.js";

/** A site that no credential is for: the token that verifies a PIN is good for nothing else. */
const NO_SITE = "pin-verification.passkey-harness.invalid";

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  set: {
    words: [],
    options: ["new-pin-file"],
    operation: "setPin",
    run: (invocation) => usingKey(invocation, set),
  },
  change: {
    words: [],
    options: ["pin-file", "new-pin-file"],
    operation: "changePin",
    run: (invocation) => usingKey(invocation, change),
  },
  verify: { words: [], options: ["pin-file"], run: (invocation) => usingKey(invocation, verify) },
  retries: { words: [], run: (invocation) => usingKey(invocation, retries) },
};

export const pin: Command = {
  name: "pin",
  takesWords: true,
  summary: "set, change or verify the PIN of a key, or say how many attempts are left",
  synopsis: "set | change | verify | retries  [--device WHICH] [options]",
  help: `  set                  give a PIN to a key that has none
  change               replace the PIN; a wrong old one costs an attempt
  verify               try the PIN: a right one restores the attempts, a wrong one costs one
  retries              say how many attempts are left; costs none
${PIN_HELP}
${NEW_PIN_HELP}
${DEVICE_HELP}`,
  options: { ...DEVICE_OPTIONS, ...PIN_OPTIONS, ...NEW_PIN_OPTIONS },
  run: (invocation) => runSubcommand("pin", SUBCOMMANDS, invocation),
};

async function set(key: OpenKey) {
  const { session, settle, options, invocation } = key;
  needOption(session.info, "have a PIN", ["clientPin"]);
  // Before a PIN is asked for: it would be typed for nothing.
  if (session.info.options?.["clientPin"] === true) {
    throw new UsageError("ENVIRONMENT", "the key has a PIN already", {
      hint: "passkey-harness pin change replaces it; without the old PIN only passkey-harness reset helps",
    });
  }
  const chosen = await newPinSource(invocation, session.info)();
  options.signal?.throwIfAborted();
  await settle(session.setPin(chosen, options));
  return told({ done: "set", text: "the key has a PIN now" });
}

async function change(key: OpenKey) {
  const { session, settle, options, invocation } = key;
  needOption(session.info, "have a PIN", ["clientPin"]);
  needPin(key);
  const choose = newPinSource(invocation, session.info);
  let to: string | undefined;
  const use = async (from: string) => {
    // Asked for behind the old one, as on other programs, and once however often that is wrong.
    to ??= await choose();
    options.signal?.throwIfAborted();
    await settle(session.changePin({ from, to }, options));
  };
  await enterPin(pinRetriesOf(key), { ask: askPin(key), use, transact: options });
  return told({ done: "changed", text: "the key has another PIN now" });
}

async function verify(key: OpenKey) {
  const { session, settle, options } = key;
  needOption(session.info, "have a PIN", ["clientPin"]);
  needPin(key);
  const use = (typed: string) =>
    settle(
      session.pinUvAuthToken({ pin: typed, permissions: Permission.getAssertion, rpId: NO_SITE }, options),
    );
  await enterPin(pinRetriesOf(key), { ask: askPin(key), use, transact: options });
  return told({ done: "verified", text: "the PIN is right" });
}

async function retries({ session, settle, options }: OpenKey) {
  needOption(session.info, "have a PIN", ["clientPin"]);
  const { clientPin, uv } = session.info.options ?? {};
  const left = await settle(session.pinRetries(options));
  const uvRetries = uv !== true ? undefined : await settle(session.uvRetries(options));
  const { minPinLength, forcePinChange } = session.info;
  return {
    exitCode: 0,
    json: {
      ok: true,
      isSet: clientPin === true,
      retries: left.retries,
      powerCycleNeeded: left.powerCycleNeeded,
      ...(uvRetries !== undefined && { uvRetries }),
      ...(minPinLength !== undefined && { minPinLength }),
      ...(forcePinChange !== undefined && { forcePinChange }),
    },
    text: [
      clientPin === true ? "a PIN is set" : "no PIN is set",
      `attempts left with the PIN: ${left.retries}`,
      ...(left.powerCycleNeeded ? ["blocked until the key is unplugged and plugged in again"] : []),
      ...(left.retries === 0
        ? ["blocked for good: only passkey-harness reset helps, and it deletes every passkey"]
        : []),
      ...(uvRetries === undefined ? [] : [`attempts left with the key's own verification: ${uvRetries}`]),
      ...(forcePinChange === true ? ["the PIN has to be changed before it is good for anything else"] : []),
    ].join("\n"),
  } as const;
}

function told({ done, text }: { readonly done: string; readonly text: string }) {
  return { exitCode: 0, json: { ok: true, done }, text } as const;
}

function needPin({ session }: OpenKey): void {
  if (session.info.options?.["clientPin"] === true) return;
  throw new UsageError("ENVIRONMENT", "no PIN is set on the key", {
    hint: "passkey-harness pin set gives the key a PIN",
  });
}

function askPin({ invocation }: OpenKey) {
  const ask = pinSource(invocation);
  if (ask !== undefined) return ask;
  throw new UsageError("ENVIRONMENT", "the key wants its PIN", {
    hint: "name a file with --pin-file, or set the variable PASSKEY_HARNESS_PIN",
  });
}
