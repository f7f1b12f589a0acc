import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborMap, CborValue } from "../../../src/cbor/value.js";
import { concat, toHex } from "../../../src/core/bytes.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import { nobleCrypto } from "../../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../../src/crypto/node/provider.js";
import type { CryptoProvider } from "../../../src/core/crypto-provider.js";
import {
  evaluateSalts,
  hmacSecretInput,
  openOutputs,
  openSalts,
  sealOutputs,
  sealSalts,
} from "../../../src/ctap/extensions/hmac-secret.js";
import { pinProtocol, toKeyAgreement } from "../../../src/ctap/client/pin-protocol.js";
import { saltOf } from "../../../src/webauthn/extensions/prf-request.js";
import { scriptedEntropy } from "../../helpers/scripted-entropy.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

interface HmacVector {
  readonly id: string;
  readonly op: string;
  readonly protocol: 1 | 2;
  readonly salts: readonly string[];
  readonly outputs: readonly string[];
  readonly prfEval?: readonly string[];
  readonly saltEnc: string;
  readonly saltAuth: string;
  readonly outputEnc: string;
  readonly credRandom: string;
  readonly platformPrivateKey: string;
  readonly authenticatorPrivateKey?: string;
  readonly authenticatorPublicX?: string;
  readonly authenticatorPublicY?: string;
  readonly sharedSecret: string;
  readonly extensionInputCbor?: string;
  readonly extensionOutputCbor?: string;
}

const CASES = loadVectors<HmacVector>("pin-protocols").filter(({ op }) => op.startsWith("hmac-secret"));
/** The published ones of W3C give the encrypted parts only. */
const WHOLE = CASES.filter(({ extensionInputCbor }) => extensionInputCbor !== undefined);
const ivOf = (protocol: 1 | 2, ciphertext: string) => hexOf(ciphertext).subarray(0, protocol === 1 ? 0 : 16);

/** The platform's half of the key agreement, from the vector's own private key. */
function agreed(vector: HmacVector, crypto: CryptoProvider) {
  const protocol = pinProtocol(vector.protocol, crypto);
  const peer =
    vector.authenticatorPrivateKey === undefined
      ? concat(Uint8Array.of(4), hexOf(vector.authenticatorPublicX), hexOf(vector.authenticatorPublicY))
      : crypto.publicKeyOf(hexOf(vector.authenticatorPrivateKey));
  const entropy = scriptedEntropy(hexOf(vector.platformPrivateKey));
  return { protocol, ...protocol.encapsulate(entropy, toKeyAgreement(peer)) };
}

test("all five published cases are here", () => {
  expect(CASES).toHaveLength(5);
  expect(WHOLE).toHaveLength(3);
});

