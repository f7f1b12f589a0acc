import type { CryptoProvider } from "../../src/core/crypto-provider.js";

/** Everything a key was made of or into, while others computed: what must not be anywhere else. */
export class HandshakeSpy {
  readonly seen: Record<string, Uint8Array> = {};
  readonly crypto: CryptoProvider;

  constructor(inner: CryptoProvider) {
    const note = (name: string, bytes: Uint8Array) => {
      if (bytes.length > 0) this.seen[`${name} ${Object.keys(this.seen).length}`] = bytes.slice();
    };
    this.crypto = {
      ...inner,
      generateKeyPair: (entropy) => {
        const pair = inner.generateKeyPair(entropy);
        note("private key", pair.secretKey);
        return pair;
      },
      sharedSecret: (secretKey, publicKey) => {
        const shared = inner.sharedSecret(secretKey, publicKey);
        note("shared secret", shared);
        return shared;
      },
      hkdfSha256: (input) => {
        const output = inner.hkdfSha256(input);
        note("derived", output);
        for (let at = 0; at + 32 < output.length; at += 32)
          note("derived part", output.subarray(at, at + 32));
        return output;
      },
      gcmSeal: (key, nonce, plaintext, data) => {
        note("sealing key", key);
        return inner.gcmSeal(key, nonce, plaintext, data);
      },
    };
  }
}
