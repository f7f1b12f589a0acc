import type { ClientContext } from "../entry/webauthn.js";
import { askUnseen, canAskUnseen } from "./ask-unseen.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";
import { readTextFile } from "./files/read-file.js";
import { textOption } from "./options.js";

/** What a PIN's length can be. @see CTAP 2.3 §6.5.1 (PIN composition requirements) */
const CODE_POINTS_MIN = 4;
const BYTES_MAX = 63;
const PIN_LENGTHS = `a PIN has ${CODE_POINTS_MIN} characters at least and ${BYTES_MAX} bytes at most`;

const PIN_VARIABLE = "PASSKEY_HARNESS_PIN";
const NEW_PIN_VARIABLE = "PASSKEY_HARNESS_NEW_PIN";

export const PIN_OPTIONS = { "pin-file": { type: "string" } } as const satisfies OptionTable;

export const PIN_HELP = `  --pin-file FILE      the PIN's only line; else the variable ${PIN_VARIABLE}, else asked for on a terminal`;

export const NEW_PIN_OPTIONS = { "new-pin-file": { type: "string" } } as const satisfies OptionTable;

export const NEW_PIN_HELP = `  --new-pin-file FILE  the new PIN's only line; else the variable ${NEW_PIN_VARIABLE}, else asked for on a terminal`;

/**
 * Returns what asks for the PIN of a key: the file of `--pin-file`, the environment variable, or the user at the terminal.
 * `undefined` where there is none of them.
 *
 * A PIN never comes from the command line itself, which other users of the machine can read, and is not shown while it is typed.
 *
 * @throws {UsageError} ENVIRONMENT for a file that cannot be read, or a line that cannot be a PIN.
 */
export function pinSource(invocation: Invocation): ClientContext["pin"] {
  const pin = givenPin(invocation, { option: "pin-file", variable: PIN_VARIABLE });
  // A file gives one PIN: a second try with it would only burn another of the key's attempts.
  if (pin !== undefined) return ({ attempt }) => Promise.resolve(attempt === 1 ? pin : undefined);
  if (!canAskUnseen()) return undefined;
  return async ({ retriesLeft, problem }) => {
    const left = retriesLeft === undefined ? "" : ` (${retriesLeft} attempts left)`;
    const why = problem === undefined ? "" : `${problem}: ${PIN_LENGTHS}, and no attempt was spent\n`;
    const typed = await askUnseen(`${why}PIN of the key${left}: `);
    return typed === "" ? undefined : typed;
  };
}

/**
 * Returns what asks for the PIN that a key is going to have: the file of `--new-pin-file`, the environment variable, or the user
 * at the terminal, twice.
 *
 * @param wanted the key's own minimum, in characters.
 * @throws {UsageError} ENVIRONMENT where there is no way to ask, and for a PIN that the key cannot take; nothing was sent.
 */
export function newPinSource(
  invocation: Invocation,
  { minPinLength = CODE_POINTS_MIN }: { readonly minPinLength?: number | undefined },
): () => Promise<string> {
  const lengths = `the new PIN has ${minPinLength} characters at least and ${BYTES_MAX} bytes at most`;
  const fits = (pin: string) => isPin(pin) && Array.from(pin.normalize("NFC")).length >= minPinLength;
  const given = givenPin(invocation, { option: "new-pin-file", variable: NEW_PIN_VARIABLE });
  if (given !== undefined) {
    if (fits(given)) return () => Promise.resolve(given);
    throw new UsageError("ENVIRONMENT", "the new PIN is too short for this key", { hint: lengths });
  }
  if (!canAskUnseen()) {
    throw new UsageError("ENVIRONMENT", "there is no new PIN", {
      hint: `name a file with --new-pin-file, or set the variable ${NEW_PIN_VARIABLE}`,
    });
  }
  return async () => {
    for (let why = ""; ;) {
      const pin = await askUnseen(`${why}New PIN of the key: `);
      if (pin === "") throw new UsageError("ENVIRONMENT", "no new PIN was given", { hint: lengths });
      if (!fits(pin)) why = `${lengths}\n`;
      else if ((await askUnseen("New PIN once more: ")) === pin) return pin;
      else why = "these two are not the same\n";
    }
  };
}

function givenPin(
  invocation: Invocation,
  { option, variable }: { readonly option: string; readonly variable: string },
): string | undefined {
  const file = textOption(invocation, option);
  if (file !== undefined) return pinIn(file);
  const value = invocation.machine.variables[variable] ?? "";
  if (value === "") return undefined;
  if (isPin(value)) return value;
  throw new UsageError("ENVIRONMENT", `what is in the variable ${variable} cannot be a PIN`, {
    hint: `${PIN_LENGTHS}; no attempt was spent`,
  });
}

/** The message never says what is in the file. */
function pinIn(file: string): string {
  const pin = readTextFile(file, { what: "PIN file", limit: "PIN_BYTES_MAX" }).replace(/\r?\n$/, "");
  if (isPin(pin)) return pin;
  throw new UsageError("ENVIRONMENT", `the only line of PIN file ${file} cannot be a PIN`, {
    hint: `${PIN_LENGTHS}; no attempt was spent`,
  });
}

function isPin(text: string): boolean {
  return Array.from(text).length >= CODE_POINTS_MIN && Buffer.byteLength(text) <= BYTES_MAX;
}
