import { concat } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import { PointError } from "../../crypto/algorithms.js";
import type { CryptoProvider, KeyPair } from "../../core/crypto-provider.js";
import { HANDSHAKE_MESSAGE_BYTES, PSK_BYTES, PUBLIC_KEY_BYTES, TAG_BYTES } from "./constants.js";
import { HybridError } from "./hybrid-error.js";
import { NoiseState } from "./noise-state.js";

/** `KNpsk0` when the phone knows the client's key from a QR code, `NKpsk0` when the client knows a linked phone's. */
export type NoisePattern = "KNpsk0" | "NKpsk0";

/** What the client brings. Keys are 65 bytes, uncompressed; `psk` is 32 bytes. */
export type InitiatorSecrets =
  | { readonly pattern: "KNpsk0"; readonly psk: Uint8Array; readonly clientKey: KeyPair }
  | { readonly pattern: "NKpsk0"; readonly psk: Uint8Array; readonly phoneKey: Uint8Array };

/** What the phone brings. */
export type ResponderSecrets =
  | { readonly pattern: "KNpsk0"; readonly psk: Uint8Array; readonly clientKey: Uint8Array }
  | { readonly pattern: "NKpsk0"; readonly psk: Uint8Array; readonly phoneKey: KeyPair };

/** The keys of a connection, one for each direction. */
export interface TrafficKeys {
  readonly clientToPhone: Uint8Array;
  readonly phoneToClient: Uint8Array;
}

export interface Agreement {
  readonly keys: TrafficKeys;
  /** What both sides saw, in 32 bytes: the phone signs it when it links. */
  readonly handshakeHash: Uint8Array;
}

export interface StartedHandshake {
  /** 81 bytes to send. */
  readonly message: Uint8Array;
  /**
   * Takes the phone's answer. A wrong one leaves no trace, but the connection is not worth keeping.
   *
   * @throws {HybridError} `HANDSHAKE_MALFORMED`, `HANDSHAKE_REJECTED`
   */
  readonly finish: (reply: Uint8Array) => Agreement;
}

export interface AnsweredHandshake extends Agreement {
  /** 81 bytes to send. */
  readonly reply: Uint8Array;
}

const PROLOGUE = { KNpsk0: Uint8Array.of(1), NKpsk0: Uint8Array.of(0) } as const;
const UNCOMPRESSED = 0x04;

/**
 * The client's half of the handshake.
 *
 * @param entropy gives the ephemeral key.
 * @throws {HybridError} `HANDSHAKE_MALFORMED` when a linked phone's key is none.
 * @throws {RangeError} for a pre-shared key or a public key of another length.
 * @see CTAP 2.2 §11.5.1 (handshake)
 */
export function startHandshake(
  entropy: Entropy,
  secrets: InitiatorSecrets,
  crypto: CryptoProvider,
): StartedHandshake {
  const ephemeral = crypto.generateKeyPair(entropy);
  const known = secrets.pattern === "KNpsk0" ? secrets.clientKey.publicKey : secrets.phoneKey;
  const agreed = begin(crypto, secrets, known);
  const introduced = mixEphemeral(agreed, ephemeral.publicKey);
  const { state, sealed } =
    secrets.pattern === "KNpsk0"
      ? introduced.sealNothing()
      : introduced.mixKey(agree(crypto, ephemeral, secrets.phoneKey)).sealNothing();
  return {
    message: concat(ephemeral.publicKey, sealed),
    finish(reply) {
      if (reply.length !== HANDSHAKE_MESSAGE_BYTES) {
        throw malformed(`message 2 has ${reply.length} bytes, not ${HANDSHAKE_MESSAGE_BYTES}`);
      }
      const { key: theirs, payload } = splitMessage(reply);
      const common = mixEphemeral(state, theirs).mixKey(agree(crypto, ephemeral, theirs));
      const last =
        secrets.pattern === "KNpsk0" ? common.mixKey(agree(crypto, secrets.clientKey, theirs)) : common;
      return agreement(openNothing(last, payload));
    },
  };
}

