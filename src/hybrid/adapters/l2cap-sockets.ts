import { type ChildProcess, spawn } from "node:child_process";
import { platform } from "node:os";
import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import type { Env } from "../../core/env.js";
import { AsyncQueue } from "../../core/queue.js";
import { within } from "../../core/within.js";
import { TransportError } from "../../ctap/transport-error.js";
import type { ByteChannel, ChannelDialer, ChannelListener, ListeningChannel } from "../ports.js";
import { PipedChannel } from "./l2cap-channel.js";
import { L2CAP_PROGRAM } from "./l2cap-program.js";
import { encodeRecord, numberIn, type PipeRecord, RecordReader } from "./l2cap-records.js";
import { radioFailure, RadioError } from "./radio-error.js";

/** What of a process is used here: a child process, or a test's stand-in. */
export type L2capProcess = Pick<ChildProcess, "stdin" | "stdout" | "kill" | "on">;

export interface L2capOptions {
  /** The N of hciN; 0 by default. */
  readonly adapter?: number;
  /** The interpreter; `python3` by default. */
  readonly python?: string;
  /** Stand-in for tests: starts the program with these arguments. */
  readonly start?: (args: readonly string[]) => L2capProcess;
}

const OPTIONS = parameters<L2capOptions>({
  adapter: maybe(arg.count),
  python: maybe(shape.text),
  start: maybe(arg.callable),
});

/** In milliseconds: the tunnel, which is tried next, does not wait for ever for its client. */
const CONNECT_MS = 15_000;

/** Nobody took the connection: out of range, the port closed, or LE off at the adapter. */
const NOT_TAKEN: readonly string[] = ["ECONNREFUSED", "EHOSTDOWN", "EHOSTUNREACH", "ETIMEDOUT", "ECONNRESET"];

/**
 * L2CAP channels of this machine's Bluetooth adapter, for both sides of a hybrid transport without a tunnel. Linux only.
 *
 * Node opens no Bluetooth sockets: a Python program of a hundred lines holds them, one process for each connection and
 * each port. bluetoothd has to run, because it switches Low Energy on at the adapter; no privileges are needed.
 *
 * @throws {RadioError} from `open` and `listen`: `RADIO_NO_L2CAP`, `RADIO_NO_ADAPTER`, `RADIO_OFF`, `PERMISSION_DENIED`,
 *   `RADIO_FAILED`. @throws {TransportError} `LINK_CLOSED` from `open`, when the phone does not take the connection.
 * @see Bluetooth Core Vol 3 Part A §10.1; CTAP 2.3 §11.5 (data channels)
 *
 * @example
 * const ports = { scanner: bluezScanner(env), dialer: wsDialer(), channels: linuxChannels(env) };
 */
export function linuxChannels(env: Env, options: L2capOptions = {}): ChannelDialer & ChannelListener {
  checkArguments("linuxChannels", { env: [arg.env, env], options: [OPTIONS, options] });
  const { adapter = 0 } = options;
  const run = (...args: readonly string[]) => new L2capProgram(options, args);
  return {
    async open({ address, addressType = "random", psm }, signal) {
      const program = run("connect", String(adapter), address, addressType, String(psm));
      const budget = { timer: "radio.l2cap", budgetMs: CONNECT_MS, aftermath: "none" } as const;
      try {
        return await within(env, budget, (ended) => program.nextChannel(ended), { signal });
      } catch (error) {
        program.kill();
        throw error;
      }
    },
    async listen() {
      const program = run("listen", String(adapter));
      const psm = await program.port();
      return listening(program, psm);
    },
  };
}

/**
 * Tries whether this machine opens L2CAP channels, without opening one.
 *
 * @throws {RadioError} as {@link linuxChannels}.
 */
export async function probeChannels(options: L2capOptions = {}): Promise<void> {
  checkArguments("probeChannels", { options: [OPTIONS, options] });
  await new L2capProgram(options, ["probe", String(options.adapter ?? 0)]).ended;
}

function listening(program: L2capProgram, psm: number): ListeningChannel {
  return {
    psm,
    accept: (signal) => program.nextChannel(signal),
    async [Symbol.asyncDispose]() {
      program.stopListening();
    },
  };
}

