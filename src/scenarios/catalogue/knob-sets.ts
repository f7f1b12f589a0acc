import type { KnobOverrides } from "../../sim/knobs/knobs.js";

/**
 * A phone's own authenticator whose prompt stands for 300 s.
 *
 * Chrome's platform gives a phone 60 s; other platforms do not say, and the field reports need more.
 */
export const PATIENT_PHONE: KnobOverrides = {
  "key.profile": "phone",
  "key.upTimeoutMs": 300_000,
  "key.ignoresCancel": true,
};

/** Who serves a passkey account without troubles of its own. */
export const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 } as const;

export const NOTHING = { keys: 0, rows: 0, orphans: 0, ghosts: 0, mails: 0 } as const;

export const ORPHAN = { keys: 1, rows: 0, orphans: 1, ghosts: 0, mails: 0 } as const;
