import { choice, count, ms, msOrNever, toggle } from "../knobs/knob-spec.js";

/** Options of text messages. */
export const SMS_KNOBS = {
  delayMs: msOrNever(
    6_000,
    "from the relying party to the telephone (`sms.delay`); never: no message arrives",
  ),
  route: choice(["mobile", "landline", "spouse"], "whose telephone number is registered"),
  knowsRoute: toggle(
    false,
    "the relying party classified the number when it was entered, and sends no text message to a landline",
  ),
};

/** Defines the options of another user who passes a code on. */
export const RELAY_KNOBS = {
  humanMs: msOrNever(
    60_000,
    "from a code on another user's telephone to the user hearing it; never: it is not passed on",
  ),
};

/** Options of one-time codes. */
export const OTP_KNOBS = {
  ttlMs: ms(300_000, "how long the relying party accepts a code (`otp.ttl`)"),
  ttlFrom: choice(["issue", "arrival"], "when that time starts"),
  resends: count(3, "how often a code may be asked for again"),
  rotateOnResend: toggle(false, "asking again makes another code and revokes the one before"),
  expiredCounts: toggle(false, "an expired or revoked code counts as a wrong one"),
  renewMs: msOrNever(
    null,
    "the code is on the page, to be entered behind the link in the message, and is replaced this often (`otp.renew`); never: it is in the message",
    { min: 1_000 },
  ),
  link: choice(
    ["none", "get-consumes", "post-consumes"],
    "the mail has a link: opening it uses up the code, or a button does",
  ),
};

/** Options of the authenticator app (TOTP). */
export const APP_KNOBS = {
  clockOffMs: ms(0, "how far the clock of the authenticator app is ahead"),
  lost: toggle(false, "the device with the authenticator app is gone, and its codes with it"),
};

/** Options of the call-in factor: the user calls the relying party from the registered telephone. */
export const CALL_KNOBS = {
  from: choice(
    ["registered", "other", "withheld"],
    "the telephone the user calls from: the registered one, another one, or one that withholds its number",
  ),
  dialMs: ms(20_000, "from the number on the page to the call being answered"),
  windowMs: ms(180_000, "how long the relying party waits for that call (`call.window`)"),
};

/** Options of the account's second factors. */
export const FACTOR_KNOBS = {
  enrolled: choice(["sms", "mail", "app", "sms+mail", "none"], "second factors the account has at the start"),
};

/** Options of the relying party's security settings. */
export const SETTINGS_KNOBS = {
  requires: choice(["enrolled-factor", "session"], "what changing a factor requires"),
};

/** Options of account lockout. */
export const LOCK_KNOBS = {
  threshold: count(5, "failures until the account is locked, and until every further lock", { min: 1 }),
  ladder: choice(
    ["10min-20min-1h-1day", "15min", "1min-doubling"],
    "how long each lock lasts, by the policies of known products",
  ),
  extendWhileLocked: toggle(false, "an attempt while the account is locked starts the time anew"),
  blocksPasskey: toggle(false, "a locked account refuses its passkey too"),
};

/** Options of account recovery by the call centre. */
export const RESET_KNOBS = {
  identityMs: ms(600_000, "how long the call centre takes to verify the caller's identity"),
  hours: choice(["always", "weekday 08-17"], "opening hours of the call centre, Japanese time"),
  newFactor: choice(["mail", "sms", "app"], "the factor it enrols in place of the old ones"),
  passkeys: choice(["kept", "revoked"], "what it does with the passkeys"),
  noticeTo: choice(["mail", "nobody"], "where it sends a notice"),
};

/** Options of sign-in by an identity provider. */
export const IDP_KNOBS = {
  line: choice(["unlinked", "linkable", "linked"], "the account at the identity provider LINE"),
  google: choice(["unlinked", "linkable", "linked"], "the account at the identity provider Google"),
  signInMs: ms(8_000, "the user's sign-in at the provider"),
  codeTtlMs: ms(180_000, "how long the code that links an account is valid (`idp.code`)"),
  codeEntryMs: ms(25_000, "from that code being sent to its last digit"),
};
