import type { CausePart, SupportMessage } from "../messages.js";

/** What a support desk is told of causes in the page, the browser and the computer, and of the user's own choice. */
export const SUPPORT_CLIENT = {
  success: {
    atFault: "nobody",
    ask: ["Does the customer still see a message of a failure?"],
    say: "All went well; there is nothing to repair.",
  },
  undecided: {
    atFault: "unknown",
    ask: [
      "At what time was it, in which browser and on which device?",
      "What did the screen show last, word for word?",
    ],
    say: "We cannot yet say what went wrong; please try once more and tell us the time if it fails again.",
  },
  "competing-authenticator-error": {
    atFault: "extension",
    ask: [
      "Is a password manager or another extension installed in the browser?",
      "Did a window of that extension open, or close by itself?",
    ],
    say: "A browser extension held the request back for {span}; please close its window or switch it off, and try again.",
  },
  "focus-missing-at-call": {
    atFault: "page",
    ask: ["Was another window or the address bar in front when the page began?"],
    say: "Please click on the page once and then press the button; the page asked before it was in front.",
  },
  "focus-lost-at-completion": {
    atFault: "browser",
    ask: ["Did another window come to the front before the device was done?"],
    say: "Please try again and keep the page in front until it says that it is finished; the browser dropped the answer because it was not.",
  },
  "request-pending": {
    atFault: "page",
    ask: [
      "Is a passkey window of an earlier attempt still open?",
      "Is the site open in more than one window?",
    ],
    say: "Please reload the page and try again; an earlier attempt of the page was still going on.",
  },
  "request-replaced": {
    atFault: "page",
    ask: ["Did the customer press the button twice, or start a second attempt?"],
    say: "A newer attempt took the place of this one; please go on with the newer one.",
  },
  "verification-unavailable": {
    atFault: "site",
    ask: ["Which device was used, and has it a PIN, fingerprint or face set up?"],
    say: "The site asks for a PIN or a fingerprint; please set one up on the device, or use another device.",
  },
  "dialog-refused": {
    atFault: "computer",
    ask: [
      "What did the window of the operating system say, word for word?",
      "Which version of the operating system is it?",
    ],
    say: "The dialog of the operating system ended the attempt; please try again and choose the right device in it.",
  },
  "browser-quit": {
    atFault: "browser",
    ask: ["Was the browser closed, updated or ended by the system?"],
    say: "The browser ended before the attempt was over; please start it again and try once more.",
  },
  "no-authenticator": {
    atFault: "nobody",
    ask: [
      "Which device holds the passkey: phone, security key or this computer?",
      "Which choices did the browser offer?",
    ],
    say: "No device with a passkey was in reach; please have it at hand, choose it when the browser asks, and try again.",
  },
  "user-refused": {
    atFault: "user",
    ask: ["Did the customer press Cancel, and why?"],
    say: "The attempt was cancelled on the device; please try again and confirm if you want it.",
  },
  "page-gave-up": {
    atFault: "page",
    ask: [
      "How long was it from the button to the message?",
      "Was there a question on the device at that time?",
    ],
    say: "The page stopped waiting after {span}; please try again and confirm as soon as the device asks.",
  },
  "client-timeout": {
    atFault: "browser",
    ask: ["Did the device ask for anything, and was it answered?", "Which device was meant to be used?"],
    say: "The browser stopped waiting after {span} because no device had answered; please have the device ready and try again.",
  },
  "cancel-race": {
    atFault: "page",
    ask: ["Did the device say that it was done although the page said that it failed?"],
    say: "The page cancelled at the moment when you confirmed; please wait until the page is ready and try again.",
  },
  "client-refused": {
    atFault: "browser",
    ask: ["Which browser and which device, and in which versions?"],
    say: "The browser or the device could not do what the site asked for; please try another device or browser.",
  },
  "extension-refused": {
    atFault: "extension",
    ask: ["Which password manager is installed in the browser, and is the user signed in to it?"],
    say: "A password manager in the browser refused the request; please sign in to it, or switch it off for this site.",
  },
  "hello-setting-diverts": {
    atFault: "browser",
    ask: [
      "Is Windows Hello for filling in passwords switched on in the browser's settings?",
      "Where is the passkey: on a phone?",
    ],
    say: "A browser setting sends the request to a Windows dialog that offers no phone; please switch the setting off.",
  },
  "own-request-aborted": {
    atFault: "page",
    ask: ["Did the dialog close by itself right after it had opened?"],
    say: "The page ended its own request; please reload it and try again, we have passed it on.",
  },
  "browser-unsupported": {
    atFault: "browser",
    ask: [
      "Which browser and version is it, and is it in private mode or inside another app?",
      "Are cookies or JavaScript switched off?",
    ],
    say: "The browser lacks something that the site needs; please update it, switch cookies on, or use another one.",
  },
  "still-waiting": {
    atFault: "unknown",
    ask: ["Is there a question on the device or in another window that waits for an answer?"],
    say: "The attempt has not ended; please answer the question on the device, or reload the page and start again.",
  },
  "offer-withdrawn": {
    atFault: "nobody",
    ask: ["Did the customer press a button instead of choosing the passkey in the field?"],
    say: "Nothing failed here: the page made room for the customer's own attempt; please look at that one.",
  },
  "late-delivery": {
    atFault: "page",
    ask: [
      "Is there a mail that confirms the passkey?",
      "Does the list of passkeys in the account show a new one?",
    ],
    say: "The page reported a failure after {span}, before the attempt was over; please reload it and look before you try again.",
  },
  "mail-queue-only": {
    atFault: "page",
    ask: ["Is there a mail that confirms the passkey?", "What does the page show after it is reloaded?"],
    say: "The page broke down after the site had accepted; please reload it.",
  },
  "error-not-corrected": {
    atFault: "page",
    ask: ["Was the message already there from an earlier attempt?"],
    say: "The message on the page was that of an earlier attempt; please reload it.",
  },
  "unusual-device": {
    atFault: "site",
    ask: ["Is it a new browser, a private window, or another network than usual?"],
    say: "The site did not recognise the browser and wanted an extra check; please complete it or use your usual browser.",
  },
} satisfies CausePart<SupportMessage>;
