import { HarnessError } from "../../core/errors.js";
import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import type { AttestationFault } from "./attestation-fault.js";

/**
 * What a device does differently from the specification, named after the behaviour; `seenOn` says who does it.
 *
 * A quirk is off unless a profile lists it.
 */
export const QUIRKS = {
  answers3aOnTouchTimeout: {
    seenOn: "YubiKey, Solo, Nitrokey FIDO2, Feitian ePass",
    source:
      "python-fido2, error classes of its client; solokeys/solo1, firmware; kanidm/webauthn-rs, issue on the Titan Key's selection",
  },
  answers2fOnTouchTimeout: {
    seenOn: "OpenSK, Nitrokey 3, CanoKey, Token2, Feitian BioPass",
    source:
      "google/OpenSK; trussed-dev/fido-authenticator; canokeys/canokey-core; kanidm/webauthn-rs, issue on the Titan Key's selection",
  },
  answers36OnTouchTimeout: { seenOn: "Feitian", source: "google/CTAP2-test-tool results" },
  touchesBeforeNoCredentials: {
    seenOn: "CTAP 2.0 keys",
    source: "CTAP 2.0 §5.2 (the touch precedes the answer that nothing was found)",
  },
  answers14ToEmptyPinAuth: {
    seenOn: "Google Titan v2, Token2",
    source: "kanidm/webauthn-rs, issue on the Titan Key's selection",
  },
  answersEmptyPinAuthWithoutTouch: {
    seenOn: "Google Titan v2",
    source: "kanidm/webauthn-rs, issue on the Titan Key's selection",
  },
  answers33ToEmptyPinAuth: { seenOn: "most CTAP 2.0 keys", source: "google/CTAP2-test-tool results" },
  answers33ToPinAuthWithoutPin: { seenOn: "most keys", source: "google/CTAP2-test-tool results" },
  answers31WhenPinBlocked: {
    seenOn: "Solo, Nitrokey, MIRKey, KeyVault",
    source: "google/CTAP2-test-tool results",
  },
  answers22ToUnknownCredential: {
    seenOn: "Security Key by Yubico 5.0",
    source: "google/CTAP2-test-tool results",
  },
  answers2bToUvWithoutUv: {
    seenOn: "Feitian, TrustKey, KeyVault",
    source: "google/CTAP2-test-tool results",
  },
  answers2bToUnknownExtension: {
    seenOn: "Feitian BioPass, Feitian FIDO KB",
    source: "google/CTAP2-test-tool results",
  },
  excludesForeignRp: {
    seenOn: "BioPass, FIDO KB, MIRKey, Solo 2.5.1",
    source: "google/CTAP2-test-tool results",
  },
  acceptsRkInGetAssertion: {
    seenOn: "ATKey, MIRKey, Nitrokey, Security Key by Yubico",
    source: "google/CTAP2-test-tool results",
  },
  omitsSingleCredential: {
    seenOn: "CTAP 2.0 keys",
    source: "CTAP 2.0 §5.2 (credential may be left out when the allow list has one entry)",
  },
  countsSingleCredential: { seenOn: "some CTAP 2.0 keys", source: "not traced to a model" },
  storesDespiteRkFalse: { seenOn: "some CTAP 2.0 keys", source: "not traced to a model; CTAP 2.0 allows it" },
  rejectsMissingDisplayName: {
    seenOn: "a phone behind the hybrid transport of Windows",
    source: "Yubico/libfido2, pull request `winhello: supply rp name and user display name`",
  },
  rejectsEmptyDisplayName: {
    seenOn: "an iPhone that a code of Windows was scanned with; a YubiKey on a telephone",
    source: "logto-io/logto, issue 7439; better-auth/better-auth, issue 2344",
  },
  rejectsMissingRpName: {
    seenOn: "a phone behind the hybrid transport of Windows",
    source: "Yubico/libfido2, pull request `winhello: supply rp name and user display name`",
  },
  rejectsTransportsInDescriptors: {
    seenOn: "strict keys, not traced to a model",
    source: "libwebauthn, which leaves them out for this reason",
  },
  createsWithoutTouch: { seenOn: "MIRKey, Nitrokey 1.1.0", source: "google/CTAP2-test-tool results" },
  assertsWithoutTouch: { seenOn: "MIRKey, Nitrokey 2.3.0", source: "google/CTAP2-test-tool results" },
  answers33ToSaltsWithoutProtocol: {
    seenOn: "Token2 T2F2",
    source:
      "Yubico/python-fido2, issues 192 and 197 (getAssertion with hmac-secret by the second protocol and no pinUvAuthProtocol of its own)",
  },
  countsNoRpsWhenEmpty: {
    seenOn: "YubiKey 5.4, Token2",
    source:
      "Yubico/Yubico.NET.SDK, issue `EnumerateRpsBeginResponse.GetData fails on some firmware versions when no RelyingParties exists`",
  },
  refusesRetriesWithoutPin: {
    seenOn: "YubiKeys",
    source: "Yubico/python-fido2, tests/device/test_clientpin.py (getPINRetries after a reset: PIN_NOT_SET)",
  },
  answersEmptyMapWhenNoRps: {
    seenOn: "Nitrokey FIDO2, Feitian",
    source: "Nitrokey/nitrokey-fido2-firmware, issue `Missing totalRPs field when no RK are registered`",
  },
  forfeitsResetByOtherCommands: {
    seenOn: "OpenSK",
    source:
      "google/OpenSK (reset only as long as nothing but getInfo, selection and makeCredential came before)",
  },
  neverSaysUpNeeded: {
    seenOn: "keys that say processing while they wait",
    source: "not traced to a model",
  },
} as const satisfies Readonly<Record<string, { readonly seenOn: string; readonly source: string }>>;

