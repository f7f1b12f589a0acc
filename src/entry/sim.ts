/** Simulated authenticators, users, browsers, relying parties and faults, on virtual time. */
export { type Clock, sleep, systemClock } from "../core/clock.js";
export { type Entropy, seededEntropy, systemEntropy } from "../core/entropy.js";
export { type Env, type VirtualEnv, envFor, envIn, inSpan } from "../core/env.js";
export { systemEnv } from "../env/system-env.js";
export { virtualEnv } from "../env/virtual-env.js";
export type { Budget } from "../core/errors.js";
export { StallError, VirtualClock } from "../core/virtual-clock.js";
export { within } from "../core/within.js";
export {
  type AttachedWorld,
  type AttachedWorldOptions,
  attachedWorld,
} from "../sim/attached-rp/attached-world.js";
export { CookieJar } from "../sim/attached-rp/cookie-jar.js";
export { type SiteConfig, parseSiteConfig } from "../sim/attached-rp/site-config.js";
export { SiteError, type SiteErrorCode } from "../sim/attached-rp/site-error.js";
export { type AuthenticatorDeps, SimAuthenticator } from "../sim/authenticator/authenticator.js";
export {
  CredentialStore,
  type StoreSnapshot,
  type CredentialSource,
} from "../sim/authenticator/store/credential-store.js";
export { LaggingStore } from "../sim/authenticator/store/lagging-store.js";
export { encodeStore, parseStore } from "../sim/authenticator/store/store-file.js";
export { type StoreSync, type SyncRoute, syncStores } from "../sim/authenticator/store/sync-stores.js";
export { SimBrowser } from "../sim/browser/browser.js";
export { SimPage } from "../sim/browser/page.js";
export type { ExposedDevice } from "../sim/expose/exposed-device.js";
export { UHID_MESSAGE_BYTES_MAX, fitForUhid } from "../sim/expose/fit-for-uhid.js";
export { type TlsIdentity, selfMadeTlsIdentity } from "../sim/expose/tls-identity.js";
export {
  type WsTunnelService,
  type WsTunnelServiceOptions,
  wsTunnelService,
} from "../sim/expose/tunnel-ws.js";
export { type ExposeUdpOptions, exposeUdp } from "../sim/expose/udp.js";
export { type OpenUhidFile, type UhidFile, openUhidFile } from "../sim/expose/uhid-file.js";
export type { UhidIdentity } from "../sim/expose/uhid-identity.js";
export { type ExposeUhidOptions, type ExposedUhidDevice, exposeUhid } from "../sim/expose/uhid.js";
export { exposeUnix } from "../sim/expose/unix.js";
export { type ExposeUsbipOptions, type ExposedUsbipDevice, exposeUsbip } from "../sim/expose/usbip/usbip.js";
export { type FactorRules, circularFactors } from "../sim/factors/circular-factors.js";
export { type CodeChoice, FallbackUser } from "../sim/factors/visitor.js";
export { type FaultEffect, type FaultRule, withFaults } from "../sim/faults/faults.js";
export {
  phoneThatBotchesTheHandshake,
  phoneThatForgetsTheIndex,
  phoneThatLinksLate,
  phoneThatNeverReplies,
  phoneWith22ByteAdvert,
  phoneWithoutBluetoothPermission,
  phoneWithoutMobileData,
  phoneWithoutScreenLock,
} from "../sim/faults/faulty-phones.js";
export {
  type LinkFaultEffect,
  type LinkFaultRule,
  withScannerFaults,
  withTunnelFaults,
} from "../sim/faults/link-faults.js";
export { firmwareOf } from "../sim/hid/firmware-of.js";
export type { HidFirmware } from "../sim/hid/hid-firmware.js";
export { type SimHidPort, simHidPort } from "../sim/hid/sim-hid.js";
export { type AirOptions, SimAir } from "../sim/hybrid/air.js";
export { SimChannels } from "../sim/hybrid/channels.js";
export { SimTunnelService, type TunnelServiceOptions } from "../sim/hybrid/tunnel-service.js";
export {
  type KnobAlias,
  type KnobAliasOptions,
  KnobError,
  type KnobErrorCode,
  type KnobName,
  type KnobOverrides,
  type Knobs,
  knobAliasNote,
  listKnobs,
  nearestKnobNames,
  parseKnobAssignment,
  parseKnobs,
  withKnobs,
} from "../sim/knobs/knobs.js";
export type { KnobSpec, KnobValue } from "../sim/knobs/knob-spec.js";
export { type KnobDescription, describeKnob } from "../sim/knobs/knob-value.js";
export { KNOB_GROUPS, type KnobGroup } from "../sim/knobs/registry.js";
export { LoopbackDevice } from "../sim/loopback.js";
export { PHONE_KNOBS } from "../sim/phone/phone-knobs.js";
export { phoneMannersOf } from "../sim/phone/phone-manners.js";
export type { PhoneMessage, PhoneOptions } from "../sim/phone/phone-options.js";
export type { PhoneEnding, PhoneOutcome } from "../sim/phone/phone-outcome.js";
export { type PushLineOptions, PushLine } from "../sim/phone/push-line.js";
export { type PhoneDeps, type PhoneLinks, type PushService, SimPhone } from "../sim/phone/phone.js";
export { type LearnedProfile, type LearningNote, learnProfile } from "../sim/profile-files/learn-profile.js";
export { parseProfile } from "../sim/profile-files/profile-file.js";
export { ATTESTATION_FAULTS, type AttestationFault } from "../sim/profiles/attestation-fault.js";
export { type AuthenticatorProfile, ProfileError, QUIRKS } from "../sim/profiles/profile.js";
export { PROFILES, profileNamed } from "../sim/profiles/profiles.js";
export type { SitePort } from "../sim/rp/site-port.js";
export { SimSite } from "../sim/rp/site.js";
export { type SimWorld, simWorld } from "../sim/sim-world.js";
export {
  type SimUser,
  type UserAnswer,
  type UserBehaviour,
  type UserPrompt,
  simulatedUser,
  scriptedUser,
} from "../sim/user.js";
export type { World } from "../sim/world.js";
