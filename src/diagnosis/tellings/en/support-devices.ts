import type { CausePart, SupportMessage } from "../messages.js";

/** What a support desk is told of causes in authenticators and on the way to them. */
export const SUPPORT_DEVICES = {
  "message-gap": {
    atFault: "computer",
    ask: ["Was the computer slow, asleep, or the key behind a hub?"],
    say: "The computer paused too long while it talked to the key; please plug the key in directly and try again.",
  },
  "link-silent": {
    atFault: "authenticator",
    ask: ["Does the key blink, and does it work at another port?"],
    say: "The key stopped answering; please unplug it, plug it in again, and try once more.",
  },
  "channel-busy": {
    atFault: "computer",
    ask: ["Is another program open that uses the key, or another passkey window?"],
    say: "Another program was using the key for {span}; please close it and try again.",
  },
  "store-full": {
    atFault: "authenticator",
    ask: ["Which model of key is it, and how many passkeys are on it?"],
    say: "The key has no room for another passkey; please delete one from it or use another device.",
  },
  "pin-blocked": {
    atFault: "user",
    ask: ["Is there another device with a passkey, or another way to sign in?"],
    say: "The PIN is blocked after too many wrong ones; only a reset unblocks the key, and it deletes every passkey on it.",
  },
  "uv-blocked": {
    atFault: "user",
    ask: ["Does the device have a PIN as well?"],
    say: "The sensor did not recognise you too often; please unlock the device with its PIN, or use another device.",
  },
  "token-expired": {
    atFault: "authenticator",
    ask: ["How long was it from the PIN to the touch?"],
    say: "Too much time passed after the PIN; please try again and touch the key soon after it.",
  },
  "assertion-window-missed": {
    atFault: "computer",
    ask: ["Are there many passkeys for this site on the key?"],
    say: "The computer read the list of passkeys too slowly; please try again at once.",
  },
  "authenticator-reset": {
    atFault: "user",
    ask: ["Was the key being set up or reset in another program at that time?"],
    say: "Another program reset the key while it was in use; please set it up and register it again.",
  },
  "key-unplugged": {
    atFault: "user",
    ask: ["Was the key pulled out, or is its port loose?"],
    say: "The key was unplugged before it was done; please plug it in firmly and try again.",
  },
  "key-timeout": {
    atFault: "authenticator",
    ask: ["Did the {device} blink or ask, and was it touched?"],
    say: "The {device} waited {span} for you and then stopped; please confirm as soon as it asks.",
  },
  "already-registered": {
    atFault: "nobody",
    ask: [
      "Did an earlier attempt end with a message of a failure?",
      "Does signing in with the passkey work?",
    ],
    say: "The device already holds a passkey for this account; please try to sign in with it.",
  },
  "lost-answer": {
    atFault: "network",
    ask: [
      "Did the device say that the passkey was made?",
      "Does the list of passkeys in the account show it?",
    ],
    say: "The device made the passkey and its answer was lost; please try again with the same device.",
  },
  "client-timer-orphan": {
    atFault: "browser",
    ask: ["Did the device say that the passkey was made, after the page had reported a failure?"],
    say: "The browser had stopped waiting after {span}, and the device was done too late; please try again with the same device.",
  },
  "ble-late-advert": {
    atFault: "page",
    ask: [
      "Was Bluetooth switched on only after the code was scanned?",
      "Is there a mail that confirms the passkey?",
    ],
    say: "The page reported a failure before phone and computer had found each other; please reload it and look before you try again.",
  },
  "scan-not-started": {
    atFault: "computer",
    ask: ["Does Bluetooth work with other devices on this computer?"],
    say: "The computer could not look for the phone; please switch its Bluetooth off and on, and try again.",
  },
  "bluetooth-off": {
    atFault: "computer",
    ask: ["Is Bluetooth switched on at the computer?"],
    say: "Bluetooth was off at the computer; please switch it on and try again.",
  },
  "other-code-scanned": {
    atFault: "user",
    ask: ["Was the code scanned from this screen, and was it the newest one?"],
    say: "The phone read the code of another attempt; please scan the one that is on the screen now.",
  },
  "advert-too-long": {
    atFault: "browser",
    ask: ["Which browser and which phone, and in which versions?"],
    say: "This browser does not understand the phone; please update both, or use another browser or a security key.",
  },
  "link-hang": {
    atFault: "browser",
    ask: ["What does the phone show, and what the computer?"],
    say: "Computer and phone kept waiting for each other; please cancel and start again with a new code.",
  },
  "phone-no-tunnel": {
    atFault: "phone",
    ask: ["Does the phone have internet access at this place, and does a web page open on it?"],
    say: "The phone had no working internet connection; please connect it and try again.",
  },
  "tunnel-expired": {
    atFault: "relay",
    ask: ["How long was it from the scan to the confirmation on the phone?"],
    say: "The connection ended after {span} without an answer; please start again and confirm on the phone soon after.",
  },
  "tunnel-limit": {
    atFault: "relay",
    ask: ["Does it happen every time, and with other sites too?"],
    say: "The relay service ended the connection over a limit of its own; please wait a few minutes or use another device.",
  },
  "tunnel-refused": {
    atFault: "relay",
    ask: ["Does a firewall or a company network stand between?", "Does it work from another network?"],
    say: "The relay service did not let the computer in; please try from another network or use a security key.",
  },
  "message-rejected": {
    atFault: "phone",
    ask: ["Which phone and which browser, and in which versions?"],
    say: "Phone and computer could not read each other; please update both and start with a new code.",
  },
  "link-gone": {
    atFault: "relay",
    ask: ["Was the phone reset, replaced or its browser removed?"],
    say: "The phone that the computer remembers is not valid any more; please scan the code with the phone once.",
  },
  "link-lost": {
    atFault: "network",
    ask: ["Did the phone or the computer change its network, or sleep?"],
    say: "The connection to the phone broke off; please check both connections and try again.",
  },
  "link-flake-per-attempt": {
    atFault: "network",
    ask: ["Did the next attempt work?"],
    say: "The connection failed before anything was asked; please try again at once.",
  },
  "phone-not-heard": {
    atFault: "phone",
    ask: [
      "Is Bluetooth on at the phone, and is the phone beside the computer?",
      "Is the phone in a power-saving mode?",
    ],
    say: "The computer did not find the phone nearby; please switch its Bluetooth on, hold it close, and try again.",
  },
  "phone-hung-up": {
    atFault: "phone",
    ask: ["What did the phone show last?"],
    say: "The phone ended the connection without an answer; please unlock it and start again.",
  },
  "phone-closed-by-owner": {
    atFault: "user",
    ask: ["Was the sheet on the phone closed or swiped away?"],
    say: "The sheet on the phone was closed before it was answered; please start again and leave it open.",
  },
  "phone-not-ready": {
    atFault: "phone",
    ask: ["Has the phone a screen lock, and may its system use Bluetooth?"],
    say: "The phone lacks a screen lock or the permission to use Bluetooth; please set these up and try again.",
  },
} satisfies CausePart<SupportMessage>;
