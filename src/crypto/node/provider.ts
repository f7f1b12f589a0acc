import { createHmac, hash } from "node:crypto";
import { asBytes } from "../aes-input.js";
import { checkHkdfLength } from "../noble/provider.js";
import type { CryptoProvider } from "../../core/crypto-provider.js";
import { nodeAes } from "./aes.js";
import { nodeP256 } from "./p256.js";
import { nodeSigning } from "./signing.js";
import { nodeVerify } from "./verify.js";

/** The hashing half of `nodeCrypto`. Its own `hkdfSync` wraps every secret in a key object, at twice the price. */
export const nodeHash: Pick<CryptoProvider, "hash" | "sha256" | "hmacSha256" | "hkdfSha256"> = {
  hash: (name, message) => asBytes(hash(name, message, "buffer")),
  sha256: (message) => asBytes(hash("sha256", message, "buffer")),
  hmacSha256: (key, message) => asBytes(createHmac("sha256", key).update(message).digest()),
  hkdfSha256: ({ secret, salt, info, length }) => {
    checkHkdfLength(length);
    const key = createHmac("sha256", salt).update(secret).digest();
    const output = new Uint8Array(length);
    let block: Uint8Array = new Uint8Array(0);
    for (let at = 0, nr = 1; at < length; at += HASH_BYTES, nr++) {
      block = createHmac("sha256", key).update(block).update(info).update(Uint8Array.of(nr)).digest();
      output.set(block.subarray(0, length - at), at);
    }
    return output;
  },
};

const HASH_BYTES = 32;

/** OpenSSL through `node:crypto`, its synchronous calls only. */
export const nodeCrypto: CryptoProvider = {
  name: "node",
  ...nodeHash,
  ...nodeP256,
  ...nodeSigning,
  ...nodeVerify,
  ...nodeAes,
};
