import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sleep } from "../../src/core/clock.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { openUsbDevice } from "../../src/transports/usb.js";
import { reopenUsbDevice, stableSelector } from "../../src/transports/reopen-usb.js";
import { parseUsbSelector, selectUsbDevice } from "../../src/transports/usb-selector.js";
import { UsbPorts } from "../helpers/usb-ports.js";

let sysfs = "";
beforeEach(() => (sysfs = mkdtempSync(join(tmpdir(), "usb-selector-"))));
afterEach(() => rmSync(sysfs, { recursive: true }));

/** Describes a hidraw node as Linux does: a link into the tree of devices. */
function inPort(node: string, place: string): void {
  const device = join(sysfs, "devices", place);
  mkdirSync(device, { recursive: true });
  mkdirSync(join(sysfs, node), { recursive: true });
  symlinkSync(device, join(sysfs, node, "device"));
}

/** As /sys has it for a key behind a hub, beside a key that the kernel made itself. */
const BEHIND_HUB = "pci0000:00/0000:00:14.0/usb1/1-1/1-1.2/1-1.2:1.0/0003:1050:0407.0001";
const UHID = "virtual/misc/uhid/0003:1050:0407.0002";

function desk() {
  const env = virtualEnv("usb selector");
  const ports = new UsbPorts(env);
  const options = { host: ports.host, sysfs };
  const find = (text: string) => env.clock.run(selectUsbDevice(env, parseUsbSelector(text), options));
  return { env, ports, options, find };
}

describe("a key among several", () => {
  function twoKeys() {
    const bench = desk();
    bench.ports.plugIn({ path: "/dev/hidraw3", serialNumber: "A1" });
    bench.ports.plugIn({ path: "/dev/hidraw4", serialNumber: "B2", profile: "yubikey5" });
    inPort("hidraw3", BEHIND_HUB);
    inPort("hidraw4", UHID);
    return bench;
  }

  test.each([
    ["serial:B2", "/dev/hidraw4"],
    ["port:1-1.2", "/dev/hidraw3"],
    ["hid:/dev/hidraw4", "/dev/hidraw4"],
    [`aaguid:${profileNamed("yubikey5").aaguid}`, "/dev/hidraw4"],
  ])("%s is at %s", async (text, path) => {
    expect(await twoKeys().find(text)).toMatchObject({ path });
  });

  test("an AAGUID is read as metadata writes it", () => {
    expect(parseUsbSelector("aaguid:EE882879-721C-4913-9775-3DFCCE97072A")).toEqual({
      by: "aaguid",
      value: "ee882879721c491397753dfcce97072a",
    });
  });

  test.each(["any", "hid:any"])("%s is refused with both of them", async (text) => {
    const error: unknown = await twoKeys()
      .find(text)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "DEVICE_AMBIGUOUS" });
    expect(String(error)).toMatch(/hid:\/dev\/hidraw3 .*serial:A1 port:1-1\.2\n.*serial:B2$/);
  });

  test.each(["serial:C3", "port:2-1", "aaguid:00000000000000000000000000000001"])(
    "%s is none of them, and the error lists what is there",
    async (text) => {
      const error: unknown = await twoKeys()
        .find(text)
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "DEVICE_NOT_FOUND" });
      expect(String(error)).toContain("plugged in: hid:/dev/hidraw3 Key (15d9:0a37) serial:A1 port:1-1.2");
    },
  );

  test.each(["serial:", "port:usb1", "aaguid:12", "name:x", "aaguid:zz882879-721c-4913-9775-3dfcce97072a"])(
    "%s cannot be read",
    (text) => {
      expect(() => parseUsbSelector(text)).toThrow(
        expect.objectContaining({ code: "DEVICE_SELECTOR_MALFORMED" }) as Error,
      );
    },
  );

  test("a port is no way where the system names none, and the hint says so", async () => {
    const { ports, find } = desk();
    ports.plugIn({ path: "DevSrvsID:4294969999" });
    await expect(find("port:1-1")).rejects.toMatchObject({
      hint: expect.stringContaining("does not say in which USB port") as string,
    });
  });

  test("the libusb driver's path names the port itself", async () => {
    const { ports, find } = desk();
    ports.plugIn({ path: "3-2.4:1.1" });
    expect(await find("port:3-2.4")).toMatchObject({ path: "3-2.4:1.1", port: "3-2.4" });
  });
});

describe("a key that was plugged in again", () => {
  /** Knows the key before, takes it out, and puts it back at another path after some seconds. */
  async function replugged(key: { readonly serialNumber?: string }, port?: string) {
    const { env, ports, options } = desk();
    ports.plugIn({ path: "/dev/hidraw3", ...key });
    if (port !== undefined) inPort("hidraw3", port);
    const known = await env.clock.run(
      (async () => {
        await using device = await openUsbDevice(env, "/dev/hidraw3", { host: options.host });
        return await stableSelector(env, { path: "/dev/hidraw3", device }, options);
      })(),
    );
    ports.unplug("/dev/hidraw3");
    const backAtMs = env.clock.nowMs() + 7_000;
    const back = (async () => {
      await sleep(env.clock, 7_000, "test.away");
      if (port !== undefined) inPort("hidraw9", port);
      ports.plugIn({ path: "/dev/hidraw9", ...key });
    })();
    const opened = await env.clock.run(
      Promise.all([reopenUsbDevice(env, known, { limitMs: 20_000 }, options), back]),
    );
    expect(env.clock.nowMs()).toBeGreaterThanOrEqual(backAtMs);
    expect(env.clock.nowMs()).toBeLessThan(backAtMs + 1_000);
    const [device] = opened;
    await device[Symbol.asyncDispose]();
    return { known, label: device.label };
  }

  test("is found by its serial number", async () => {
    const { known, label } = await replugged({ serialNumber: "A1" }, BEHIND_HUB);
    expect({ known, label }).toEqual({ known: { by: "serial", value: "A1" }, label: "/dev/hidraw9" });
  });

  test("is found by its port where it has no number", async () => {
    const { known, label } = await replugged({}, BEHIND_HUB);
    expect({ known, label }).toEqual({ known: { by: "port", value: "1-1.2" }, label: "/dev/hidraw9" });
  });

  test("is found by its AAGUID where the port is unknown, too", async () => {
    const { known, label } = await replugged({});
    const value = profileNamed("generic").aaguid.replaceAll("-", "");
    expect({ known, label }).toEqual({ known: { by: "aaguid", value }, label: "/dev/hidraw9" });
  });

  test("that does not return in time is told with the limit", async () => {
    const { env, options } = desk();
    const waiting = reopenUsbDevice(env, parseUsbSelector("serial:A1"), { limitMs: 5_000 }, options);
    await expect(env.clock.run(waiting)).rejects.toMatchObject({
      code: "DEVICE_NOT_BACK",
      message: "the key did not return within 5000 ms: no FIDO key has the serial number A1",
    });
    expect(env.clock.nowMs()).toBe(5_000);
  });

  test("is no longer waited for once the caller's signal aborts", async () => {
    const { env, ports, options } = desk();
    const abort = new AbortController();
    ports.onList = () => ports.listings === 3 && abort.abort(new Error("enough"));
    const limit = { limitMs: 60_000, signal: abort.signal };
    const waiting = reopenUsbDevice(env, parseUsbSelector("serial:A1"), limit, options);
    await expect(env.clock.run(waiting)).rejects.toThrow("enough");
    expect(ports.listings).toBe(3);
  });
});