export type QuirkName = keyof typeof QUIRKS;

/** Recognises its owner without the platform's help. @see FIDO registry of predefined values §3.1 (uvModality) */
export interface BuiltInUv {
  /** Bits of uvModality: 2 fingerprint, 4 passcode, 16 face. */
  readonly modality: number;
  /** Set up when it leaves the factory; a reset leaves it so where no finger is enrolled through CTAP. */
  readonly configured: boolean;
  /** The gesture is a touch as well, so none is asked for separately. */
  readonly impliesTouch: boolean;
  /** Wrong fingers until built-in verification is switched off. */
  readonly retries: number;
  /** Attempts within one command. */
  readonly attemptsPerCommand: number;
  /** How often clients are to try before they ask for the PIN; not said when absent. */
  readonly platformAttempts?: number;
  /** How fingers are enrolled, with the options `bioEnroll` or `userVerificationMgmtPreview`. */
  readonly enrollment?: FingerprintEnrollment;
}

export interface FingerprintEnrollment {
  readonly sensor: "touch" | "swipe";
  /** Good samples that make a template. */
  readonly samples: number;
  /** How many templates fit. */
  readonly templates: number;
  /** Longest name of a template, in bytes. */
  readonly nameBytes: number;
}

/** Booleans of getInfo that do not follow from anything else. @see CTAP 2.3 §6.4 (option IDs) */
export interface ProfileOptions {
  readonly rk: boolean;
  readonly plat: boolean;
  /** Can have a PIN. */
  readonly clientPin: boolean;
  /** Tokens with permissions; without it only the getPinToken of CTAP 2.0. */
  readonly pinUvAuthToken: boolean;
  readonly noMcGaPermissionsWithClientPin: boolean;
  readonly makeCredUvNotRqd: boolean;
  /** Value before anybody toggles it; absent when the feature is. */
  readonly alwaysUv?: boolean;
  /** Once on, only a reset turns it off. */
  readonly alwaysUvStays: boolean;
  /** Enterprise attestation: which kind; absent when the feature is. */
  readonly enterpriseAttestation?: "vendor" | "platform";
  /** Value before anybody enables it; absent when the feature is. */
  readonly longTouchForReset?: boolean;
  /** Value before anybody turns it on; absent when the feature is. */
  readonly pinComplexityPolicy?: boolean;
  readonly credMgmt: boolean;
  readonly perCredMgmtRO: boolean;
  /** The command of CTAP 2.1's drafts. */
  readonly credentialMgmtPreview: boolean;
  readonly largeBlobs: boolean;
  readonly bioEnroll: boolean;
  /** Enrolment as in the drafts of CTAP 2.1. */
  readonly userVerificationMgmtPreview: boolean;
  readonly uvBioEnroll: boolean;
  readonly authnrCfg: boolean;
  readonly uvAcfg: boolean;
  readonly setMinPINLength: boolean;
}

