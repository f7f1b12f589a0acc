import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { ClientContext } from "../entry/webauthn.js";
import { type Invocation, UsageError } from "./command.js";
import { readTextFile } from "./files/read-file.js";
import { textOption } from "./options.js";

/** What a PIN's length can be. @see CTAP 2.3 §6.5.1 (PIN composition requirements) */
const CODE_POINTS_MIN = 4;
const BYTES_MAX = 63;
const PIN_LENGTHS = `a PIN has ${CODE_POINTS_MIN} characters at least and ${BYTES_MAX} bytes at most`;

/**
 * Returns what asks for the PIN of a key: the file of `--pin-file`, or the user at the terminal. `undefined` where there is neither.
 *
 * A PIN never comes from the command line itself, which other users of the machine can read, and is not shown while it is typed.
 *
 * @throws {UsageError} ENVIRONMENT for a file that cannot be read or whose line cannot be a PIN.
 */
export function pinSource(invocation: Invocation): ClientContext["pin"] {
  const file = textOption(invocation, "pin-file");
  if (file !== undefined) {
    // A file gives one PIN: a second try with it would only burn another of the key's attempts.
    const pin = pinIn(file);
    return ({ attempt }) => Promise.resolve(attempt === 1 ? pin : undefined);
  }
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined;
  return async ({ retriesLeft, problem }) => {
    const left = retriesLeft === undefined ? "" : ` (${retriesLeft} attempts left)`;
    const why = problem === undefined ? "" : `${problem}: ${PIN_LENGTHS}, and no attempt was spent\n`;
    const typed = await askUnseen(`${why}PIN of the key${left}: `);
    return typed === "" ? undefined : typed;
  };
}

/** The message never says what is in the file. */
function pinIn(file: string): string {
  const pin = readTextFile(file, { what: "PIN file", limit: "PIN_BYTES_MAX" }).replace(/\r?\n$/, "");
  if (Array.from(pin).length >= CODE_POINTS_MIN && Buffer.byteLength(pin) <= BYTES_MAX) return pin;
  throw new UsageError("ENVIRONMENT", `the only line of PIN file ${file} cannot be a PIN`, {
    hint: `${PIN_LENGTHS}; no attempt was spent`,
  });
}

/**
 * Asks on the terminal without echo: what readline would print goes nowhere. An end of the input is an empty line.
 *
 * Ctrl-C reaches no handler of the program while a line is typed, because the terminal passes it on as a character: it is
 * raised here, and ends the prompt after those who watch for it have heard of it.
 */
async function askUnseen(prompt: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const question = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const close = () => question.close();
  process.once("SIGINT", close);
  let isRaised = false;
  question.on("SIGINT", () => {
    isRaised = true;
    process.kill(process.pid, "SIGINT");
  });
  process.stderr.write(prompt);
  try {
    // A question that is open when its interface closes is never answered.
    const closed = new Promise<string>((resolve) => question.once("close", () => resolve("")));
    const typed = question.question("").then((line) => (isRaised ? closed : line));
    return await Promise.race([typed, closed]);
  } finally {
    process.off("SIGINT", close);
    close();
    process.stderr.write("\n");
  }
}
