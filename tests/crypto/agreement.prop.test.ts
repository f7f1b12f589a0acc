import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concat, fromHex } from "../../src/core/bytes.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { isHarnessError } from "../../src/core/errors.js";
import { nobleCrypto } from "../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../src/crypto/node/provider.js";
import type {
  CryptoProvider,
  PublicKey,
  SignatureAlgorithm,
  SigningAlgorithm,
} from "../../src/core/crypto-provider.js";
import { casesOf, derInteger, derOf } from "./vectors.js";
import { fullRuns } from "../helpers/full-runs.js";

/** The member of a public key that a mutation changes, and how many keys a property makes: RSA keys are slow. */
const SIGNING: readonly (readonly [algorithm: SigningAlgorithm, member: string, keys: number])[] = [
  ["ES256", "x", 10],
  ["ES384", "x", 10],
  ["ES512", "x", 10],
  ["ES256K", "x", 10],
  ["Ed25519", "x", 10],
  ["RS256", "n", 3],
  ["ML-DSA-44", "pub", 5],
  ["ML-DSA-65", "pub", 5],
  ["ML-DSA-87", "pub", 5],
];
const RSA_ROWS = casesOf("rsa-verify").filter(({ verified }) => verified);
const ED448_ROWS = casesOf("ed448");

const seed = fc.string({ maxLength: 8 });
const message = fc.uint8Array({ maxLength: 200 });
const bytesOf = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const blocks = fc.nat({ max: 12 }).chain((count) => bytesOf(16 * count));

/** One change: a bit, a byte gone, a byte more, an end cut off, or none. */
const mutation = fc.oneof(
  fc.record({ at: fc.nat(), bit: fc.nat({ max: 7 }) }).map(({ at, bit }) => (bytes: Uint8Array) => {
    const out = bytes.slice();
    if (out.length > 0) out[at % out.length] = (out[at % out.length] as number) ^ (1 << bit);
    return out;
  }),
  fc.nat().map((at) => (bytes: Uint8Array) => bytes.filter((_, i) => i !== at % bytes.length)),
  fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }).map(({ at, byte }) => (bytes: Uint8Array) => {
    const cut = at % (bytes.length + 1);
    return concat(bytes.subarray(0, cut), Uint8Array.of(byte), bytes.subarray(cut));
  }),
  fc.nat().map((end) => (bytes: Uint8Array) => bytes.slice(0, end % (bytes.length + 1))),
  fc.constant((bytes: Uint8Array) => bytes.slice()),
);

/** What an operation came to: its result, or the code of the refusal. Anything else thrown is a bug. */
function outcomeOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (isHarnessError(error)) return error.code;
    if (error instanceof RangeError) return "RangeError";
    throw error;
  }
}

function expectAgreement(work: (crypto: CryptoProvider) => unknown): void {
  expect(outcomeOf(() => work(nodeCrypto))).toEqual(outcomeOf(() => work(nobleCrypto)));
}

