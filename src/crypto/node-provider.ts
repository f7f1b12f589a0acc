import { nodeAes } from "./node-aes.js";
import { nodeHash } from "./node-hash.js";
import { nodeP256 } from "./node-p256.js";
import { nodeSigning } from "./node-signing.js";
import { nodeVerify } from "./node-verify.js";
import type { CryptoProvider } from "./provider.js";

/** OpenSSL through `node:crypto`, its synchronous calls only. */
export const nodeCrypto: CryptoProvider = {
  name: "node",
  ...nodeHash,
  ...nodeP256,
  ...nodeSigning,
  ...nodeVerify,
  ...nodeAes,
};