/** One run of the program, and the channels it holds. */
class L2capProgram {
  /** Settles when the program ended in good order; rejects with what kept it from its work. */
  readonly ended: Promise<void>;
  readonly #child: L2capProcess;
  readonly #channels = new Map<number, PipedChannel>();
  readonly #opened = new AsyncQueue<ByteChannel>();
  readonly #ports = new AsyncQueue<number>();
  #failure: Error | undefined;

  constructor({ python = "python3", start }: L2capOptions, args: readonly string[]) {
    if (platform() !== "linux" && start === undefined) {
      throw new RadioError("RADIO_NO_L2CAP", `no program opens L2CAP channels here, on ${platform()}`);
    }
    this.#child = start
      ? start(args)
      : // Isolated: nothing of the user's own takes part.
        spawn(python, ["-I", "-c", L2CAP_PROGRAM, ...args], { stdio: ["pipe", "pipe", "ignore"] });
    const reader = new RecordReader();
    this.#child.stdout?.on("data", (bytes: Uint8Array) => {
      for (const record of reader.push(bytes)) this.#receive(record);
    });
    // A program that ended reads no more; that it ended is told below.
    this.#child.stdin?.on("error", () => {});
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", (cause) => {
        const failure = startFailure(python, cause);
        this.#finish(failure);
        reject(failure);
      });
      this.#child.on("close", () => {
        this.#finish(this.#failure);
        if (this.#failure) reject(this.#failure);
        else resolve();
      });
    });
    this.ended.catch(() => undefined);
  }

  /** The port it listens at. @throws as {@link linuxChannels}. */
  async port(): Promise<number> {
    const port = await this.#ports.next();
    if (port === undefined) throw noProgram();
    return port;
  }

  /** The next channel. @throws as {@link linuxChannels}. @throws the signal's reason. */
  async nextChannel(signal: AbortSignal): Promise<ByteChannel> {
    const channel = await this.#opened.next(signal);
    if (channel === undefined) throw new TransportError("LINK_CLOSED", "the port was closed");
    return channel;
  }

  stopListening(): void {
    this.#send({ kind: "x", channel: 0, payload: new Uint8Array(0) });
    this.#opened.close();
  }

  kill(): void {
    this.#child.kill();
  }

  #send(record: PipeRecord): void {
    this.#child.stdin?.write(encodeRecord(record));
  }

  #receive(record: PipeRecord): void {
    const { kind, channel, payload } = record;
    switch (kind) {
      case "l":
        return this.#ports.put(numberIn(record));
      case "o": {
        const opened = new PipedChannel({ number: channel, unitMax: numberIn(record) }, (sent) =>
          this.#send(sent),
        );
        this.#channels.set(channel, opened);
        return this.#opened.put(opened);
      }
      case "d":
        return this.#channels.get(channel)?.receive(payload);
      case "c":
        this.#channels.get(channel)?.end();
        return void this.#channels.delete(channel);
      case "e":
        this.#failure = systemFailure(new TextDecoder().decode(payload));
        return;
      case "x":
        return;
    }
  }

  /** Ends every wait. */
  #finish(failure: Error | undefined): void {
    for (const channel of this.#channels.values()) channel.end();
    this.#channels.clear();
    this.#ports.close(failure);
    this.#opened.close(failure);
  }
}

/** The interpreter could not be started. */
function startFailure(python: string, cause: unknown): RadioError {
  return new RadioError("RADIO_NO_L2CAP", `${python} cannot be run`, { cause });
}

function noProgram(): RadioError {
  return new RadioError("RADIO_FAILED", "the program that holds the L2CAP sockets ended");
}

/** What the kernel answered, by its name. */
function systemFailure(code: string): Error {
  if (NOT_TAKEN.includes(code)) {
    return new TransportError("LINK_CLOSED", `the phone took no L2CAP connection (${code})`, {
      hint: "bluetoothd has to run, which switches Low Energy on; the phone has to advertise as connectable and be near",
    });
  }
  return radioFailure("L2CAP", { code, message: code });
}
