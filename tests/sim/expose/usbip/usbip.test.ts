import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, describe, expect, test } from "vitest";
import { systemClock } from "../../../../src/core/clock.js";
import { seededEntropy } from "../../../../src/core/entropy.js";
import { type TraceRecord, startTrace } from "../../../../src/core/trace.js";
import { systemEnv } from "../../../../src/env/system-env.js";
import { type ExposeUsbipOptions, exposeUsbip } from "../../../../src/sim/expose/usbip/usbip.js";
import type { HidFirmware } from "../../../../src/sim/hid/hid-firmware.js";
import { openHidDevice } from "../../../../src/transports/hid/channel.js";
import { contractFirmware } from "../../../contract/ctap-device.js";
import { describeExposed } from "../../../contract/exposed.js";
import { titled } from "../../../helpers/titled.js";
import { IMPORT, LIST, UsbipHost, urbHeader, usbipHidPort } from "../../../helpers/usbip-host.js";

const FIRMWARE = { cbor: contractFirmware };
/** CTAPHID_INIT with the nonce of the kernel's example. */
const INIT = `ffffffff860008a784ce5ae2123763${"00".repeat(49)}`;
const OK = "00000000";
const EPIPE = "ffffffe0";
const ECONNRESET = "ffffff98";

/** On a busy machine a connection's end takes its time to be heard of. */
const PATIENT = { timeout: 20_000 };

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const device of open.splice(0)) await device[Symbol.asyncDispose]();
});

async function served(options: Partial<ExposeUsbipOptions> = {}, firmware: HidFirmware = FIRMWARE) {
  const records: TraceRecord[] = [];
  const trace = startTrace(systemClock, { write: (record) => void records.push(record) });
  const env = { ...systemEnv(), entropy: seededEntropy("usbip"), trace };
  const device = await exposeUsbip(env, firmware, { listen: { port: 0 }, intervalMs: 1, ...options });
  open.push(device);
  return { device, records };
}

/** A reply by its sequence number, status and length, with `bytes` of data. */
const ret = (sequence: number, { status = OK, length = 0, data = "" } = {}) =>
  urbHeader({ command: 3, sequence, deviceId: 0 })
    .slice(0, 40)
    .concat(status, length.toString(16).padStart(8, "0"), "00000000ffffffff", "00".repeat(12), data);

const read = (sequence: number, length = 64) =>
  urbHeader({ command: 1, sequence, direction: 1, endpoint: 1, length });
const write = (sequence: number, report = INIT) =>
  urbHeader({ command: 1, sequence, endpoint: 1, length: report.length / 2 }) + report;
const unlink = (sequence: number, wanted: number) => urbHeader({ command: 2, sequence, wanted });
const retUnlink = (sequence: number, status: string) =>
  urbHeader({ command: 4, sequence, deviceId: 0 }).slice(0, 40) + status + "00".repeat(24);

/** SET_CONFIGURATION 1. */
const CONFIGURE = urbHeader({ command: 1, sequence: 1, setup: "0009010000000000" });

describeExposed("by USB/IP", async () => {
  const exposed = await exposeUsbip(systemEnv(), FIRMWARE, { listen: { port: 0 }, intervalMs: 1 });
  return { exposed, open: () => usbipHidPort(exposed.port) };
});

describe("list and import", () => {
  test("offers one device, with the fields of the document in their places", async () => {
    const { device } = await served({ identity: { vendorId: 0x1050, productId: 0x0407 } });
    const host = await UsbipHost.connect(device.port);
    host.send(LIST);
    const answer = await host.rest();
    const at = (offset: number, bytes: number) => answer.slice(offset * 2, (offset + bytes) * 2);
    expect(answer).toHaveLength(2 * (0x144 + 4));
    expect(at(0, 12)).toBe("011100050000000000000001");
    expect(at(0x10c, 4)).toBe("312d3100");
    // busnum 1, devnum 2, full speed; ids, release; class 0; configuration 1 of 1 with 1 interface; HID.
    expect(at(0x12c, 12)).toBe("000000010000000200000002");
    expect(at(0x138, 16)).toBe("1050040701000000000101010300" + "0000");
  });

  const USBIP = ["/usr/sbin/usbip", "/usr/bin/usbip"].find((path) => existsSync(path));
  test.skipIf(USBIP === undefined)(
    titled(
      "is listed by Debian's usbip",
      USBIP === undefined ? "has no usbip (Debian package usbip)" : undefined,
    ),
    async () => {
      const { device } = await served({ identity: { vendorId: 0x1209, productId: 0x0001 } });
      const { stdout } = await promisify(execFile)(USBIP as string, [
        ...["--tcp-port", String(device.port), "list", "-r", "127.0.0.1"],
      ]);
      expect(stdout).toMatch(/^ +1-1: .*\(1209:0001\)$/m);
      expect(stdout).toMatch(/Human Interface Device .*\(03\/00\/00\)/);
    },
  );

  test("has nothing to list or import while it is pulled out", async () => {
    const { device } = await served();
    await device.unplug();
    const host = await UsbipHost.connect(device.port);
    host.send(LIST);
    expect(await host.rest()).toBe("011100050000000000000000");
    const importer = await UsbipHost.connect(device.port);
    importer.send(IMPORT);
    expect(await importer.rest()).toBe("0111000300000004");
  });

  test("is one host's at a time, and free again once that host leaves", async () => {
    const { device } = await served();
    const first = await UsbipHost.attach(device.port);
    expect(device.attached).toBe(true);
    const second = await UsbipHost.connect(device.port);
    second.send(IMPORT);
    expect(await second.rest()).toBe("0111000300000002");
    const lister = await UsbipHost.connect(device.port);
    lister.send(LIST);
    expect(await lister.rest()).toBe("011100050000000000000000");
    first.socket.destroy();
    await expect.poll(() => device.attached, PATIENT).toBe(false);
    await UsbipHost.attach(device.port);
  });

  test("knows no other bus id", async () => {
    const { device } = await served();
    const host = await UsbipHost.connect(device.port);
    host.send(`0111800300000000312d32${"00".repeat(29)}`);
    expect(await host.rest()).toBe("0111000300000004");
  });
});

