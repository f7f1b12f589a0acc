import { guestChecks } from "./guest-checks.js";
import { COMMON_TITLES } from "./node-hid-titles.js";

/** The same programs as for a key on /dev/uhid, with the key on a USB bus. */
const env = { LAB_KEY: "usbip" };

await guestChecks({
  name: "usbip-node-hid",
  program: "tests/lab/guest/node-hid.ts",
  tools: ["usbip"],
  natives: ["node-hid"],
  env,
  timeoutSeconds: 400,
  titles: [...COMMON_TITLES],
});
