/** The front door: everything the library offers. Simulation alone is in `./sim`, stories in `./scenarios`. */

// core
export { fromBase64url, fromHex, toBase64url, toHex } from "./core/bytes.js";
export { sleep, systemClock, type Clock } from "./core/clock.js";
export { credentialTag } from "./core/credential-tag.js";
export { seededEntropy, systemEntropy, type Entropy } from "./core/entropy.js";
export { envFor, systemEnv, virtualEnv, type Env, type VirtualEnv } from "./core/env.js";
export {
  AbortedError,
  HarnessError,
  isHarnessError,
  TimeoutError,
  type Aftermath,
  type Budget,
} from "./core/errors.js";
export {
  jsonLinesSink,
  MemorySink,
  nullSink,
  startTrace,
  type Trace,
  type TraceEvent,
  type TraceRecord,
  type TraceSink,
} from "./core/trace.js";
export { StallError, VirtualClock } from "./core/virtual-clock.js";
export { within } from "./core/within.js";

// cbor
export { decodeCbor, decodeCborPrefix } from "./cbor/decode.js";
export { describeCbor } from "./cbor/describe.js";
export { encodeCbor } from "./cbor/encode.js";
export { decodeLenient } from "./cbor/lenient.js";
export { CborError, type CborFault, type CborKey, type CborMap, type CborValue } from "./cbor/value.js";

// crypto
export { defaultCrypto } from "./crypto/default.js";
export { nobleCrypto } from "./crypto/noble/provider.js";
export { nodeCrypto } from "./crypto/node/provider.js";
export { PointError } from "./crypto/algorithms.js";
export type { CryptoProvider, KeyPair, PublicKey, SignatureAlgorithm } from "./crypto/provider.js";

// ctap
export {
  encodeAuthenticatorData,
  parseAuthenticatorData,
  type AttestedCredential,
  type AuthenticatorData,
} from "./ctap/messages/authenticator-data.js";
export { ApduError, encodeApdu, parseApdu, type ApduForm, type CommandApdu } from "./ctap/u2f/apdu.js";
export { SampleStatus, type SampleStatusName, type TemplateInfo } from "./ctap/messages/bio-enrollment.js";
export { ClientPinSubcommand, Permission } from "./ctap/messages/client-pin.js";
export { CtapCommand, nameOfCommand } from "./ctap/command.js";
export type {
  CredentialDescriptor,
  CredentialParameters,
  RpEntity,
  UserEntity,
} from "./ctap/messages/common.js";
export { ConfigSubcommand, type MinPinLengthParameters } from "./ctap/messages/authenticator-config.js";
export { authenticatorConfig, type Configurator } from "./ctap/client/authenticator-config.js";
export { CoseAlgorithm, verifySignature, type CoseKey } from "./ctap/messages/cose.js";
export {
  credentialManagement,
  type CredentialManager,
  type KnownCredential,
  type KnownRelyingParty,
} from "./ctap/client/credential-manager.js";
export type { CtapDevice, CtapHandler, KeepaliveStatus, TransactOptions } from "./ctap/device.js";
export { FeatureError } from "./ctap/client/feature-error.js";
export { ctap2OverU2f, type ApduLink, type Ctap2OverU2fOptions } from "./ctap/u2f/ctap2-over-u2f.js";
export {
  bioEnrollment,
  type EnrollmentSample,
  type EnrollOptions,
  type FingerprintEnroller,
  type FingerprintSensor,
} from "./ctap/client/fingerprint-enroller.js";
export type { GetAssertionRequest, GetAssertionResponse } from "./ctap/messages/get-assertion.js";
export { encodeInfo, parseInfo, type AuthenticatorInfo } from "./ctap/messages/get-info.js";
export type { KeyAgreement } from "./ctap/client/pin-protocol.js";
export {
  largeBlobStorage,
  type LargeBlobStorage,
  type LargeBlobStorageOptions,
} from "./ctap/client/large-blob-storage.js";
export type { MakeCredentialRequest, MakeCredentialResponse } from "./ctap/messages/make-credential.js";
export { MessageError } from "./ctap/messages/message-error.js";
export { pinProtocol, type PinProtocol } from "./ctap/client/pin-protocol.js";
export { openSession, type Ctap2Session } from "./ctap/client/session.js";
export type { PinUvAuthToken } from "./ctap/client/pin-uv-auth-token.js";
export { CtapError, CtapStatus, nameOfStatus } from "./ctap/status.js";
export { TransportError } from "./ctap/transport-error.js";
export { u2fClient, type SendApdu, type U2fClient } from "./ctap/u2f/u2f-client.js";
export { nameOfStatusWord, StatusWord, U2fError } from "./ctap/u2f/u2f-error.js";
export { U2fControl, U2fInstruction, type U2fAuthentication, type U2fRegistration } from "./ctap/u2f/u2f.js";

