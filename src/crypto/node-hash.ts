import { createHmac, hash, hkdfSync } from "node:crypto";
import { asBytes } from "./as-bytes.js";
import { checkHkdfLength } from "./noble-hash.js";
import type { CryptoProvider } from "./provider.js";

/** The hashing half of `nodeCrypto`. */
export const nodeHash: Pick<CryptoProvider, "hash" | "sha256" | "hmacSha256" | "hkdfSha256"> = {
  hash: (name, message) => asBytes(hash(name, message, "buffer")),
  sha256: (message) => asBytes(hash("sha256", message, "buffer")),
  hmacSha256: (key, message) => asBytes(createHmac("sha256", key).update(message).digest()),
  hkdfSha256: ({ secret, salt, info, length }) => {
    checkHkdfLength(length);
    return new Uint8Array(hkdfSync("sha256", secret, salt, info, length));
  },
};
