import { BROWSER_KNOBS, CLIENT_KNOBS, HOST_KNOBS, OS_KNOBS } from "../browser/client-knobs.js";
import { EXT_KNOBS } from "../browser/ext-knobs.js";
import { PAGE_KNOBS } from "../browser/page-knobs.js";
import {
  APP_KNOBS,
  CALL_KNOBS,
  FACTOR_KNOBS,
  IDP_KNOBS,
  LOCK_KNOBS,
  OTP_KNOBS,
  RELAY_KNOBS,
  RESET_KNOBS,
  SETTINGS_KNOBS,
  SMS_KNOBS,
} from "../factors/factor-knobs.js";
import { LINK_KNOBS } from "../faults/link-knobs.js";
import { HID_HOST_KNOBS, HID_KNOBS } from "../hid/hid-knobs.js";
import { ADVERT_KNOBS, AIR_KNOBS } from "../hybrid/air-knobs.js";
import { ADAPTER_KNOBS, SCAN_KNOBS } from "../hybrid/radio-knobs.js";
import { PUSH_KNOBS, TUNNEL_KNOBS } from "../hybrid/tunnel-knobs.js";
import { KEY_KNOBS, PIN_KNOBS } from "../key-knobs.js";
import { PHONE_KNOBS, PHONE_USE_KNOBS, QR_KNOBS } from "../phone/phone-knobs.js";
import { GW_KNOBS, NET_KNOBS } from "../rp/gateway-knobs.js";
import { MAIL_KNOBS } from "../rp/mail-knobs.js";
import { OUTAGE_KNOBS } from "../rp/outage-knobs.js";
import { POLL_KNOBS, RP_KNOBS } from "../rp/rp-knobs.js";
import { USER_KNOBS, UV_KNOBS } from "../user-knobs.js";
import type { KnobTable } from "./knob-spec.js";

/** Every knob of a world: group, then name. A knob stands in the table beside the actor that obeys it. */
export const KNOB_SPECS = {
  client: { ...CLIENT_KNOBS, ...SCAN_KNOBS },
  page: PAGE_KNOBS,
  user: USER_KNOBS,
  rp: RP_KNOBS,
  poll: POLL_KNOBS,
  outage: OUTAGE_KNOBS,
  net: NET_KNOBS,
  gw: GW_KNOBS,
  mail: MAIL_KNOBS,
  sms: SMS_KNOBS,
  relay: RELAY_KNOBS,
  otp: OTP_KNOBS,
  app: APP_KNOBS,
  call: CALL_KNOBS,
  factor: FACTOR_KNOBS,
  settings: SETTINGS_KNOBS,
  lock: LOCK_KNOBS,
  reset: RESET_KNOBS,
  idp: IDP_KNOBS,
  link: LINK_KNOBS,
  ble: { ...AIR_KNOBS, ...ADVERT_KNOBS },
  adapter: ADAPTER_KNOBS,
  qr: QR_KNOBS,
  tunnel: TUNNEL_KNOBS,
  phone: { ...PHONE_KNOBS, ...PHONE_USE_KNOBS },
  push: PUSH_KNOBS,
  hid: { ...HID_KNOBS, ...HID_HOST_KNOBS },
  os: OS_KNOBS,
  browser: BROWSER_KNOBS,
  ext: EXT_KNOBS,
  host: HOST_KNOBS,
  pin: PIN_KNOBS,
  uv: UV_KNOBS,
  key: KEY_KNOBS,
} as const satisfies Readonly<Record<string, KnobTable>>;

export type KnobGroup = keyof typeof KNOB_SPECS;

/** Whose options each group holds, for lists. */
export const KNOB_GROUPS: Readonly<Record<KnobGroup, string>> = {
  client: "the WebAuthn client (browser)",
  page: "the relying party's page",
  user: "the user",
  rp: "the relying party's server",
  poll: "the relying party's call that waits for a phone",
  outage: "failures of the relying party's server",
  net: "the network between page and relying party",
  gw: "the gateway in front of the relying party",
  mail: "the relying party's mail",
  sms: "text messages",
  relay: "another person who passes a code on",
  otp: "one-time codes",
  app: "the authenticator app (TOTP)",
  call: "the user's call to the relying party, as a factor",
  factor: "the account's second factors",
  settings: "the relying party's security settings",
  lock: "account lockout",
  reset: "account recovery by the call centre",
  idp: "sign-in by an identity provider",
  link: "the link between client and authenticator",
  ble: "Bluetooth LE adverts (hybrid transport)",
  adapter: "the computer's Bluetooth adapter",
  qr: "the QR code (hybrid transport)",
  tunnel: "the tunnel service (hybrid transport)",
  phone: "the phone (hybrid transport)",
  push: "the push service that reaches a linked phone",
  hid: "CTAPHID, both ends",
  os: "the computer's operating system",
  browser: "the browser outside WebAuthn",
  ext: "a password manager: an extension that replaces the WebAuthn API, or a provider",
  host: "the program that sends the CTAP commands",
  pin: "PIN entry",
  uv: "user verification by biometrics",
  key: "the authenticator, and the user's gesture on it",
};