describe("transfers", () => {
  test("answers a report with the example's INIT, once it is asked for", async () => {
    const { device } = await served();
    const host = await UsbipHost.attach(device.port);
    host.send(read(0xd05) + write(0xd06));
    expect(await host.read(48)).toBe(ret(0xd06, { length: 64 }));
    expect(await host.read(48)).toBe(ret(0xd05, { length: 64 }));
    // The same nonce, 17 bytes, protocol version 2.
    const report = await host.read(64);
    expect(report).toMatch(/^ffffffff860011a784ce5ae2123763.{8}02/);
  });

  test("keeps a report for a host that asks later, and reads in the order in which they were asked for", async () => {
    const { device } = await served();
    const host = await UsbipHost.attach(device.port);
    host.send(write(2) + write(3));
    expect(await host.read(96)).toBe(ret(2, { length: 64 }) + ret(3, { length: 64 }));
    host.send(read(5) + read(4));
    expect((await host.read(112)).slice(0, 96)).toBe(ret(5, { length: 64 }));
    expect((await host.read(112)).slice(0, 96)).toBe(ret(4, { length: 64 }));
  });

  test("withdraws a read that waits, which is then never answered", async () => {
    const { device } = await served();
    const host = await UsbipHost.attach(device.port);
    host.send(read(7) + unlink(8, 7));
    expect(await host.read(48)).toBe(retUnlink(8, ECONNRESET));
    host.send(write(9));
    expect(await host.read(48)).toBe(ret(9, { length: 64 }));
    host.send(read(10));
    expect((await host.read(112)).slice(0, 96)).toBe(ret(10, { length: 64 }));
  });

  test("says of a transfer that is over that there was nothing to withdraw", async () => {
    const { device } = await served();
    const host = await UsbipHost.attach(device.port);
    host.send(write(2));
    await host.read(48);
    host.send(unlink(3, 2));
    expect(await host.read(48)).toBe(retUnlink(3, OK));
  });

  test("answers control requests with at most what was asked for, and stalls at those it does not know", async () => {
    const { device } = await served({ identity: { vendorId: 0x1209, productId: 1 } });
    const host = await UsbipHost.attach(device.port);
    const control = { command: 1, direction: 1, length: 18 };
    host.send(urbHeader({ ...control, sequence: 2, setup: "8006000100001200" }));
    const data = "12010002000000400912010000010102" + "0301";
    expect(await host.read(48 + 18)).toBe(ret(2, { length: 18, data }));
    host.send(urbHeader({ ...control, sequence: 3, setup: "8006000600000a00" }));
    expect(await host.read(48)).toBe(ret(3, { status: EPIPE }));
  });

  test("has no endpoint but its two, none before it is configured, and none for a read without room", async () => {
    const { device } = await served();
    const host = await UsbipHost.attach(device.port);
    host.send(urbHeader({ command: 1, sequence: 2, direction: 1, endpoint: 2, length: 64 }));
    expect(await host.read(48)).toBe(ret(2, { status: EPIPE }));
    host.send(read(3, 63));
    expect(await host.read(48)).toBe(ret(3, { status: "ffffffb5" })); // EOVERFLOW
    host.send(urbHeader({ command: 1, sequence: 4, setup: "0009000000000000" }) + read(5));
    expect(await host.read(96)).toBe(ret(4) + ret(5, { status: EPIPE }));
  });
});

