import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromHex } from "../../src/core/bytes.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { HidResponder } from "../../src/sim/hid/responder.js";
import { openUsbDevice, usbDevices } from "../../src/transports/usb.js";
import { contractFirmware } from "../contract/ctap-device.js";
import { FakeHidHandle, fakeHidHost } from "../helpers/fake-node-hid.js";

const FIDO_DESCRIPTOR = "06d0f10901a1010920150026ff007508954081020921150026ff00750895409102c0";
const KEYBOARD_DESCRIPTOR = "05010906a101c0";

const key = { vendorId: 0x15d9, productId: 0x0a37, product: "Key", serialNumber: "1" };
const fido = { usagePage: 0xf1d0, usage: 1 };

let sysfs = "";

beforeAll(async () => {
  sysfs = await mkdtemp(join(tmpdir(), "hidraw-"));
  for (const [node, descriptor] of [
    ["hidraw0", KEYBOARD_DESCRIPTOR],
    ["hidraw1", FIDO_DESCRIPTOR],
  ] as const) {
    await mkdir(join(sysfs, node, "device"), { recursive: true });
    await writeFile(join(sysfs, node, "device", "report_descriptor"), fromHex(descriptor));
  }
});

afterAll(() => rm(sysfs, { recursive: true }));

describe("usbDevices", () => {
  const list = (devices: Parameters<typeof fakeHidHost>[0]["devices"] = []) =>
    usbDevices({ host: fakeHidHost({ devices }), sysfs });

  test("lists FIDO devices and tells what the system knows of them", async () => {
    const devices = await list([{ ...key, ...fido, path: "/dev/hidraw7" }]);
    expect(devices).toEqual([{ ...key, path: "/dev/hidraw7" }]);
  });

  test.each([
    ["another usage page", { usagePage: 1, usage: 6 }],
    ["another usage on the FIDO page", { usagePage: 0xf1d0, usage: 2 }],
  ])("leaves out %s", async (_, usage) => {
    expect(await list([{ ...key, ...usage, path: "/dev/hidraw7" }])).toEqual([]);
  });

  test("leaves out a device without a path: nobody could open it", async () => {
    expect(await list([{ ...key, ...fido }])).toEqual([]);
  });

  test("lists one path once", async () => {
    const twice = [1, 2].map(() => ({ ...key, ...fido, path: "/dev/hidraw7" }));
    expect(await list(twice)).toHaveLength(1);
  });

  test("reads the report descriptor where the driver leaves the usage out", async () => {
    const nodes = ["hidraw0", "hidraw1", "hidraw2"];
    const devices = await list(nodes.map((node) => ({ ...key, usagePage: 0, path: `/dev/${node}` })));
    expect(devices.map(({ path }) => path)).toEqual(["/dev/hidraw1"]);
  });
});

test("openUsbDevice opens the path and asks the device behind it for a channel", async () => {
  const handle = new FakeHidHandle();
  const env = virtualEnv("usb");
  const device = new HidResponder(
    env,
    { cbor: contractFirmware },
    { emit: (report) => handle.emit("data", Buffer.from(report)) },
  );
  handle.on("written", (bytes: Uint8Array) => device.receive(bytes.subarray(1)));
  const path = "/dev/hidraw1";
  const opened = await env.clock.run(
    openUsbDevice(env, path, { host: fakeHidHost({ handles: { [path]: handle } }) }),
  );
  expect(opened).toMatchObject({ transport: "usb", label: path, oneShot: false });
  expect((await env.clock.run(opened.transact(Uint8Array.of(4))))[0]).toBe(0);
  await opened[Symbol.asyncDispose]();
  expect(handle.closed).toBe(1);
});
