import { utf8 } from "../src/core/bytes.js";
import { seededEntropy } from "../src/core/entropy.js";
import { nobleCrypto } from "../src/crypto/noble/provider.js";
import { nodeCrypto } from "../src/crypto/node/provider.js";
import type { CryptoProvider, SigningAlgorithm } from "../src/core/crypto-provider.js";
import type { BenchCase } from "./bench-case.js";

const SIGNING: readonly SigningAlgorithm[] = ["ES256", "ES384", "ES512", "ES256K", "Ed25519"];

const entropy = seededEntropy("bench");
const KEY = entropy.bytes(32);
const IV = entropy.bytes(16);
const NONCE = entropy.bytes(12);
const BLOCK = entropy.bytes(16);
/** authenticatorData with a client data hash: what an assertion signs and a site verifies. */
const ASSERTED = entropy.bytes(37 + 32);
/** A hashed PIN, a short request, a large-blob chunk. */
const TEXT_BYTES = [16, 256, 4096] as const;
const TEXTS = TEXT_BYTES.map((length) => entropy.bytes(length));
const OWN = nobleCrypto.generateKeyPair(entropy);
const PEER = nobleCrypto.generateKeyPair(entropy);
const COMPRESSED = nobleCrypto.compressPoint(PEER.publicKey);
const NOTHING = new Uint8Array(0);

/** Every operation on both providers: what `defaultCrypto` is chosen by. */
export function cryptoBench(): BenchCase[] {
  return operations().flatMap(({ group, run }) => [
    { group, name: "noble", fn: () => void run(nobleCrypto) },
    { group, name: "node", peer: "noble", fn: () => void run(nodeCrypto) },
  ]);
}

interface Operation {
  readonly group: string;
  readonly run: (crypto: CryptoProvider) => unknown;
}

function operations(): Operation[] {
  return [
    ...keyAgreement(),
    ...SIGNING.flatMap(signatures),
    ...TEXTS.flatMap(symmetric),
    {
      group: "hkdf-sha256, 64 bytes",
      run: (crypto) => crypto.hkdfSha256({ secret: KEY, salt: BLOCK, info: utf8("info"), length: 64 }),
    },
    { group: "aes-256, one block, encrypt", run: (crypto) => crypto.encryptBlock(KEY, BLOCK) },
    { group: "aes-256, one block, decrypt", run: (crypto) => crypto.decryptBlock(KEY, BLOCK) },
  ];
}

function keyAgreement(): Operation[] {
  return [
    { group: "p-256, generate a key pair", run: (crypto) => crypto.generateKeyPair(entropy) },
    { group: "p-256, public key of a scalar", run: (crypto) => crypto.publicKeyOf(OWN.secretKey) },
    {
      group: "p-256, shared secret",
      run: (crypto) => crypto.sharedSecret(OWN.secretKey, PEER.publicKey),
    },
    { group: "p-256, compress a point", run: (crypto) => crypto.compressPoint(PEER.publicKey) },
    { group: "p-256, uncompress a point", run: (crypto) => crypto.uncompressPoint(COMPRESSED) },
  ];
}

function signatures(algorithm: SigningAlgorithm): Operation[] {
  const { secretKey, publicKey } = nobleCrypto.generateSigningKey(algorithm, entropy);
  const signature = nobleCrypto.sign(algorithm, secretKey, ASSERTED);
  return [
    {
      group: `${algorithm}, generate a key`,
      run: (crypto) => crypto.generateSigningKey(algorithm, entropy),
    },
    { group: `${algorithm}, sign`, run: (crypto) => crypto.sign(algorithm, secretKey, ASSERTED) },
    {
      group: `${algorithm}, verify`,
      run: (crypto) => crypto.verify(algorithm, publicKey, ASSERTED, signature),
    },
  ];
}

function symmetric(text: Uint8Array): Operation[] {
  const size = `${text.length} bytes`;
  const cbc = nobleCrypto.cbcEncrypt(KEY, IV, text);
  const gcm = nobleCrypto.gcmSeal(KEY, NONCE, text, NOTHING);
  return [
    { group: `sha256, ${size}`, run: (crypto) => crypto.sha256(text) },
    { group: `hmac-sha256, ${size}`, run: (crypto) => crypto.hmacSha256(KEY, text) },
    { group: `aes-256-cbc, encrypt ${size}`, run: (crypto) => crypto.cbcEncrypt(KEY, IV, text) },
    { group: `aes-256-cbc, decrypt ${size}`, run: (crypto) => crypto.cbcDecrypt(KEY, IV, cbc) },
    {
      group: `aes-256-gcm, seal ${size}`,
      run: (crypto) => crypto.gcmSeal(KEY, NONCE, text, NOTHING),
    },
    {
      group: `aes-256-gcm, open ${size}`,
      run: (crypto) => crypto.gcmOpen(KEY, NONCE, gcm, NOTHING),
    },
  ];
}
