import { choice, count, ms, msOrNever, toggle } from "../knobs/knob-spec.js";

/** Options of the relying party's server. */
export const RP_KNOBS = {
  challengeTtlMs: ms(600_000, "how long the relying party accepts a challenge it issued"),
  enforceTimeout: toggle(true, "the relying party checks the age of a challenge at all"),
  optionsMs: ms(50, "processing of an options call"),
  finishMs: ms(300, "processing of a finish call, between verification and commit"),
  commitDelayMs: ms(0, "from the accepting answer to the row in the primary database"),
  replicaLagMs: ms(0, "from the row in the primary database to the row in login options"),
  idempotentFinish: toggle(false, "a repeated finish call with the same response gets the stored result"),
  flagAt: choice(["commit", "options", "first-login"], "when the account is flagged as having a passkey"),
  unknownAccount: choice(
    ["decoy", "empty", "refuse"],
    "login options for an account without a visible row: a made-up credential id, an empty list, or 404",
  ),
  userVerification: choice(["preferred", "required", "discouraged"], "`userVerification` of the options"),
  attachment: choice(
    ["any", "platform", "cross-platform"],
    "`authenticatorAttachment` of registration options; any: the member is left out",
  ),
  sessionIn: choice(
    ["cookie", "body"],
    "how a finish call names its ceremony: a cookie, or a signed state in its body",
  ),
  residentKey: choice(["required", "discouraged"], "`residentKey` of registration options"),
  workerMs: msOrNever(null, "finish answers 202 and a worker commits this much later; never: at once, 200"),
  pollMs: ms(15_000, "after a 202 the page asks for the outcome this long (`rp.poll`)"),
  order: choice(
    ["validate-first", "side-effects-first"],
    "row and mail are made after the challenge was checked, or before",
  ),
  loginReads: choice(["replica", "primary"], "which database login options are read from"),
  finishReads: choice(
    ["primary", "replica"],
    "which database a login's finish call looks the credential up in",
  ),
  allowList: choice(["account", "empty"], "login options name the account's credentials, or none"),
  excludeList: choice(["account", "empty"], "registration options name the account's credentials, or none"),
  userIdStable: toggle(true, "every registration of an account has the same user handle"),
  maxPasskeys: count(0, "passkeys an account may have; 0: any number"),
  whenFull: choice(["replace", "refuse"], "a passkey too many replaces the oldest row, or is refused"),
  replaceAt: choice(["commit", "options"], "when a passkey too many deletes the oldest row"),
  freshAgeMs: msOrNever(null, "how long after signing in a passkey may be created"),
  linkSingleUse: choice(
    ["none", "click", "finish"],
    "a mailed link opens the registration, and is used up at this point; none: there is no link",
  ),
  stepUpTtlMs: msOrNever(null, "a mailed key opens the registration for this long (`rp.step-up`)"),
  stepUpCheckedAt: choice(["finish", "options"], "when the age of that step-up is checked"),
  signCounter: choice(
    ["reject", "signal"],
    "a signature counter that does not rise refuses the login, or only counts for device-bound passkeys",
  ),
  idColumnBytes: count(1_023, "longest credential id the database keeps; the rest is cut off", {
    unit: "bytes",
  }),
  readsBack: toggle(false, "a row is read back after the insert, and refused when it differs"),
  transports: choice(
    ["as-reported", "internal-only", "with-hybrid", "omitted", "hybrid-only"],
    "`transports` of a stored passkey in allowCredentials",
  ),
  passwordWhenFlagged: choice(
    ["refused", "allowed"],
    "ID and password for an account flagged as having a passkey",
  ),
  topOrigins: choice(
    ["none", "portal"],
    "pages of another origin in whose frames the relying party accepts ceremonies",
  ),
  backupEligibility: choice(
    ["must-stay", "may-change"],
    "a login whose flag BE differs from that of the registration is refused, or accepted",
  ),
  unusualDevice: choice(
    ["accepted", "challenged", "refused"],
    "a login from a browser that the relying party does not know: accepted, refused, or until a code was right",
  ),
  challengePer: choice(
    ["session", "account"],
    "a second device's challenge is kept beside the first, or replaces it",
  ),
  qr: choice(["browser", "site"], "the QR code is the browser's, or a web link of the relying party's own"),
};

/** Options of the relying party's call that waits for a phone. */
export const POLL_KNOBS = {
  limitMs: msOrNever(
    60_000,
    "how long the relying party holds a call that waits for the phone (`poll.limit`)",
    { min: 1 },
  ),
};
