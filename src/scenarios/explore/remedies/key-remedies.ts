import { STABLE_HANDLE, type RemedyTable } from "./remedy.js";

/** A touch as the simulation's user gives it who knows what is asked. */
const AT_ONCE_MS = 1_500;

/** What pages, clients and users can do about causes at security keys. */
export const KEY_REMEDIES: RemedyTable = {
  "key-timeout": {
    "Say before the prompt where the key's button is and that it blinks.": [
      { "key.touchDelayMs": AT_ONCE_MS },
    ],
  },
  "cancel-race": {
    "Keep the user handle stable: the next registration then takes the orphan's place.": STABLE_HANDLE,
  },
  "message-gap": {
    "Write all packets of a message without yielding in between.": [{ "hid.gapMs": 0 }],
  },
  "link-silent": {
    "Judge a key by several missed keepalives and a floor of seconds, not by the ideal of 100 ms.": [
      { "hid.silenceMs": 20_000 },
    ],
  },
  "channel-busy": {
    "Show the user that another program uses the key.": [{ "hid.busyMs": 0 }],
    "End every request one gives up with a CANCEL.": [{ "hid.busyMs": 0 }],
  },
  "store-full": {
    "Say that old passkeys have to be removed, or offer a phone.": [{ "key.used": 0 }],
  },
  "uv-blocked": {
    "On UV_BLOCKED ask for the PIN; let the ceremony's timer run on.": [{ "key.pinSet": true }],
    "Let the user fall back to the screen lock's PIN or pattern, and ask again while time remains.": [
      { "key.pinSet": true },
    ],
  },
  "token-expired": {
    "Fetch the token as late as possible.": [{ "host.stallAfterTokenMs": 0 }],
  },
  "assertion-window-missed": {
    "Collect all assertions first, then show the account list.": [{ "client.chooserMs": 0 }],
  },
  "no-credential": {
    "Say which device the passkey was created on, and when.": [{ "key.which": "first" }],
  },
  "lost-answer": {
    "Keep the user handle stable: a second key then takes the place of the first.": STABLE_HANDLE,
    "Keep the ceremony's state at the site and ask for it before starting over.": [
      { "page.asksState": true },
    ],
  },
  "overwrite-race": {
    "Send excludeCredentials on every attempt, read from the primary.": [{ "rp.excludeList": "account" }],
    "Send excludeCredentials on every registration, read from the primary.": [
      { "rp.excludeList": "account" },
    ],
  },
};
