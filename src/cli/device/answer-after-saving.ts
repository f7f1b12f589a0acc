import { Mutex } from "../../core/queue.js";
import { type CtapHandler, CtapCommand, CtapStatus } from "../../entry/ctap.js";
import type { HidFirmware } from "../../entry/sim.js";
import { isHarnessError } from "../../index.js";
import { UsageError } from "../command.js";
import { errnoOf } from "../files/file-error.js";
import type { KeyStore } from "../files/key-store.js";
import { sayError } from "../problems.js";
import type { Terminal } from "../terminal.js";

/** The operating system's names for a full disk: no room, no quota, no larger file. */
const FULL: readonly string[] = ["ENOSPC", "EDQUOT", "EFBIG"];

/** What a U2F command is answered with when the device fails. @see FIDO U2F Raw Message Formats §3.3, ISO 7816-4 (no precise diagnosis) */
const U2F_FAILED = Uint8Array.of(0x6f, 0x00);

/**
 * Lets a simulated key answer only what its store file holds, so that nothing that was promised is lost with the process.
 *
 * A store that cannot be written undoes the command: the key says so on stderr at once and answers KEY_STORE_FULL for a
 * credential that finds no room, OTHER for the rest. A command that breaks off undoes what it changed as well.
 */
export function answerAfterSaving(firmware: HidFirmware, kept: KeyStore, terminal: Terminal): HidFirmware {
  // One at a time: what one command undoes must not be what another one is about to promise.
  const turns = new Mutex();
  if (kept.readOnly !== undefined) terminal.warn(`${kept.readOnly}: a command that changes it is undone`);
  const saving = (handle: CtapHandler, refusal: (request: Uint8Array, error: unknown) => Uint8Array) =>
    ((request, options) =>
      turns.run(async () => {
        try {
          const answer = await handle(request, options);
          kept.save();
          return answer;
        } catch (error) {
          kept.revert();
          if (!isHarnessError(error)) {
            terminal.warn(`the simulated key broke off (${errnoOf(error)}); the command was undone`);
            throw error;
          }
          sayError(error, terminal);
          terminal.warn("  the command was undone");
          return refusal(request, error);
        }
      })) satisfies CtapHandler;
  const { cbor, msg, ...rest } = firmware;
  return {
    ...rest,
    ...(cbor && { cbor: saving(cbor, ctapRefusal) }),
    ...(msg && { msg: saving(msg, () => U2F_FAILED) }),
  };
}

function ctapRefusal([command]: Uint8Array, error: unknown): Uint8Array {
  const full = error instanceof UsageError && FULL.includes(errnoOf(error.cause));
  return Uint8Array.of(
    full && command === CtapCommand.makeCredential ? CtapStatus.KEY_STORE_FULL : CtapStatus.OTHER,
  );
}
