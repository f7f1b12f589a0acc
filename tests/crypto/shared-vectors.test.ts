import { decode } from "cbor-x";
import { describe, expect, test } from "vitest";
import { concat, fromHex, toHex, utf8 } from "../../src/core/bytes.js";
import type { PublicKey, SignatureAlgorithm } from "../../src/core/crypto-provider.js";
import { PROVIDERS, readVectors } from "./vectors.js";

/** Rows of the shared files; every member is optional because each row has its own set. */
type Row = Readonly<Record<string, unknown>> & { readonly id?: string; readonly name?: string };

const pin = (readVectors("pin-protocols") as { cases: readonly Row[] }).cases;
const hybrid = readVectors("hybrid") as Readonly<Record<string, readonly Row[]>>;
const assertions = (readVectors("assertion") as { cases: readonly Row[] }).cases;

/** The rows that have all `members`. An empty answer would be a test that cannot fail. */
function having(rows: readonly Row[], ...members: readonly string[]): Row[] {
  const found = rows.filter((row) => members.every((member) => row[member] !== undefined));
  if (found.length === 0) throw new Error(`no row has ${members.join(", ")}`);
  return found;
}
const text = (row: Row, member: string) => row[member] as string;
const bytes = (row: Row, member: string) => fromHex(text(row, member));
const rowsOf = (group: string) => hybrid[group] as readonly Row[];

/** Protocol two has an HMAC key before its AES key; protocol one uses the whole secret for both. */
const aesKeyOf = (row: Row, secret: Uint8Array) => (row["protocol"] === 2 ? secret.subarray(32) : secret);
const hmacKeyOf = (row: Row, secret: Uint8Array) => (row["protocol"] === 2 ? secret.subarray(0, 32) : secret);
const ivOf = (row: Row, sealed: Uint8Array) =>
  row["protocol"] === 2 ? sealed.subarray(0, 16) : new Uint8Array(16);
const bodyOf = (row: Row, sealed: Uint8Array) => (row["protocol"] === 2 ? sealed.subarray(16) : sealed);

describe.each(PROVIDERS)("$name on the PIN protocol vectors", (crypto) => {
  test.each(having(pin, "ecdhZ", "platformPrivateKey", "authenticatorPublicX"))(
    "$id: agrees with the public point",
    (row) => {
      const peer = concat(
        Uint8Array.of(4),
        bytes(row, "authenticatorPublicX"),
        bytes(row, "authenticatorPublicY"),
      );
      expect(toHex(crypto.sharedSecret(bytes(row, "platformPrivateKey"), peer))).toBe(row["ecdhZ"]);
      expect(toHex(crypto.publicKeyOf(bytes(row, "platformPrivateKey")))).toBe(
        `04${text(row, "platformPublicX")}${text(row, "platformPublicY")}`,
      );
    },
  );

  test.each(having(pin, "ecdhZ", "platformPrivateKey", "authenticatorPrivateKey"))(
    "$id: both sides agree",
    (row) => {
      const [platform, authenticator] = [
        bytes(row, "platformPrivateKey"),
        bytes(row, "authenticatorPrivateKey"),
      ];
      const secrets = [
        crypto.sharedSecret(platform, crypto.publicKeyOf(authenticator)),
        crypto.sharedSecret(authenticator, crypto.publicKeyOf(platform)),
      ];
      expect(secrets.map(toHex)).toEqual([row["ecdhZ"], row["ecdhZ"]]);
    },
  );

  test.each(having(pin, "ecdhZ", "sharedSecret", "protocol"))("$id: derives the shared secret", (row) => {
    const secret = bytes(row, "ecdhZ");
    const salt = new Uint8Array(32);
    const derived =
      row["protocol"] === 1
        ? [crypto.sha256(secret)]
        : ["CTAP2 HMAC key", "CTAP2 AES key"].map((info) =>
            crypto.hkdfSha256({ secret, salt, info: utf8(info), length: 32 }),
          );
    expect(toHex(concat(...derived))).toBe(row["sharedSecret"]);
  });

  test.each(having(pin, "key", "message", "signature").filter(({ expect: wanted }) => wanted !== false))(
    "$id: authenticates",
    (row) => {
      const mac = crypto.hmacSha256(hmacKeyOf(row, bytes(row, "key")), bytes(row, "message"));
      expect(toHex(mac.subarray(0, row["protocol"] === 1 ? 16 : 32))).toBe(row["signature"]);
    },
  );

  test.each(having(pin, "key", "ciphertext", "plaintext"))("$id: decrypts and encrypts back", (row) => {
    const key = aesKeyOf(row, bytes(row, "key"));
    const sealed = bytes(row, "ciphertext");
    const plaintext = crypto.cbcDecrypt(key, ivOf(row, sealed), bodyOf(row, sealed));
    expect(toHex(plaintext)).toBe(row["plaintext"]);
    expect(crypto.cbcEncrypt(key, ivOf(row, sealed), plaintext)).toEqual(bodyOf(row, sealed));
  });

  test.each(having(pin, "saltEnc", "salts", "sharedSecret"))("$id: encrypts the salts", (row) => {
    const secret = bytes(row, "sharedSecret");
    const sealed = bytes(row, "saltEnc");
    const salts = concat(...(row["salts"] as string[]).map(fromHex));
    expect(toHex(crypto.cbcEncrypt(aesKeyOf(row, secret), ivOf(row, sealed), salts))).toBe(
      toHex(bodyOf(row, sealed)),
    );
    const mac = crypto.hmacSha256(hmacKeyOf(row, secret), sealed);
    expect(toHex(mac.subarray(0, row["protocol"] === 1 ? 16 : 32))).toBe(row["saltAuth"]);
  });

  test.each(having(pin, "credRandom", "outputs", "outputEnc", "sharedSecret"))(
    "$id: derives and encrypts the outputs",
    (row) => {
      const sealed = bytes(row, "outputEnc");
      const key = aesKeyOf(row, bytes(row, "sharedSecret"));
      const outputs = (row["salts"] as string[]).map((salt) =>
        crypto.hmacSha256(bytes(row, "credRandom"), fromHex(salt)),
      );
      expect(outputs.map(toHex)).toEqual(row["outputs"]);
      expect(toHex(crypto.cbcDecrypt(key, ivOf(row, sealed), bodyOf(row, sealed)))).toBe(
        toHex(concat(...outputs)),
      );
    },
  );

  test.each(having(pin, "hkdfSalt", "key", "iv"))("$id: opens the encrypted member with AES-128", (row) => {
    const secret = bytes(row, "persistentPinUvAuthToken");
    const derivation = { secret, salt: bytes(row, "hkdfSalt"), info: utf8(text(row, "hkdfInfo")) };
    const key = crypto.hkdfSha256({ ...derivation, length: 16 });
    expect(toHex(key)).toBe(row["key"]);
    const body = bytes(row, "encrypted").subarray(16);
    expect(toHex(crypto.cbcDecrypt(key, bytes(row, "iv"), body))).toBe(row["plaintext"]);
  });

  test.each(having(pin, "largeBlobKey"))("$id: seals and opens the large blob", (row) => {
    const [key, nonce, aad] = [bytes(row, "largeBlobKey"), bytes(row, "nonce"), bytes(row, "aad")];
    expect(toHex(crypto.gcmSeal(key, nonce, bytes(row, "compressed"), aad))).toBe(row["ciphertext"]);
    const opened = crypto.gcmOpen(key, nonce, bytes(row, "ciphertext"), aad);
    expect(opened && toHex(opened)).toBe(row["compressed"]);
  });
});

