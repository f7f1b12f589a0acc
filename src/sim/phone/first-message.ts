import { l2capTunnel } from "../../hybrid/l2cap.js";
import type { ListeningChannel, Tunnel } from "../../hybrid/ports.js";

/**
 * Waits for the client where it may come: in the tunnel, or through the phone's own port. The two are never used
 * at once; the way not taken is left.
 *
 * @returns `undefined` when the tunnel ended first.
 */
export async function firstMessage(
  tunnel: Tunnel,
  port: ListeningChannel | undefined,
  signal: AbortSignal,
): Promise<{ readonly tunnel: Tunnel; readonly message: Uint8Array } | undefined> {
  if (port === undefined) return from(tunnel, signal);
  const decided = new AbortController();
  const either = AbortSignal.any([signal, decided.signal]);
  const throughTunnel = from(tunnel, either);
  const throughPort = port.accept(either).then((channel) => from(l2capTunnel(channel), either));
  try {
    const first = await Promise.race([throughTunnel, throughPort]);
    if (first && first.tunnel !== tunnel) tunnel.close();
    return first;
  } finally {
    decided.abort();
    // The way not taken has nobody to hear of its end.
    await Promise.allSettled([throughTunnel, throughPort]);
  }
}

async function from(tunnel: Tunnel, signal: AbortSignal) {
  const message = await tunnel.receive(signal);
  return message && { tunnel, message };
}
