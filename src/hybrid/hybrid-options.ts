import { arg, maybe, parameters } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { LINGER_MS } from "./protocol/constants.js";
import { FRAME_QUIRKS, type FrameQuirks } from "./protocol/frames.js";
import type { LinkedPhone } from "./protocol/linking.js";
import { originOf } from "./protocol/tunnel-url.js";

/** How long a client waits, in milliseconds; `Infinity` for as long as the caller does. */
export interface HybridBudgets {
  /**
   * `hybrid.link`: from the start until the phone can be asked. 300 000: the time-out that WebAuthn recommends to
   * sites.
   */
  readonly linkMs: number;
  /** `hybrid.scan`: for the phone's advert. No limit, as in Chromium. */
  readonly scanMs: number;
  /** `hybrid.tunnel`: for the tunnel service to let us in. No limit, as in Chromium. */
  readonly tunnelMs: number;
  /** `hybrid.handshake`: from message 1 to what the phone says of itself. No limit, as in Chromium. */
  readonly handshakeMs: number;
  /** `hybrid.linger`: for late updates, after the shutdown. 180 000, as in Chromium. */
  readonly lingerMs: number;
}

export interface HybridOptions {
  readonly budgets?: Partial<HybridBudgets>;
  /**
   * Chromium and webauthn-rs do not see an advert of any length but 20, libwebauthn reads on. Ours, too, because
   * a phone with an L2CAP channel names it there.
   */
  readonly adverts?: "exactly-20-bytes" | "with-suffix";
  /** What is made of frames that are not quite right; the tolerant ones when absent. */
  readonly frameQuirks?: FrameQuirks;
  /** Hang up after the first answer, as phones expect it, or only when disposed of. */
  readonly shutsDown?: "after-answer" | "when-disposed";
  /** Where a tunnel service is reached: `wss://` and its host, unless a relay of one's own stands in for all. */
  readonly originFor?: (host: string) => string;
  /** The phone gave us what it takes to find it without a code. Secret: keep it where passwords are kept. */
  readonly onLinked?: (phone: LinkedPhone) => void;
}

export const HYBRID_OPTIONS = parameters<HybridOptions>({
  budgets: maybe(
    shape.object(
      {},
      { linkMs: shape.ms, scanMs: shape.ms, tunnelMs: shape.ms, handshakeMs: shape.ms, lingerMs: shape.ms },
    ),
  ),
  adverts: maybe(shape.oneOf(["exactly-20-bytes", "with-suffix"])),
  frameQuirks: maybe(arg.object),
  shutsDown: maybe(shape.oneOf(["after-answer", "when-disposed"])),
  originFor: maybe(arg.callable),
  onLinked: maybe(arg.callable),
});

const BUDGETS: HybridBudgets = {
  linkMs: 300_000,
  scanMs: Infinity,
  tunnelMs: Infinity,
  handshakeMs: Infinity,
  lingerMs: LINGER_MS,
};

/** What was not said is filled in, but for what has no default. */
export type HybridSettings = Required<
  Pick<HybridOptions, "adverts" | "frameQuirks" | "shutsDown" | "originFor">
> &
  Pick<HybridOptions, "onLinked"> & { readonly budgets: HybridBudgets };

export function hybridSettings(options: HybridOptions): HybridSettings {
  const { budgets, onLinked } = options;
  return {
    adverts: options.adverts ?? "with-suffix",
    frameQuirks: options.frameQuirks ?? FRAME_QUIRKS.tolerant,
    shutsDown: options.shutsDown ?? "after-answer",
    originFor: options.originFor ?? originOf,
    budgets: { ...BUDGETS, ...budgets },
    ...(onLinked && { onLinked }),
  };
}
