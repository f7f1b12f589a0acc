import type { Env } from "../core/env.js";
import { onAbort } from "../core/abort.js";
import { within } from "../core/within.js";
import { isHarnessError } from "../core/errors.js";
import type { CtapDevice } from "../ctap/device.js";
import { HidCommand, HidKeepalive } from "../transports/hid/constants.js";
import type { Answer, SeenKeepalive } from "./answer.js";
import type { HidWire } from "./hid-wire.js";

/** How long any answer is awaited, in milliseconds: longer than any known device waits for its user. */
const PATIENCE_MS = 75_000;

const NOTHING = new Uint8Array(0);

export interface SendOptions {
  /** Called once, when the device first says that it wants the user. Returns whether to cancel. */
  readonly onUpNeeded?: (() => boolean) | undefined;
  /** Sends CANCEL this long after the request, in milliseconds. */
  readonly cancelAfterMs?: number | undefined;
  readonly patienceMs?: number | undefined;
  /** Aborts when the run is asked to end: what waits is then cancelled. */
  readonly signal?: AbortSignal | undefined;
}

/** Carries CTAP2 requests of checks, and tells everything about the answer. */
export interface CtapLink {
  send(request: Uint8Array, options?: SendOptions): Promise<Answer>;
}

/** Requests in CTAPHID_CBOR messages on one channel. */
export function wireLink(env: Env, wire: HidWire, channel: () => number): CtapLink {
  return {
    async send(request, { onUpNeeded, cancelAfterMs, patienceMs = PATIENCE_MS, signal } = {}) {
      const own = channel();
      const beganMs = env.clock.nowMs();
      const keepalives: SeenKeepalive[] = [];
      let cancelledTouch = false;
      let cancelDue = cancelAfterMs;
      const cancel = () => wire.send(own, HidCommand.CANCEL, NOTHING);
      const stop = onAbort(signal, () => void cancel().catch(() => undefined));
      try {
        await wire.send(own, HidCommand.CBOR, request);
        return await answered();
      } finally {
        stop();
      }

      async function answered(): Promise<Answer> {
        for (;;) {
          const agoMs = env.clock.nowMs() - beganMs;
          const leftMs = Math.max(0, (cancelDue ?? patienceMs) - agoMs);
          const message = await wire.receive(own, leftMs);
          const tookMs = env.clock.nowMs() - beganMs;
          const answer = { request, keepalives, tookMs, cancelledTouch };
          if (message === undefined) {
            if (cancelDue === undefined) return answer;
            cancelDue = undefined;
            await cancel();
            continue;
          }
          if (message.command === HidCommand.KEEPALIVE) {
            const status = message.payload[0] ?? 0;
            const first = !keepalives.some((seen) => seen.status === HidKeepalive.UP_NEEDED);
            keepalives.push({ status, atMs: message.atMs - beganMs });
            if (status === HidKeepalive.UP_NEEDED && first && onUpNeeded?.() === true) {
              cancelledTouch = true;
              await cancel();
            }
            continue;
          }
          if (message.command === HidCommand.ERROR) return { ...answer, hidError: message.payload[0] ?? 0 };
          return { ...answer, bytes: message.payload };
        }
      }
    },
  };
}

/** Requests to a device whose reports are out of reach. */
export function deviceLink(env: Env, device: CtapDevice): CtapLink {
  return {
    async send(request, { onUpNeeded, cancelAfterMs, patienceMs = PATIENCE_MS, signal } = {}) {
      const beganMs = env.clock.nowMs();
      const keepalives: SeenKeepalive[] = [];
      const abort = new AbortController();
      let cancelledTouch = false;
      const done = (rest: Pick<Answer, "bytes">): Answer => ({
        request,
        keepalives,
        tookMs: env.clock.nowMs() - beganMs,
        cancelledTouch,
        ...rest,
      });
      const disarm =
        cancelAfterMs === undefined
          ? () => {}
          : env.clock.arm(cancelAfterMs, "conformance.cancel", () => abort.abort());
      const budget = { timer: "conformance.wait", budgetMs: patienceMs, aftermath: "unknown" } as const;
      try {
        const bytes = await within(
          env,
          budget,
          (ended) => {
            ended.addEventListener("abort", () => abort.abort(), { once: true });
            return device.transact(request, {
              signal: abort.signal,
              onKeepalive(said) {
                const status = said === "up-needed" ? HidKeepalive.UP_NEEDED : HidKeepalive.PROCESSING;
                keepalives.push({ status, atMs: env.clock.nowMs() - beganMs });
                if (said !== "up-needed" || onUpNeeded?.() !== true) return;
                cancelledTouch = true;
                abort.abort();
              },
            });
          },
          { signal },
        );
        return done({ bytes });
      } catch (error) {
        if (!isHarnessError(error)) throw error;
        return done({});
      } finally {
        disarm();
      }
    },
  };
}
