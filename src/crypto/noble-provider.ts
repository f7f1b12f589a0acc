import { nobleAes } from "./noble-aes.js";
import { nobleHash } from "./noble-hash.js";
import { nobleP256 } from "./noble-p256.js";
import { nobleSigning } from "./noble-signing.js";
import { nobleVerify } from "./noble-verify.js";
import type { CryptoProvider } from "./provider.js";

/** Everything in JavaScript: the same code wherever it runs. */
export const nobleCrypto: CryptoProvider = {
  name: "noble",
  ...nobleHash,
  ...nobleP256,
  ...nobleSigning,
  ...nobleVerify,
  ...nobleAes,
};
