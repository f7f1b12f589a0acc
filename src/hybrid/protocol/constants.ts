/** Sizes in bytes, unless a name says otherwise. @see CTAP 2.2 §11.5 (hybrid transports) */

export const QR_SECRET_BYTES = 16;
export const COMPRESSED_KEY_BYTES = 33;
export const PUBLIC_KEY_BYTES = 65;

/** Encrypted block and shortened tag; a suffix may follow. */
export const ADVERT_BYTES = 20;
export const CONNECTION_NONCE_BYTES = 10;
export const ROUTING_ID_BYTES = 3;
export const TUNNEL_ID_BYTES = 16;
/** AES-256 key, then HMAC key. */
export const EID_KEY_BYTES = 64;

export const PSK_BYTES = 32;
/** Public key and tag: each of the two messages. */
export const HANDSHAKE_MESSAGE_BYTES = 81;
export const TAG_BYTES = 16;

export const LINK_ID_BYTES = 8;
export const LINK_SECRET_BYTES = 32;
export const CLIENT_NONCE_BYTES = 16;

/** Plaintexts are padded to a multiple of this. */
export const PADDING_BYTES = 32;
/** Last usable sequence number of a direction. Source: Chromium, v2_handshake.cc */
export const SEQUENCE_MAX = 2 ** 24 - 1;
/** Largest sealed message taken or sent, 1 MiB. Source: Chromium, websocket_adapter.cc */
export const SEALED_BYTES_MAX = 2 ** 20;
/** Messages that wait for their reader take no more than this: four of the largest. */
export const INBOX_BYTES_MAX = 4 * SEALED_BYTES_MAX;
/** Service data in one advertising structure: 255 bytes with its type and UUID. @see Bluetooth Core, advertising data */
export const SERVICE_DATA_BYTES_MAX = 252;
/** Every update frame of Chrome for Android has this many plaintext bytes, so that a relay learns nothing. */
export const CHROME_UPDATE_BYTES = 512;

/** 16-bit UUIDs of the service data: what phones send now, and what iOS 16 and older Chrome sent. */
export const ServiceUuid = { FIDO: 0xfff9, GOOGLE: 0xfde2 } as const;
/** Advertising data that fits without LE extended advertising. @see Bluetooth Core, legacy advertising PDUs */
export const LEGACY_ADVERTISING_BYTES_MAX = 31;

/** First byte of every plaintext after the post-handshake message. JSON is new in CTAP 2.3. */
export const FrameType = { SHUTDOWN: 0, CTAP: 1, UPDATE: 2, JSON: 3 } as const;

/** Ways to carry messages, by their number in a QR code. @see CTAP 2.3 §11.5 */
export const DataChannel = { WEBSOCKET: 0, BLE: 1 } as const;

/** WebSocket subprotocol; a tunnel service refuses connections that do not ask for it. */
export const TUNNEL_SUBPROTOCOL = "fido.cable";
export const TunnelHeader = {
  ROUTING_ID: "X-caBLE-Routing-ID",
  CLIENT_PAYLOAD: "X-caBLE-Client-Payload",
  SIGNAL_CONNECTION: "X-caBLE-Signal-Connection",
} as const;
/** Message that a tunnel service sends, once, when the phone has joined and the client asked for the signal. */
export const CONNECT_SIGNAL: Uint8Array = Uint8Array.of(0x00);
/** HTTP status of a contact that will never work again: forget the link. */
export const CONTACT_GONE_STATUS = 410;
/** Source: libwebauthn, which follows redirects as the specification asks of clients. */
export const REDIRECTS_MAX = 5;

/** A phone waits this long before it opens its tunnel. Source: Chromium, v2_authenticator.cc */
export const PHONE_OPENS_TUNNEL_AFTER_MS = 250;
/** Timeout a phone gives the request on its own screen. Source: Chromium, v2_authenticator.cc */
export const PHONE_REQUEST_MS = 60_000;
/** A client keeps the tunnel this long after its shutdown, for late updates. Source: Chromium, fido_tunnel_device.cc */
export const LINGER_MS = 180_000;
/** Whole life of a tunnel at the webauthn-rs relay, counted from the phone's arrival. */
export const RELAY_LIFE_MS = 120_000;
/** A client later than this after the phone's arrival is refused with 418. Observed at Google's relay, August 2026 */
export const RELAY_WAIT_MS = 30_000;
