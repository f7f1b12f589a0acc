import type { AuthenticatorInfo } from "../../ctap/messages/get-info.js";
import { CtapCommand } from "../../ctap/command.js";
import { expectMap } from "../answer.js";
import type { Check, Severity } from "../check.js";
import { CTAP2, isAtLeast21, isAtLeast23 } from "../needs.js";
import { demand, NotApplicable } from "../verdict.js";

/** A rule between members of getInfo: where `when` holds, `then` must. */
interface Rule {
  readonly name: string;
  readonly title: string;
  readonly severity?: Severity;
  readonly when: (info: AuthenticatorInfo, modern: boolean) => boolean;
  readonly then: (info: AuthenticatorInfo) => boolean;
  readonly seen?: (info: AuthenticatorInfo) => string;
}

const option = (info: AuthenticatorInfo, id: string) => info.options?.[id];
const has = (info: AuthenticatorInfo, id: string) => info.extensions?.includes(id) === true;
const always = () => true;

const KNOWN_VERSIONS = /^(U2F_V2|FIDO_2_[0-3]|FIDO_2_1_PRE)$/;
const KNOWN_TRANSPORTS = ["usb", "nfc", "ble", "internal", "hybrid", "cable", "smart-card"];

const RULES: readonly Rule[] = [
  {
    name: "versions-known",
    title: "every version is one that CTAP defines",
    severity: "should",
    when: always,
    then: ({ versions }) => versions.every((version) => KNOWN_VERSIONS.test(version)),
    seen: ({ versions }) => versions.join(", "),
  },
  {
    name: "versions-ctap2",
    title: "a device that answers getInfo lists a version of CTAP2",
    when: always,
    then: ({ versions }) => versions.some((version) => version.startsWith("FIDO_2_")),
    seen: ({ versions }) => versions.join(", "),
  },
  {
    name: "u2f-off-with-always-uv",
    title: "U2F_V2 is not listed while alwaysUv is on and no built-in verification is configured",
    when: (info) => option(info, "alwaysUv") === true && option(info, "uv") !== true,
    then: ({ versions }) => !versions.includes("U2F_V2"),
  },
  {
    name: "transports-known",
    title: "every transport is one that WebAuthn defines",
    severity: "should",
    when: ({ transports }) => transports !== undefined,
    then: ({ transports = [] }) => transports.every((one) => KNOWN_TRANSPORTS.includes(one)),
    seen: ({ transports = [] }) => transports.join(", "),
  },
  {
    name: "algorithms-distinct",
    title: "no algorithm is listed twice",
    when: ({ algorithms }) => algorithms !== undefined,
    then: ({ algorithms = [] }) => new Set(algorithms.map(({ alg }) => alg)).size === algorithms.length,
  },
  {
    name: "protocols-with-pin",
    title: "a device with PIN or tokens lists its PIN/UV auth protocols",
    when: (info) => option(info, "clientPin") !== undefined || option(info, "pinUvAuthToken") === true,
    then: ({ pinUvAuthProtocols = [] }) => pinUvAuthProtocols.length > 0,
  },
  {
    name: "protocol-two",
    title: "a CTAP 2.1 device with PIN or tokens speaks PIN/UV auth protocol two",
    severity: "should",
    when: (info, modern) => modern && (info.pinUvAuthProtocols ?? []).length > 0,
    then: ({ pinUvAuthProtocols = [] }) => pinUvAuthProtocols.includes(2),
  },
  {
    name: "token-needs-means",
    title: "pinUvAuthToken comes with clientPin or uv",
    when: (info) => option(info, "pinUvAuthToken") === true,
    then: (info) => option(info, "clientPin") !== undefined || option(info, "uv") !== undefined,
  },
  {
    name: "token-in-21",
    title: "a CTAP 2.1 device with clientPin or uv has pinUvAuthToken",
    when: (info, modern) =>
      modern && (option(info, "clientPin") !== undefined || option(info, "uv") !== undefined),
    then: (info) => option(info, "pinUvAuthToken") === true,
  },
  {
    name: "always-uv-excludes-optional-uv",
    title: "alwaysUv excludes makeCredUvNotRqd",
    when: (info) => option(info, "alwaysUv") === true,
    then: (info) => option(info, "makeCredUvNotRqd") !== true,
  },
  {
    name: "cred-mgmt-in-21",
    title: "a CTAP 2.1 device with rk has credMgmt",
    when: (info, modern) => modern && option(info, "rk") === true && option(info, "plat") !== true,
    then: (info) => option(info, "credMgmt") === true || option(info, "perCredMgmtRO") === true,
  },
  {
    name: "cred-protect-in-21",
    title: "a CTAP 2.1 device with rk and user verification has credProtect",
    when: (info, modern) =>
      modern &&
      option(info, "rk") === true &&
      (option(info, "clientPin") !== undefined || option(info, "uv") !== undefined),
    then: (info) => has(info, "credProtect"),
  },
  {
    name: "hmac-secret-in-21",
    title: "a CTAP 2.1 device with rk has hmac-secret",
    severity: "should",
    when: (info, modern) => modern && option(info, "rk") === true,
    then: (info) => has(info, "hmac-secret"),
  },
  {
    name: "mc-needs-hmac-secret",
    title: "hmac-secret-mc comes with hmac-secret",
    when: (info) => has(info, "hmac-secret-mc"),
    then: (info) => has(info, "hmac-secret"),
  },
  {
    name: "large-blob-key-with-large-blobs",
    title: "the extension largeBlobKey and the option largeBlobs come together",
    when: (info) => has(info, "largeBlobKey") || option(info, "largeBlobs") === true,
    then: (info) => has(info, "largeBlobKey") && option(info, "largeBlobs") === true,
  },
  {
    name: "large-blob-excludes-array",
    title: "the extension largeBlob excludes largeBlobKey and largeBlobs",
    when: (info) => has(info, "largeBlob"),
    then: (info) => !has(info, "largeBlobKey") && option(info, "largeBlobs") !== true,
  },
  {
    name: "large-blob-array-size",
    title: "maxSerializedLargeBlobArray is said exactly where largeBlobs is",
    when: (_, modern) => modern,
    then: (info) =>
      (info.maxSerializedLargeBlobArray !== undefined) === (option(info, "largeBlobs") === true),
  },
  {
    name: "cred-blob-size",
    title: "maxCredBlobLength is said exactly where credBlob is",
    when: (_, modern) => modern,
    then: (info) => (info.maxCredBlobLength !== undefined) === has(info, "credBlob"),
  },
  {
    name: "min-pin-length-said",
    title: "a CTAP 2.1 device with setMinPINLength says minPINLength",
    when: (info, modern) => modern && option(info, "setMinPINLength") === true,
    then: ({ minPinLength }) => minPinLength !== undefined,
  },
  {
    name: "min-pin-length-extension",
    title: "the extension minPinLength comes with setMinPINLength",
    when: (info) => has(info, "minPinLength"),
    then: (info) => option(info, "setMinPINLength") === true,
  },
  {
    name: "set-min-pin-length-needs",
    title: "setMinPINLength comes with authnrCfg and clientPin",
    when: (info) => option(info, "setMinPINLength") === true,
    then: (info) => option(info, "authnrCfg") === true && option(info, "clientPin") !== undefined,
  },
  {
    name: "rp-ids-for-min-pin-length",
    title: "maxRPIDsForSetMinPINLength is said exactly where setMinPINLength is",
    when: (_, modern) => modern,
    then: (info) =>
      (info.maxRpIdsForSetMinPinLength !== undefined) === (option(info, "setMinPINLength") === true),
  },
  {
    name: "force-pin-change-needs-pin",
    title: "forcePINChange is said by devices that can have a PIN",
    when: ({ forcePinChange }) => forcePinChange !== undefined,
    then: (info) => option(info, "clientPin") !== undefined,
  },
  {
    name: "uv-acfg-needs-config",
    title: "uvAcfg comes with authnrCfg",
    when: (info) => option(info, "uvAcfg") === true,
    then: (info) => option(info, "authnrCfg") === true,
  },
  {
    name: "uv-bio-enroll-needs-bio",
    title: "uvBioEnroll comes with bioEnroll",
    when: (info) => option(info, "uvBioEnroll") === true,
    then: (info) => option(info, "bioEnroll") !== undefined,
  },
  {
    name: "bio-enroll-needs-uv",
    title: "bioEnroll comes with uv",
    when: (info) => option(info, "bioEnroll") !== undefined,
    then: (info) => option(info, "uv") !== undefined,
  },
  {
    name: "bio-enroll-tells-uv",
    title: "bioEnroll is true exactly where uv is",
    severity: "should",
    when: (info) => option(info, "bioEnroll") !== undefined && option(info, "uv") !== undefined,
    then: (info) => option(info, "bioEnroll") === option(info, "uv"),
  },
  {
    name: "permissions-need-token",
    title: "noMcGaPermissionsWithClientPin comes with pinUvAuthToken and clientPin",
    when: (info) => option(info, "noMcGaPermissionsWithClientPin") === true,
    then: (info) => option(info, "pinUvAuthToken") === true && option(info, "clientPin") !== undefined,
  },
  {
    name: "pin-lengths-in-order",
    title: "maxPINLength is at least minPINLength",
    when: ({ maxPinLength }) => maxPinLength !== undefined,
    then: ({ minPinLength = 4, maxPinLength = 63 }) => maxPinLength >= minPinLength,
  },
  {
    name: "reset-transports-known",
    title: "transportsForReset lists transports that the device has",
    severity: "should",
    when: ({ transportsForReset, transports }) =>
      transportsForReset !== undefined && transports !== undefined,
    then: ({ transportsForReset = [], transports = [] }) =>
      transportsForReset.every((one) => transports.includes(one)),
  },
];

