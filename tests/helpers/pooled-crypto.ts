import type {
  CryptoProvider,
  KeyPair,
  SigningAlgorithm,
  SigningKey,
} from "../../src/core/crypto-provider.js";
import { seededEntropy, type Entropy } from "../../src/core/entropy.js";
import { defaultCrypto } from "../../src/crypto/default.js";

const POOL_SIZE = 16;

/**
 * Cryptography for long tables of ceremonies in which nobody verifies a signature: keys come from a small pool, what was
 * computed from them once is kept, and every signature of an algorithm is the same one. Symmetric functions are real.
 */
export function pooledCrypto(): CryptoProvider {
  const pairs = Array.from({ length: POOL_SIZE }, (_, index) =>
    defaultCrypto.generateKeyPair(seededEntropy(`pair ${index}`)),
  );
  const signingKeys = new Map<SigningAlgorithm, readonly SigningKey[]>();
  const signatures = new Map<SigningAlgorithm, Uint8Array>();
  const keysOf = (algorithm: SigningAlgorithm) => {
    const made =
      signingKeys.get(algorithm) ??
      Array.from({ length: POOL_SIZE }, (_, index) =>
        defaultCrypto.generateSigningKey(algorithm, seededEntropy(`signing key ${index}`)),
      );
    signingKeys.set(algorithm, made);
    return made;
  };
  const drawn = <T>(pool: readonly T[], entropy: Entropy): T =>
    pool[(entropy.bytes(1)[0] as number) % POOL_SIZE] as T;
  const publicKeys = new Map<string, Uint8Array>();
  const secrets = new Map<string, Uint8Array>();
  const keys = new Map<string, SigningKey>();
  const sign = (algorithm: SigningAlgorithm, secretKey: Uint8Array, message: Uint8Array) =>
    kept(signatures, algorithm, () => defaultCrypto.sign(algorithm, secretKey, message)).slice();
  return {
    ...defaultCrypto,
    generateKeyPair: (entropy): KeyPair => drawn(pairs, entropy),
    publicKeyOf: (secretKey) =>
      kept(publicKeys, textOf(secretKey), () => defaultCrypto.publicKeyOf(secretKey)),
    sharedSecret: (secretKey, publicKey) =>
      kept(secrets, textOf(secretKey) + textOf(publicKey), () =>
        defaultCrypto.sharedSecret(secretKey, publicKey),
      ),
    generateSigningKey: (algorithm, entropy) => drawn(keysOf(algorithm), entropy),
    signingKeyOf: (algorithm, secretKey) =>
      kept(keys, algorithm + textOf(secretKey), () => defaultCrypto.signingKeyOf(algorithm, secretKey)),
    sign,
    signEs256: (secretKey, message) => sign("ES256", secretKey, message),
  };
}

function kept<K, V>(memory: Map<K, V>, key: K, make: () => V): V {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
