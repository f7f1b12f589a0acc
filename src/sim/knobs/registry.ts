import { HYBRID_KNOBS } from "./hybrid-knobs.js";
import { choice, count, fixed, ms, msOrNever, share, toggle, type KnobSpec } from "./knob-spec.js";

export type { KnobSpec, KnobValue } from "./knob-spec.js";

/**
 * Every knob of the world in a box: group, then name with its unit; the first choice is the default.
 *
 * A knob is a number or switch of one actor. It is listed here only once something obeys it.
 */
export const KNOB_SPECS = {
  client: {
    profile: choice(
      [
        "chrome-floor3m",
        "chrome-10s-10m",
        "chrome-windows",
        "gecko",
        "webkit",
        "spec-l3",
        "spec-l2-uvd",
        "extension-shim",
      ],
      "whose ceremony timer and failure manners the browser has",
    ),
    timeoutMs: msOrNever(60_000, "`timeout` the site asks for; never: the member is left out"),
    mediation: choice(["modal", "conditional"], "the page asks with a sheet, or in the autofill of a field"),
    virtualAuthenticator: toggle(false, "a WebDriver virtual authenticator is attached"),
    linkDeadlineMs: msOrNever(
      null,
      "how long the client looks for a phone (`hybrid.link`); never: as long as the ceremony, as browsers do",
    ),
    settleMs: ms(500, "from Bluetooth being switched on to the client's scan"),
    scanRetries: count(
      0,
      "how often the client tries again to scan where that fails: after 250 ms, and twice as long each time",
    ),
    clearCookiesMs: msOrNever(null, "from the press of the page's button to the person clearing its cookies"),
    chooserMs: ms(0, "how long the client shows its account list before it asks for the next assertion"),
  },
  page: {
    guardMs: msOrNever(null, "the page's own timer from the press of the button to the site's last answer"),
    aborts: toggle(false, "the guard also aborts the pending request"),
    corrects: toggle(false, "the page takes its error text back when the ceremony succeeds after all"),
    focused: toggle(true, "the page has the focus when create() completes"),
    autoRetry: count(0, "how often the page begins a failed registration again by itself"),
    handlerThrows: toggle(false, "the page's script breaks down after the site accepted"),
    retriesFinish: count(0, "how often the page repeats a finish call that got no answer"),
    asksState: toggle(false, "before telling of a failure the page asks the site for the ceremony's state"),
    checksUvpaa: toggle(
      false,
      "the page offers a passkey of this computer only where the computer has an authenticator of its own",
    ),
    resumesPoll: toggle(false, "a page that waits for a phone asks again after 408 or 504"),
  },
  user: {
    closeSheetMs: msOrNever(5_000, "from a failure sheet of the browser to the person closing it"),
    patienceMs: ms(1_800_000, "after this long in one ceremony the person leaves the page as it is"),
    btOnMs: msOrNever(9_000, "from the sheet that asks for Bluetooth to the person switching it on"),
    cancelMs: msOrNever(null, "from a sheet that finds no authenticator to the person pressing Cancel"),
    pickMs: ms(3_000, "from the autofill being ready to the person picking the passkey there"),
    pinSetupMs: ms(26_000, "choosing a PIN twice in the system's dialog"),
    pinEntryMs: ms(6_000, "from the browser's question for the PIN to the last digit"),
    codeEntryMs: ms(4_000, "from having a code to its last digit"),
    codePatienceMs: ms(600_000, "after this long without a code the person gives up waiting for it"),
    findMs: ms(600_000, "from a mail in the spam folder to the person looking there"),
  },
  rp: {
    challengeTtlMs: ms(600_000, "how long the site accepts a challenge it issued"),
    enforceTimeout: toggle(true, "the site checks the age of a challenge at all"),
    optionsMs: ms(50, "work behind an options call"),
    finishMs: ms(300, "work behind a finish call, between verification and commit"),
    commitDelayMs: ms(0, "from the accepting answer to the row on the primary"),
    replicaLagMs: ms(0, "from the row on the primary to the row in login options"),
    idempotentFinish: toggle(false, "a repeated finish with the same answer gets the stored result"),
    flagAt: choice(["commit", "options", "first-login"], "when the account is flagged as having a passkey"),
    unknownAccount: choice(
      ["decoy", "empty", "refuse"],
      "login options for an account without a visible row: made-up id, empty list, or 404",
    ),
    userVerification: choice(["preferred", "required", "discouraged"], "what the site asks for"),
    attachment: choice(
      ["any", "platform", "cross-platform"],
      "which authenticators may make a passkey: this computer's own, others, or both",
    ),
    sessionIn: choice(
      ["cookie", "body"],
      "what a finish call shows for its ceremony: a cookie, or a signed state",
    ),
    residentKey: choice(["required", "discouraged"], "whether a passkey must be discoverable"),
    workerMs: msOrNever(null, "finish answers 202 and a worker commits this much later; never: at once, 200"),
    pollMs: ms(15_000, "after a 202 the page asks for the outcome this long (`rp.poll`)"),
    order: choice(
      ["validate-first", "side-effects-first"],
      "row and mail after the challenge was checked, or before",
    ),
    loginReads: choice(["replica", "primary"], "which copy login options are read from"),
    finishReads: choice(["primary", "replica"], "which copy a login's finish looks the credential up in"),
    allowList: choice(["account", "empty"], "login options name the account's credentials, or none"),
    excludeList: choice(["account", "empty"], "registration options name the account's credentials, or none"),
    userIdStable: toggle(true, "every registration of an account has the same user handle"),
    maxPasskeys: count(0, "passkeys an account may have; 0: any number"),
    whenFull: choice(["replace", "refuse"], "a passkey too many takes the oldest row's place, or is refused"),
    replaceAt: choice(["commit", "options"], "when a passkey too many makes the oldest row go"),
    freshAgeMs: msOrNever(null, "how long after signing in a passkey may be created"),
    linkSingleUse: choice(
      ["none", "click", "finish"],
      "a mailed link opens the registration, and is spent then",
    ),
    stepUpTtlMs: msOrNever(null, "a mailed key opens the registration for this long (`rp.step-up`)"),
    stepUpCheckedAt: choice(["finish", "options"], "when the age of that step-up is looked at"),
    signCounter: choice(
      ["reject", "signal"],
      "a counter that does not rise refuses the login, or is a signal only for passkeys that synchronise",
    ),
    idColumnBytes: count(1_023, "longest credential id the database keeps; what is longer is cut off"),
    readsBack: toggle(false, "a row is read back after the insert, and refused when it differs"),
    transports: choice(
      ["as-reported", "internal-only", "with-hybrid", "omitted"],
      "what the site says of the transports of a stored passkey",
    ),
    passwordWhenFlagged: choice(
      ["refused", "allowed"],
      "ID and password for an account flagged as having a passkey",
    ),
    challengePer: choice(
      ["session", "account"],
      "a second device's challenge lives beside the first, or ends it",
    ),
    qr: choice(["browser", "site"], "the QR code is the browser's, or a web link of the site's own"),
  },
  poll: {
    limitMs: msOrNever(60_000, "how long the site holds a call that waits for the phone (`poll.limit`)"),
  },
  net: {
    latencyMs: ms(50, "one way between page and site"),
    loses: choice(
      ["nothing", "finish-answer"],
      "what gets lost on the way: the first answer to every finish",
    ),
  },
  gw: {
    idleMs: msOrNever(60_000, "the gateway answers 504 after this long; the work behind it goes on"),
  },
  mail: {
    delayMs: ms(5_000, "from the queue to the person's inbox"),
    spam: toggle(false, "mails with codes end in the spam folder"),
    scannerMs: msOrNever(
      null,
      "from the queue to a scanner opening the link in a mail; never: there is none",
    ),
  },
  sms: {
    delayMs: ms(6_000, "from the site to the telephone"),
    route: choice(["mobile", "landline", "spouse"], "whose number is on record"),
    knowsRoute: toggle(
      false,
      "the site classed the number when it was entered, and sends no text to a landline",
    ),
  },
  relay: {
    humanMs: ms(60_000, "from a code on somebody else's telephone to the person hearing it"),
  },
  otp: {
    ttlMs: ms(300_000, "how long the site accepts a code (`otp.ttl`)"),
    ttlFrom: choice(["issue", "arrival"], "from when on that is counted"),
    resends: count(3, "how often a code may be asked for again"),
    rotateOnResend: toggle(false, "asking again makes another code and voids the one before"),
    expiredCounts: toggle(false, "an expired or voided code counts as a wrong one"),
    link: choice(
      ["none", "get-consumes", "post-consumes"],
      "the mail has a link: opening it spends the code, or a button does",
    ),
  },
  app: {
    clockOffMs: ms(0, "how far the clock of the authenticator app is ahead"),
  },
  factor: {
    enrolled: choice(
      ["sms", "mail", "app", "sms+mail", "none"],
      "second factors the account has at the start",
    ),
  },
  settings: {
    requires: choice(["enrolled-factor", "session"], "what changing a factor asks for"),
  },
  lock: {
    threshold: count(5, "failures until the account is locked, and until every further lock"),
    ladder: choice(
      ["10min-20min-1h-1day", "15min", "1min-doubling"],
      "how long each lock lasts, by the policies of known products",
    ),
    extendWhileLocked: toggle(false, "an attempt while locked starts the time anew"),
    blocksPasskey: toggle(false, "a locked account refuses its passkey too"),
  },
  reset: {
    identityMs: ms(600_000, "how long the call centre takes to make sure who is calling"),
    hours: choice(["always", "weekday 08-17"], "when the call centre answers, Japanese time"),
    newFactor: choice(["mail", "sms", "app"], "the factor it enrols in place of the old ones"),
    passkeys: choice(["kept", "revoked"], "what it does with the passkeys"),
    noticeTo: choice(["mail", "nobody"], "whom it tells"),
  },
  idp: {
    line: choice(["unlinked", "linkable", "linked"], "the account at the first sign-in provider"),
    google: choice(["unlinked", "linkable", "linked"], "the account at the second sign-in provider"),
    signInMs: ms(8_000, "the person's part at the provider"),
    codeTtlMs: ms(180_000, "how long the code that links an account is good (`idp.code`)"),
    codeEntryMs: ms(25_000, "from that code being sent to its last digit"),
  },
  link: {
    road: fixed(
      choice(
        ["hid", "loopback", "hybrid"],
        "through the real CTAPHID code, straight to the authenticator, or to a phone over radio and tunnel",
      ),
    ),
    seenAs: choice(["usb", "hybrid"], "what the browser takes the link for"),
    readyMs: ms(0, "from the browser's first wish to the link being ready, as with a late advert"),
    breaks: choice(
      ["never", "before-request", "after-answer"],
      "the link fails before the authenticator hears anything, or after it did its work",
    ),
    breakCount: count(1, "how many ceremonies that happens to"),
    failP: share(0, "chance that the tunnel to a phone breaks, drawn anew at each of its messages"),
  },
  ...HYBRID_KNOBS,
  hid: {
    keepaliveMs: fixed(ms(100, "between two keepalives of the key")),
    reassemblyMs: fixed(ms(500, "longest gap the key accepts inside a message")),
    busyMs: fixed(ms(0, "how long the key answers CHANNEL_BUSY from the start of the run")),
    busyPatienceMs: ms(12_000, "how long the host puts up with CHANNEL_BUSY (`hid.busy`)"),
    silenceMs: ms(20_000, "longest pause between two frames of the key (`hid.silence`)"),
    stallAfterMs: fixed(msOrNever(null, "the key falls silent this long after every request")),
    stallForMs: fixed(ms(0, "how long that silence lasts")),
    gapMs: ms(0, "what the host pauses between two packets of one message"),
    foreignFrames: fixed(toggle(false, "frames of another program's channel come in between")),
  },
  os: {
    hybridSupported: toggle(true, "browser and system can reach a phone by QR code"),
    btPowered: toggle(
      true,
      "the computer's Bluetooth is on; otherwise a sheet asks for it before there is a code",
    ),
    helloEnabled: toggle(false, "the computer has an authenticator of its own, set up (Windows Hello)"),
    webauthnApi: count(
      0,
      "version of the Windows WebAuthn interface; 0: another system, without that dialog",
    ),
    dialogResult: choice(
      [
        "none",
        "NTE_EXISTS",
        "ERROR_CANCELLED",
        "ERROR_TIMEOUT",
        "NTE_NOT_FOUND",
        "NTE_NOT_SUPPORTED",
        "NTE_TOKEN_KEYSET_STORAGE_FULL",
        "NTE_INVALID_PARAMETER",
        "E_FAIL",
      ],
      "what the Windows dialog ends with instead of asking any authenticator",
    ),
    setsUpPin: toggle(false, "the system has a PIN set on a key without one, before the key is used"),
  },
  browser: {
    helloForPasswords: toggle(false, "Windows Hello is asked for before a password is filled in"),
  },
  ext: {
    focusWaitMs: msOrNever(
      null,
      "an extension holds every request back until the page has focus, this long at most (`ext.focus`)",
    ),
  },
  host: {
    stallAfterTokenMs: ms(0, "what the host dawdles between a PIN token and the command that uses it"),
  },
  pin: {
    wrongFirst: count(0, "how many wrong PINs the person types before the right one"),
    strikesPerBoot: fixed(count(3, "wrong PINs in a row until the key wants to be unplugged")),
  },
  uv: {
    bad: count(0, "how often the sensor does not recognise the person before it does"),
  },
  key: {
    present: toggle(true, "a key is plugged in"),
    profile: fixed(
      choice(
        [
          "generic",
          "phone",
          "yubikey5",
          "answers-3a",
          "fingerprint",
          "ctap20",
          "ctap23",
          "post-quantum",
          "yubikey5-nfc",
          "yubikey5-fips",
          "yubikey-bio",
          "yubikey-ctap23",
          "security-key-yubico",
          "token2",
          "gotrust-idem",
          "google-titan",
          "atkey-pros",
          "swissbit-ishield",
          "arculus-card",
          "feitian-biopass",
          "feitian-epass",
          "solo1",
          "nitrokey3-v1",
          "nitrokey3",
          "opensk",
          "pico-fido",
          "trezor",
          "windows-hello",
          "android-chrome",
          "android-platform",
          "iphone",
        ],
        "which authenticator it is; `phone` stands for a phone's own authenticator behind the same link",
      ),
    ),
    touchDelayMs: msOrNever(1_500, "from the prompt to the gesture; never: nobody comes"),
    decision: choice(["approve", "decline"], "what the person's gesture says"),
    upTimeoutMs: fixed(ms(30_000, "how long the key waits for a gesture (`key.up`)")),
    upStatus: fixed(choice(["0x2f", "0x3a", "0x27"], "what the key answers when that time is over")),
    createMs: ms(0, "from the gesture to the answer with the new key: making it, escrow in a cloud"),
    processingMs: fixed(ms(100, "work before every answer of the key but getInfo")),
    ignoresCancel: toggle(false, "like a phone: a prompt on its screen outlives the client's cancel"),
    transport: fixed(choice(["usb", "nfc"], "how the key says it is reached; its token times depend on it")),
    slots: fixed(count(25, "discoverable credentials the key has room for")),
    used: fixed(count(0, "how many of those slots are taken already")),
    resetWindowMs: fixed(
      ms(10_000, "how long after power-up the key lets itself be reset (`key.reset-window`)"),
    ),
    pinSet: fixed(toggle(false, "the key has a PIN; the person knows it")),
    pinRetries: fixed(count(8, "PIN attempts left")),
    which: choice(["first", "second"], "which of the person's two authenticators is at hand"),
    second: choice(["empty", "synced"], "the second one has nothing, or copies of the first one's passkeys"),
    syncMs: ms(0, "how long such a copy takes (`sync.delay`); 0: it is there when the second one is used"),
    listOrder: choice(["newest-first", "oldest-first"], "how its display lists several accounts"),
    signCounter: fixed(choice(["profile", "zero", "global", "per-credential"], "how it counts signatures")),
    picksAccount: count(0, "which of several accounts the person picks on its display, counted from the top"),
    indexLagMs: ms(0, "from the making of a passkey to the authenticator finding it"),
    elsewhere: toggle(
      false,
      "it is another device, a phone: reached only if the browser may offer a QR code",
    ),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KnobSpec>>>>;
