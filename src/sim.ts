/** The world in a box: authenticators, people, browser, site, faults. Runs on virtual time, needs no hardware. */
export { virtualEnv, envFor, type VirtualEnv } from "./core/env.js";
export { SimAir, type AirOptions } from "./sim/hybrid/air.js";
export { ATTESTATION_FAULTS, type AttestationFault } from "./sim/profiles/attestation-fault.js";
export { SimAuthenticator, type AuthenticatorParts } from "./sim/authenticator/authenticator.js";
export {
  phoneThatBotchesTheHandshake,
  phoneThatForgetsTheIndex,
  phoneThatLinksLate,
  phoneThatNeverReplies,
  phoneWith22ByteAdvert,
  phoneWithoutBluetoothPermission,
  phoneWithoutMobileData,
  phoneWithoutScreenLock,
} from "./sim/faults/faulty-phones.js";
export { SimBrowser } from "./sim/browser/browser.js";
export { SimChannels } from "./sim/hybrid/channels.js";
export {
  CredentialStore,
  type StoredCredential,
  type StoreSnapshot,
} from "./sim/authenticator/store/credential-store.js";
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
export { withFaults, type FaultEffect, type FaultRule } from "./sim/faults/faults.js";
export { firmwareOf } from "./sim/hid/firmware-of.js";
export type { HidFirmware } from "./sim/hid/hid-firmware.js";
export {
  KnobError,
  knobAliasNote,
  listKnobs,
  nearestKnobNames,
  parseKnobAssignment,
  parseKnobs,
  withKnobs,
  type KnobAlias,
  type KnobAliasOptions,
  type KnobName,
  type KnobErrorCode,
  type KnobOverrides,
  type Knobs,
} from "./sim/knobs/knobs.js";
export type { KnobSpec, KnobValue } from "./sim/knobs/knob-spec.js";
export { describeKnob, type KnobDescription } from "./sim/knobs/knob-value.js";
export { KNOB_GROUPS, type KnobGroup } from "./sim/knobs/registry.js";
export { LaggingStore } from "./sim/authenticator/store/lagging-store.js";
export { Ledger, type LedgerDiff } from "./diagnosis/ledger.js";
export {
  withScannerFaults,
  withTunnelFaults,
  type LinkFaultEffect,
  type LinkFaultRule,
} from "./sim/faults/link-faults.js";
export { LoopbackDevice } from "./sim/loopback.js";
export { circularFactors, type FactorRules } from "./sim/factors/circular-factors.js";
export { Visitor, type CodeChoice } from "./sim/factors/visitor.js";
export { SimPage } from "./sim/browser/page.js";
export { SimPhone, type PhoneParts, type PushService } from "./sim/phone/phone.js";
export type { PhoneMessage, PhoneOptions } from "./sim/phone/phone-options.js";
export type { PhoneEnding, PhoneOutcome } from "./sim/phone/phone-outcome.js";
export { learnProfile, type LearnedProfile, type LearningNote } from "./sim/profile-files/learn-profile.js";
export { parseProfile } from "./sim/profile-files/profile-file.js";
export { ProfileError, QUIRKS, type AuthenticatorProfile } from "./sim/profiles/profile.js";
export { profileNamed, PROFILES } from "./sim/profiles/profiles.js";
export { simHidPort, type SimHidPort } from "./sim/hid/sim-hid.js";
export { CookieJar } from "./sim/attached-rp/cookie-jar.js";
export {
  attachedWorld,
  type AttachedWorld,
  type AttachedWorldOptions,
} from "./sim/attached-rp/attached-world.js";
export { parseSiteConfig, type SiteConfig } from "./sim/attached-rp/site-config.js";
export { SiteError, type SiteErrorCode } from "./sim/attached-rp/site-error.js";
export { SimSite } from "./sim/rp/site.js";
export type { SitePort } from "./sim/rp/site-port.js";
export { encodeStore, parseStore } from "./sim/authenticator/store/store-file.js";
export { syncStores, type StoreSync, type SyncRoute } from "./sim/authenticator/store/sync-stores.js";
export { SimTunnelService, type TunnelServiceOptions } from "./sim/hybrid/tunnel-service.js";
export {
  habitualUser,
  scriptedUser,
  type SimUser,
  type UserAnswer,
  type UserHabits,
  type UserPrompt,
} from "./sim/user.js";
export { simWorld, type SimWorld } from "./sim/sim-world.js";
export type { World } from "./sim/world.js";
