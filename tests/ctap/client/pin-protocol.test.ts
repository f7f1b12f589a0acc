import { inflateRawSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { concat, toHex, utf8 } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { nobleCrypto } from "../../../src/crypto/noble/provider.js";
import { nodeCrypto } from "../../../src/crypto/node/provider.js";
import type { CryptoProvider, KeyPair } from "../../../src/core/crypto-provider.js";
import { encodeCoseKey, parseCoseKey, type CoseKey } from "../../../src/ctap/messages/cose.js";
import { ClientPinSubcommand } from "../../../src/ctap/messages/client-pin.js";
import { encodeInfo } from "../../../src/ctap/messages/get-info.js";
import { pinProtocol, toKeyAgreement } from "../../../src/ctap/client/pin-protocol.js";
import { encodePin, hashPin, padPin } from "../../../src/ctap/client/pin.js";
import { openSession, type Ctap2Session } from "../../../src/ctap/client/session.js";
import { scriptedDevice } from "../../helpers/scripted-device.js";
import { scriptedEntropy } from "../../helpers/scripted-entropy.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

/** Members are hex unless they are PINs, identifiers or numbers. */
interface PinVector {
  readonly id: string;
  readonly op: string;
  readonly protocol?: 1 | 2;
  readonly expect?: boolean;
  readonly expectError?: boolean;
  readonly permissions?: number;
  readonly entries?: number;
  readonly salts?: readonly string[];
  readonly outputs?: readonly string[];
  readonly prfEval?: readonly string[];
  readonly rpId?: string;
  readonly [member: string]: string | number | boolean | readonly string[] | undefined;
}

const CASES = loadVectors<PinVector>("pin-protocols");

describe.each([nodeCrypto, nobleCrypto])("with $name crypto", (crypto) => {
  test.each(CASES)("$op $id", async (vector) => {
    const check = CHECKS[vector.op];
    if (check === undefined) throw new Error(`no check for ${vector.op}`);
    await check(vector, crypto);
  });
});

type Check = (vector: PinVector, crypto: CryptoProvider) => void | Promise<void>;

const CHECKS: Readonly<Record<string, Check>> = {
  kdf: checkAgreement,
  decrypt(vector, crypto) {
    const plaintext = protocolOf(vector, crypto).decrypt(hex(vector, "key"), hex(vector, "ciphertext"));
    expect(plaintext && toHex(plaintext)).toBe(vector.expectError === true ? undefined : vector["plaintext"]);
  },
  authenticate(vector, crypto) {
    const protocol = protocolOf(vector, crypto);
    const [key, message] = [hex(vector, "key"), hex(vector, "message")];
    const signature = protocol.authenticate(key, message);
    expect(toHex(signature)).toBe(vector["signature"]);
    expect(protocol.verify(key, message, signature)).toBe(true);
    expect(protocol.verify(key, message, flipped(signature))).toBe(false);
    if (vector["ecdhZ"] !== undefined) expect(toHex(secretOf(vector, crypto))).toBe(vector["key"]);
  },
  verify(vector, crypto) {
    const verdict = protocolOf(vector, crypto).verify(
      hex(vector, "key"),
      hex(vector, "message"),
      hex(vector, "signature"),
    );
    expect(verdict).toBe(vector.expect);
  },
  async setPIN(vector, crypto) {
    const protocol = protocolOf(vector, crypto);
    const secret = hex(vector, "sharedSecret");
    const newPinEnc = protocol.encrypt(secret, padPin(encodePin(pin(vector, "newPin"))), ivs(vector));
    expect(toHex(newPinEnc)).toBe(vector["newPinEnc"]);
    expect(toHex(protocol.authenticate(secret, newPinEnc))).toBe(vector["pinUvAuthParam"]);
    await checkCommand(vector, crypto, (session) => session.setPin(pin(vector, "newPin")));
  },
  async changePIN(vector, crypto) {
    const protocol = protocolOf(vector, crypto);
    const secret = hex(vector, "sharedSecret");
    const entropy = ivs(vector);
    const newPinEnc = protocol.encrypt(secret, padPin(encodePin(pin(vector, "newPin"))), entropy);
    const current = hashPin(crypto, encodePin(pin(vector, "curPin")));
    const pinHashEnc = protocol.encrypt(secret, current, entropy);
    expect(toHex(newPinEnc)).toBe(vector["newPinEnc"]);
    expect(toHex(pinHashEnc)).toBe(vector["pinHashEnc"]);
    const param = protocol.authenticate(secret, concat(newPinEnc, pinHashEnc));
    expect(toHex(param)).toBe(vector["pinUvAuthParam"]);
    await checkCommand(vector, crypto, (session) =>
      session.changePin({ from: pin(vector, "curPin"), to: pin(vector, "newPin") }),
    );
  },
  async getPinToken(vector, crypto) {
    expect(vector["request"]).toBeDefined();
    await checkCommand(vector, crypto, async (session) => {
      const token = await session.pinUvAuthToken({
        ...(vector["pin"] !== undefined && { pin: pin(vector, "pin") }),
        permissions: vector.permissions ?? 0,
        ...(vector.rpId !== undefined && { rpId: vector.rpId }),
      });
      expect(toHex(token.token)).toBe(vector["pinUvAuthToken"]);
      expect(token.protocol).toBe(vector.protocol);
    });
  },
  async message(vector, crypto) {
    const env = { ...virtualEnv("pin"), entropy: scriptedEntropy(hex(vector, "platformPrivateKey")) };
    const device = scriptedDevice([hex(vector, "response"), Uint8Array.of(0x35)], {
      infoInAdvance: infoFor(vector),
    });
    const session = await openSession({ ...env, crypto }, device);
    await expect(session.pinUvAuthToken({ pin: "1234", permissions: 1 })).rejects.toBeDefined();
    expect(device.requests.slice(0, 1).map(toHex)).toEqual([vector["request"]]);
  },
  "hmac-secret": checkHmacSecret,
  "hmac-secret-mc": checkHmacSecret,
  getInfoMember(vector, crypto) {
    const key = crypto.hkdfSha256({
      secret: hex(vector, "persistentPinUvAuthToken"),
      salt: hex(vector, "hkdfSalt"),
      info: utf8(String(vector["hkdfInfo"])),
      length: 16,
    });
    expect(toHex(key)).toBe(vector["key"]);
    const encrypted = crypto.cbcEncrypt(key, hex(vector, "iv"), hex(vector, "plaintext"));
    expect(toHex(concat(hex(vector, "iv"), encrypted))).toBe(vector["encrypted"]);
  },
  largeBlob(vector, crypto) {
    const sealed = hex(vector, "ciphertext");
    const opened = crypto.gcmOpen(
      hex(vector, "largeBlobKey"),
      hex(vector, "nonce"),
      sealed,
      hex(vector, "aad"),
    );
    expect(opened && toHex(opened)).toBe(vector["compressed"]);
    expect(inflateRawSync(opened ?? new Uint8Array(0)).toString("hex")).toBe(vector["origData"]);
    const entry = new Map<CborKey, CborValue>([
      [1, sealed],
      [2, hex(vector, "nonce")],
      [3, Number(vector["origSize"])],
    ]);
    expect(toHex(encodeCbor(entry))).toBe(vector["entryCbor"]);
  },
  largeBlobArray(vector, crypto) {
    const serialized = hex(vector, "serialized");
    const array = serialized.subarray(0, -16);
    expect(decodeCbor(array)).toHaveLength(vector.entries ?? -1);
    expect(toHex(crypto.sha256(array).subarray(0, 16))).toBe(toHex(serialized.subarray(-16)));
  },
};

/** Both roles come to the published secret, each from its own key pair. */
function checkAgreement(vector: PinVector, crypto: CryptoProvider): void {
  const protocol = protocolOf(vector, crypto);
  const [platform, authenticator] = [peerKey(vector, "platform"), peerKey(vector, "authenticator")];
  const drawn = scriptedEntropy(hex(vector, "platformPrivateKey"));
  const { keyAgreement, sharedSecret } = protocol.encapsulate(drawn, authenticator);
  expect(toHex(sharedSecret)).toBe(vector["sharedSecret"]);
  expect(keyAgreement).toEqual(platform);
  if (vector["authenticatorPrivateKey"] === undefined) return;
  const own = keyPair(hex(vector, "authenticatorPrivateKey"), crypto);
  expect(toKeyAgreement(own.publicKey)).toEqual(authenticator);
  expect(toHex(protocol.decapsulate(own, platform))).toBe(vector["sharedSecret"]);
  expect(toHex(encodeCoseKey(platform))).toBe(vector["platformKeyAgreementCose"]);
}

/** Extension data travels through the same protocol: encrypted salts in, encrypted outputs back. */
function checkHmacSecret(vector: PinVector, crypto: CryptoProvider): void {
  checkAgreement(vector, crypto);
  const protocol = protocolOf(vector, crypto);
  const secret = hex(vector, "sharedSecret");
  const [saltEnc, outputEnc] = [hex(vector, "saltEnc"), hex(vector, "outputEnc")];
  const salts = (vector.salts ?? []).map(hexOf);
  for (const [index, input] of (vector.prfEval ?? []).entries()) {
    const salt = crypto.sha256(concat(utf8("WebAuthn PRF"), Uint8Array.of(0), hexOf(input)));
    expect(toHex(salt)).toBe(vector.salts?.[index]);
  }
  const encrypted = protocol.encrypt(secret, concat(...salts), scriptedEntropy(saltEnc.subarray(0, 16)));
  expect(toHex(encrypted)).toBe(vector["saltEnc"]);
  expect(toHex(protocol.authenticate(secret, saltEnc))).toBe(vector["saltAuth"]);
  const outputs = salts.map((salt) => toHex(crypto.hmacSha256(hex(vector, "credRandom"), salt)));
  expect(outputs).toEqual(vector.outputs);
  expect(toHex(protocol.decrypt(secret, outputEnc) ?? new Uint8Array(0))).toBe(outputs.join(""));
  if (vector["extensionInputCbor"] === undefined) return;
  const input = decodeCbor(hex(vector, "extensionInputCbor")) as CborMap;
  const members = input.get(vector.op) as CborMap;
  expect(members.get(2)).toEqual(saltEnc);
  expect(members.get(3)).toEqual(hex(vector, "saltAuth"));
}

/** A session that draws what the vector drew sends what the vector sent, byte for byte. */
async function checkCommand(
  vector: PinVector,
  crypto: CryptoProvider,
  run: (session: Ctap2Session) => Promise<void>,
): Promise<void> {
  if (vector["request"] === undefined) return;
  const draws = [hex(vector, "platformPrivateKey"), ...ivBytes(vector)];
  const env = { ...virtualEnv("pin"), entropy: scriptedEntropy(...draws) };
  const agreement = encodeCbor(new Map([[1, decodeCbor(hex(vector, "authenticatorKeyAgreementCose"))]]));
  const device = scriptedDevice([concat(Uint8Array.of(0), agreement), hex(vector, "response")], {
    infoInAdvance: infoFor(vector),
  });
  await run(await openSession({ ...env, crypto }, device));
  expect(device.requests.slice(1).map(toHex)).toEqual([vector["request"]]);
}

/** The info that makes a session choose the vector's subcommand. */
function infoFor(vector: PinVector): Uint8Array {
  const subCommand = hex(vector, "request")[5];
  const isFirstPin = subCommand === ClientPinSubcommand.setPin;
  return encodeInfo({
    versions: ["FIDO_2_1"],
    aaguid: new Uint8Array(16),
    options: { clientPin: !isFirstPin, uv: subCommand === 0x06, pinUvAuthToken: subCommand !== 0x05 },
    pinUvAuthProtocols: [vector.protocol ?? 1],
  });
}

function protocolOf({ protocol }: PinVector, crypto: CryptoProvider) {
  if (protocol === undefined) throw new Error("the vector names no protocol");
  return pinProtocol(protocol, crypto);
}

function secretOf({ protocol, ecdhZ }: PinVector, crypto: CryptoProvider): Uint8Array {
  const stub = { ...crypto, sharedSecret: () => hexOf(ecdhZ as string) };
  const own = keyPair(new Uint8Array(32).fill(1), crypto);
  return pinProtocol(protocol ?? 1, stub).decapsulate(own, toKeyAgreement(own.publicKey));
}

/** Protocol two puts each IV in front of its ciphertext. */
function ivBytes(vector: PinVector): readonly Uint8Array[] {
  if (vector.protocol !== 2) return [];
  return ["newPinEnc", "pinHashEnc"]
    .filter((name) => vector[name] !== undefined)
    .map((name) => hex(vector, name).subarray(0, 16));
}

function ivs(vector: PinVector) {
  return scriptedEntropy(...ivBytes(vector));
}

function peerKey(vector: PinVector, role: "platform" | "authenticator"): CoseKey {
  const cose = vector[`${role}KeyAgreementCose`];
  if (typeof cose === "string") return parseCoseKey(hexOf(cose));
  const x = hex(vector, `${role}PublicX`);
  return toKeyAgreement(concat(Uint8Array.of(4), x, hex(vector, `${role}PublicY`)));
}

function keyPair(secretKey: Uint8Array, crypto: CryptoProvider): KeyPair {
  return { secretKey, publicKey: crypto.publicKeyOf(secretKey) };
}

function hex(vector: PinVector, member: string): Uint8Array {
  return hexOf(vector[member] as string | undefined);
}

function pin(vector: PinVector, member: string): string {
  return String(vector[member]);
}

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, index) => (index === 0 ? byte ^ 1 : byte));
}
