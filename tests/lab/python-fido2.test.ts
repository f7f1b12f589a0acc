import { describe } from "vitest";
import { guestChecks } from "./guest-checks.js";

/** Folder of a clone of python-fido2: its device tests are not in Debian's package, and not in this project. */
const CLONE = process.env["PYTHON_FIDO2"];

if (CLONE === undefined) {
  const why = "PYTHON_FIDO2 does not name a clone of https://github.com/Yubico/python-fido2";
  process.stdout.write(`skipped: lab/python-fido2: ${why}\n`);
  describe.skip(`lab/python-fido2: ${why}`);
} else {
  await guestChecks({
    name: "python-fido2",
    program: "tests/lab/guest/python-fido2.ts",
    args: [CLONE],
    tools: ["udev"],
    natives: ["node-hid"],
    timeoutSeconds: 1_800,
    titles: ["python-fido2's device tests pass with the rig as their controller"],
  });
}
