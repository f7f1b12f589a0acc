import { ByteReader, equalBytes } from "../../core/bytes.js";
import { sleep } from "../../core/clock.js";
import type { Env } from "../../core/env.js";
import type { TraceContext } from "../../core/trace.js";
import { within } from "../../core/within.js";
import { TransportError } from "../../ctap/transport-error.js";
import { abortedBy, onAbort } from "../../core/abort.js";
import {
  BROADCAST_CHANNEL,
  HidCapability,
  HidCommand,
  INIT_RESPONSE_BYTES,
  NONCE_BYTES,
} from "./constants.js";
import { HidFramingError, isInitPacket, MessageAssembler, type HidMessage } from "./framing.js";
import { HidError, HidErrorCode } from "./hid-error.js";
import type { HidLink } from "./link.js";

/** What a device says of itself when it hands out a channel. @see CTAP 2.2 §11.2.9.1.3 (CTAPHID_INIT) */
export interface HidInit {
  readonly channel: number;
  readonly protocolVersion: number;
  readonly deviceVersion: { readonly major: number; readonly minor: number; readonly build: number };
  readonly capabilities: {
    readonly wink: boolean;
    readonly cbor: boolean;
    /** The device speaks U2F; on the wire the bit says the opposite. */
    readonly msg: boolean;
    /** The byte as it came; bits without a name included. */
    readonly raw: number;
  };
}

export interface InitialiseOptions {
  /** {@link BROADCAST_CHANNEL} asks for a channel; a channel of our own empties and keeps it. */
  readonly channel: number;
  /** Timer `hid.init`, in milliseconds. */
  readonly budgetMs: number;
  /** Pause before asking a busy device again, in milliseconds. */
  readonly busyRetryMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * CTAPHID_INIT: allocates a channel; a nonce distinguishes our answer from those to other programs.
 *
 * Answers longer than 17 bytes are accepted, as later versions may append. Frames that come before the
 * answer belong to an earlier transaction and are dropped.
 *
 * @throws {TimeoutError} `hid.init`, aftermath `none`.
 * @throws {HidError} when the device refuses; `HID_INVALID_CHANNEL`: it does not know the channel any more.
 * @throws {TransportError} `DEVICE_GONE`, `LINK_CLOSED`, `PROTOCOL_VIOLATION`
 */
export function initialise(
  env: Env,
  link: HidLink,
  stray: (report: Uint8Array) => void,
  options: InitialiseOptions,
): Promise<HidInit> {
  const { channel, budgetMs, busyRetryMs } = options;
  const nonce = env.entropy.bytes(NONCE_BYTES);
  const budget = { timer: "hid.init", budgetMs, aftermath: "none" } as const;
  const work = async (signal: AbortSignal): Promise<HidInit> => {
    for (;;) {
      const answer = await askOnce({ link, stray, channel, nonce, signal, context: env.trace.context });
      if (answer !== "busy") return answer;
      env.trace.emit({ kind: "link.busy", link: link.label, retryMs: busyRetryMs });
      await sleep(env.clock, busyRetryMs, "hid.busy-retry", { signal });
    }
  };
  return within(env, budget, work, { signal: options.signal }).catch((error: unknown) => {
    throw options.signal?.aborted && error === options.signal.reason
      ? abortedBy(options.signal, "none")
      : error;
  });
}

interface Question {
  readonly link: HidLink;
  readonly stray: (report: Uint8Array) => void;
  readonly channel: number;
  readonly nonce: Uint8Array;
  readonly signal: AbortSignal;
  readonly context: TraceContext;
}

async function askOnce(question: Question): Promise<HidInit | "busy"> {
  const { link, stray, channel, nonce, signal, context } = question;
  const assembler = new MessageAssembler({ reportBytes: link.reportBytes });
  let stop = () => {};
  let unsubscribe = () => {};
  const answer = new Promise<Uint8Array | "busy">((resolve, reject) => {
    unsubscribe = onAbort(signal, () => reject(signal.reason as Error));
    stop = link.listen(channel, {
      context,
      lost: reject,
      report(report) {
        const message = assembleTolerantly(assembler, report);
        if (message?.command === HidCommand.INIT && isOurs(message.payload, nonce)) {
          resolve(message.payload);
        } else if (message?.command === HidCommand.ERROR && isAboutInit(message.payload[0], channel)) {
          const error = message.payload[0] ?? HidErrorCode.OTHER;
          if (error === HidErrorCode.CHANNEL_BUSY) resolve("busy");
          else reject(new HidError(error));
        } else if (!assembler.pending && channel !== BROADCAST_CHANNEL) stray(report);
      },
    });
  });
  try {
    const sent = link.send({ channel, command: HidCommand.INIT, payload: nonce }, context);
    // Both are awaited: an answer without a write cannot be, a write without an answer is the usual wait.
    const [result] = await Promise.all([answer, sent]);
    return result === "busy" ? result : readInit(result);
  } finally {
    unsubscribe();
    stop();
  }
}

/**
 * Assembles leniently: the answers to all clients share the broadcast channel, so a report that does not fit is no
 * protocol violation.
 */
function assembleTolerantly(assembler: MessageAssembler, report: Uint8Array): HidMessage | undefined {
  if (isInitPacket(report)) assembler.reset();
  try {
    return assembler.push(report);
  } catch (error) {
    if (error instanceof HidFramingError) return undefined;
    throw error;
  }
}

function isOurs(payload: Uint8Array, nonce: Uint8Array): boolean {
  return payload.length >= NONCE_BYTES && equalBytes(payload.subarray(0, NONCE_BYTES), nonce);
}

/** On a channel of our own, an error may be left over from what went before. */
function isAboutInit(error: number | undefined, channel: number): boolean {
  if (channel === BROADCAST_CHANNEL) return true;
  return (
    error === HidErrorCode.INVALID_CHANNEL ||
    error === HidErrorCode.INVALID_CMD ||
    error === HidErrorCode.CHANNEL_BUSY
  );
}

function readInit(payload: Uint8Array): HidInit {
  if (payload.length < INIT_RESPONSE_BYTES) {
    throw new TransportError(
      "PROTOCOL_VIOLATION",
      `INIT response of ${payload.length} bytes, at least ${INIT_RESPONSE_BYTES} are due`,
    );
  }
  const reader = new ByteReader(payload.subarray(NONCE_BYTES));
  const channel = reader.uint(4);
  const protocolVersion = reader.uint(1);
  const deviceVersion = { major: reader.uint(1), minor: reader.uint(1), build: reader.uint(1) };
  const raw = reader.uint(1);
  return {
    channel,
    protocolVersion,
    deviceVersion,
    capabilities: {
      wink: (raw & HidCapability.WINK) !== 0,
      cbor: (raw & HidCapability.CBOR) !== 0,
      msg: (raw & HidCapability.NMSG) === 0,
      raw,
    },
  };
}
