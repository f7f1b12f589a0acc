import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";

/** Whether a user sits at a terminal and can be asked. */
export function canAskUnseen(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/** Asks on the terminal without echo: what readline would print goes nowhere. An end of the input is an empty line. */
export function askUnseen(prompt: string): Promise<string> {
  return ask(prompt, new Writable({ write: (_chunk, _encoding, done) => done() }));
}

/** Asks on the terminal, and shows what is typed. An end of the input is an empty line. */
export function askSeen(prompt: string): Promise<string> {
  return ask(prompt, process.stderr);
}

/**
 * Ctrl-C reaches no handler of the program while a line is typed, because the terminal passes it on as a character: it is
 * raised here, and ends the prompt after those who watch for it have heard of it.
 */
async function ask(prompt: string, output: NodeJS.WritableStream): Promise<string> {
  const question = createInterface({ input: process.stdin, output, terminal: true });
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
