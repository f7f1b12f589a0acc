import { nobleCrypto } from "./noble/provider.js";
import type { CryptoProvider } from "../core/crypto-provider.js";

/** Takes the place of default.ts where there is no node:crypto; both providers give the same bytes. */
export const defaultCrypto: CryptoProvider = nobleCrypto;
