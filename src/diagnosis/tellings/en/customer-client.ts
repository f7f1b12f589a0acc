import type { CausePart, Sentences } from "../messages.js";

/** What a customer is told of causes in the page, the browser and the computer, and of the user's own choice. */
export const CUSTOMER_CLIENT = {
  success: [
    "The website said that all went well, {state}.",
    "Please tell the website's support that the two do not match.",
  ],
  undecided: [
    "We could not find out what went wrong, {state}.",
    "Please try again, and tell support the time if it happens once more.",
  ],
  "competing-authenticator-error": [
    "An add-on in your browser held everything up for {span}, {state}.",
    "Close the add-on's window or switch the add-on off, and try again.",
  ],
  "focus-missing-at-call": [
    "The page was not in front when it started, {state}.",
    "Click on the page once, then press the button again.",
  ],
  "focus-lost-at-completion": [
    "Another window came to the front before you were done, {state}.",
    "Try again, and keep this page in front until it says that it is finished.",
  ],
  "request-pending": [
    "The page was still busy with an earlier attempt, {state}.",
    "Close the open window of the earlier attempt or reload the page, and try again.",
  ],
  "request-replaced": [
    "A newer attempt on the same page took the place of this one, {state}.",
    "Go on with the newer attempt.",
  ],
  "verification-unavailable": [
    "The website wants a PIN, a fingerprint or your face, and your device has none of them set up, {state}.",
    "Set up a PIN on the device or use another device, and try again.",
  ],
  "dialog-refused": [
    "The window of your computer's own system ended the attempt, {state}.",
    "Try again, and choose the device with your passkey in that window.",
  ],
  "browser-quit": [
    "The browser was closed before the attempt was over, {state}.",
    "Open the browser again and try once more.",
  ],
  "no-authenticator": [
    "None of the devices that can hold your passkey was in reach, {state}.",
    "Have your phone or security key at hand and choose it when the browser asks, then try again.",
  ],
  "user-refused": [
    "You chose to cancel on your device, {state}.",
    "If that was not what you wanted, try again and confirm.",
  ],
  "page-gave-up": [
    "The page stopped waiting before you were done, {state}.",
    "Try again, and confirm on your device as soon as it asks.",
  ],
  "client-timeout": [
    "The browser stopped waiting after {span}, {state}.",
    "Have your device ready before you start, and try again.",
  ],
  "cancel-race": [
    "The page cancelled just as you confirmed, {state}.",
    "Wait until the page is ready, then try again.",
  ],
  "client-refused": [
    "Your browser or device could not do what the website asked for, {state}.",
    "Try with another device or another browser, or ask support for help.",
  ],
  "extension-refused": [
    "Your password manager took the question in your browser's place and turned it down, {state}.",
    "Sign in to your password manager or switch it off for this website, and try again.",
  ],
  "hello-setting-diverts": [
    "A setting of your browser sent the question to a window that knows nothing of your phone, {state}.",
    "Switch off Windows Hello for filling in passwords in your browser's settings, and try again.",
  ],
  "own-request-aborted": [
    "The page broke off its own question to you, {state}.",
    "Reload the page and try again.",
  ],
  "browser-unsupported": [
    "Your browser lacks something that this website needs, {state}.",
    "Update your browser or use another one, and try again.",
  ],
  "still-waiting": [
    "The attempt was still open when we looked, {state}.",
    "Look at your device for a question that waits for your answer, or reload the page and try again.",
  ],
  "offer-withdrawn": [
    "The page took back what it had offered in the field when you pressed the button, {state}.",
    "Nothing is wrong with that; look at the attempt that the button began.",
  ],
  "late-delivery": ["The page stopped waiting too early, {state}.", "Reload the page before you try again."],
  "mail-queue-only": [
    "The page broke down at the very end, {state}.",
    "Reload the page before you try again.",
  ],
  "error-not-corrected": [
    "The page still showed the message of an earlier attempt, {state}.",
    "Reload the page before you try again.",
  ],
  "unusual-device": [
    "The website did not recognise this browser and wanted to be more careful, {state}.",
    "Use the browser that you usually use, or follow the extra check that the website offers.",
  ],
} satisfies CausePart<Sentences>;
