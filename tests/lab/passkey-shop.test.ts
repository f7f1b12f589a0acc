import { SHOP_STORIES } from "./guest/shop-stories.js";
import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "passkey-shop",
  program: "tests/lab/guest/passkey-shop.ts",
  tools: ["udev", "chromium"],
  memoryMb: 8192,
  timeoutSeconds: 900,
  titles: [...SHOP_STORIES.map(({ title }) => title), "leaves when asked to"],
});