export interface ProfileLimits {
  /** Bytes, command byte included. */
  readonly maxMsgSize: number;
  readonly maxCredentialCountInList: number;
  /** Bytes. */
  readonly maxCredentialIdLength: number;
  /** How many discoverable credentials fit. */
  readonly discoverableCredentials: number;
  /** Code points. */
  readonly minPinLength: number;
  /** Code points. */
  readonly maxPinLength: number;
  readonly pinRetries: number;
  /** Wrong PINs in a row until the key wants to be unplugged. */
  readonly pinMismatchesUntilPowerCycle: number;
  /** Room for all large blobs together, in bytes; with the option `largeBlobs` only, 1024 when absent. */
  readonly largeBlobArrayBytes?: number;
  /** Longest large blob of one credential as the extension `largeBlob` stores it, in bytes; 2048 when absent. */
  readonly directLargeBlobBytes?: number;
  /** Longest credBlob, in bytes; 32 when absent. */
  readonly credBlobBytes?: number;
  /** How many sites setMinPINLength can name. */
  readonly rpIdsForMinPinLength: number;
  /** Room for an rp id as credential management shows it, in bytes, at least 32. */
  readonly shownRpIdBytes: number;
}

/** All in milliseconds. */
export interface ProfileTimeouts {
  /** How long a touch, a finger or a choice is awaited. */
  readonly upTimeoutMs: number;
  /** After power-up, for reset. */
  readonly resetWindowMs: number;
  /** How long a press must last where a long touch is wanted. */
  readonly longTouchMs: number;
  /** Since the last assertion of a series, or the last entry of an enumeration. */
  readonly nextAssertionMs: number;
  readonly tokenFirstUseMs: number;
  readonly tokenUserPresentMs: number;
  readonly tokenLifeMs: number;
  /** Work before every answer that is more than getInfo. */
  readonly processingMs: number;
}

/** Times of a device's USB interface, in milliseconds; what is absent is as most devices have it. */
export interface ProfileUsb {
  readonly keepaliveMs?: number;
  readonly initDelayMs?: number;
  readonly cancelDelayMs?: number;
}

export interface ProfileAttestation {
  /** In order of preference. */
  readonly formats: readonly ("packed" | "fido-u2f" | "none")[];
  /** How packed statements are signed: with the credential's own key or with a batch certificate. */
  readonly packed: "self" | "basic";
  readonly organization: string;
  /** Two letters. */
  readonly country: string;
  /** rp ids that vendor-facilitated enterprise attestation is granted to. */
  readonly enterpriseRpIds: readonly string[];
  /** Packed certificates come from an intermediate that travels with them. */
  readonly intermediate?: boolean;
  /** What is wrong with every statement. */
  readonly fault?: AttestationFault;
}

/**
 * What getInfo lists, for a device that lists other things than its versions would make one expect.
 *
 * It can leave out what is true; it cannot say what is not: values come from the rest of the profile.
 */
export interface ProfileReports {
  /** All members but `versions` and `aaguid`, which are always there. */
  readonly members: readonly (keyof AuthenticatorInfo)[];
  /** All option ids; the value counts for those this simulator has no value of its own for. */
  readonly options: Readonly<Record<string, boolean>>;
}

