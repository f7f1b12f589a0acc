import { guestChecks } from "./guest-checks.js";

await guestChecks({
  name: "fido2-sites",
  program: "tests/lab/guest/fido2-sites.ts",
  tools: ["udev", "fido2"],
  natives: ["node-hid"],
  timeoutSeconds: 400,
  titles: [
    "fido2-cred and fido2-assert make and use an es256 key",
    "fido2-cred and fido2-assert make and use an es384 key",
    "fido2-cred and fido2-assert make and use an eddsa key",
    "fido2-assert -V refuses the signature of another key",
    "fido2-cred -v and fido2-assert -v verify the user by PIN",
    "fido2-cred -r without the PIN is refused",
    "fido2-assert -r offers each account, the newest first",
    "fido2-assert at a site the key does not know finds nothing",
    "fido2-assert -h gives the same secret for the same salt",
    "fido2-cred -c 2 hides an account without a list, -c 3 without the PIN",
    "fido2-assert -b hands over the blob's key",
    "fido2-cred hears that nobody wants to",
    "fido2-cred ends when the key is pulled out while it waits",
    "fido2-cred killed while it waits leaves the key busy, until it is pulled out",
    "fido2-cred -u and fido2-assert -u use a key from before CTAP2",
  ],
});
