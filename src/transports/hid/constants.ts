/** Bytes in one HID report, both directions, at full speed. @see CTAP 2.2 §11.2.4 (message and packet structure) */
export const REPORT_BYTES = 64;

/** Channel (4), command (1), length of the whole message (2). */
export const INIT_HEADER_BYTES = 7;
/** Channel (4), sequence number (1). */
export const CONTINUATION_HEADER_BYTES = 5;

/** Continuation packets are numbered 0..127; bit 7 of the same byte marks an initialization packet. */
export const CONTINUATIONS_MAX = 128;
export const INIT_PACKET_BIT = 0x80;

/** How long a host repeats a request that gets CHANNEL_BUSY, in milliseconds. */
export const BUSY_PATIENCE_MS = 12_000;

/** Longest pause between two reports of a device that works on a request, in milliseconds. */
export const SILENCE_MS = 20_000;

/** Largest message the framing can carry in 64-byte reports: 57 + 128 * 59 = 7609 bytes. */
export const MESSAGE_BYTES_MAX = messageBytesMax(REPORT_BYTES);

/** Largest message in reports of `reportBytes`: the first packet's share and 128 continuations. */
export function messageBytesMax(reportBytes: number): number {
  return reportBytes - INIT_HEADER_BYTES + CONTINUATIONS_MAX * (reportBytes - CONTINUATION_HEADER_BYTES);
}

/** Channel on which every client starts, to have its own channel allocated. */
export const BROADCAST_CHANNEL = 0xffff_ffff;
/** Channel that a device never allocates. */
export const RESERVED_CHANNEL = 0;

export const NONCE_BYTES = 8;
/** Nonce (8), channel (4), protocol version, device version (3), capabilities. @see CTAP 2.2 §11.2.9.1.3 */
export const INIT_RESPONSE_BYTES = 17;
/** @see CTAP 2.2 §11.2.9.1.3 (CTAPHID_INIT), CTAPHID protocol version identifier */
export const PROTOCOL_VERSION = 2;

/** @see CTAP 2.2 §11.2.9.2.2 (CTAPHID_LOCK) */
export const LOCK_SECONDS_MAX = 10;

/** Without bit 7. @see CTAP 2.2 §11.2.9 (CTAPHID commands) */
export const HidCommand = {
  PING: 0x01,
  MSG: 0x03,
  LOCK: 0x04,
  INIT: 0x06,
  WINK: 0x08,
  CBOR: 0x10,
  CANCEL: 0x11,
  KEEPALIVE: 0x3b,
  ERROR: 0x3f,
} as const;

/** Bits of the last byte of the INIT response. */
export const HidCapability = {
  WINK: 0x01,
  /** U2FHID only; CTAP devices leave it clear even when they lock. */
  LOCK: 0x02,
  CBOR: 0x04,
  /** Set when CTAPHID_MSG is *not* implemented. */
  NMSG: 0x08,
} as const;

/** @see CTAP 2.2 §11.2.9.1.7 (CTAPHID_KEEPALIVE) */
export const HidKeepalive = { PROCESSING: 0x01, UP_NEEDED: 0x02 } as const;
