import type { Env } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import { l2capTunnel } from "./l2cap.js";
import type { ChannelDialer, Tunnel } from "./ports.js";
import type { Heard } from "./stages.js";

/**
 * Opens the phone's own channel, where its advert names one. `undefined` sends the caller to the tunnel instead,
 * also when the channel cannot be opened.
 */
export async function openChannel(
  env: Env,
  { suffix, address }: Heard,
  channels: ChannelDialer,
  signal: AbortSignal,
): Promise<Tunnel | undefined> {
  if (suffix?.blePsm === undefined || address === undefined) return undefined;
  try {
    const channel = await channels.open({ address, psm: suffix.blePsm }, signal);
    env.trace.emit({ kind: "link.hybrid", stage: "channel-open" });
    return l2capTunnel(channel);
  } catch (error) {
    signal.throwIfAborted();
    const detail = isHarnessError(error) ? error.code : "unexpected";
    env.trace.emit({ kind: "link.hybrid", stage: "channel-refused", detail });
    return undefined;
  }
}
