import { nodeCrypto } from "./node/provider.js";
import type { CryptoProvider } from "./provider.js";

/** What everything uses unless told otherwise: the faster provider, as measured. */
export const defaultCrypto: CryptoProvider = nodeCrypto;
