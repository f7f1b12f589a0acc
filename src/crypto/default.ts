import { nodeCrypto } from "./node-provider.js";
import type { CryptoProvider } from "./provider.js";

/** What everything uses unless told otherwise. */
export const defaultCrypto: CryptoProvider = nodeCrypto;