describe.each([nodeCrypto, nobleCrypto])("with $name crypto", (crypto) => {
  describe.each(CASES)("$id", (vector) => {
    const salts = vector.salts.map(hexOf);

    test("the client sends the published bytes", () => {
      const agreement = agreed(vector, crypto);
      expect(toHex(agreement.sharedSecret)).toBe(vector.sharedSecret);
      const entropy = scriptedEntropy(ivOf(vector.protocol, vector.saltEnc));
      const input = sealSalts(agreement, salts, entropy) as CborMap;
      expect(toHex(input.get(2) as Uint8Array)).toBe(vector.saltEnc);
      expect(toHex(input.get(3) as Uint8Array)).toBe(vector.saltAuth);
      expect(input.get(4)).toBe(vector.protocol === 1 ? undefined : 2);
    });

    test("the authenticator answers with the published bytes", () => {
      const protocol = pinProtocol(vector.protocol, crypto);
      const secrets = { protocol, sharedSecret: hexOf(vector.sharedSecret) };
      const input = { saltEnc: hexOf(vector.saltEnc), saltAuth: hexOf(vector.saltAuth) };
      const opened = openSalts(secrets, input);
      expect(opened.map(toHex)).toEqual(vector.salts);
      const outputs = evaluateSalts(crypto, hexOf(vector.credRandom), opened);
      expect(outputs.map(toHex)).toEqual(vector.outputs);
      const entropy = scriptedEntropy(ivOf(vector.protocol, vector.outputEnc));
      expect(toHex(sealOutputs(secrets, outputs, entropy))).toBe(vector.outputEnc);
    });

    test("the client opens the published answer", () => {
      const agreement = agreed(vector, crypto);
      const outputs = openOutputs(agreement, hexOf(vector.outputEnc), salts.length);
      expect(outputs.map(toHex)).toEqual(vector.outputs);
    });
  });

  describe.each(WHOLE)("$id, the whole extension map", (vector) => {
    const salts = vector.salts.map(hexOf);

    test("is what the client sends", () => {
      const entropy = scriptedEntropy(ivOf(vector.protocol, vector.saltEnc));
      const input = sealSalts(agreed(vector, crypto), salts, entropy);
      const extensions = new Map<string, CborValue>([[vector.op, input]]);
      if (vector.op === "hmac-secret-mc") extensions.set("hmac-secret", true);
      expect(toHex(encodeCbor(extensions))).toBe(vector.extensionInputCbor);
    });

    test("is read by the authenticator", () => {
      const extensions = decodeCbor(hexOf(vector.extensionInputCbor)) as CborMap;
      const input = hmacSecretInput.read(extensions.get(vector.op) as CborValue, vector.op);
      const protocol = pinProtocol(vector.protocol, crypto);
      const secretKey = hexOf(vector.authenticatorPrivateKey);
      const own = { secretKey, publicKey: crypto.publicKeyOf(secretKey) };
      const sharedSecret = protocol.decapsulate(own, input.keyAgreement);
      expect(openSalts({ protocol, sharedSecret }, input).map(toHex)).toEqual(vector.salts);
    });
  });

  test.each([1, 2] as const)("protocol %i: outputs of another number are refused", (version) => {
    const vector = CASES.find(
      ({ protocol, salts }) => protocol === version && salts.length === 2,
    ) as HmacVector;
    expect(() => openOutputs(agreed(vector, crypto), hexOf(vector.outputEnc), 1)).toThrow(
      // What remains is said where the request was sent.
      expect.objectContaining({ code: "MESSAGE_INVALID_VALUE" }),
    );
  });

  test.each([1, 2] as const)("protocol %i: a flipped bit of saltAuth is refused with 0x33", (version) => {
    const vector = CASES.find(({ protocol }) => protocol === version) as HmacVector;
    const saltAuth = hexOf(vector.saltAuth);
    saltAuth[0] = (saltAuth[0] as number) ^ 1;
    const secrets = { protocol: pinProtocol(version, crypto), sharedSecret: hexOf(vector.sharedSecret) };
    expect(() => openSalts(secrets, { saltEnc: hexOf(vector.saltEnc), saltAuth })).toThrow(
      expect.objectContaining({ status: 0x33 }),
    );
  });

  test.each([0, 16, 48, 96])("%i bytes of salts are refused with 0x02", (length) => {
    const vector = CASES.find(({ protocol }) => protocol === 2) as HmacVector;
    const secrets = { protocol: pinProtocol(2, crypto), sharedSecret: hexOf(vector.sharedSecret) };
    const saltEnc = secrets.protocol.encrypt(
      secrets.sharedSecret,
      new Uint8Array(length),
      seededEntropy("iv"),
    );
    const saltAuth = secrets.protocol.authenticate(secrets.sharedSecret, saltEnc);
    expect(() => openSalts(secrets, { saltEnc, saltAuth })).toThrow(
      expect.objectContaining({ status: 0x02 }),
    );
  });
});

const WITH_PRF = CASES.flatMap(({ id, prfEval = [], salts }) =>
  prfEval.map((input, index) => ({ id, input, salt: salts[index] })),
);

test("the published PRF inputs are three", () => {
  expect(WITH_PRF).toHaveLength(3);
});

test.each(WITH_PRF)("$id: the site's input $input becomes the published salt", ({ input, salt }) => {
  expect(toHex(saltOf(defaultCrypto, hexOf(input)))).toBe(salt);
});