describe.each(PROVIDERS)("$name on the hybrid vectors", (crypto) => {
  test.each(rowsOf("derive"))("$name: derives the key", (row) => {
    const derived = crypto.hkdfSha256({
      secret: bytes(row, "secret"),
      salt: bytes(row, "salt"),
      info: bytes(row, "info"),
      length: row["length"] as number,
    });
    expect(toHex(derived)).toBe(row["output"]);
  });

  test.each([...rowsOf("eid"), ...rowsOf("eidRawKey")])("$name: seals and opens the advert", (row) => {
    const [key, plaintext] = [bytes(row, "eidKey"), bytes(row, "plaintext")];
    const block = crypto.encryptBlock(key.subarray(0, 32), plaintext);
    const tag = crypto.hmacSha256(key.subarray(32), block).subarray(0, 4);
    expect(toHex(concat(block, tag))).toBe(row["advert"]);
    expect(crypto.decryptBlock(key.subarray(0, 32), block)).toEqual(plaintext);
  });

  test.each([...having(rowsOf("traffic"), "padded"), ...rowsOf("trafficOldConstruction")])(
    "$name: seals and opens the frame",
    (row) => {
      const [key, nonce, aad] = [bytes(row, "key"), bytes(row, "nonce"), bytes(row, "aad")];
      const opened = crypto.gcmOpen(key, nonce, bytes(row, "ciphertext"), aad) as Uint8Array;
      expect(toHex(opened).startsWith(text(row, "plaintext"))).toBe(true);
      if (row["padded"] !== undefined) expect(toHex(opened)).toBe(row["padded"]);
      expect(toHex(crypto.gcmSeal(key, nonce, opened, aad))).toBe(row["ciphertext"]);
    },
  );

  test.each(rowsOf("noise").flatMap((row) => publicPairs(row)))("%s is the key of its scalar", (...pair) => {
    expect(toHex(crypto.publicKeyOf(fromHex(pair[1])))).toBe(pair[2]);
  });

  test.each(having(rowsOf("noise"), "clientStaticCompressed"))("$name: compresses the static key", (row) => {
    expect(toHex(crypto.compressPoint(bytes(row, "clientStaticPublic")))).toBe(row["clientStaticCompressed"]);
  });

  test.each(having(rowsOf("qr"), "publicKeyUncompressed"))("$name: uncompresses the key", (row) => {
    const compressed = fromHex((row["map"] as Record<string, string>)["0"] as string);
    expect(toHex(crypto.uncompressPoint(compressed))).toBe(row["publicKeyUncompressed"]);
    expect(crypto.compressPoint(bytes(row, "publicKeyUncompressed"))).toEqual(compressed);
  });

  test.each(having(rowsOf("linking"), "ecdhSharedX"))("$name: agrees and authenticates", (row) => {
    const shared = crypto.sharedSecret(
      bytes(row, "phoneIdentityPrivate"),
      crypto.publicKeyOf(bytes(row, "clientStaticPrivate")),
    );
    expect(toHex(shared)).toBe(row["ecdhSharedX"]);
    expect(toHex(crypto.hmacSha256(shared, bytes(row, "handshakeHash")))).toBe(row["signature"]);
  });
});

