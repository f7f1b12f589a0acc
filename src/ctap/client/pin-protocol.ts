import { concat, equalBytes, utf8 } from "../../core/bytes.js";
import type { Entropy } from "../../core/entropy.js";
import { PointError } from "../../crypto/algorithms.js";
import type { CryptoProvider, KeyPair } from "../../core/crypto-provider.js";
import { CoseAlgorithm, type CoseKey } from "../messages/cose.js";

const COORDINATE_BYTES = 32;

/** Form byte of an uncompressed point. @see SEC 1 §2.3.3 */
const UNCOMPRESSED = Uint8Array.of(0x04);

/**
 * PIN/UV auth protocol one or two, both roles. Keys, PINs and tokens stay in here and in their owners.
 *
 * @see CTAP 2.3 §6.5.6 and §6.5.7
 */
export interface PinProtocol {
  readonly version: 1 | 2;
  /** Platform: a fresh key pair and the secret shared with the authenticator's key. @throws {PointError} */
  encapsulate(
    entropy: Entropy,
    peer: CoseKey,
  ): { readonly keyAgreement: CoseKey; readonly sharedSecret: Uint8Array };
  /** Authenticator: the same secret from its own key pair. @throws {PointError} */
  decapsulate(own: KeyPair, peer: CoseKey): Uint8Array;
  /** Plaintext is a multiple of 16 bytes; protocol two draws its IV from `entropy`. */
  encrypt(sharedSecret: Uint8Array, plaintext: Uint8Array, entropy: Entropy): Uint8Array;
  /** `undefined` when the length cannot be a ciphertext. */
  decrypt(sharedSecret: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined;
  /** pinUvAuthParam over `message`; key is the shared secret or a pinUvAuthToken. */
  authenticate(key: Uint8Array, message: Uint8Array): Uint8Array;
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** What the two protocols do differently. */
interface Variant {
  readonly version: 1 | 2;
  /** @param z 32-byte x coordinate of the ECDH point. */
  deriveSecret(crypto: CryptoProvider, z: Uint8Array): Uint8Array;
  /** The part of the shared secret that encrypts. */
  aesKey(sharedSecret: Uint8Array): Uint8Array;
  /** The part of a shared secret or token that authenticates. */
  hmacKey(key: Uint8Array): Uint8Array;
  readonly signatureBytes: number;
  /** Bytes of IV in front of a ciphertext; without one the IV is all zeros. */
  readonly ivBytes: 0 | 16;
}

const AES_BLOCK_BYTES = 16;
const HALF_SECRET_BYTES = 32;
const ZERO_IV = new Uint8Array(AES_BLOCK_BYTES);

/** @see CTAP 2.3 §6.5.6 */
const ONE: Variant = {
  version: 1,
  deriveSecret: (crypto, z) => crypto.sha256(z),
  aesKey: (sharedSecret) => sharedSecret,
  hmacKey: (key) => key,
  signatureBytes: 16,
  ivBytes: 0,
};

/** The shared secret is an HMAC key, then an AES key. @see CTAP 2.3 §6.5.7 */
const TWO: Variant = {
  version: 2,
  deriveSecret(crypto, z) {
    const half = (info: string) =>
      crypto.hkdfSha256({
        secret: z,
        salt: new Uint8Array(HALF_SECRET_BYTES),
        info: utf8(info),
        length: HALF_SECRET_BYTES,
      });
    return concat(half("CTAP2 HMAC key"), half("CTAP2 AES key"));
  },
  aesKey: (sharedSecret) => sharedSecret.subarray(HALF_SECRET_BYTES),
  hmacKey: (key) => key.subarray(0, HALF_SECRET_BYTES),
  signatureBytes: 32,
  ivBytes: 16,
};

export function pinProtocol(version: 1 | 2, crypto: CryptoProvider): PinProtocol {
  return protocolOf(version === 1 ? ONE : TWO, crypto);
}

function protocolOf(variant: Variant, crypto: CryptoProvider): PinProtocol {
  const secretWith = (own: KeyPair, peer: CoseKey) =>
    variant.deriveSecret(crypto, crypto.sharedSecret(own.secretKey, toPoint(peer)));
  const authenticate = (key: Uint8Array, message: Uint8Array) =>
    crypto.hmacSha256(variant.hmacKey(key), message).subarray(0, variant.signatureBytes);
  return {
    version: variant.version,
    encapsulate(entropy, peer) {
      const own = crypto.generateKeyPair(entropy);
      return { keyAgreement: toKeyAgreement(own.publicKey), sharedSecret: secretWith(own, peer) };
    },
    decapsulate: secretWith,
    encrypt(sharedSecret, plaintext, entropy) {
      const iv = entropy.bytes(variant.ivBytes);
      const key = variant.aesKey(sharedSecret);
      return concat(iv, crypto.cbcEncrypt(key, iv.length > 0 ? iv : ZERO_IV, plaintext));
    },
    decrypt(sharedSecret, ciphertext) {
      const { ivBytes } = variant;
      if (ciphertext.length < ivBytes || ciphertext.length % AES_BLOCK_BYTES !== 0) return undefined;
      const iv = ivBytes > 0 ? ciphertext.subarray(0, ivBytes) : ZERO_IV;
      return crypto.cbcDecrypt(variant.aesKey(sharedSecret), iv, ciphertext.subarray(ivBytes));
    },
    authenticate,
    verify: (key, message, signature) => equalBytes(authenticate(key, message), signature),
  };
}

/**
 * A P-256 public key as a key agreement message carries it.
 *
 * @param publicKey 65 bytes, uncompressed.
 */
export function toKeyAgreement(publicKey: Uint8Array): CoseKey {
  const x = publicKey.subarray(1, 1 + COORDINATE_BYTES);
  const y = publicKey.subarray(1 + COORDINATE_BYTES);
  return { alg: CoseAlgorithm.ECDH_ES_HKDF_256, key: { kty: "EC", crv: "P-256", x, y } };
}

function toPoint({ key }: CoseKey): Uint8Array {
  if (key.kty === "EC" && key.crv === "P-256") return concat(UNCOMPRESSED, key.x, key.y);
  throw new PointError("KEY_MISMATCH", "a key agreement key is a point on P-256");
}

/** What one key agreement with a device yields, on the client's side. */
export interface KeyAgreement {
  readonly protocol: PinProtocol;
  /** The client's public key, for the device. */
  readonly keyAgreement: CoseKey;
  /** Secret: never traced. */
  readonly sharedSecret: Uint8Array;
}
