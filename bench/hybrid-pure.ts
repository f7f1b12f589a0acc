import { defaultCrypto } from "../src/crypto/default.js";
import { seededEntropy } from "../src/core/entropy.js";
import { defaultCrypto as crypto } from "../src/crypto/default.js";
import { openAdvert, sealAdvert } from "../src/hybrid/protocol/advert.js";
import { Crypter } from "../src/hybrid/protocol/crypter.js";
import { deriveKey, KeyPurpose } from "../src/hybrid/protocol/keys.js";
import { answerHandshake, startHandshake } from "../src/hybrid/protocol/noise.js";
import { padMessage } from "../src/hybrid/protocol/padding.js";
import { encodeQr, parseQr, type QrContents } from "../src/hybrid/protocol/qr.js";
import type { BenchCase } from "./bench-case.js";

const entropy = seededEntropy("hybrid bench");
const SECRET = entropy.bytes(16);
const PSK = entropy.bytes(32);
const CLIENT = crypto.generateKeyPair(entropy);
const PHONE = crypto.generateKeyPair(entropy);
const NOTHING = new Uint8Array(0);
const NONCE = new Uint8Array(12);

/** A request with a short exclude list, an answer with a post-quantum attestation. */
const MESSAGE_BYTES = [500, 4000] as const;

/** What a phone costs beyond its curve operations and its AES. */
export function hybridPureBench(): BenchCase[] {
  return [...handshake(), ...qr(), ...advert(), ...MESSAGE_BYTES.flatMap(traffic)];
}

function handshake(): BenchCase[] {
  const group = "hybrid handshake, both halves";
  const peer = "its curve operations alone";
  return [
    {
      group,
      name: "KNpsk0",
      peer,
      fn() {
        const { message, finish } = startHandshake(
          entropy,
          {
            pattern: "KNpsk0",
            psk: PSK,
            clientKey: CLIENT,
          },
          defaultCrypto,
        );
        const secrets = { pattern: "KNpsk0", psk: PSK, clientKey: CLIENT.publicKey } as const;
        finish(answerHandshake(entropy, secrets, message, defaultCrypto).reply);
      },
    },
    {
      group,
      name: "NKpsk0",
      peer,
      fn() {
        const known = { pattern: "NKpsk0", psk: PSK, phoneKey: PHONE.publicKey } as const;
        const { message, finish } = startHandshake(entropy, known, defaultCrypto);
        finish(answerHandshake(entropy, { ...known, phoneKey: PHONE }, message, defaultCrypto).reply);
      },
    },
    {
      group,
      name: peer,
      fn() {
        const [client, phone] = [crypto.generateKeyPair(entropy), crypto.generateKeyPair(entropy)];
        crypto.sharedSecret(client.secretKey, phone.publicKey);
        crypto.sharedSecret(phone.secretKey, client.publicKey);
        crypto.sharedSecret(CLIENT.secretKey, phone.publicKey);
        crypto.sharedSecret(phone.secretKey, CLIENT.publicKey);
      },
    },
  ];
}

function qr(): BenchCase[] {
  const contents: QrContents = {
    publicKey: CLIENT.publicKey,
    secret: SECRET,
    knownDomains: 2,
    madeAtSeconds: 1_700_000_000,
    supportsLinking: true,
    hint: "mc",
  };
  const text = encodeQr(contents);
  return [
    { group: "hybrid QR code", name: "write", fn: () => void encodeQr(contents) },
    { group: "hybrid QR code", name: "read", fn: () => void parseQr(text) },
  ];
}

function advert(): BenchCase[] {
  const group = "hybrid advert";
  const key = deriveKey(SECRET, { purpose: KeyPurpose.EID_KEY }, defaultCrypto);
  const other = deriveKey(PSK, { purpose: KeyPurpose.EID_KEY }, defaultCrypto);
  const fields = { nonce: entropy.bytes(10), routingId: entropy.bytes(3), tunnelCode: 0 };
  const sealed = sealAdvert(key, fields, defaultCrypto);
  const peer = "one HMAC";
  return [
    { group, name: "open ours", peer, fn: () => void openAdvert(key, sealed, defaultCrypto) },
    { group, name: "open a stranger's", peer, fn: () => void openAdvert(other, sealed, defaultCrypto) },
    { group, name: peer, fn: () => void crypto.hmacSha256(key.subarray(32), sealed.subarray(0, 16)) },
  ];
}

function traffic(length: number): BenchCase[] {
  const group = `hybrid message of ${length} bytes`;
  const keys = { clientToPhone: PSK, phoneToClient: PSK };
  const message = entropy.bytes(length);
  const padded = padMessage(message);
  // A connection has 2^24 messages; a case that used them all up would fail, not lie.
  const [client, phone] = [
    new Crypter(keys, { crypto: defaultCrypto, role: "client" }),
    new Crypter(keys, { crypto: defaultCrypto, role: "phone" }),
  ];
  const peer = "AES-256-GCM alone";
  return [
    { group, name: "seal and open", peer, fn: () => void phone.open(client.seal(message)) },
    {
      group,
      name: peer,
      fn() {
        const sealed = crypto.gcmSeal(PSK, NONCE, padded, NOTHING);
        crypto.gcmOpen(PSK, NONCE, sealed, NOTHING);
      },
    },
  ];
}
