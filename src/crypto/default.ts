import { nodeCrypto } from "./node/provider.js";
import type { CryptoProvider } from "../core/crypto-provider.js";

/** Provides the cryptography where the caller names no other provider: the faster one, as measured. */
export const defaultCrypto: CryptoProvider = nodeCrypto;
