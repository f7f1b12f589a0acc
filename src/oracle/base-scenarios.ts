import type { BaseScenario, PlanAction, PlanKnobs } from "./plan.js";

/** Groups that every ceremony with a passkey depends on. */
const PAGE_AND_SITE = ["client", "page", "user", "rp", "outage", "net", "gw", "mail", "ext"];
const KEY_GROUPS = [...PAGE_AND_SITE, "hid", "host", "key", "link", "os"];
const PIN_GROUPS = [...KEY_GROUPS, "pin"];
const FINGERPRINT_GROUPS = [...PIN_GROUPS, "uv"];
const HYBRID_GROUPS = [...PAGE_AND_SITE, "key", "uv", "ble", "adapter", "qr", "tunnel", "phone", "os"];
const LINKED_GROUPS = [...HYBRID_GROUPS, "push"];
const LOOPBACK_GROUPS = [...PAGE_AND_SITE, "key", "link", "uv", "os"];
const SITE_QR_GROUPS = [...LOOPBACK_GROUPS, "poll"];

const FACTOR_GROUPS = [
  "user",
  "net",
  "gw",
  "mail",
  "sms",
  "relay",
  "otp",
  "app",
  "call",
  "factor",
  "lock",
  "outage",
];
const PROVIDER_GROUPS = ["user", "net", "gw", "idp", "outage"];

const PIN: PlanKnobs = { "key.pinSet": true, "rp.userVerification": "required" };
const PHONE: PlanKnobs = { "key.profile": "phone", "key.upTimeoutMs": 300_000, "key.ignoresCancel": true };
const HYBRID: PlanKnobs = { ...PHONE, "link.road": "hybrid" };
const LINKED: PlanKnobs = { ...HYBRID, "phone.linked": true };
const LOOPBACK: PlanKnobs = { ...PHONE, "link.road": "loopback", "link.seenAs": "hybrid" };
const SITE_QR: PlanKnobs = { ...PHONE, "rp.qr": "site" };

const REGISTER: readonly PlanAction[] = [{ do: "register" }];

/** A setup to an authenticator, with what a base scenario with it is made of. */
interface Setup {
  readonly id: string;
  readonly knobs: PlanKnobs;
  readonly groups: readonly string[];
  /** Knobs whose value is drawn with the scenario: makes of the authenticator. */
  readonly profiles: "keys" | "phones" | "none";
  readonly logins: readonly number[];
}

/** Every setup, with the numbers of logins that follow the registration. */
export const SETUPS: readonly Setup[] = [
  { id: "usb", knobs: {}, groups: KEY_GROUPS, profiles: "keys", logins: [0, 1, 2] },
  { id: "pin", knobs: PIN, groups: PIN_GROUPS, profiles: "keys", logins: [0, 1] },
  {
    id: "fingerprint",
    knobs: { "key.profile": "fingerprint", "rp.userVerification": "required" },
    groups: FINGERPRINT_GROUPS,
    profiles: "none",
    logins: [0, 1],
  },
  { id: "hybrid", knobs: HYBRID, groups: HYBRID_GROUPS, profiles: "phones", logins: [0, 1, 2] },
  { id: "linked", knobs: LINKED, groups: LINKED_GROUPS, profiles: "phones", logins: [0, 1] },
  { id: "loopback", knobs: LOOPBACK, groups: LOOPBACK_GROUPS, profiles: "phones", logins: [0, 1] },
  { id: "site-qr", knobs: SITE_QR, groups: SITE_QR_GROUPS, profiles: "none", logins: [0, 1] },
];

/** A script with some logins, the first of them `gapMs` after the registration began. */
export function scenarioOn(setup: Setup, { logins, gapMs }: { logins: number; gapMs: number }): BaseScenario {
  const script = [
    ...REGISTER,
    ...Array.from({ length: logins }, (_, at) => ({ do: "login", atMs: gapMs * (at + 1) })),
  ];
  return { id: `${setup.id}+${logins}`, knobs: setup.knobs, script, groups: setup.groups };
}

const sms: PlanKnobs = {};
const mail: PlanKnobs = { "factor.enrolled": "mail" };
const app: PlanKnobs = { "factor.enrolled": "app" };
const linked: PlanKnobs = { "idp.google": "linked" };
const linkable: PlanKnobs = { "idp.line": "linkable" };

const askAndEnter = (factor: string): readonly PlanAction[] => [
  { do: "request-code", factor },
  { do: "enter-code", factor },
];

/** Fallback factors: codes by text message, mail and call, an authenticator app, sign-in providers. */
export const FACTOR_SCENARIOS: readonly BaseScenario[] = [
  { id: "factor-sms", knobs: sms, script: askAndEnter("sms"), groups: FACTOR_GROUPS },
  {
    id: "factor-sms-twice",
    knobs: sms,
    script: [
      ...askAndEnter("sms"),
      { do: "request-code", atMs: 1_200_000, factor: "sms" },
      { do: "enter-code", factor: "sms" },
    ],
    groups: FACTOR_GROUPS,
  },
  { id: "factor-voice", knobs: sms, script: askAndEnter("voice"), groups: FACTOR_GROUPS },
  { id: "factor-mail", knobs: mail, script: askAndEnter("mail"), groups: FACTOR_GROUPS },
  {
    id: "factor-mail-link",
    knobs: { ...mail, "otp.link": "post-consumes" },
    script: askAndEnter("mail"),
    groups: FACTOR_GROUPS,
  },
  { id: "factor-app", knobs: app, script: [{ do: "enter-code", factor: "app" }], groups: FACTOR_GROUPS },
  { id: "factor-call", knobs: {}, script: askAndEnter("call"), groups: FACTOR_GROUPS },
  {
    id: "factor-settings",
    knobs: {},
    script: [...askAndEnter("sms"), { do: "change-factor", to: "mail" }],
    groups: [...FACTOR_GROUPS, "settings"],
  },
  {
    id: "factor-google",
    knobs: linked,
    script: [{ do: "sign-in-with", provider: "google" }],
    groups: PROVIDER_GROUPS,
  },
  {
    id: "factor-line",
    knobs: linkable,
    script: [{ do: "sign-in-with", provider: "line" }],
    groups: PROVIDER_GROUPS,
  },
  {
    id: "factor-password",
    knobs: {},
    script: [{ do: "enter-password" }],
    groups: ["user", "net", "gw", "rp", "lock"],
  },
];
