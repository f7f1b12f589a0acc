/** What the guest program node-hid.ts checks of a key, on uhid and on USB/IP alike, in its order. */
export const COMMON_TITLES = [
  "is listed with its name, numbers and serial",
  "sends an answer of 129 reports, twice what the kernel keeps for a reader",
  "refuses what comes over the control pipe at once",
  "registers a passkey that a site accepts",
  "signs in with it",
  "sets a PIN, and verifies the user with it",
  "counts a wrong PIN and forgives it",
  "is cancelled while it waits for a touch, and then is free",
  "answers a page that aborts at once, and is free a moment later",
  "pulled out while it waits is DEVICE_GONE, and what it left is unknown",
  "plugged in again is the same key, and what was open stays closed",
  "pulled out after the touch is DEVICE_GONE too, and the passkey is there",
  "in use by one process is busy for another that does not wait for long",
  "in use by one process serves another that waits, afterwards",
  "is gone when it is disposed of",
] as const;

/** What it checks of a key on uhid alone. */
export const UHID_TITLES = [
  "carries the longest message it allows, and refuses a longer one",
  "of the command line is pulled out and plugged in by lines and signals",
  "whose program is killed is gone",
  "is refused to a program without rights, with the rule that gives them",
] as const;
