import type { TraceContext } from "../core/trace.js";

/**
 * Declares the ports on which the hybrid transport stands: a scanner, an advertiser and a connector that opens tunnels.
 */

import { arg, maybe, parameters } from "../core/argument.js";
/** Service data that was heard, under either UUID of `ServiceUuid`. */
export interface ReceivedAdvert {
  /** What follows the UUID: 20 bytes, or more when a suffix follows. */
  readonly serviceData: Uint8Array;
  /** Signal strength in dBm. */
  readonly rssiDbm?: number;
  /** Where the sender is now, in the radio's own words; phones change it. Opens an L2CAP channel, nothing else. */
  readonly address?: string;
  /** Kind of the address, where the radio tells: `random` for most phones. */
  readonly addressType?: AddressType;
  /** 16-bit UUID under which it came, where the radio tells. */
  readonly serviceUuid?: number;
}

/** @see Bluetooth Core Vol 6 Part B §1.3 (device address) */
export type AddressType = "public" | "random";

/** How an advert is sent. */
export interface AdvertTerms {
  /** 16 bits, of `ServiceUuid`; its `FIDO` when absent. */
  readonly serviceUuid?: number;
  /** Lets clients connect to the sender, as one needs that offers an L2CAP channel; not when absent. */
  readonly connectable?: boolean;
}

export interface AdvertScanner {
  /**
   * Yields every advert received from now on, foreign and repeated adverts included.
   *
   * Ends when the radio stops listening. When the signal aborts it ends as well or throws the signal's reason;
   * leaving the loop stops the radio.
   *
   * @param context the span that listens, for a radio that records what it does.
   */
  listen(signal: AbortSignal, context?: TraceContext): AsyncIterable<ReceivedAdvert>;
}

export interface Advertiser {
  /**
   * Broadcasts these bytes as service data until disposed of.
   *
   * @param serviceData what follows the UUID.
   * @throws when the radio will not: switched off, not permitted, too long for it.
   */
  advertise(serviceData: Uint8Array, terms?: AdvertTerms): Promise<AsyncDisposable>;
}

/** How a tunnel ended. */
export interface TunnelClose {
  /** WebSocket close code; 1006 when there was none. @see RFC 6455 §7.4 */
  readonly code: number;
  readonly reason?: string;
}

/** Carries messages whole and in order between two sides, over a service that neither side trusts to do so. */
export interface Tunnel {
  /** Settles when the tunnel is over, from whichever side. Never rejects. */
  readonly closed: Promise<TunnelClose>;
  /** Hands on one binary message. One sent after the end is lost without a word: the end shows at {@link receive}. */
  send(message: Uint8Array): void;
  /**
   * The next message; `undefined` once the tunnel is over and all that came before was taken.
   *
   * @throws the signal's reason, when it aborts first. Nothing is lost by that.
   */
  receive(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  /** Ends the tunnel; what was sent before is still delivered. Ending it twice is once. */
  close(code?: number): void;
  /** For tunnels that can only guess where a message ends: asks whether bytes would do as the next one. */
  readonly expect?: (opens: (candidate: Uint8Array) => boolean) => void;
}

export interface TunnelOpening {
  /** Request headers beside those of the upgrade itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The span that opens it, for a simulated service that shares the trace; a real one never learns of it. */
  readonly context?: TraceContext;
}

export interface OpenedTunnel {
  readonly tunnel: Tunnel;
  /** Every value the response had for a header, whatever the case of its name. */
  readonly header: (name: string) => readonly string[];
}

export interface TunnelDialer {
  /**
   * Opens a WebSocket and asks for the subprotocol `TUNNEL_SUBPROTOCOL`. Follows redirects, `REDIRECTS_MAX` at most.
   *
   * @param url `wss://` or `ws://`, as `tunnelUrl` makes it.
   * @throws {TunnelRefusedError} `TUNNEL_REFUSED`, with the HTTP status where there was an answer.
   * @throws the signal's reason, when it aborts first.
   */
  open(url: string, opening: TunnelOpening, signal: AbortSignal): Promise<OpenedTunnel>;
}

/** One L2CAP connection-oriented channel. */
export interface ByteChannel {
  /** Settles when the channel is over. Never rejects. */
  readonly closed: Promise<void>;
  write(bytes: Uint8Array): void;
  /** What came, in whatever pieces; `undefined` at the end. @throws the signal's reason, when it aborts first. */
  read(signal?: AbortSignal): Promise<Uint8Array | undefined>;
  close(): void;
}

/** The client's side of the CTAP 2.3 data channel. */
export interface ChannelDialer {
  /** @param at the advert's sender and the port it named. @throws when no device listens there. */
  open(at: ChannelPlace, signal: AbortSignal): Promise<ByteChannel>;
}

/** Where a phone's port is: what its advert came with, and what was in it. */
export interface ChannelPlace {
  readonly address: string;
  /** `random` when absent: phones that hide who they are have such addresses. */
  readonly addressType?: AddressType;
  readonly psm: number;
}

/** The phone's side. */
export interface ChannelListener {
  /** Opens a port; disposing of it closes the port, not the channels opened through it. */
  listen(): Promise<ListeningChannel>;
}

export interface ListeningChannel extends AsyncDisposable {
  readonly psm: number;
  /** The next client. @throws the signal's reason, when it aborts first. */
  accept(signal: AbortSignal): Promise<ByteChannel>;
}

/** What a client needs to reach a phone. */
export interface HybridPorts {
  readonly scanner: AdvertScanner;
  readonly dialer: TunnelDialer;
  /** Without it phones are reached through a tunnel only. */
  readonly channels?: ChannelDialer;
}

export const HYBRID_PORTS = parameters<HybridPorts>({
  scanner: arg.having("an AdvertScanner, such as SimAir,", "listen"),
  dialer: arg.having("a TunnelDialer, such as SimTunnelService,", "open"),
  channels: maybe(arg.having("a ChannelDialer, such as SimChannels,", "open")),
});
