import { createCipheriv, createDecipheriv } from "node:crypto";
import { TAG_BYTES, checkBlockInput, checkCbcInput, checkGcmInput, asBytes } from "../aes-input.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";

type Aes = Pick<
  CryptoProvider,
  "encryptBlock" | "decryptBlock" | "cbcEncrypt" | "cbcDecrypt" | "gcmSeal" | "gcmOpen"
>;

const BLOCK_CIPHER = "aes-256-ecb";
const GCM = "aes-256-gcm";

/** The AES half of `nodeCrypto`. Without padding `update` gives everything, so `final` is left out. */
export const nodeAes: Aes = {
  encryptBlock: (key, block) => {
    checkBlockInput(key, block);
    return asBytes(createCipheriv(BLOCK_CIPHER, key, null).setAutoPadding(false).update(block));
  },
  decryptBlock: (key, block) => {
    checkBlockInput(key, block);
    return asBytes(createDecipheriv(BLOCK_CIPHER, key, null).setAutoPadding(false).update(block));
  },
  cbcEncrypt: (key, iv, plaintext) => {
    checkCbcInput({ key, iv, text: plaintext });
    return asBytes(createCipheriv(cbcOf(key), key, iv).setAutoPadding(false).update(plaintext));
  },
  cbcDecrypt: (key, iv, ciphertext) => {
    checkCbcInput({ key, iv, text: ciphertext });
    return asBytes(createDecipheriv(cbcOf(key), key, iv).setAutoPadding(false).update(ciphertext));
  },
  gcmSeal: (key, nonce, plaintext, associatedData) => {
    checkGcmInput(key, nonce);
    const cipher = createCipheriv(GCM, key, nonce).setAAD(associatedData);
    const out = new Uint8Array(plaintext.length + TAG_BYTES);
    out.set(cipher.update(plaintext));
    cipher.final();
    out.set(cipher.getAuthTag(), plaintext.length);
    return out;
  },
  gcmOpen: (key, nonce, ciphertext, associatedData) => {
    checkGcmInput(key, nonce);
    const textBytes = ciphertext.length - TAG_BYTES;
    if (textBytes < 0) return undefined;
    const decipher = createDecipheriv(GCM, key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(associatedData).setAuthTag(ciphertext.subarray(textBytes));
    const plaintext = asBytes(decipher.update(ciphertext.subarray(0, textBytes)));
    try {
      decipher.final();
    } catch {
      // Lengths were checked above: a wrong tag is the one thing left to fail.
      return undefined;
    }
    return plaintext;
  },
};

function cbcOf(key: Uint8Array): "aes-128-cbc" | "aes-256-cbc" {
  return key.length === 16 ? "aes-128-cbc" : "aes-256-cbc";
}
