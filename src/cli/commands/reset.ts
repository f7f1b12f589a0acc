import { sleep } from "../../core/clock.js";
import { CtapError, CtapStatus, FeatureError, openSession } from "../../entry/ctap.js";
import { askSeen, canAskUnseen } from "../ask-unseen.js";
import { type Command, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import type { OpenedDevice, Replug } from "../device/opened-device.js";
import { contentsLines, contentsOf } from "../keys/contents.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { withHint } from "../keys/refusals.js";
import { replugged } from "../keys/replug.js";
import { flag, numberOption, textOption } from "../options.js";
import { PIN_HELP, PIN_OPTIONS } from "../pin-source.js";

/** How long a key takes a reset after it got power. @see CTAP 2.3 §6.6 */
const WINDOW_MS = 10_000;

const REPLUG_MS_DEFAULT = 60_000;
const REPLUG_MS_MAX = 3_600_000;

const WINDOW_HINT =
  "a key takes a reset only within ten seconds after it was plugged in, some within five: call without --now, and touch it soon";

export const reset: Command = {
  name: "reset",
  summary: "delete everything on a key: passkeys, PIN, fingers, settings",
  synopsis: "[--device WHICH] [--dry-run] [--yes] [options]",
  help: `  A key takes a reset only within ten seconds after it got power, and only with a touch: this waits until the key is
  unplugged and plugged in again, asks for the touch and counts the seconds. What is deleted cannot be brought back.
  --dry-run            say what would be deleted, as far as the key tells, and delete nothing; lists need the PIN
  --yes                do not ask for the key's name first
  --now                send the reset at once: the key got its power just now, or wants no unplugging
  --replug-ms N        how long to wait for the unplugging, and again for the return (${REPLUG_MS_DEFAULT})
${PIN_HELP}; for --dry-run
${DEVICE_HELP}`,
  options: {
    ...DEVICE_OPTIONS,
    ...PIN_OPTIONS,
    "dry-run": { type: "boolean", default: false },
    yes: { type: "boolean", default: false },
    now: { type: "boolean", default: false },
    "replug-ms": { type: "string" },
  },
  run(invocation) {
    const replugMs =
      numberOption(invocation, "replug-ms", { min: 1, max: REPLUG_MS_MAX }) ?? REPLUG_MS_DEFAULT;
    return usingKey({ ...invocation, operation: "reset" }, async (key) => {
      refuseU2f(key);
      refuseTransport(key);
      if (flag(invocation, "dry-run")) return dryRun(key);
      const replug = await key.opened.prepareReplug?.();
      const name = replug?.knownBy ?? textOption(invocation, "device") ?? "sim";
      await confirmed(key, name);
      const wantsReplug = replug !== undefined && !flag(invocation, "now") && !isLongTouch(key);
      if (!wantsReplug) return deleteAll(key, { name, replugged: false });
      return afterReplug(key, { replug, replugMs });
    });
  },
};

async function afterReplug(
  key: OpenKey,
  { replug, replugMs }: { readonly replug: Replug; readonly replugMs: number },
): Promise<Outcome> {
  const opened: OpenedDevice = await replugged(key, replug, replugMs);
  try {
    const session = await openSession(opened.env, opened.device, key.options);
    return await deleteAll({ ...key, opened, session }, { name: replug.knownBy, replugged: true });
  } finally {
    await opened.close();
  }
}

interface Told {
  readonly name: string;
  readonly replugged: boolean;
}

/** Sends nothing but the reset: some keys take none behind other commands. */
async function deleteAll(key: OpenKey, told: Told): Promise<Outcome> {
  const { session, settle, options } = key;
  try {
    await countingDown(key, settle(session.reset(options)));
  } catch (error) {
    if (error instanceof CtapError && error.status === CtapStatus.NOT_ALLOWED)
      throw withHint(error, WINDOW_HINT);
    throw error;
  }
  return {
    exitCode: 0,
    json: { ok: true, done: "reset", key: told.name, replugged: told.replugged },
    text: `${told.name} is empty: no passkeys, no PIN, no settings`,
  };
}

/** Shows a waiting user how long the key still takes the touch. */
async function countingDown({ env, invocation }: OpenKey, work: Promise<void>): Promise<void> {
  const ended = new AbortController();
  const count = async () => {
    for (let leftMs = WINDOW_MS; leftMs > 0; leftMs -= 1_000) {
      invocation.terminal.status(`touch the key now: ${leftMs / 1_000} s left`);
      await sleep(env.clock, 1_000, "reset.countdown", { signal: ended.signal });
    }
  };
  // Its end is the end of the work, and no failure.
  const counted = count().catch(() => undefined);
  try {
    await work;
  } finally {
    ended.abort();
    await counted;
    invocation.terminal.status("");
  }
}

async function dryRun(key: OpenKey): Promise<Outcome> {
  const contents = await contentsOf(key);
  const needs = { replug: !isLongTouch(key), touch: isLongTouch(key) ? "long" : "short" };
  return {
    exitCode: 0,
    json: { ok: true, dryRun: true, wouldDelete: contents, needs },
    text: [
      "a reset would delete, for good:",
      ...contentsLines(contents).map((line) => `  ${line}`),
      "nothing was deleted",
    ].join("\n"),
  };
}

function isLongTouch({ session }: OpenKey): boolean {
  return session.info.longTouchForReset === true;
}

/** @throws {FeatureError} `FEATURE_UNSUPPORTED` for a key that knows the commands of U2F alone, among which is no reset. */
function refuseU2f({ session }: OpenKey): void {
  if (session.info.versions.some((version) => version.startsWith("FIDO_2"))) return;
  throw new FeatureError(
    "FEATURE_UNSUPPORTED",
    "this key cannot be reset: it speaks U2F alone, and keeps no passkeys",
  );
}

/** @throws {UsageError} ENVIRONMENT when the key says that it takes no reset over this transport. */
function refuseTransport({ session, opened }: OpenKey): void {
  const { transportsForReset } = session.info;
  if (transportsForReset === undefined || transportsForReset.includes(opened.device.transport)) return;
  throw new UsageError("ENVIRONMENT", `the key takes no reset over ${opened.device.transport}`, {
    hint: `connect it by ${transportsForReset.join(" or ") || "nothing: its maker allows none"}`,
  });
}

/** @throws {UsageError} USAGE when the user neither said `--yes` nor typed the key's name. */
async function confirmed({ invocation, options }: OpenKey, name: string): Promise<void> {
  if (flag(invocation, "yes")) return;
  if (!canAskUnseen()) {
    throw new UsageError("USAGE", "a reset deletes everything on the key, and nobody can be asked here", {
      hint: "add --yes; --dry-run says what would be deleted",
    });
  }
  const typed = await askSeen(`Everything on the key is deleted for good. Type ${name} to go on: `);
  options.signal?.throwIfAborted();
  if (typed.trim() !== name) throw new UsageError("USAGE", "that is not the key's name: nothing was deleted");
}