describe.each(PROVIDERS)("$name on the assertion vectors", (crypto) => {
  const withKey = having(assertions, "publicKeyCose");

  test.each(withKey.filter((row) => suiteOf(row) !== undefined))(
    "$id: verifies, and nothing near it",
    (row) => {
      const { algorithm, key } = suiteOf(row) as Suite;
      const signature = bytes(row, "signature");
      const signed = concat(bytes(row, "authenticatorData"), bytes(row, "clientDataHash"));
      expect(crypto.verify(algorithm, key, signed, signature)).toBe(row["verified"]);
      const other = signed.slice();
      other[0] = (other[0] as number) ^ 1;
      expect(crypto.verify(algorithm, key, other, signature)).toBe(false);
      signature[signature.length - 1] = (signature.at(-1) as number) ^ 1;
      expect(crypto.verify(algorithm, key, signed, signature)).toBe(false);
    },
  );

  test.each(having(withKey, "credentialPrivateKey").filter((row) => suiteOf(row)?.algorithm !== "Ed448"))(
    "$id: has the public key of its private key",
    (row) => {
      const { algorithm, key } = suiteOf(row) as Suite & {
        algorithm: "ES256" | "ES384" | "ES512" | "Ed25519";
      };
      const bare = bytes(row, "credentialPrivateKey");
      // The P-521 scalar is printed without its leading zero byte.
      const width = key.kty === "EC" ? key.x.length : bare.length;
      const secretKey = concat(new Uint8Array(width - bare.length), bare);
      expect(crypto.signingKeyOf(algorithm, secretKey).publicKey).toEqual(key);
    },
  );

  for (const row of assertions.filter((one) => one["publicKeyCose"] === undefined)) {
    test.skip(`${text(row, "id")} is skipped: the row carries no public key`);
  }
  test("no row with a key is left out", () => {
    expect(withKey.filter((row) => suiteOf(row) === undefined)).toEqual([]);
  });
});

interface Suite {
  readonly algorithm: SignatureAlgorithm;
  readonly key: PublicKey;
}

/** @see IANA COSE Algorithms; the curve decides what EdDSA (-8) means. */
function suiteOf(row: Row): Suite | undefined {
  const cose = decode(bytes(row, "publicKeyCose")) as Record<string, unknown>;
  const [crv, first, second] = [cose["-1"], cose["-2"], cose["-3"]].map((member) =>
    member instanceof Uint8Array ? new Uint8Array(member) : member,
  ) as [number & Uint8Array, Uint8Array, Uint8Array];
  switch (row["alg"]) {
    case -7:
      return { algorithm: "ES256", key: { kty: "EC", crv: "P-256", x: first, y: second } };
    case -35:
      return { algorithm: "ES384", key: { kty: "EC", crv: "P-384", x: first, y: second } };
    case -36:
      return { algorithm: "ES512", key: { kty: "EC", crv: "P-521", x: first, y: second } };
    case -8:
    case -53: {
      const curve = (crv as number) === 6 ? "Ed25519" : "Ed448";
      return { algorithm: curve, key: { kty: "OKP", crv: curve, x: first } };
    }
    case -49:
      return { algorithm: "ML-DSA-65", key: { kty: "AKP", pub: crv } };
    case -50:
      return { algorithm: "ML-DSA-87", key: { kty: "AKP", pub: crv } };
    case -257:
      return { algorithm: "RS256", key: { kty: "RSA", n: crv, e: first } };
    case -65535:
      return { algorithm: "RS1", key: { kty: "RSA", n: crv, e: first } };
    default:
      return undefined;
  }
}

/** Scalar and point of every key pair a handshake row names. */
function publicPairs(row: Row): [name: string, secretKey: string, publicKey: string][] {
  return Object.keys(row)
    .filter((member) => member.endsWith("Private"))
    .map((member) => [member, member.replace("Private", "Public")] as const)
    .filter(([, member]) => row[member] !== undefined)
    .map(([secret, member]) => [`${member} of ${text(row, "name")}`, text(row, secret), text(row, member)]);
}
