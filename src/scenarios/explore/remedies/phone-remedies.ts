import { FIVE_MINUTES_MS, STABLE_HANDLE, type RemedyTable } from "./remedy.js";

const STABLE = "Keep the user handle stable: a second attempt then overwrites the orphan.";

/** What pages, clients and users can do about causes on the way to a phone, and at it. */
export const PHONE_REMEDIES: RemedyTable = {
  "ble-late-advert": {
    "Do not show a failure while the promise is pending; replace the error text when it resolves.": [
      { "page.guardMs": null },
      { "page.corrects": true },
    ],
    "Say beside the code that both devices need Bluetooth, and hold them close.": [
      { "os.btPowered": true, "phone.bluetoothOn": true, "ble.advertLossPct": 0 },
    ],
  },
  "bluetooth-off": {
    "Explain Bluetooth before the request is made: its timer runs while the user looks for the switch.": [
      { "os.btPowered": true },
    ],
    "Ask for a timeout of 300 s or more, and offer a way that needs no Bluetooth.": [
      { "client.timeoutMs": FIVE_MINUTES_MS },
    ],
  },
  "scan-not-started": {
    "Start the scan again when it fails: after 250 ms, 500 ms and 1 s.": [{ "client.scanRetries": 3 }],
    "Wait for half a second after Bluetooth was switched on.": [{ "client.settleMs": 500 }],
  },
  "other-code-scanned": {
    "When adverts come that open under no key, say: scan the code of this window.": [
      { "qr.scanned": "shown" },
    ],
    "Take the old code off the screen before a new request is made, and close other tabs' sheets.": [
      { "qr.scanned": "shown" },
    ],
  },
  "advert-too-long": {
    "Read the first 20 bytes and leave what follows to who understands it.": [{ "ble.readsSuffix": true }],
    "As a phone: send the suffix only to clients that said in their code that they can use it.": [
      { "ble.suffixBytes": 0 },
    ],
  },
  "link-hang": {
    "Give the link a deadline of its own, and the whole ceremony another one.": [
      { "client.linkDeadlineMs": 60_000, "client.timeoutMs": FIVE_MINUTES_MS },
    ],
  },
  "phone-not-heard": {
    "Say beside the code that both devices need Bluetooth, and the phone a screen lock and a connection of its own.":
      [
        {
          "os.btPowered": true,
          "phone.bluetoothOn": true,
          "phone.screenLock": true,
          "phone.mobileData": true,
        },
      ],
  },
  "phone-no-tunnel": {
    "Say beside the code that the phone needs a connection of its own, not only Bluetooth.": [
      { "phone.mobileData": true },
    ],
  },
  "phone-not-ready": {
    "Say beside the code that the phone needs a screen lock, and Bluetooth for its camera or browser app.": [
      { "phone.screenLock": true, "phone.btPermission": true, "phone.bluetoothOn": true },
    ],
  },
  "phone-closed-by-owner": {
    "Say beside the code that the phone has to stay open until the computer is done.": [
      { "phone.leavesAfterMs": null },
    ],
  },
  "phone-hung-up": {
    "Name the account's passkeys in the options: the phone can then say that it has none of them.": [
      { "rp.allowList": "account" },
    ],
    "Ask for a discoverable passkey only where it is needed, or offer another device.": [
      { "rp.residentKey": "discouraged" },
    ],
  },
  "other-authenticator": {
    "Say on which device the passkey was made, and when.": [{ "key.which": "first" }],
  },
  "provider-other-account": {
    "Say which account made the passkey, and how to sign in to it on the new phone.": [
      { "phone.account": "same" },
    ],
  },
  "tunnel-expired": {
    "Keep what the user has to read on the phone short: the tunnel lives about two minutes.": [
      { "key.touchDelayMs": 10_000 },
    ],
    [STABLE]: STABLE_HANDLE,
  },
  "tunnel-limit": { [STABLE]: STABLE_HANDLE },
  "message-rejected": { [STABLE]: STABLE_HANDLE },
  "link-gone": {
    "Forget the link, then show a code at once: the user need not see a failure.": [
      { "phone.codeWhenGone": true },
    ],
  },
  "tunnel-refused": {
    "Let the tunnel services' names through the proxy, WebSockets included.": [
      { "tunnel.refuse": "nobody", "tunnel.httpStatus": null },
    ],
    "Offer to go on in the phone's own browser: nothing but this network is in the way.": [
      { "link.road": "loopback", "link.seenAs": "hybrid", "key.profile": "phone" },
    ],
  },
};
