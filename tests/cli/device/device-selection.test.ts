import { describe, expect, test } from "vitest";
import type { Machine } from "../../../src/cli/machine.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { runCli } from "../../helpers/run-cli.js";
import { UsbPorts } from "../../helpers/usb-ports.js";

/** A machine with two keys of different models, and an inventory that knows one. */
function machineWithTwoKeys(): Machine {
  const ports = new UsbPorts(systemEnv());
  ports.plugIn({ path: "/dev/hidraw3", serialNumber: "A1" });
  ports.plugIn({ path: "/dev/hidraw4", serialNumber: "B2", profile: "yubikey5" });
  return {
    usb: { host: ports.host },
    variables: {},
    resolveLabel: (label) => new Map([["yellow", "serial:B2"]]).get(label),
  };
}

const info = (device: string, machine: Partial<Machine>) =>
  runCli(["info", "--device", device, "--json"], machine);

describe("--device", () => {
  test.each(["serial:B2", `aaguid:${profileNamed("yubikey5").aaguid}`, "label:yellow", "hid:/dev/hidraw4"])(
    "%s is the second of two keys",
    async (device) => {
      const { exitCode, stdout } = await info(device, machineWithTwoKeys());
      expect(exitCode).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        device: "/dev/hidraw4",
        info: { aaguid: profileNamed("yubikey5").aaguid.replaceAll("-", "") },
      });
    },
  );

  test.each([
    ["any", "DEVICE_AMBIGUOUS", "2 FIDO keys are plugged in"],
    ["serial:C3", "DEVICE_NOT_FOUND", "no FIDO key has the serial number C3"],
    ["aaguid:1", "DEVICE_SELECTOR_MALFORMED", '"aaguid:1" names no key'],
    ["label:green", "DEVICE_LABEL_UNKNOWN", "label green is not in the inventory"],
    ["serial:", "USAGE", "the device is written serial:VALUE, or any"],
  ])("%s is refused as %s", async (device, code, message) => {
    const { exitCode, stdout } = await info(device, machineWithTwoKeys());
    const { error } = JSON.parse(stdout) as { readonly error: { code: string; message: string } };
    expect({ exitCode, code: error.code }).toEqual({ exitCode: 2, code });
    expect(error.message.split("\n")[0]).toBe(message);
  });

  test("a label without an inventory is refused, with the other ways", async () => {
    const { exitCode, stderr } = await runCli(["info", "--device", "label:yellow"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /^DEVICE_NO_INVENTORY: label yellow: no inventory of keys is given\n {2}hint: .*serial:/,
    );
  });

  test("an option of another kind of device has no effect on a serial number", async () => {
    const { exitCode, stderr } = await runCli(["info", "--device", "serial:A1", "--seed", "7"]);
    expect({ exitCode, stderr: stderr.split("\n")[0] }).toEqual({
      exitCode: 2,
      stderr: "USAGE: --seed has no effect on --device serial:A1",
    });
  });

  test("list says what each key can be named by", async () => {
    const { stdout } = await runCli(["list"], machineWithTwoKeys());
    expect(stdout).toContain("  hid:/dev/hidraw3 Key (15d9:0a37) serial:A1\n");
  });
});