describe("both providers agree", () => {
  test("on hashes, MACs and derived keys", () => {
    fc.assert(
      fc.property(message, message, message, fc.nat({ max: 200 }), (secret, salt, info, length) => {
        for (const name of ["sha1", "sha256", "sha384", "sha512"] as const) {
          expectAgreement((crypto) => crypto.hash(name, info));
        }
        expectAgreement((crypto) => crypto.hmacSha256(secret, info));
        expectAgreement((crypto) => crypto.hkdfSha256({ secret, salt, info, length }));
      }),
    );
  });

  test("on AES, one block and chained", () => {
    fc.assert(
      fc.property(fc.constantFrom(16, 32), bytesOf(32), bytesOf(16), blocks, (length, key, iv, text) => {
        expectAgreement((crypto) => crypto.encryptBlock(key, iv));
        expectAgreement((crypto) => crypto.decryptBlock(key, iv));
        const cbcKey = key.subarray(0, length);
        expectAgreement((crypto) => crypto.cbcEncrypt(cbcKey, iv, text));
        expectAgreement((crypto) => crypto.cbcDecrypt(cbcKey, iv, text));
        expect(nobleCrypto.cbcDecrypt(cbcKey, iv, nodeCrypto.cbcEncrypt(cbcKey, iv, text))).toEqual(text);
      }),
    );
  });

  test("on which lengths AES takes", () => {
    const any = fc.uint8Array({ maxLength: 40 });
    fc.assert(
      fc.property(any, any, any, (key, iv, text) => {
        expectAgreement((crypto) => crypto.encryptBlock(key, text));
        expectAgreement((crypto) => crypto.cbcEncrypt(key, iv, text));
        expectAgreement((crypto) => crypto.cbcDecrypt(key, iv, text));
        expectAgreement((crypto) => crypto.gcmOpen(key, iv, text, text));
      }),
    );
  });

  test("on sealed messages, and on refusing every changed one", () => {
    fc.assert(
      fc.property(bytesOf(32), bytesOf(12), message, message, mutation, (key, nonce, text, ad, mutate) => {
        expectAgreement((crypto) => crypto.gcmSeal(key, nonce, text, ad));
        const sealed = nodeCrypto.gcmSeal(key, nonce, text, ad);
        expect(nobleCrypto.gcmOpen(key, nonce, sealed, ad)).toEqual(text);
        const changed = mutate(sealed);
        const whole = Buffer.compare(changed, sealed) === 0;
        for (const crypto of [nobleCrypto, nodeCrypto]) {
          expect(crypto.gcmOpen(key, nonce, changed, ad)).toEqual(whole ? text : undefined);
        }
      }),
    );
  });

  test("on key pairs and on what two of them share", () => {
    fc.assert(
      fc.property(seed, seed, (own, other) => {
        const pairs = [own, other].map((one) => nobleCrypto.generateKeyPair(seededEntropy(one)));
        expectAgreement((crypto) => crypto.generateKeyPair(seededEntropy(own)));
        const [mine, theirs] = pairs as [(typeof pairs)[0], (typeof pairs)[0]];
        expectAgreement((crypto) => crypto.sharedSecret(mine.secretKey, theirs.publicKey));
        expect(nodeCrypto.sharedSecret(mine.secretKey, theirs.publicKey)).toEqual(
          nobleCrypto.sharedSecret(theirs.secretKey, mine.publicKey),
        );
      }),
      { numRuns: fullRuns(20) },
    );
  });

  test("on which bytes are a secret key", () => {
    const nearOrder = fc.bigInt({ min: -2n, max: 2n }).map((by) => {
      const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
      return fromHex((order + by).toString(16));
    });
    fc.assert(
      fc.property(fc.oneof(nearOrder, fc.uint8Array({ maxLength: 34 })), (secretKey) => {
        expectAgreement((crypto) => crypto.publicKeyOf(secretKey));
      }),
      { numRuns: fullRuns(50) },
    );
  });

  test("on which bytes are a point", () => {
    const { secretKey, publicKey } = nobleCrypto.generateKeyPair(seededEntropy("points"));
    const compressed = nobleCrypto.compressPoint(publicKey);
    const point = fc.oneof(
      fc.tuple(fc.constantFrom(publicKey, compressed), mutation).map(([from, mutate]) => mutate(from)),
      fc.tuple(fc.nat({ max: 8 }), bytesOf(32)).map(([form, x]) => concat(Uint8Array.of(form), x)),
      fc.tuple(fc.nat({ max: 8 }), bytesOf(64)).map(([form, xy]) => concat(Uint8Array.of(form), xy)),
    );
    fc.assert(
      fc.property(point, (candidate) => {
        expectAgreement((crypto) => crypto.uncompressPoint(candidate));
        expectAgreement((crypto) => crypto.compressPoint(candidate));
        expectAgreement((crypto) => crypto.sharedSecret(secretKey, candidate));
      }),
      { numRuns: fullRuns(300) },
    );
  });
});

