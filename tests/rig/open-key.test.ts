/** A selector of a rig file means what `--device` means by it. */
import { expect, test } from "vitest";
import { openSession } from "../../src/ctap/client/session.js";
import { systemEnv } from "../../src/env/system-env.js";
import { openKey } from "../../src/rig/keys/open-key.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { toHex } from "../../src/core/bytes.js";
import { UsbPorts } from "../helpers/usb-ports.js";

const aaguidOf = (profile: string) => profileNamed(profile).aaguid.replaceAll("-", "").toLowerCase();

test.each(["serial:B2", `aaguid:${profileNamed("yubikey5").aaguid}`, "hid:/dev/hidraw2"])(
  "%s is the one key of two that it names",
  async (selector) => {
    const env = systemEnv();
    const ports = new UsbPorts(env);
    ports.plugIn({ path: "/dev/hidraw1", serialNumber: "A1" });
    ports.plugIn({ path: "/dev/hidraw2", serialNumber: "B2", profile: "yubikey5" });
    await using device = await openKey(env, selector, { host: ports.host });
    expect(toHex((await openSession(env, device)).info.aaguid)).toBe(aaguidOf("yubikey5"));
  },
);

test.each([
  ["any", "DEVICE_AMBIGUOUS"],
  ["serial:SAME", "DEVICE_AMBIGUOUS"],
  ["serial:C3", "DEVICE_NOT_FOUND"],
  ["aaguid:00", "DEVICE_SELECTOR_MALFORMED"],
])("%s is refused with %s", async (selector, code) => {
  const env = systemEnv();
  const ports = new UsbPorts(env);
  ports.plugIn({ path: "/dev/hidraw1", serialNumber: "SAME" });
  ports.plugIn({ path: "/dev/hidraw2", serialNumber: "SAME" });
  await expect(openKey(env, selector, { host: ports.host })).rejects.toMatchObject({ code });
});
