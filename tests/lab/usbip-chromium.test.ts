import { guestChecks } from "./guest-checks.js";
import { COMPARED, on } from "./guest/usbip-stories.js";

await guestChecks({
  name: "usbip-chromium",
  program: "tests/lab/guest/usbip-chromium.ts",
  tools: ["udev", "chromium", "usbip"],
  memoryMb: 8192,
  timeoutSeconds: 1_200,
  titles: [
    ...COMPARED.flatMap((story) => ["uhid", "usbip"].map((road) => on(road, story).title)),
    ...COMPARED.map(({ title }) => `${title}: the same on uhid and on USB/IP`),
    "leaves when asked to",
  ],
});