describe.each(SIGNING)("both providers agree on %s", (algorithm, member, keys) => {
  test("keys and signatures, byte for byte", () => {
    fc.assert(
      fc.property(seed, message, (label, text) => {
        expectAgreement((crypto) => crypto.generateSigningKey(algorithm, seededEntropy(label)));
        const { secretKey } = nobleCrypto.generateSigningKey(algorithm, seededEntropy(label));
        expectAgreement((crypto) => crypto.sign(algorithm, secretKey, text));
      }),
      { numRuns: fullRuns(keys) },
    );
  });

  test("whatever happens to a signature", () => {
    const { secretKey, publicKey } = nobleCrypto.generateSigningKey(algorithm, seededEntropy("verify"));
    const text = Uint8Array.of(1, 2, 3);
    const signature = nobleCrypto.sign(algorithm, secretKey, text);
    fc.assert(
      fc.property(mutation, (mutate) => {
        const changed = mutate(signature);
        const whole = Buffer.compare(changed, signature) === 0;
        for (const crypto of [nobleCrypto, nodeCrypto]) {
          expect(crypto.verify(algorithm, publicKey, text, changed)).toBe(whole);
        }
      }),
      { numRuns: fullRuns(60) },
    );
  });

  test("whatever happens to a public key", () => {
    const { secretKey, publicKey } = nobleCrypto.generateSigningKey(algorithm, seededEntropy("verify"));
    const text = Uint8Array.of(1, 2, 3);
    const signature = nobleCrypto.sign(algorithm, secretKey, text);
    fc.assert(
      fc.property(mutation, (mutate) => {
        const whole = (publicKey as unknown as Record<string, Uint8Array>)[member] as Uint8Array;
        const changed = { ...publicKey, [member]: mutate(whole) };
        expectAgreement((crypto) => crypto.verify(algorithm, changed, text, signature));
      }),
      { numRuns: fullRuns(40) },
    );
  });
});

describe("both providers agree on ES256", () => {
  test("signatures in DER of every bad kind", () => {
    const { publicKey } = nobleCrypto.generateSigningKey("ES256", seededEntropy("verify"));
    const integer = fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 34 }).map(derInteger), message);
    fc.assert(
      fc.property(integer, integer, fc.nat({ max: 0x31 }), (r, s, tag) => {
        const der = concat(Uint8Array.of(tag, r.length + s.length), r, s);
        expectAgreement((crypto) => crypto.verify("ES256", publicKey, r, der));
        expectAgreement((crypto) => crypto.verify("ES256", publicKey, r, derOf(r, s)));
      }),
      { numRuns: fullRuns(60) },
    );
  });
});

describe("both providers agree on algorithms they only verify", () => {
  const rows: readonly (readonly [SignatureAlgorithm, PublicKey, string, string])[] = [
    ...RSA_ROWS.map((row) => {
      const key: PublicKey = { kty: "RSA", n: fromHex(row.n), e: fromHex(row.e) };
      return [row.algorithm, key, row.message, row.signature] as const;
    }),
    ...ED448_ROWS.map((row) => {
      const key: PublicKey = { kty: "OKP", crv: "Ed448", x: fromHex(row.x) };
      return ["Ed448", key, row.message, row.signature] as const;
    }),
  ];

  test("whatever happens to a signature, a message or a key", () => {
    fc.assert(
      fc.property(fc.constantFrom(...rows), mutation, fc.nat({ max: 2 }), (row, mutate, what) => {
        const [algorithm, key, text, signature] = row;
        const mutateIf = (nr: number, bytes: Uint8Array) => (what === nr ? mutate(bytes) : bytes);
        const changedKey: PublicKey =
          key.kty === "RSA"
            ? { ...key, n: mutateIf(2, key.n) }
            : ({ ...key, x: mutateIf(2, (key as { x: Uint8Array }).x) } as PublicKey);
        expectAgreement((crypto) =>
          crypto.verify(algorithm, changedKey, mutateIf(0, fromHex(text)), mutateIf(1, fromHex(signature))),
        );
      }),
      { numRuns: fullRuns(200) },
    );
  });

  test("an RSA exponent of any kind", () => {
    const [algorithm, key, text, signature] = rows[0] as (typeof rows)[number];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 10 }), (e) => {
        expectAgreement((crypto) =>
          crypto.verify(algorithm, { ...key, e } as PublicKey, fromHex(text), fromHex(signature)),
        );
      }),
      { numRuns: fullRuns(200) },
    );
  });
});
