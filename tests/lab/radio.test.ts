import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { whyNoLab } from "../../lab/tools.js";
import { guestChecks } from "./guest-checks.js";

/** Where programs bundled for the guest find it; a second fork of noble is nobody's dependency. */
const BESIDE = "artifacts";
const SECOND_FORK = "@stoprocent/noble@2.8.0";

function forks(): readonly string[] {
  if (existsSync(`${BESIDE}/node_modules/@stoprocent/noble`)) return ["abandonware", "stoprocent"];
  try {
    const install = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", BESIDE, SECOND_FORK];
    execFileSync("npm", install, { stdio: "ignore" });
    return ["abandonware", "stoprocent"];
  } catch {
    process.stdout.write(`skipped: lab/radio with ${SECOND_FORK}: npm could not install it here\n`);
    return ["abandonware"];
  }
}

const args = whyNoLab(["bluetooth"]) === undefined ? forks() : ["abandonware"];

await guestChecks({
  name: "radio",
  program: "tests/lab/guest/radio.ts",
  args,
  tools: ["bluetooth"],
  timeoutSeconds: 480,
  titles: [
    ...args.map((fork) => `${fork}'s noble hears a phone on the second controller`),
    ...args.map(
      (fork) => `a phone registers and signs in over ${fork}'s noble and a tunnel, three processes`,
    ),
    "Bluetooth switched off and on again while the code is shown costs nothing",
    "Bluetooth that stays off is an error of its own, and says that nobody acted",
    "a phone whose Bluetooth is off says so",
  ],
});
