/** The world in a box: authenticators, people, browser, site, faults. Runs on virtual time, needs no hardware. */
export { virtualEnv, envFor, type VirtualEnv } from "./core/env.js";
export { SimAir, type AirOptions } from "./sim/air.js";
export { ATTESTATION_FAULTS, type AttestationFault } from "./sim/attestation-fault.js";
export { SimAuthenticator, type AuthenticatorParts } from "./sim/authenticator.js";
export {
  phoneThatBotchesTheHandshake,
  phoneThatForgetsTheIndex,
  phoneThatLinksLate,
  phoneThatNeverReplies,
  phoneWith22ByteAdvert,
  phoneWithoutBluetoothPermission,
  phoneWithoutMobileData,
  phoneWithoutScreenLock,
} from "./sim/bad-phones.js";
export { SimBrowser } from "./sim/browser.js";
export { SimChannels } from "./sim/channels.js";
export { CredentialStore, type StoredCredential, type StoreSnapshot } from "./sim/credential-store.js";
export type { ExposedDevice } from "./sim/expose/exposed-device.js";
export { selfMadeTlsIdentity, type TlsIdentity } from "./sim/expose/tls-identity.js";
export {
  wsTunnelService,
  type WsTunnelService,
  type WsTunnelServiceOptions,
} from "./sim/expose/tunnel-ws.js";
export { exposeUdp, type ExposeUdpOptions } from "./sim/expose/udp.js";
export { fitForUhid, UHID_MESSAGE_BYTES_MAX } from "./sim/expose/fit-for-uhid.js";
export { exposeUhid, type ExposedUhidDevice, type ExposeUhidOptions } from "./sim/expose/uhid.js";
export type { UhidIdentity } from "./sim/expose/uhid-identity.js";
export { openUhidFile, type OpenUhidFile, type UhidFile } from "./sim/expose/uhid-file.js";
export { exposeUnix } from "./sim/expose/unix.js";
export { withFaults, type FaultEffect, type FaultRule } from "./sim/faults.js";
export { firmwareOf } from "./sim/hid/firmware-of.js";
export type { HidFirmware } from "./sim/hid/hid-firmware.js";
export {
  KnobError,
  listKnobs,
  parseKnobAssignment,
  parseKnobs,
  withKnobs,
  type KnobOverrides,
  type Knobs,
} from "./sim/knobs.js";
export { LaggingStore } from "./sim/lagging-store.js";
export { Ledger, type LedgerDiff } from "./sim/ledger.js";
export {
  withScannerFaults,
  withTunnelFaults,
  type LinkFaultEffect,
  type LinkFaultRule,
} from "./sim/link-faults.js";
export { LoopbackDevice } from "./sim/loopback.js";
export { circularFactors, type FactorRules } from "./sim/factors/circular-factors.js";
export { Visitor, type CodeChoice } from "./sim/factors/visitor.js";
export { SimPage } from "./sim/page.js";
export { SimPhone, type PhoneParts, type PushService } from "./sim/phone.js";
export type { PhoneMessage, PhoneOptions } from "./sim/phone/phone-options.js";
export type { PhoneEnding, PhoneOutcome } from "./sim/phone/phone-outcome.js";
export { learnProfile, type LearnedProfile, type LearningNote } from "./sim/learn-profile.js";
export { parseProfile } from "./sim/profile-file.js";
export { ProfileError, QUIRKS, type AuthenticatorProfile } from "./sim/profile.js";
export { profileNamed, PROFILES } from "./sim/profiles.js";
export { simHidPort, type SimHidPort } from "./sim/sim-hid.js";
export { CookieJar } from "./sim/real-site/cookie-jar.js";
export { realWorld, type RealWorld, type RealWorldParts } from "./sim/real-site/real-world.js";
export { parseSiteConfig, type SiteConfig } from "./sim/real-site/site-config.js";
export { SiteError, type SiteErrorCode } from "./sim/real-site/site-error.js";
export { SimSite } from "./sim/site.js";
export type { SitePort } from "./sim/site-port.js";
export { encodeStore, parseStore } from "./sim/store-file.js";
export { syncStores, type StoreSync, type SyncRoute } from "./sim/sync-stores.js";
export { SimTunnelService, type TunnelServiceOptions } from "./sim/tunnel-service.js";
export {
  habitualUser,
  scriptedUser,
  type SimUser,
  type UserAnswer,
  type UserHabits,
  type UserPrompt,
} from "./sim/user.js";
export { simWorld, type World } from "./sim/world.js";