/**
 * The phone's half: takes the client's message and has the answer at once.
 *
 * @param entropy gives the ephemeral key; nothing is drawn before the message proved right.
 * @throws {HybridError} `HANDSHAKE_MALFORMED`; `HANDSHAKE_REJECTED` when the client does not hold these secrets.
 * @throws {RangeError} for a pre-shared key or a public key of another length.
 */
export function answerHandshake(
  entropy: Entropy,
  secrets: ResponderSecrets,
  message: Uint8Array,
  crypto: CryptoProvider,
): AnsweredHandshake {
  const { key: theirs, payload } = splitMessage(message);
  const known = secrets.pattern === "KNpsk0" ? secrets.clientKey : secrets.phoneKey.publicKey;
  const introduced = mixEphemeral(begin(crypto, secrets, known), theirs);
  const heard = openNothing(
    secrets.pattern === "KNpsk0" ? introduced : introduced.mixKey(agree(crypto, secrets.phoneKey, theirs)),
    payload,
  );
  const ephemeral = crypto.generateKeyPair(entropy);
  const common = mixEphemeral(heard, ephemeral.publicKey).mixKey(agree(crypto, ephemeral, theirs));
  const last =
    secrets.pattern === "KNpsk0" ? common.mixKey(agree(crypto, ephemeral, secrets.clientKey)) : common;
  const { state, sealed } = last.sealNothing();
  return { reply: concat(ephemeral.publicKey, sealed), ...agreement(state) };
}

/** Everything both sides know before the first message. */
function begin(
  crypto: CryptoProvider,
  { pattern, psk }: { readonly pattern: NoisePattern; readonly psk: Uint8Array },
  knownKey: Uint8Array,
): NoiseState {
  if (psk.length !== PSK_BYTES) throw new RangeError(`a pre-shared key has ${PSK_BYTES} bytes`);
  // A QR code carries 33 bytes; hashing those is a mistake seen in the field.
  if (knownKey.length !== PUBLIC_KEY_BYTES)
    throw new RangeError(`a public key has ${PUBLIC_KEY_BYTES} bytes`);
  return NoiseState.begin(crypto, `Noise_${pattern}_P256_AESGCM_SHA256`)
    .mixHash(PROLOGUE[pattern])
    .mixHash(knownKey)
    .mixKeyAndHash(psk);
}

/** With a pre-shared key in play, an ephemeral key also goes into the key. @see Noise §9.2 */
function mixEphemeral(state: NoiseState, publicKey: Uint8Array): NoiseState {
  return state.mixHash(publicKey).mixKey(publicKey);
}

function splitMessage(message: Uint8Array): { readonly key: Uint8Array; readonly payload: Uint8Array } {
  if (message.length < PUBLIC_KEY_BYTES + TAG_BYTES) {
    throw malformed(`${message.length} bytes are no handshake message`);
  }
  if (message[0] !== UNCOMPRESSED) throw malformed("the ephemeral key is not in uncompressed form");
  return { key: message.subarray(0, PUBLIC_KEY_BYTES), payload: message.subarray(PUBLIC_KEY_BYTES) };
}

function openNothing(state: NoiseState, sealed: Uint8Array): NoiseState {
  const opened = state.open(sealed);
  if (opened === undefined) {
    throw new HybridError("HANDSHAKE_REJECTED", "the other side does not hold the secrets of this session");
  }
  if (opened.payload.length > 0) throw malformed(`a payload of ${opened.payload.length} bytes`);
  return opened.state;
}

function agree(crypto: CryptoProvider, own: KeyPair, theirs: Uint8Array): Uint8Array {
  try {
    return crypto.sharedSecret(own.secretKey, theirs);
  } catch (error) {
    if (!(error instanceof PointError)) throw error;
    throw new HybridError("HANDSHAKE_MALFORMED", "a key is no point of P-256", { cause: error });
  }
}

function agreement(state: NoiseState): Agreement {
  const [clientToPhone, phoneToClient] = state.split();
  return { keys: { clientToPhone, phoneToClient }, handshakeHash: state.h };
}

function malformed(message: string): HybridError {
  return new HybridError("HANDSHAKE_MALFORMED", message);
}
