import { EXPLAIN_STORIES } from "./guest/explain-stories.js";
import { guestChecks } from "./guest-checks.js";

/** Stories by name, or all of them. */
const asked = process.env["LAB_CASES"]?.split(" ") ?? [];
const stories = EXPLAIN_STORIES.filter(({ name }) => asked.length === 0 || asked.includes(name));

await guestChecks({
  name: "explain",
  program: "tests/lab/guest/explain.ts",
  args: asked,
  tools: ["udev", "chromium", "usbip", "capture"],
  memoryMb: 8192,
  timeoutSeconds: 1_500,
  titles: stories.map(({ title }) => title),
});