/** Everything that makes one model of authenticator differ from another. Plain JSON. */
export interface AuthenticatorProfile {
  readonly name: string;
  readonly description: string;
  /** Where its numbers come from; ids such as getinfo-119 are rows of tests/vectors/getinfo.json. */
  readonly sources?: readonly string[];
  /** UUID, with hyphens. */
  readonly aaguid: string;
  readonly versions: readonly string[];
  readonly extensions: readonly string[];
  readonly transports: readonly string[];
  /** COSE identifiers in order of preference. */
  readonly algorithms: readonly number[];
  /** In order of preference; empty without PIN and token. */
  readonly pinUvAuthProtocols: readonly (1 | 2)[];
  readonly firmwareVersion: number;
  /** What getInfo lists; by the rules of the versions when absent. */
  readonly reports?: ProfileReports;
  /** Where reset may come from; everywhere when absent. */
  readonly transportsForReset?: readonly string[];
  /** Levels by the registry's names, such as FIDO or CC-EAL. @see CTAP 2.3 §7.3 (authenticator certifications) */
  readonly certifications?: Readonly<Record<string, number>>;
  /** Ids of vendorPrototype commands, which do nothing here; without it there is no such subcommand. */
  readonly vendorPrototypeConfigCommands?: readonly number[];
  /** Where people read what a PIN has to be like. */
  readonly pinComplexityPolicyUrl?: string;
  readonly options: ProfileOptions;
  readonly builtInUv?: BuiltInUv;
  /** Shows accounts and lets the user choose. */
  readonly hasDisplay: boolean;
  readonly limits: ProfileLimits;
  readonly timeouts: ProfileTimeouts;
  /**
   * How long commands take before they answer or ask for the user, by their names: quantiles in milliseconds, from the
   * least to the most at even steps of probability. In place of `processingMs` for the commands that are named.
   */
  readonly latencies?: Readonly<Record<string, readonly number[]>>;
  readonly usb?: ProfileUsb;
  readonly attestation: ProfileAttestation;
  /** One counter for everything, one per credential, or always 0. */
  readonly signCounter: "global" | "per-credential" | "zero";
  /** Backup flags of its credentials. @see WebAuthn Level 3 §6.1.3 */
  readonly backup: "none" | "eligible" | "backed-up";
  readonly quirks: readonly QuirkName[];
}

/** A profile file that says something impossible; the message names the member. */
export class ProfileError extends HarnessError<
  | "PROFILE_UNKNOWN_MEMBER"
  | "PROFILE_MISSING_MEMBER"
  | "PROFILE_WRONG_TYPE"
  | "PROFILE_BAD_VALUE"
  | "PROFILE_UNKNOWN_BASE"
> {}

export function hasQuirk(profile: AuthenticatorProfile, quirk: QuirkName): boolean {
  return profile.quirks.includes(quirk);
}

/** Whether it answers U2F's APDUs at all; it may still have switched them off. */
export function speaksU2f({ versions }: Pick<AuthenticatorProfile, "versions">): boolean {
  return versions.includes("U2F_V2");
}

/** Whether it answers CTAP2's commands; keys from before 2018 do not. */
export function speaksCtap2({ versions }: Pick<AuthenticatorProfile, "versions">): boolean {
  return versions.some((version) => version !== "U2F_V2");
}

/** Whether the profile claims CTAP 2.0 and nothing newer, not even the drafts of 2.1. */
export function isCtap20Only({ versions }: Pick<AuthenticatorProfile, "versions">): boolean {
  return versions.includes("FIDO_2_0") && versions.every((version) => /^(U2F_V2|FIDO_2_0)$/.test(version));
}

/** Whether its one token is the pinToken of CTAP 2.0, as that of the drafts of 2.1 still is. */
export function hasPinToken20(profile: AuthenticatorProfile): boolean {
  return !isAtLeast21(profile) && !profile.options.pinUvAuthToken;
}

/** Whether the profile claims CTAP 2.1 or later, where several answers changed. */
export function isAtLeast21(profile: AuthenticatorProfile): boolean {
  return profile.versions.some((version) => /^FIDO_2_[1-9]$/.test(version));
}
