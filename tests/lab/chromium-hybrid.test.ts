import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "chromium-hybrid",
  program: "tests/lab/guest/chromium-hybrid.ts",
  tools: ["udev", "bluetooth", "bus", "chromium", "screen"],
  natives: ["@abandonware/bluetooth-hci-socket", "@homebridge/dbus-native"],
  timeoutSeconds: 1_800,
  memoryMb: 6144,
  titles: [
    "registers with a phone that reads the code from the screen",
    "signs in with it",
    "shows the page's error, and has the passkey all the same when the phone answers late",
    "leaves a passkey on the phone that the site never hears of, when the page aborted before",
    "never notices a phone whose advert has 22 bytes",
    "leaves when asked to",
  ],
});
