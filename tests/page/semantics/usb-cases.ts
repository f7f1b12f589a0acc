/** The cases before a key on the computer's USB: which it cannot play, and where the harness differs from Chromium. */

import { CASE_GROUPS } from "./all-cases.js";

/** What an unmodified browser came to in one case. */
export interface UsbResult {
  readonly value: unknown;
  readonly ms: number;
  /** What the key was asked and answered. */
  readonly key: readonly string[];
}

/** One run of the lab. */
export interface UsbRun {
  readonly browser: string;
  readonly results: Readonly<Record<string, UsbResult>>;
}

/** A run beside what the harness came to; docs/page-semantics.md is made from the one that was recorded. */
export interface UsbRecord {
  readonly browser: string;
  readonly cases: readonly {
    readonly id: string;
    readonly inChromium: unknown;
    readonly inHarness: unknown;
  }[];
}

/** File among the artefacts of the lab's run. */
export const USB_RESULTS = "results.json";

/** From the root of the project. */
export const USB_RECORD = "docs/page-semantics-usb.json";

interface UsbCase {
  /** In a window, with a person who selects the account that the browser's list shows. */
  readonly isAttended?: boolean;
  /** Why no key on USB can play the case. */
  readonly out?: string;
  /** Why the harness differs from Chromium; absent where it must not. */
  readonly differs?: string;
}

/**
 * get() names no credential, the key verifies its user and tells the account's name: Chromium shows a list of accounts,
 * even of one, and waits for a click.
 */
const ATTENDED: UsbCase = { isAttended: true };

/** The same difference as with the browser's virtual authenticator. */
const likeVirtual = (id: string): UsbCase => {
  const known = CASE_GROUPS.flatMap(({ cases }) => cases).find((one) => one.id === id)?.differs;
  if (known === undefined) throw new Error(`${id} does not differ with the virtual authenticator`);
  return { differs: known };
};

const USB_CASES: Readonly<Record<string, UsbCase>> = {
  "function-text": likeVirtual("function-text"),
  "read-order": likeVirtual("read-order"),
  "asserted-discoverable": ATTENDED,
  "ext-cred-blob": ATTENDED,
  "user-id-empty": {
    differs:
      "the specification has TypeError (WebAuthn Level 3 §5.1.3 step 5), and so has the harness. Chromium 156 asks the key, and this key refuses an empty user id, which is NotAllowedError",
  },
  "capabilities-values": {
    differs:
      "conditionalCreate and relatedOrigins are false, because the harness does neither; all others are the same, hybridTransport of a computer without Bluetooth too",
  },
  "get-options": ATTENDED,
  "mediation-required": ATTENDED,
  "frame-same-origin": ATTENDED,
  "frame-cross-origin-allowed": ATTENDED,
};

/** Returns what is known of a case before a key on USB. */
export function usbOf(id: string): UsbCase {
  return USB_CASES[id] ?? {};
}