// transports
export { openHidDevice, type HidDevice, type HidDeviceOptions } from "./transports/hid/channel.js";
export { HidError } from "./transports/hid/hid-error.js";
export { nodeHidPort } from "./transports/hid/node-hid.js";
export type { HidPort } from "./transports/hid/port.js";
export { u2fDevice, withU2fFallback } from "./transports/hid/u2f-fallback.js";
export { udpHidPort, type UdpHidPortOptions } from "./transports/udp.js";
export { unixHidPort } from "./transports/unix.js";
export { openUsbDevice, usbDevices, type UsbDeviceInfo } from "./transports/usb.js";

// hybrid
export { linuxAdvertiser, type LinuxAdvertiserOptions } from "./hybrid/adapters/ble-advertiser.js";
export { nobleScanner, openNoble, type NobleOptions } from "./hybrid/adapters/ble-noble.js";
export { HybridDevice } from "./hybrid/device.js";
export { FRAME_MANNERS, type FrameManners } from "./hybrid/protocol/frames.js";
export { HybridError, type HybridFault } from "./hybrid/protocol/hybrid-error.js";
export type { HybridBudgets, HybridOptions } from "./hybrid/hybrid-options.js";
export { invitePhone, type Invitation, type InvitationOptions } from "./hybrid/qr-initiated.js";
export { patientScanner, type Patience } from "./hybrid/adapters/retrying-scanner.js";
export type { KnownPhone } from "./hybrid/protocol/linking.js";
export { contactPhone, type Contact, type ContactOptions } from "./hybrid/state-assisted.js";
export type {
  Advertiser,
  AdvertScanner,
  ByteChannel,
  ChannelDialer,
  ChannelListener,
  HeardAdvert,
  HybridPorts,
  OpenedTunnel,
  Tunnel,
  TunnelClose,
  TunnelDialer,
} from "./hybrid/ports.js";
export { drawGrease, parseQr, type QrContents, type RequestHint } from "./hybrid/protocol/qr.js";
export { RadioError, type RadioFault } from "./hybrid/adapters/radio-error.js";
export { udpAdvertiser, udpScanner, type UdpRadioOptions } from "./hybrid/adapters/radio-udp.js";
export { TunnelRelay, type Push, type RelayLimits } from "./hybrid/relay/relay.js";
export { TunnelRefusedError } from "./hybrid/tunnel-refused-error.js";
export { wsDialer, type WsDialerOptions } from "./hybrid/adapters/tunnel-ws.js";

// webauthn
export { authenticate } from "./webauthn/client/authenticate.js";
export type { Account, ClientContext, PinAttempt } from "./webauthn/client/client-context.js";
export { ClientError } from "./webauthn/client-error.js";
export { effectiveTimeoutMs, type ClientProfile } from "./webauthn/profiles/client-profile.js";
export { CLIENT_PROFILES, SPEC_L3 } from "./webauthn/profiles/client-profiles.js";
export type * from "./webauthn/json.js";
export { toPageError, type PageError } from "./webauthn/client/page-error.js";
export type { PageErrorName, PageReason } from "./webauthn/profiles/page-error-name.js";
export { PlanError } from "./webauthn/client/plan-uv.js";
export { playServicesPageError, windowsPageError } from "./webauthn/profiles/platform-error.js";
export { register } from "./webauthn/client/register.js";
export type * from "./webauthn/json-input.js";
export type { IsPublicSuffix } from "./webauthn/rp-id.js";
export type { StoredCredential as StoredSiteCredential } from "./webauthn/rp/stored-credential.js";
export { UserVerificationError } from "./webauthn/client/user-verification.js";
export { VerificationError } from "./webauthn/rp/verification-error.js";
export {
  verifyAssertion,
  type ExpectedAssertion,
  type VerifiedAssertion,
} from "./webauthn/rp/verify-assertion.js";
export { verifyAttestation, type VerifiedAttestation } from "./webauthn/rp/verify-attestation.js";
export {
  verifyRegistration,
  type ExpectedRegistration,
  type VerifiedCredential,
} from "./webauthn/rp/verify-registration.js";

export * from "./sim.js";
export * from "./scenarios.js";
