/** What takes the place of Node's modules in the build for browsers gives the same results. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as hostCrypto from "../../src/core/host-crypto.js";
import * as browserCrypto from "../../src/core/host-crypto.browser.js";
import { nodeOnly } from "../../src/core/node-only.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import { defaultCrypto as browserDefault } from "../../src/crypto/default.browser.js";
import { isPrime } from "../../src/crypto/is-prime.js";
import { isPrime as browserIsPrime } from "../../src/crypto/is-prime.browser.js";
import { toInteger } from "../../src/crypto/ec-curve.js";
import { deflate, inflate } from "../../src/ctap/client/deflate.js";
import * as browser from "../../src/ctap/client/deflate.browser.js";
import { openX509 } from "../../src/webauthn/rp/x509.browser.js";

const bytes = fc.uint8Array({ maxLength: 3_000 });

test("SHA-256 of bytes and of texts", () => {
  fc.assert(
    fc.property(fc.oneof(bytes, fc.string({ unit: "binary" })), (data) => {
      expect(browserCrypto.sha256(data)).toEqual(hostCrypto.sha256(data));
    }),
  );
});

test("random bytes are as many as asked for, beyond one call of getRandomValues too", () => {
  const drawn = browserCrypto.randomBytes(200_000);
  expect(drawn).toHaveLength(200_000);
  for (const from of [0, 65_536, 131_072, 199_900]) {
    expect(drawn.subarray(from, from + 100).some((byte) => byte !== 0)).toBe(true);
  }
});

test("the default provider has no need of Node", () => {
  expect([defaultCrypto.name, browserDefault.name]).toEqual(["node", "noble"]);
});

describe("primes", () => {
  test("small numbers", () => {
    const odd = Array.from({ length: 5_000 }, (_, index) => BigInt(2 * index + 3));
    expect(odd.filter(browserIsPrime)).toEqual(odd.filter(isPrime));
  });

  /** Strong pseudoprimes to several bases, and a Carmichael number. @see OEIS A014233, A002997 */
  test.each([2_047n, 1_373_653n, 25_326_001n, 3_215_031_751n, 341_550_071_728_321n, 561n])(
    "%s is none",
    (n) => {
      expect(browserIsPrime(n)).toBe(false);
    },
  );

  test("numbers of 256 bits, and a prime of 1,279", () => {
    const entropy = seededEntropy("primes");
    const odd = Array.from({ length: 300 }, () => toInteger(entropy.bytes(32)) | 1n);
    const mersenne = 2n ** 1_279n - 1n;
    expect(odd.filter(browserIsPrime)).toEqual(odd.filter(isPrime));
    expect(odd.some(isPrime)).toBe(true);
    expect(browserIsPrime(mersenne)).toBe(true);
  });
});

describe("DEFLATE", () => {
  test("each unpacks what the other packed", () => {
    fc.assert(
      fc.property(bytes, (data) => {
        expect(browser.inflate(deflate(data), data.length)).toEqual(data);
        expect(inflate(browser.deflate(data), data.length)).toEqual(data);
      }),
    );
  });

  test("another length than announced is refused", () => {
    const data = new Uint8Array(100_000);
    for (const length of [0, 99_999, 100_001]) expect(browser.inflate(deflate(data), length)).toBeUndefined();
  });

  test("foreign bytes are refused or read by both", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.nat(50), (data, length) => {
        const node = inflate(data, length);
        // Bytes behind the stream are the one thing the two libraries see differently.
        if (node !== undefined) expect(browser.inflate(data, length)).toEqual(node);
      }),
    );
  });
});

test("attestation certificates are refused with a code of their own", () => {
  expect(() => openX509(new Uint8Array())).toThrow(
    expect.objectContaining({ code: "RP_ATTESTATION_NEEDS_NODE", hint: expect.any(String) as string }),
  );
});

test("what needs files, sockets or devices says so", () => {
  expect(nodeOnly).toThrow(
    expect.objectContaining({ code: "NODE_ONLY", hint: expect.any(String) as string }),
  );
});
