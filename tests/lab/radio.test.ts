import { missingNativePackages } from "../../lab/native-packages.js";
import { guestChecks } from "./guest-checks.js";

const NATIVES = ["@abandonware/noble", "@abandonware/bluetooth-hci-socket", "@homebridge/dbus-native"];
const SECOND_FORK = "@stoprocent/noble";

const args = ["abandonware"];
if (missingNativePackages([SECOND_FORK]).length === 0) args.push("stoprocent");
else process.stdout.write(`skipped: lab/radio with ${SECOND_FORK}: npm run natives installs it\n`);

await guestChecks({
  name: "radio",
  program: "tests/lab/guest/radio.ts",
  args,
  tools: ["bluetooth"],
  natives: NATIVES,
  timeoutSeconds: 720,
  titles: [
    ...args.map((fork) => `${fork}'s noble hears a phone on the second controller`),
    ...args.map(
      (fork) => `a phone registers and signs in over ${fork}'s noble and a tunnel, three processes`,
    ),
    "Bluetooth switched off and on again at once, while the code is shown, costs nothing",
    "Bluetooth switched off for seconds while the code is shown costs nothing",
    "Bluetooth that stays off is an error of its own, and says that nobody acted",
    "a phone whose Bluetooth is off says so",
  ],
});
