import { CHROMIUM_STORIES } from "./guest/chromium-stories.js";
import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "chromium-usb",
  program: "tests/lab/guest/chromium-usb.ts",
  tools: ["udev", "chromium"],
  memoryMb: 8192,
  timeoutSeconds: 1_800,
  titles: [...CHROMIUM_STORIES.map(({ title }) => title), "leaves when asked to"],
});