/** What the members of getInfo say together. */
export const GET_INFO_RULE_CHECKS: readonly Check[] = [
  ...RULES.map(({ name, title, severity = "must", when, then, seen }): Check => ({
    id: `get-info.${name}`,
    title,
    section: "6.4",
    severity,
    needs: [CTAP2],
    async run(bench) {
      const { info } = bench;
      if (!when(info, isAtLeast21({ info }))) throw new NotApplicable("the rule's condition does not hold");
      demand(then(info), title, seen?.(info) ?? "otherwise");
    },
  })),
  {
    id: "get-info.config-commands-said",
    title: "a CTAP 2.3 device with authnrCfg lists its subcommands",
    section: "6.4",
    severity: "should",
    needs: [CTAP2],
    async run({ info }) {
      const concerned = isAtLeast23({ info }) && option(info, "authnrCfg") === true;
      if (!concerned) throw new NotApplicable("the device claims no CTAP 2.3 with authnrCfg");
      demand(info.authenticatorConfigCommands !== undefined, "authenticatorConfigCommands", "no such member");
    },
  },
  {
    id: "get-info.prompt",
    title: "getInfo needs no user and takes less than half a second",
    section: "6.4",
    severity: "should",
    needs: [CTAP2],
    async run(bench) {
      const answer = await bench.call(Uint8Array.of(CtapCommand.getInfo));
      expectMap(answer);
      const tookMs = Math.round(answer.tookMs);
      demand(tookMs < 500, "less than 500 ms", `${tookMs} ms`);
      return { tookMs };
    },
  },
];
