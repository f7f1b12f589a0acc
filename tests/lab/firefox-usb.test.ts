import { FIREFOX_STORIES } from "./guest/firefox-stories.js";
import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "firefox-usb",
  program: "tests/lab/guest/firefox-usb.ts",
  tools: ["udev", "firefox"],
  memoryMb: 8192,
  timeoutSeconds: 1_800,
  titles: [...FIREFOX_STORIES.map(({ title }) => title), "leaves when asked to"],
});
