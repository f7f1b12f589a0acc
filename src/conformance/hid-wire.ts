import { concat } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { startTimer } from "../core/timer.js";
import {
  BROADCAST_CHANNEL,
  CONTINUATION_HEADER_BYTES,
  HidCommand,
  INIT_HEADER_BYTES,
  NONCE_BYTES,
  REPORT_BYTES,
} from "../transports/hid/constants.js";
import { channelOf, HidFramingError, MessageAssembler, toReports } from "../transports/hid/framing.js";
import type { HidPort } from "../transports/hid/port.js";

/** One whole message of the device, and when its last report came. */
export interface WireMessage {
  readonly channel: number;
  /** Without bit 7. */
  readonly command: number;
  readonly payload: Uint8Array;
  readonly atMs: number;
}

/** What the host writes into an initialization packet, true or not. */
export interface StartOfMessage {
  readonly channel: number;
  /** Without bit 7. */
  readonly command: number;
  /** BCNT; may be more or less than `data` has. */
  readonly length: number;
  readonly data?: Uint8Array;
}

/** Messages kept for a reader that has not asked yet. */
const INBOX_MAX = 1_000;

/** How long an answer that needs no user is awaited, in milliseconds. */
export const ANSWER_MS = 3_000;

/** Writes an initialization packet byte by byte. */
export function startReport({ channel, command, length, data }: StartOfMessage): Uint8Array {
  return report(channel, Uint8Array.of(0x80 | command, length >> 8, length), data);
}

/** Writes a continuation packet with any sequence number. */
export function continuationReport(channel: number, sequence: number, data?: Uint8Array): Uint8Array {
  return report(channel, Uint8Array.of(sequence), data);
}

function report(channel: number, header: Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(REPORT_BYTES);
  bytes.set(Uint8Array.of(channel >>> 24, channel >>> 16, channel >>> 8, channel));
  bytes.set(header, 4);
  bytes.set(data.subarray(0, REPORT_BYTES - 4 - header.length), 4 + header.length);
  return bytes;
}

/** Bytes of payload in the first and in every further packet. */
export const FIRST_SHARE = REPORT_BYTES - INIT_HEADER_BYTES;
export const NEXT_SHARE = REPORT_BYTES - CONTINUATION_HEADER_BYTES;

/**
 * A port as a check uses it: any report may be written on any channel, and everything that comes back is kept with its
 * time. Nothing is repeated, resynchronised or cancelled on its own.
 */
export class HidWire {
  readonly #env: Env;
  readonly #port: HidPort;
  readonly #assemblers = new Map<number, MessageAssembler>();
  readonly #inbox: WireMessage[] = [];
  readonly #waiting: { readonly channel: number; readonly take: (message: WireMessage) => void }[] = [];
  /** Rules of the framing that the device broke. */
  readonly framingFaults: string[] = [];
  #lost: Error | undefined;

  constructor(env: Env, port: HidPort) {
    this.#env = env;
    this.#port = port;
    void this.#pump();
  }

  get lost(): Error | undefined {
    return this.#lost;
  }

  /** @throws {TransportError} `DEVICE_GONE` */
  async write(...reports: readonly Uint8Array[]): Promise<void> {
    for (const one of reports) await this.#port.write(one);
  }

  send(channel: number, command: number, payload: Uint8Array): Promise<void> {
    return this.write(...toReports({ channel, command, payload }));
  }

  /** Waits for the next message on a channel. @returns `undefined` when none comes in time. */
  receive(channel: number, budgetMs: number): Promise<WireMessage | undefined> {
    const at = this.#inbox.findIndex((message) => message.channel === channel);
    if (at >= 0) return Promise.resolve(this.#inbox.splice(at, 1)[0]);
    return new Promise((resolve) => {
      const waiter = {
        channel,
        take: (message: WireMessage) => {
          timer.disarm();
          resolve(message);
        },
      };
      const timer = startTimer(this.#env, { timer: "conformance.wait", budgetMs }, () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        resolve(undefined);
      });
      this.#waiting.push(waiter);
    });
  }

  /** Sends a message and returns the first one back that is no keepalive; `undefined`: silence. */
  async exchange(
    channel: number,
    command: number,
    payload: Uint8Array,
    budgetMs = ANSWER_MS,
  ): Promise<WireMessage | undefined> {
    await this.send(channel, command, payload);
    return this.answer(channel, budgetMs);
  }

  /** Returns the next message on a channel that is no keepalive; `undefined`: silence. */
  async answer(channel: number, budgetMs = ANSWER_MS): Promise<WireMessage | undefined> {
    for (;;) {
      const message = await this.receive(channel, budgetMs);
      if (message?.command !== HidCommand.KEEPALIVE) return message;
    }
  }

  /** Sends INIT. @returns the payload of the answer with this nonce; `undefined`: none came. */
  async init(nonce: Uint8Array, channel = BROADCAST_CHANNEL): Promise<Uint8Array | undefined> {
    await this.send(channel, HidCommand.INIT, nonce);
    for (;;) {
      const message = await this.receive(channel, ANSWER_MS);
      if (message === undefined) return undefined;
      if (message.command !== HidCommand.INIT) continue;
      if (channel !== BROADCAST_CHANNEL || startsWith(message.payload, nonce)) return message.payload;
    }
  }

  /** Forgets what nobody read. */
  drain(): void {
    this.#inbox.length = 0;
    this.#assemblers.clear();
  }

  async close(): Promise<void> {
    await this.#port.close();
  }

  async #pump(): Promise<void> {
    try {
      for await (const one of this.#port.reports()) this.#deliver(one);
      this.#lost = new Error("the port ended");
    } catch (error) {
      this.#lost = error instanceof Error ? error : new Error(String(error));
    }
  }

  #deliver(one: Uint8Array): void {
    const channel = channelOf(one);
    const assembler = this.#assemblers.get(channel) ?? new MessageAssembler();
    this.#assemblers.set(channel, assembler);
    try {
      const message = assembler.push(one);
      if (message) this.#put({ ...message, atMs: this.#env.clock.nowMs() });
    } catch (error) {
      if (!(error instanceof HidFramingError)) throw error;
      this.framingFaults.push(error.message);
    }
  }

  #put(message: WireMessage): void {
    const at = this.#waiting.findIndex(({ channel }) => channel === message.channel);
    if (at >= 0) return this.#waiting.splice(at, 1)[0]?.take(message);
    if (this.#inbox.length < INBOX_MAX) this.#inbox.push(message);
  }
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return start.every((byte, index) => bytes[index] === byte);
}

/** A nonce for INIT. */
export function nonceOf(env: Env): Uint8Array {
  return env.entropy.bytes(NONCE_BYTES);
}

/** The channel that an INIT answer allocates. */
export function channelIn(payload: Uint8Array): number {
  return channelOf(concat(payload.subarray(NONCE_BYTES, NONCE_BYTES + 4), new Uint8Array(1)));
}
