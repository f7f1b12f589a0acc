import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeCbor } from "../../src/cbor/decode.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import type { CborValue } from "../../src/cbor/value.js";
import {
  encodeAuthenticatorData,
  AuthenticatorDataError,
  parseAuthenticatorData,
} from "../../src/ctap/messages/authenticator-data.js";
import {
  encodeClientPinRequest,
  encodeClientPinResponse,
  parseClientPinRequest,
  parseClientPinResponse,
} from "../../src/ctap/messages/client-pin.js";
import { CoseKeyError, encodeCoseKey, parseCoseKey, type CoseKey } from "../../src/ctap/messages/cose.js";
import {
  encodeGetAssertionRequest,
  encodeGetAssertionResponse,
  parseGetAssertionRequest,
  parseGetAssertionResponse,
} from "../../src/ctap/messages/get-assertion.js";
import { encodeInfo, parseInfo } from "../../src/ctap/messages/get-info.js";
import {
  encodeMakeCredentialRequest,
  encodeMakeCredentialResponse,
  parseMakeCredentialRequest,
  parseMakeCredentialResponse,
} from "../../src/ctap/messages/make-credential.js";
import { MessageError } from "../../src/ctap/messages/message-error.js";
import { fullRuns } from "../helpers/full-runs.js";

const text = fc.string({ unit: "grapheme", maxLength: 20 });
const bytes = (maxLength = 40) => fc.uint8Array({ maxLength });
const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint = fc.nat();
/** Members that may be absent are absent, not undefined. */
const optionally = { requiredKeys: [] };

const hash = exactly(32);
const simple: fc.Arbitrary<CborValue> = fc.oneof(text, bytes(), fc.boolean(), fc.integer());
const extensions = fc
  .array(fc.tuple(text, simple), { maxLength: 4 })
  .map((entries): ReadonlyMap<string, CborValue> => new Map(entries));
const options = fc.record({ rk: fc.boolean(), up: fc.boolean(), uv: fc.boolean() }, optionally);
const descriptor = fc.record({ id: bytes(), type: text });
const parameters = fc.record({ alg: fc.integer(), type: text });
const user = fc.record({ id: bytes(), name: text, displayName: text }, { requiredKeys: ["id"] });
const record = <T>(value: fc.Arbitrary<T>) =>
  fc.dictionary(text, value, { maxKeys: 5, noNullPrototype: true });

const coseKey: fc.Arbitrary<CoseKey> = fc.oneof(
  fc.record({
    alg: fc.integer(),
    key: fc.record({
      kty: fc.constant("EC" as const),
      crv: fc.constantFrom("P-256" as const, "secp256k1" as const),
      x: hash,
      y: hash,
    }),
  }),
  fc.record({
    alg: fc.integer(),
    key: fc.record({ kty: fc.constant("OKP" as const), crv: fc.constant("Ed25519" as const), x: hash }),
  }),
  fc.record({
    alg: fc.integer(),
    key: fc.record({ kty: fc.constant("RSA" as const), n: bytes(), e: bytes() }),
  }),
);

/** What `encode` writes, `parse` reads. */
function roundTrips<T>(
  values: fc.Arbitrary<T>,
  encode: (value: T) => Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
): void {
  fc.assert(
    fc.property(values, (value) => {
      expect(parse(encode(value))).toEqual(value);
    }),
  );
}

test("makeCredential requests round trip", () => {
  const request = fc.record(
    {
      clientDataHash: hash,
      rp: fc.record({ id: text, name: text }, { requiredKeys: ["id"] }),
      user,
      pubKeyCredParams: fc.array(parameters, { maxLength: 4 }),
      excludeList: fc.array(descriptor, { maxLength: 4 }),
      extensions,
      options,
      pinUvAuthParam: bytes(),
      pinUvAuthProtocol: uint,
      enterpriseAttestation: uint,
      attestationFormatsPreference: fc.array(text, { maxLength: 4 }),
    },
    { requiredKeys: ["clientDataHash", "rp", "user", "pubKeyCredParams"] },
  );
  roundTrips(request, encodeMakeCredentialRequest, (all) => parseMakeCredentialRequest(all.subarray(1)));
});

test("makeCredential responses round trip", () => {
  const response = fc.record(
    {
      fmt: text,
      authData: bytes(),
      attStmt: fc.oneof(
        extensions.map((map): CborValue => map),
        fc.array(simple, { maxLength: 3 }),
      ),
      epAtt: fc.boolean(),
      largeBlobKey: hash,
      unsignedExtensionOutputs: extensions,
    },
    { requiredKeys: ["fmt", "authData", "attStmt"] },
  );
  roundTrips(response, encodeMakeCredentialResponse, (body) => parseMakeCredentialResponse(body));
});

test("getAssertion requests round trip", () => {
  const request = fc.record(
    {
      rpId: text,
      clientDataHash: hash,
      allowList: fc.array(descriptor, { maxLength: 4 }),
      extensions,
      options,
      pinUvAuthParam: bytes(),
      pinUvAuthProtocol: uint,
    },
    { requiredKeys: ["rpId", "clientDataHash"] },
  );
  roundTrips(request, encodeGetAssertionRequest, (all) => parseGetAssertionRequest(all.subarray(1)));
});

