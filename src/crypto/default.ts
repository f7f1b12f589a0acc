import type { CryptoProvider } from "./provider.js";

/** Stands here until the providers are built. */
export const defaultCrypto = {} as CryptoProvider;
