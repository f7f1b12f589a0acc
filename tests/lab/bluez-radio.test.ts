import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "bluez-radio",
  program: "tests/lab/guest/bluez-radio.ts",
  tools: ["bluetooth", "bus"],
  natives: ["@abandonware/noble", "@abandonware/bluetooth-hci-socket", "@homebridge/dbus-native"],
  timeoutSeconds: 900,
  titles: [
    "BlueZ hears a phone's 24-byte advert that BlueZ sends in extended packets",
    "BlueZ hears one under 0xFDE2, sent by raw HCI commands, and one of 27 bytes",
    "two processes talk over L2CAP, with messages longer than one unit",
    "a port that is closed refuses, and says so",
    "a phone registers over its own L2CAP channel, beside a tunnel",
    "a phone signs in over its own L2CAP channel, without any tunnel service",
    "bluetoothd that ends in the middle of a scan is an error of its own",
    "noble hears the long advert as well, without BlueZ",
    "the monitor saw all adverts in extended packets, and none in legacy ones",
  ],
});
