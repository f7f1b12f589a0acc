import { cbc, ecb, gcm } from "@noble/ciphers/aes.js";
import { TAG_BYTES, checkBlockInput, checkCbcInput, checkGcmInput } from "../aes-input.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";

type Aes = Pick<
  CryptoProvider,
  "encryptBlock" | "decryptBlock" | "cbcEncrypt" | "cbcDecrypt" | "gcmSeal" | "gcmOpen"
>;

const UNPADDED = { disablePadding: true } as const;

/** The AES half of `nobleCrypto`. */
export const nobleAes: Aes = {
  encryptBlock: (key, block) => {
    checkBlockInput(key, block);
    return ecb(key, UNPADDED).encrypt(block);
  },
  decryptBlock: (key, block) => {
    checkBlockInput(key, block);
    return ecb(key, UNPADDED).decrypt(block);
  },
  cbcEncrypt: (key, iv, plaintext) => {
    checkCbcInput({ key, iv, text: plaintext });
    return cbc(key, iv, UNPADDED).encrypt(plaintext);
  },
  cbcDecrypt: (key, iv, ciphertext) => {
    checkCbcInput({ key, iv, text: ciphertext });
    return cbc(key, iv, UNPADDED).decrypt(ciphertext);
  },
  gcmSeal: (key, nonce, plaintext, associatedData) => {
    checkGcmInput(key, nonce);
    return gcm(key, nonce, associatedData).encrypt(plaintext);
  },
  gcmOpen: (key, nonce, ciphertext, associatedData) => {
    checkGcmInput(key, nonce);
    if (ciphertext.length < TAG_BYTES) return undefined;
    try {
      return gcm(key, nonce, associatedData).decrypt(ciphertext);
    } catch {
      // Lengths were checked above: a wrong tag is the one thing left to fail.
      return undefined;
    }
  },
};
