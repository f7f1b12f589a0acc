import { describe, expect, test } from "vitest";
import { MemorySink, startTrace } from "../../../src/core/trace.js";
import { VirtualClock } from "../../../src/core/virtual-clock.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { HidResponder } from "../../../src/sim/hid/responder.js";
import { nodeHidDevices, nodeHidPort } from "../../../src/transports/hid/node-hid.js";
import { contractFirmware } from "../../contract/ctap-device.js";
import { describeHidPort } from "../../contract/hid-port.js";
import { FakeHidHandle, fakeHidHost, type FakeNodeHid } from "../../helpers/fake-node-hid.js";

const PATH = "/dev/hidraw3";

async function openFake(extra: FakeNodeHid = {}) {
  const handle = new FakeHidHandle();
  const sink = new MemorySink();
  const trace = startTrace(new VirtualClock(), sink);
  const port = await nodeHidPort(PATH, {
    host: fakeHidHost({ handles: { [PATH]: handle }, ...extra }),
    trace,
  });
  return { handle, port, sink };
}

describeHidPort("node-hid, the package replaced,", async () => {
  const { handle, port } = await openFake();
  const device = new HidResponder(
    virtualEnv("node-hid"),
    { cbor: contractFirmware },
    { emit: (report) => handle.emit("data", Buffer.from(report)) },
  );
  handle.on("written", (bytes: Uint8Array) => device.receive(bytes.subarray(1)));
  return {
    port,
    settle: (work) => work,
    unplug: () => void handle.emit("error", new Error("could not read from HID device")),
  };
});

describe("nodeHidPort", () => {
  test("puts report id zero in front: 65 bytes", async () => {
    const { handle, port } = await openFake();
    const report = Uint8Array.from({ length: 64 }, (_, index) => index + 1);
    await port.write(report);
    expect(handle.written).toEqual([Uint8Array.of(0, ...report)]);
  });

  test("listens before it writes: the package keeps nothing for latecomers", async () => {
    const { handle, port } = await openFake();
    await port.write(new Uint8Array(64));
    expect(handle.listenersAtWrite).toEqual([1]);
  });

  test("gives bytes, not the driver's buffer", async () => {
    const { handle, port } = await openFake();
    const memory = Buffer.alloc(64, 7);
    handle.emit("data", memory);
    memory.fill(9);
    const { value } = (await port.reports()[Symbol.asyncIterator]().next()) as { value: Uint8Array };
    expect(Buffer.isBuffer(value)).toBe(false);
    expect(value).toEqual(new Uint8Array(64).fill(7));
  });

  test("a report of 63 bytes is left out and traced", async () => {
    const { handle, port, sink } = await openFake();
    handle.emit("data", Buffer.alloc(63));
    handle.emit("data", Buffer.alloc(64, 1));
    const { value } = (await port.reports()[Symbol.asyncIterator]().next()) as { value: Uint8Array };
    expect(value[0]).toBe(1);
    expect(sink.records).toEqual([
      expect.objectContaining({ kind: "link.ignored", reason: "wrong-size", bytes: 63 }),
    ]);
  });

  test("a write that fails is DEVICE_GONE, with the driver's error as the cause", async () => {
    const { handle, port } = await openFake();
    handle.failWrites = new TypeError("Cannot write to hid device");
    await expect(port.write(new Uint8Array(64))).rejects.toMatchObject({
      code: "DEVICE_GONE",
      cause: handle.failWrites,
    });
  });

  test("closing closes the handle once", async () => {
    const { handle, port } = await openFake();
    await port.close();
    await port.close();
    expect(handle.closed).toBe(1);
  });
});

describe("what stands in the way is named, with what to do about it", () => {
  const system = (code: string, message = "no") => Object.assign(new Error(message), { code });
  const LIBUSB = system("ERR_DLOPEN_FAILED", "libusb-1.0.so.0: cannot open shared object file");
  const cases: readonly (readonly [string, FakeNodeHid, string, RegExp])[] = [
    [
      "the package is not installed",
      { loadError: system("ERR_MODULE_NOT_FOUND") },
      "NATIVE_MISSING",
      /npm install node-hid/,
    ],
    ["libusb is not installed", { openError: LIBUSB }, "NATIVE_MISSING", /libusb-1\.0-0 libudev1/],
    [
      "libudev is not installed",
      { openError: system("ERR_DLOPEN_FAILED", "libudev.so.1: cannot open shared object file") },
      "NATIVE_MISSING",
      /libudev1/,
    ],
    [
      "no binary for this machine",
      { openError: new Error("No prebuild found for node-hid") },
      "NATIVE_MISSING",
      /npm rebuild node-hid/,
    ],
    [
      "the node is root's",
      { accessCode: "EACCES" },
      "PERMISSION_DENIED",
      /KERNEL=="hidraw\*", SUBSYSTEM=="hidraw"/,
    ],
    ["the node is held", { accessCode: "EBUSY" }, "DEVICE_BUSY", /close the browser/],
    ["Windows", { platform: "win32" }, "PERMISSION_DENIED", /elevated/],
    ["macOS", { platform: "darwin" }, "DEVICE_BUSY", /one program at a time/],
  ];

  test.each(cases)("%s", async (_, fake, code, hint) => {
    const opening = nodeHidPort(PATH, { host: fakeHidHost(fake) });
    await expect(opening).rejects.toMatchObject({
      code,
      aftermath: "none",
      hint: expect.stringMatching(hint) as string,
    });
  });

  test("a key pulled out since it was listed", async () => {
    const opening = nodeHidPort(PATH, { host: fakeHidHost({ accessCode: "ENOENT" }) });
    await expect(opening).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "none" });
  });

  test("none of these", async () => {
    const cause = new Error("something new");
    const opening = nodeHidPort(PATH, { host: fakeHidHost({ openError: cause }) });
    await expect(opening).rejects.toMatchObject({ code: "DEVICE_OPEN_FAILED", cause });
  });

  test("the list needs the same libraries", async () => {
    const listing = nodeHidDevices({ host: fakeHidHost({ listError: LIBUSB }) });
    await expect(listing).rejects.toMatchObject({ code: "NATIVE_MISSING" });
  });
});
