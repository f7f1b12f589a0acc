import { toBase64url } from "../../../src/entry/ctap.js";
import type { KnobOverrides } from "../../../src/entry/sim.js";
import type { BrowserStory } from "./browser-story.js";

const WISH: KnobOverrides = {
  "client.timeoutMs": 60_000,
  "user.closeSheetMs": null,
  "rp.transports": "omitted",
};

export const ORDINARY: KnobOverrides = { ...WISH, "key.touchDelayMs": 1_500 };

export const IMPATIENT: KnobOverrides = { ...WISH, "key.touchDelayMs": null, "key.upTimeoutMs": 5_000 };

export const UNTOUCHED: KnobOverrides = { ...WISH, "key.touchDelayMs": null, "key.upTimeoutMs": 300_000 };

export const SLOW: KnobOverrides = { ...WISH, "page.guardMs": 15_000, "key.touchDelayMs": 25_000 };

const FOREIGN_ID = toBase64url(new Uint8Array(32).fill(7));

export const REGISTERS: BrowserStory = {
  title: "registers a passkey",
  knobs: ORDINARY,
  method: "create",
  script: [{ do: "register" }],
  watchMs: 80_000,
};

export const SIGNS_IN: BrowserStory = {
  title: "signs in with it",
  knobs: ORDINARY,
  method: "get",
  script: [{ do: "register" }, { do: "login", atMs: 30_000 }],
  watchMs: 80_000,
};

export const FOREIGN_KEY: BrowserStory = {
  title: "asks a key that does not hold the passkey",
  knobs: ORDINARY,
  method: "get",
  script: [
    { do: "register" },
    { do: "set", atMs: 29_000, knobs: { "key.which": "second" } },
    { do: "login", atMs: 30_000 },
  ],
  allow: [{ type: "public-key", id: FOREIGN_ID }],
  watchMs: 80_000,
};

export const KEY_TIMEOUT: BrowserStory = {
  title: "hears from the key that nobody touched it",
  knobs: IMPATIENT,
  method: "create",
  script: [{ do: "register" }],
  watchMs: 80_000,
};

export const LATE: BrowserStory = {
  title: "registers with a touch after 25 s, 10 s after the page gave up",
  knobs: SLOW,
  method: "create",
  script: [{ do: "register" }],
  watchMs: 80_000,
};

/** The site's wish in milliseconds, and how long Firefox then waits, in seconds. */
const WISHES: readonly (readonly [wishMs: number | null, seconds: number])[] = [
  [5_000, 15],
  [20_000, 20],
  [null, 30],
];

export const NEVER_TOUCHED: readonly BrowserStory[] = WISHES.map(([wishMs, seconds]) => ({
  title: `gives a touch ${seconds} s when the site wishes ${wishMs === null ? "nothing" : `${wishMs / 1_000} s`}`,
  knobs: { ...UNTOUCHED, "client.timeoutMs": wishMs },
  method: "create",
  script: [{ do: "register" }],
  watchMs: seconds * 1_000 + 30_000,
}));

export const FIREFOX_STORIES = [
  REGISTERS,
  SIGNS_IN,
  FOREIGN_KEY,
  KEY_TIMEOUT,
  LATE,
  ...NEVER_TOUCHED,
] as const;
