/** CTAP 2.3 and U2F as a client speaks them: sessions, PIN, messages, CBOR and COSE. */
export { decodeCbor, decodeCborPrefix } from "../cbor/decode.js";
export { describeCbor } from "../cbor/describe.js";
export { encodeCbor } from "../cbor/encode.js";
export { decodeLenient } from "../cbor/lenient.js";
export { CborError, type CborFault, type CborKey, type CborMap, type CborValue } from "../cbor/value.js";
export { fromBase64url, fromHex, toBase64url, toHex } from "../core/bytes.js";
export { credentialTag } from "../core/credential-tag.js";
export { PointError } from "../crypto/algorithms.js";
export { defaultCrypto } from "../crypto/default.js";
export { nobleCrypto } from "../crypto/noble/provider.js";
export { nodeCrypto } from "../crypto/node/provider.js";
export type { CryptoProvider, KeyPair, PublicKey, SignatureAlgorithm } from "../core/crypto-provider.js";
export { type Configurator, authenticatorConfig } from "../ctap/client/authenticator-config.js";
export {
  type CredentialManager,
  type CredentialCounts,
  type KnownCredential,
  type Listing,
  type KnownRelyingParty,
  credentialManagement,
} from "../ctap/client/credential-manager.js";
export { FeatureError } from "../ctap/client/feature-error.js";
export {
  type EnrollOptions,
  type EnrollmentSample,
  type FingerprintEnroller,
  type FingerprintSensor,
  bioEnrollment,
} from "../ctap/client/fingerprint-enroller.js";
export {
  type LargeBlobArray,
  type LargeBlobStorage,
  type LargeBlobStorageOptions,
  largeBlobStorage,
} from "../ctap/client/large-blob-storage.js";
export { type KeyAgreement, type PinProtocol, pinProtocol } from "../ctap/client/pin-protocol.js";
export type { PinUvAuthToken } from "../ctap/client/pin-uv-auth-token.js";
export { type Ctap2Session, openSession } from "../ctap/client/session.js";
export { CtapCommand, nameOfCommand } from "../ctap/command.js";
export type { CtapDevice, CtapHandler, KeepaliveStatus, TransactOptions } from "../ctap/device.js";
export { ConfigSubcommand, type MinPinLengthParameters } from "../ctap/messages/authenticator-config.js";
export {
  type AttestedCredential,
  type AuthenticatorData,
  encodeAuthenticatorData,
  parseAuthenticatorData,
  type PassedAuthenticatorData,
  type UnknownKeyCredential,
} from "../ctap/messages/authenticator-data.js";
export { SampleStatus, type SampleStatusName, type TemplateInfo } from "../ctap/messages/bio-enrollment.js";
export { ClientPinSubcommand, Permission } from "../ctap/messages/client-pin.js";
export type {
  CredentialDescriptor,
  CredentialParameters,
  RpEntity,
  UserEntity,
} from "../ctap/messages/common.js";
export { CoseAlgorithm, type CoseKey, verifySignature } from "../ctap/messages/cose.js";
export type { GetAssertionRequest, GetAssertionResponse } from "../ctap/messages/get-assertion.js";
export { type AuthenticatorInfo, encodeInfo, parseInfo } from "../ctap/messages/get-info.js";
export type { MakeCredentialRequest, MakeCredentialResponse } from "../ctap/messages/make-credential.js";
export { MessageError } from "../ctap/messages/message-error.js";
export { CtapError, CtapStatus, nameOfStatus } from "../ctap/status.js";
export { TransportError } from "../ctap/transport-error.js";
export { ApduError, type ApduForm, type CommandApdu, encodeApdu, parseApdu } from "../ctap/u2f/apdu.js";
export { type ApduLink, type Ctap2OverU2fOptions, ctap2OverU2f } from "../ctap/u2f/ctap2-over-u2f.js";
export { type SendApdu, type U2fClient, u2fClient } from "../ctap/u2f/u2f-client.js";
export { StatusWord, U2fError, nameOfStatusWord } from "../ctap/u2f/u2f-error.js";
export { type U2fAuthentication, U2fControl, U2fInstruction, type U2fRegistration } from "../ctap/u2f/u2f.js";
