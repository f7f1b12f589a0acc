import { guestChecks } from "./guest-checks.js";
import { COMMON_TITLES, UHID_TITLES } from "./node-hid-titles.js";

await guestChecks({
  name: "node-hid",
  program: "tests/lab/guest/node-hid.ts",
  natives: ["node-hid"],
  timeoutSeconds: 300,
  titles: [...COMMON_TITLES, ...UHID_TITLES],
});
