import { toBase64url } from "../../../src/entry/ctap.js";
import type { KnobOverrides } from "../../../src/entry/sim.js";
import type { BrowserStory } from "./browser-story.js";

/** Nobody closes the browser's sheets: without a window there are none to be seen. */
const WISH: KnobOverrides = {
  "client.timeoutMs": 60_000,
  "user.closeSheetMs": null,
  "rp.transports": "omitted",
};

export const ORDINARY: KnobOverrides = { ...WISH, "key.touchDelayMs": 1_500 };

/** Where nothing settles the promise: as late as the comparison lets a step be, and five seconds of the key's own. */
const WHILE_PENDING_MS = 55_000;

export const IMPATIENT: KnobOverrides = { ...WISH, "key.touchDelayMs": null, "key.upTimeoutMs": 5_000 };

/** Its prompt stands as long as a phone's, whatever the host says. */
export const PATIENT: KnobOverrides = {
  ...WISH,
  "page.guardMs": 60_000,
  "key.upTimeoutMs": 300_000,
  "key.ignoresCancel": true,
};

const FOREIGN_ID = toBase64url(new Uint8Array(32).fill(7));

export const REGISTERS: BrowserStory = {
  title: "registers a passkey",
  knobs: ORDINARY,
  method: "create",
  script: [{ do: "register" }],
  watchMs: 90_000,
};

export const SIGNS_IN: BrowserStory = {
  title: "signs in with it",
  knobs: ORDINARY,
  method: "get",
  script: [{ do: "register" }, { do: "login", atMs: 30_000 }],
  watchMs: 90_000,
};

/** The sheet says it, and the page's promise waits for somebody to close it. */
export const FOREIGN_KEY: BrowserStory = {
  title: "keeps from the page that the key does not hold the passkey",
  knobs: ORDINARY,
  method: "get",
  script: [
    { do: "register" },
    { do: "set", atMs: 29_000, knobs: { "key.which": "second" } },
    { do: "login", atMs: 30_000 },
  ],
  allow: [{ type: "public-key", id: FOREIGN_ID }],
  watchMs: WHILE_PENDING_MS,
};

export const KEY_TIMEOUT: BrowserStory = {
  title: "forgets a key that says nobody touched it, and waits",
  knobs: IMPATIENT,
  method: "create",
  script: [{ do: "register" }],
  watchMs: WHILE_PENDING_MS,
};

export const LATE: BrowserStory = {
  title: "registers with a touch after 95 s, 35 s after the page gave up",
  knobs: { ...PATIENT, "key.touchDelayMs": 95_000 },
  method: "create",
  script: [{ do: "register" }],
  watchMs: 140_000,
};

/** What Mercari's users meet at a computer. */
export const PHONE_ONLY: BrowserStory = {
  title: "asks for a key nobody has when the passkey is on a phone",
  knobs: {
    ...WISH,
    "page.guardMs": 60_000,
    "rp.transports": "internal-only",
    "os.hybridSupported": false,
  },
  method: "get",
  script: [
    { do: "register" },
    { do: "set", knobs: { "key.elsewhere": true } },
    { do: "login", atMs: 30_000 },
  ],
  allow: [{ type: "public-key", id: FOREIGN_ID, transports: ["internal"] }],
  watchMs: 205_000,
};

/** The key ignores what it is told; while the browser's sheet stands, its answer still counts. The simulated one drops it. */
export const NEVER_IN_TIME: BrowserStory = {
  title: "tells the key to stop after three minutes, and yet takes what it answers later",
  knobs: { ...PATIENT, "key.touchDelayMs": 190_000 },
  method: "create",
  script: [{ do: "register" }],
  differs: ["the promise"],
  watchMs: 202_000,
};

/** Its tab is behind another one from the start. */
export const BEHIND_CREATE: BrowserStory = {
  title: "refuses to register at once in a tab behind another",
  knobs: { ...ORDINARY, "page.focused": false },
  method: "create",
  script: [{ do: "register" }],
  behindMs: 0,
  watchMs: 30_000,
};

export const BEHIND_GET: BrowserStory = {
  title: "signs in in a tab behind another",
  knobs: { ...ORDINARY, "page.focused": false },
  method: "get",
  script: [
    { do: "set", knobs: { "page.focused": true } },
    { do: "register" },
    { do: "set", atMs: 29_000, knobs: { "page.focused": false } },
    { do: "login", atMs: 30_000 },
  ],
  behindMs: 0,
  watchMs: 60_000,
};

/** The passkey is made, and the site never hears of it. */
export const COVERED: BrowserStory = {
  title: "throws a new passkey away when another tab is in front by then",
  knobs: { ...ORDINARY, "key.touchDelayMs": 20_000 },
  method: "create",
  script: [
    { do: "register", inBackground: true },
    { do: "set", atMs: 10_000, knobs: { "page.focused": false } },
  ],
  behindMs: 12_000,
  watchMs: 70_000,
};

export const CHROMIUM_STORIES = [
  REGISTERS,
  SIGNS_IN,
  BEHIND_CREATE,
  BEHIND_GET,
  COVERED,
  FOREIGN_KEY,
  KEY_TIMEOUT,
  LATE,
  PHONE_ONLY,
  NEVER_IN_TIME,
] as const;
