import type { CausePart, Sentences } from "../messages.js";

/** What a customer is told of causes in security keys, phones and the way between phone and computer. */
export const CUSTOMER_DEVICES = {
  "message-gap": [
    "Your computer paused for too long while it talked to your security key, {state}.",
    "Close other programs that keep the computer busy, and try again.",
  ],
  "link-silent": [
    "Your security key stopped answering, {state}.",
    "Unplug the key, plug it in again, and try once more.",
  ],
  "channel-busy": [
    "Another program was using your security key, {state}.",
    "Close the other program or its window, and try again.",
  ],
  "store-full": [
    "Your security key has no room for another passkey, {state}.",
    "Delete a passkey that you no longer need from the key, or use another device.",
  ],
  "pin-blocked": [
    "The PIN of your security key was wrong too often and is blocked, {state}.",
    "Use another device for now, because only resetting the key, which deletes everything on it, can unblock it.",
  ],
  "uv-blocked": [
    "Your finger was not recognised too many times, {state}.",
    "Unlock the device with its PIN or use another device, and try again.",
  ],
  "token-expired": [
    "Too much time passed after you entered your PIN, {state}.",
    "Try again, and touch the key soon after the PIN.",
  ],
  "assertion-window-missed": [
    "Your computer was too slow with the list of your passkeys, {state}.",
    "Try again at once.",
  ],
  "authenticator-reset": [
    "Your security key was reset by another program while it was in use, {state}.",
    "Set the key up again, and register it once more.",
  ],
  "key-unplugged": [
    "Your security key was unplugged before it was done, {state}.",
    "Plug it in firmly and try again.",
  ],
  "key-timeout": [
    "Your {device} waited for you and then stopped, {state}.",
    "Try again, and confirm as soon as the device asks or blinks.",
  ],
  "already-registered": [
    "Your device already holds a passkey for this account, {state}.",
    "Try to sign in with the passkey that is on the device, and ask support if it is refused.",
  ],
  "lost-answer": [
    "Your device did its part, but its answer was lost on the way, {state}.",
    "Try again with the same device, so that the new passkey takes the place of this one.",
  ],
  "client-timer-orphan": [
    "You confirmed {late} after the browser had stopped waiting, {state}.",
    "Try again with the same device, and confirm as soon as it asks.",
  ],
  "ble-late-advert": [
    "Your phone and your computer found each other too late for the page, {state}.",
    "Hold the phone close to the computer, and try again.",
  ],
  "scan-not-started": [
    "Your computer could not look for your phone, {state}.",
    "Switch the computer's Bluetooth off and on again, and try once more.",
  ],
  "bluetooth-off": [
    "Bluetooth was switched off on your computer, {state}.",
    "Switch Bluetooth on, and try again.",
  ],
  "other-code-scanned": [
    "Your phone read a code that belonged to another attempt, {state}.",
    "Start again, and scan only the code that is on the screen now.",
  ],
  "advert-too-long": [
    "Your phone and this browser do not understand each other, {state}.",
    "Update the browser and the phone, or use another browser or a security key.",
  ],
  "link-hang": [
    "Your computer and your phone kept waiting for each other, {state}.",
    "Cancel, and start again with a new code.",
  ],
  "phone-no-tunnel": [
    "Your phone had no working internet connection, {state}.",
    "Connect the phone to the internet, and try again.",
  ],
  "tunnel-expired": [
    "The connection between your phone and your computer ended before you were done, {state}.",
    "Start again with a new code, and confirm on the phone soon after.",
  ],
  "tunnel-limit": [
    "The service between your phone and your computer ended the connection, {state}.",
    "Wait a few minutes, and try again or use another device.",
  ],
  "tunnel-refused": [
    "The service between your phone and your computer did not let your computer in, {state}.",
    "Try again, from another network if there is one, or use a security key.",
  ],
  "message-rejected": [
    "Your phone and your computer could not read each other's messages, {state}.",
    "Update both, and start again with a new code.",
  ],
  "link-gone": [
    "Your computer no longer has a valid connection to the phone it remembers, {state}.",
    "Choose to use a new phone, and scan the code with your phone once.",
  ],
  "link-lost": [
    "The connection between your phone and your computer broke off, {state}.",
    "Check the internet connection of both, and try again.",
  ],
  "link-flake-per-attempt": [
    "The connection to your device failed before anything was asked of it, {state}.",
    "Try again at once, because the next attempt may well work.",
  ],
  "phone-not-heard": [
    "Your computer did not find your phone nearby, {state}.",
    "Switch Bluetooth on at the phone, hold it close to the computer, and try again.",
  ],
  "phone-hung-up": [
    "Your phone ended the connection without an answer, {state}.",
    "Unlock the phone, and start again with a new code.",
  ],
  "phone-closed-by-owner": [
    "The question on the phone was closed before it was answered, {state}.",
    "Start again, and leave the question open until you have confirmed.",
  ],
  "phone-not-ready": [
    "Your phone has no screen lock, or may not use Bluetooth, {state}.",
    "Set up a screen lock and allow Bluetooth on the phone, and try again.",
  ],
} satisfies CausePart<Sentences>;