describe("hostile hosts", () => {
  test.each([
    ["USBIP_VERSION", "474554202f20485454502f312e310d0a"],
    ["USBIP_COMMAND", IMPORT + urbHeader({ command: 9, sequence: 1 })],
    ["USBIP_DEVICE", IMPORT + urbHeader({ command: 1, sequence: 1, deviceId: 0x10003 })],
    ["USBIP_SEQUENCE_REUSED", IMPORT + CONFIGURE + read(5) + read(5)],
    [
      "USBIP_TOO_MANY_TRANSFERS",
      IMPORT + CONFIGURE + Array.from({ length: 65 }, (_, at) => read(at + 2)).join(""),
    ],
  ])("%s ends the connection and leaves a finding, and the next host is served", async (code, bytes) => {
    const { device, records } = await served();
    const host = await UsbipHost.connect(device.port);
    host.send(bytes);
    await host.rest();
    expect(records).toContainEqual(expect.objectContaining({ kind: "link.lost", code }));
    await expect.poll(() => device.attached, PATIENT).toBe(false);
    await UsbipHost.attach(device.port);
  });

  test("a host that does not read loses its connection", async () => {
    const { device, records } = await served();
    const host = await UsbipHost.attach(device.port);
    host.socket.pause();
    const flood = Array.from({ length: 2_000 }, (_, at) =>
      urbHeader({ command: 1, sequence: at + 2, direction: 1, length: 255, setup: "800600030000ff00" }),
    ).join("");
    for (let round = 0; round < 400 && device.attached; round++) {
      if (!host.socket.writable) break;
      host.send(flood);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect.poll(() => device.attached, PATIENT).toBe(false);
    expect(records).toContainEqual(expect.objectContaining({ code: "USBIP_READER_TOO_SLOW" }));
  });

  test("nothing that a host sends is in the trace, in order or not", async () => {
    const { device, records } = await served();
    const host = await UsbipHost.attach(device.port);
    const secret = "3331343135393236"; // a PIN, in the report and in what ends the connection
    host.send(write(2, `00c0ffee900008${secret}`.padEnd(128, "0")) + write(3, secret));
    await host.read(96);
    host.send(secret.repeat(10));
    await host.rest();
    expect(records.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["link.ignored", "link.lost"]));
    const told = JSON.stringify(records);
    expect(told).not.toContain(secret);
    expect(told).not.toContain("31415926");
  });

  test("a stranger's nonsense does not touch the host that has the key", async () => {
    const { device } = await served();
    const port = await usbipHidPort(device.port);
    const stranger = await UsbipHost.connect(device.port);
    stranger.send("ff".repeat(1_000));
    await stranger.rest();
    expect(device.attached).toBe(true);
    const hid = await openHidDevice(systemEnv(), port);
    expect([...(await hid.transact(Uint8Array.of(4)))]).toEqual([0, 0xa0]);
    await hid[Symbol.asyncDispose]();
  });
});

describe("power", () => {
  test("comes with each import, and after a power cycle", async () => {
    let powered = 0;
    const { device } = await served({}, { ...FIRMWARE, powerCycle: () => void (powered += 1) });
    const first = await UsbipHost.attach(device.port);
    expect(powered).toBe(1);
    await device.powerCycle();
    await first.rest();
    expect([device.plugged, device.attached]).toEqual([true, false]);
    await UsbipHost.attach(device.port);
    expect(powered).toBe(2);
  });

  test("is gone when a knob pulls the key out", async () => {
    const { device } = await served({ knobs: { unplugAtMs: 5 } });
    const host = await UsbipHost.attach(device.port);
    await host.rest();
    expect([device.plugged, device.attached]).toEqual([false, false]);
  });
});

describe("exposeUsbip", () => {
  test("refuses addresses that others reach, unless that is allowed", async () => {
    const options = { listen: { host: "0.0.0.0", port: 0 } };
    await expect(exposeUsbip(systemEnv(), FIRMWARE, options)).rejects.toMatchObject({
      code: "EXPOSE_REMOTE_REFUSED",
    });
    const device = await exposeUsbip(systemEnv(), FIRMWARE, { ...options, allowRemote: true });
    await device[Symbol.asyncDispose]();
  });

  test("says that the address is in use", async () => {
    const { device } = await served();
    const again = exposeUsbip(systemEnv(), FIRMWARE, { listen: { port: device.port } });
    await expect(again).rejects.toMatchObject({ code: "EXPOSE_ADDRESS_IN_USE" });
  });

  test.each([[{ name: "x".repeat(127) }], [{ name: "" }], [{ vendorId: 65_536 }]])(
    "refuses the identity %j",
    async (identity) => {
      const refused = exposeUsbip(systemEnv(), FIRMWARE, { listen: { port: 0 }, identity });
      await expect(refused).rejects.toMatchObject({ code: "EXPOSE_IDENTITY_INVALID" });
    },
  );

  test.each([[0], [256]])("refuses an interval of %i ms", async (intervalMs) => {
    const refused = exposeUsbip(systemEnv(), FIRMWARE, { listen: { port: 0 }, intervalMs });
    await expect(refused).rejects.toMatchObject({ name: "ArgumentError" });
  });
});
