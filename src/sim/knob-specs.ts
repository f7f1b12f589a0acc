/** What a knob is, for people (`doc`) and for the parser (`kind`, `choices`, `never`). */
export interface KnobSpec<Value extends KnobValue = KnobValue> {
  readonly kind: "ms" | "count" | "switch" | "choice";
  readonly standard: Value;
  readonly doc: string;
  /** The values a choice accepts. */
  readonly choices?: readonly string[];
  /** `null` is allowed and means that it never happens. */
  readonly never?: boolean;
  /** Built into the world when it is made: cannot be turned in the middle of a run. */
  readonly fixed?: boolean;
}

export type KnobValue = number | boolean | string | null;

/** Milliseconds, zero or more. */
const ms = (standard: number, doc: string): KnobSpec<number> => ({ kind: "ms", standard, doc });

/** Milliseconds, or `null` for never. */
const msOrNever = (standard: number | null, doc: string): KnobSpec<number | null> => ({
  kind: "ms",
  standard,
  doc,
  never: true,
});

const count = (standard: number, doc: string): KnobSpec<number> => ({ kind: "count", standard, doc });

const toggle = (standard: boolean, doc: string): KnobSpec<boolean> => ({ kind: "switch", standard, doc });

const choice = <const Name extends string>(
  choices: readonly [Name, ...Name[]],
  doc: string,
): KnobSpec<Name> => ({ kind: "choice", standard: choices[0], doc, choices });

const fixed = <Value extends KnobValue>(spec: KnobSpec<Value>): KnobSpec<Value> => ({ ...spec, fixed: true });

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
  },
  page: {
    guardMs: msOrNever(null, "the page's own timer from the press of the button to the site's last answer"),
    aborts: toggle(false, "the guard also aborts the pending request"),
    corrects: toggle(false, "the page takes its error text back when the ceremony succeeds after all"),
    focused: toggle(true, "the page has the focus when create() completes"),
  },
  user: {
    closeSheetMs: msOrNever(5_000, "from a failure sheet of the browser to the person closing it"),
    patienceMs: ms(1_800_000, "after this long in one ceremony the person leaves the page as it is"),
    pinEntryMs: ms(6_000, "from the browser's question for the PIN to the last digit"),
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
  },
  net: {
    latencyMs: ms(50, "one way between page and site"),
  },
  gw: {
    idleMs: msOrNever(60_000, "the gateway answers 504 after this long; the work behind it goes on"),
  },
  mail: {
    delayMs: ms(5_000, "from the queue to the person's inbox"),
  },
  link: {
    road: fixed(
      choice(["hid", "loopback"], "through the real CTAPHID code, or straight to the authenticator"),
    ),
  },
  hid: {
    keepaliveMs: fixed(ms(100, "between two keepalives of the key")),
    reassemblyMs: fixed(ms(500, "longest gap the key accepts inside a message")),
    busyMs: fixed(ms(0, "how long the key answers CHANNEL_BUSY from the start of the run")),
  },
  key: {
    present: toggle(true, "a key is plugged in"),
    profile: fixed(
      choice(
        ["generic", "phone", "yubikey5", "answers-3a", "fingerprint", "ctap20", "ctap23"],
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
    pinSet: fixed(toggle(false, "the key has a PIN; the person knows it")),
    pinRetries: fixed(count(8, "PIN attempts left")),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KnobSpec>>>>;
