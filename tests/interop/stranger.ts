import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { AsyncQueue } from "../../src/core/queue.js";

/** What a driver says about one operation; further members are the operation's own. */
export interface StrangerReply {
  readonly op: string;
  /** The client library's own number, 0 when all went well. */
  readonly code: number;
  /** The client library's own words. */
  readonly error: string;
  readonly [member: string]: unknown;
}

/** What an operation takes; bytes travel in hexadecimal. */
export type StrangerArguments = Readonly<Record<string, string | number | boolean | Uint8Array>>;

/**
 * Somebody else's client library, in a process of its own, driven line by line.
 *
 * One operation is one line `name key=value ...` in and one line of JSON out.
 */
export class Stranger implements AsyncDisposable {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #replies = new AsyncQueue<StrangerReply>(64);
  readonly #gone: Promise<void>;
  #stderr = "";

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: "pipe" });
    this.#child.stderr.on("data", (chunk) => (this.#stderr += String(chunk)));
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      this.#replies.put(JSON.parse(line) as StrangerReply);
    });
    this.#gone = new Promise((resolve) => {
      this.#child.on("error", (error) => (this.#stderr += String(error)));
      this.#child.on("close", (code, signal) => {
        this.#replies.close(new Error(`${command} ended (${code ?? signal}): ${this.#stderr}`));
        resolve();
      });
    });
    // Its end is told by the replies; a write that fails says nothing more.
    this.#child.stdin.on("error", () => {});
  }

  /** Performs an operation, whatever comes of it. */
  async ask(op: string, args: StrangerArguments = {}): Promise<StrangerReply> {
    const words = Object.entries(args).map(([name, value]) => {
      const text = value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
      if (/\s/.test(text)) throw new RangeError(`${op}: ${name} must not contain blanks`);
      return `${name}=${text}`;
    });
    this.#child.stdin.write(`${[op, ...words].join(" ")}\n`);
    const reply = await this.#replies.next();
    if (reply === undefined) throw new Error(`${op}: the client is gone`);
    if (reply.op !== op) throw new Error(`asked for ${op}, was told about ${reply.op}`);
    return reply;
  }

  /** Performs an operation that must succeed; otherwise fails with the client's own words. */
  async succeed(op: string, args: StrangerArguments = {}): Promise<StrangerReply> {
    const reply = await this.ask(op, args);
    if (reply.code === 0) return reply;
    throw new Error(`${op}: the client says ${reply.error} (${reply.code}) ${this.#stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    // A client that waits for its device does not look at its input.
    this.#child.kill();
    await this.#gone;
  }
}
