import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "usbip-bus",
  program: "tests/lab/guest/usbip.ts",
  tools: ["udev", "usbip", "fido2", "capture"],
  natives: ["node-hid"],
  env: { LAB_KEY: "usbip" },
  timeoutSeconds: 300,
  titles: [
    "is a USB device of the kernel, with its descriptors",
    "fido2-token -L and -I read it",
    "fido2-cred and fido2-assert register and sign in",
    "a registration is captured by usbmon and by dumpcap",
    "usbmon's capture is, report by report, what the trace says",
    "dumpcap's capture is, report by report, what the trace says",
    "is not reset long after it got power, and is soon after a power cycle",
    "usbip detach pulls it out, and the server offers it again",
    "is gone when its server ends",
  ],
});