test("getAssertion responses round trip", () => {
  const response = fc.record(
    {
      credential: descriptor,
      authData: bytes(),
      signature: bytes(),
      user,
      numberOfCredentials: uint,
      userSelected: fc.boolean(),
      largeBlobKey: hash,
      unsignedExtensionOutputs: extensions,
    },
    { requiredKeys: ["authData", "signature"] },
  );
  roundTrips(response, encodeGetAssertionResponse, (body) => parseGetAssertionResponse(body));
});

test("clientPIN messages round trip", () => {
  const request = fc.record(
    {
      pinUvAuthProtocol: uint,
      subCommand: uint,
      keyAgreement: coseKey,
      pinUvAuthParam: bytes(),
      newPinEnc: bytes(),
      pinHashEnc: bytes(),
      permissions: uint,
      rpId: text,
    },
    { requiredKeys: ["subCommand"] },
  );
  const response = fc.record(
    {
      keyAgreement: coseKey,
      pinUvAuthToken: bytes(),
      pinRetries: uint,
      powerCycleState: fc.boolean(),
      uvRetries: uint,
    },
    optionally,
  );
  roundTrips(request, encodeClientPinRequest, (all) => parseClientPinRequest(all.subarray(1)));
  roundTrips(response, encodeClientPinResponse, (body) => parseClientPinResponse(body));
});

test("info round trips", () => {
  const info = fc.record(
    {
      versions: fc.array(text, { maxLength: 4 }),
      aaguid: exactly(16),
      options: record(fc.boolean()),
      certifications: record(uint),
      maxMsgSize: uint,
      algorithms: fc.array(parameters, { maxLength: 4 }),
      vendorPrototypeConfigCommands: fc.array(
        fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }).map((id): number | bigint => id),
      ),
      forcePinChange: fc.boolean(),
      encIdentifier: hash,
      authenticatorConfigCommands: fc.array(uint),
    },
    { requiredKeys: ["versions", "aaguid"] },
  );
  roundTrips(info, encodeInfo, (body) => parseInfo(body));
});

test("COSE keys round trip", () => {
  roundTrips(coseKey, encodeCoseKey, (encoded) => parseCoseKey(encoded));
});

test("authenticator data round trips", () => {
  const data = fc
    .record({
      rpIdHash: hash,
      userPresent: fc.boolean(),
      userVerified: fc.boolean(),
      backupEligible: fc.boolean(),
      backedUp: fc.boolean(),
      signCount: fc.nat({ max: 0xffff_ffff }),
      attested: fc.option(fc.record({ aaguid: exactly(16), credentialId: bytes(), publicKey: coseKey }), {
        nil: undefined,
      }),
      extensions: fc.option(extensions, { nil: undefined }),
    })
    .map(({ attested, extensions: map, backedUp, ...rest }) => ({
      ...rest,
      backedUp: backedUp && rest.backupEligible,
      ...(attested && { attested: { ...attested, publicKeyCose: encodeCoseKey(attested.publicKey) } }),
      ...(map && { extensions: map, extensionsCbor: encodeCbor(map) }),
    }));
  roundTrips(data, encodeAuthenticatorData, (encoded) => parseAuthenticatorData(encoded));
});

const PARSERS: readonly (readonly [string, (bytes: Uint8Array) => unknown])[] = [
  ["parseMakeCredentialRequest", parseMakeCredentialRequest],
  ["parseGetAssertionRequest", parseGetAssertionRequest],
  ["parseClientPinRequest", parseClientPinRequest],
  ["parseMakeCredentialResponse", (body) => parseMakeCredentialResponse(body)],
  ["parseGetAssertionResponse", (body) => parseGetAssertionResponse(body)],
  ["parseClientPinResponse", (body) => parseClientPinResponse(body)],
  ["parseInfo", (body) => parseInfo(body)],
  ["parseCoseKey", (key) => parseCoseKey(key)],
  ["parseAuthenticatorData", (data) => parseAuthenticatorData(data)],
];

/** Maps with small integer keys, so that fields are hit, and values of every type. */
const hostile = fc
  .array(fc.tuple(fc.integer({ min: -4, max: 12 }), fc.oneof(simple, extensions, fc.array(extensions))), {
    maxLength: 8,
  })
  .map((entries) => encodeCbor(new Map<number, CborValue>(entries), { depthMax: 6 }));

test.each(PARSERS)("%s reads foreign bytes or names what is wrong with them", (_, parse) => {
  const attempt = (input: Uint8Array) => {
    try {
      parse(input);
    } catch (error) {
      const named =
        error instanceof MessageError ||
        error instanceof CoseKeyError ||
        error instanceof AuthenticatorDataError;
      if (!named) throw error;
    }
  };
  fc.assert(fc.property(fc.oneof(bytes(80), hostile), attempt), { numRuns: fullRuns(1000) });
});

test("a strict reading of what we wrote is always possible", () => {
  fc.assert(
    fc.property(descriptor, user, (credential, owner) => {
      const body = encodeGetAssertionResponse({
        credential,
        user: owner,
        authData: credential.id,
        signature: owner.id,
      });
      expect(() => decodeCbor(body)).not.toThrow();
    }),
  );
});
