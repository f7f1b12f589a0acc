import { describe, expect, test } from "vitest";
import type { VirtualEnv } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import { fitForUhid, UHID_MESSAGE_BYTES_MAX } from "../../../src/sim/expose/fit-for-uhid.js";
import { exposeUhid, type ExposeUhidOptions } from "../../../src/sim/expose/uhid.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import { HidCommand } from "../../../src/transports/hid/constants.js";
import { toReports } from "../../../src/transports/hid/framing.js";
import { firstUsage } from "../../../src/transports/hid/report-descriptor.js";
import { contractFirmware, describeCancellation, describeCtapDevice } from "../../contract/ctap-device.js";
import { describeHidPort } from "../../contract/hid-port.js";
import { MemoryUhid, type MemoryUhidHabits } from "../../helpers/memory-uhid.js";

const GET_INFO = Uint8Array.of(0x04);

async function plugged(options: ExposeUhidOptions = {}, behaviour: MemoryUhidHabits = {}) {
  const env = virtualEnv("uhid");
  const kernel = new MemoryUhid(behaviour);
  let powerCycles = 0;
  const cbor: CtapHandler = contractFirmware;
  const firmware = { cbor, powerCycle: () => void (powerCycles += 1) };
  const exposed = await env.clock.run(exposeUhid(env, firmware, { open: kernel.open, ...options }));
  return { env, kernel, exposed, cycles: () => powerCycles };
}

async function withHost(options?: ExposeUhidOptions) {
  const opened = await plugged(options);
  const device = await opened.env.clock.run(openHidDevice(opened.env, opened.kernel.latest.openNode()));
  return { ...opened, device };
}

const kinds = (env: VirtualEnv) => env.records.map(({ kind }) => kind);

const open = async () => {
  const { env, device } = await withHost();
  return { device, settle: <T>(work: Promise<T>) => env.clock.run(work) };
};

describeCtapDevice("a device of the operating system", open);
describeCancellation("a device of the operating system", open);

describeHidPort("a node of the operating system", async () => {
  const { env, kernel, exposed } = await plugged();
  return {
    port: kernel.latest.openNode(),
    settle: (work) => env.clock.run(work),
    unplug: () => exposed.unplug(),
  };
});

describe("exposeUhid", () => {
  test("makes a FIDO device on the USB bus", async () => {
    const { kernel } = await plugged();
    const [device] = kernel.devices;
    expect(device).toMatchObject({ bus: 3, vendor: 0x1209, product: 0x0001, version: 0, country: 0 });
    expect(firstUsage(device?.descriptor ?? new Uint8Array())).toEqual({ usagePage: 0xf1d0, usage: 1 });
  });

  test("gives the device the name, numbers and serial it was told", async () => {
    const identity = { name: "Schlüssel", vendorId: 0x15d9, productId: 0x0a37, serial: "42" };
    const { kernel, exposed } = await plugged({ identity });
    expect(kernel.devices).toMatchObject([
      { name: "Schlüssel", vendor: 0x15d9, product: 0x0a37, uniq: "42" },
    ]);
    expect(exposed.label).toBe("uhid:15d9:0a37:42");
  });

  test("makes up a serial, the same for the same seed", async () => {
    const [one, two] = [await plugged(), await plugged()];
    expect(one.exposed.identity.serial).toMatch(/^sim-[0-9a-f]{8}$/);
    expect(two.exposed.identity.serial).toBe(one.exposed.identity.serial);
  });

  test.each([
    ["an empty name", { name: "" }],
    ["a name of 128 bytes", { name: "x".repeat(128) }],
    ["a name of two lines", { name: "one\ntwo" }],
    ["a serial of 64 bytes", { serial: "x".repeat(64) }],
    ["a vendor beyond 16 bits", { vendorId: 0x10000 }],
    ["a product that is no number", { productId: Number.NaN }],
  ])("refuses %s", async (_, identity) => {
    await expect(plugged({ identity })).rejects.toMatchObject({ code: "EXPOSE_IDENTITY_INVALID" });
  });

  test("says whether a program holds the device", async () => {
    const { env, exposed, device } = await withHost();
    expect(exposed.held).toBe(true);
    await env.clock.run(Promise.resolve(device[Symbol.asyncDispose]()));
    await env.clock.run(Promise.resolve());
    expect(exposed.held).toBe(false);
  });

  test("sends long answers slowly enough for a reader that keeps 64 reports", async () => {
    const { env, device } = await withHost({ knobs: { messageBytesMax: 7609 } });
    const bytes = Uint8Array.from({ length: 7609 }, (_, index) => index);
    const startMs = env.clock.nowMs();
    expect(await env.clock.run(device.ping(bytes))).toEqual(bytes);
    // 129 reports, eight at a time.
    expect(env.clock.nowMs() - startMs).toBe(16 * 4);
  });

  test("loses no part of a message it allows, when a host sends it all at once", async () => {
    const { env, kernel, device } = await withHost();
    const { channel } = device.init;
    const payload = new Uint8Array(UHID_MESSAGE_BYTES_MAX).fill(7);
    const reports = [...toReports({ channel, command: HidCommand.PING, payload })];
    expect(reports).toHaveLength(28);
    const other = kernel.latest.openNode();
    await Promise.all(reports.map((report) => other.write(report)));
    const answers = other.reports()[Symbol.asyncIterator]();
    const { value } = (await env.clock.run(answers.next())) as IteratorYieldResult<Uint8Array>;
    expect([...value.subarray(4, 7)]).toEqual([
      0x81,
      UHID_MESSAGE_BYTES_MAX >> 8,
      UHID_MESSAGE_BYTES_MAX & 0xff,
    ]);
  });

  test("refuses a longer message at once, before the kernel loses parts of it", async () => {
    const { env, device } = await withHost();
    const refused = device.ping(new Uint8Array(UHID_MESSAGE_BYTES_MAX + 1));
    await expect(env.clock.run(refused)).rejects.toMatchObject({
      code: "HID_INVALID_LEN",
      aftermath: "none",
    });
  });

  test("does to reports what the knobs of a cable say", async () => {
    const fault = { id: "first-answer-lost", direction: "to-host", nth: 2, effect: "drop" } as const;
    const { env, device } = await withHost({ knobs: { faults: [fault] } });
    const controller = new AbortController();
    const asked = device.transact(GET_INFO, { signal: controller.signal });
    asked.catch(() => {});
    env.clock.arm(1_000, "test.patience", () => controller.abort());
    await expect(env.clock.run(asked)).rejects.toMatchObject({ code: "ABORTED", aftermath: "unknown" });
    expect(env.records).toContainEqual(
      expect.objectContaining({ kind: "fault.injected", rule: "first-answer-lost" }),
    );
  });

  test("refuses what comes over the control pipe, as keys do, so that nobody waits for it", async () => {
    const { env, kernel } = await plugged();
    kernel.latest.say({ kind: "get-report", id: 7, number: 0, reportType: 0 });
    kernel.latest.say({ kind: "set-report", id: 8, number: 0, reportType: 1, data: new Uint8Array(64) });
    await env.clock.run(Promise.resolve());
    expect(kernel.latest.written.slice(1)).toEqual([
      { kind: "get-report-reply", id: 7, err: 5, data: new Uint8Array(0) },
      { kind: "set-report-reply", id: 8, err: 5 },
    ]);
  });

  test("takes a report without its number as well", async () => {
    const { env, kernel } = await plugged();
    const report = new Uint8Array(64);
    report.set([0xff, 0xff, 0xff, 0xff, 0x86, 0, 8]);
    kernel.latest.say({ kind: "output", reportType: 1, data: report });
    await env.clock.run(Promise.resolve());
    const [answer] = kernel.latest.written.slice(1);
    expect(answer).toMatchObject({ kind: "input2" });
  });

  test.each([
    ["reports of another size", new Uint8Array(9)],
    ["reports with a number, where none is numbered", new Uint8Array(65).fill(1)],
  ])("leaves out %s and says so", async (_, data) => {
    const { env, kernel, exposed } = await plugged();
    kernel.latest.say({ kind: "output", reportType: 1, data });
    await env.clock.run(Promise.resolve());
    expect(env.records.at(-1)).toMatchObject({
      kind: "link.ignored",
      link: exposed.label,
      reason: "wrong-size",
      bytes: data.length,
    });
    expect(kernel.latest.written).toHaveLength(1);
  });

  test("leaves out events it does not know", async () => {
    const { env, kernel, device } = await withHost();
    kernel.latest.sayBytes(Uint8Array.of(99, 0, 0, 0));
    expect((await env.clock.run(device.transact(GET_INFO)))[0]).toBe(0);
  });
});

describe("fitForUhid", () => {
  test("lets a key tell hosts what the kernel can keep, and leaves the rest", () => {
    const full = profileNamed("ctap23");
    expect(fitForUhid(full)).toEqual({ ...full, limits: { ...full.limits, maxMsgSize: 1650 } });
  });

  test("leaves a key alone that wants less", () => {
    const u2f = profileNamed("ctap20");
    expect(u2f.limits.maxMsgSize).toBeLessThanOrEqual(1650);
    expect(fitForUhid(u2f)).toBe(u2f);
  });
});

describe("pulling it out", () => {
  test("takes the device from the machine, and ends what was under way", async () => {
    const { env, kernel, exposed, device } = await withHost();
    const waiting = device.transact(Uint8Array.of(0x0b));
    waiting.catch(() => {});
    env.clock.arm(300, "test.hand", () => void exposed.unplug());
    await expect(env.clock.run(waiting)).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "unknown" });
    expect(kernel.devices).toEqual([]);
    expect(kernel.latest.written.at(-1)).toEqual({ kind: "destroy" });
    expect(kernel.latest.closed).toBe(true);
    expect(exposed).toMatchObject({ plugged: false, held: false });
  });

  test("and in again makes a new device of the same name; channels are forgotten, and memory is", async () => {
    const { env, kernel, exposed, device, cycles } = await withHost();
    await exposed.unplug();
    await env.clock.run(exposed.replug());
    await expect(env.clock.run(device.transact(GET_INFO))).rejects.toMatchObject({ code: "DEVICE_GONE" });
    expect(kernel.files).toHaveLength(2);
    expect(kernel.devices).toMatchObject([{ uniq: exposed.identity.serial }]);
    expect(cycles()).toBe(1);
    const again = await env.clock.run(openHidDevice(env, kernel.latest.openNode()));
    expect((await env.clock.run(again.transact(GET_INFO)))[0]).toBe(0);
  });

  test("twice is once, and so is plugging in", async () => {
    const { env, kernel, exposed, cycles } = await plugged();
    await exposed.unplug();
    await exposed.unplug();
    expect(kernel.latest.written.filter(({ kind }) => kind === "destroy")).toHaveLength(1);
    await env.clock.run(exposed.replug());
    await env.clock.run(exposed.replug());
    expect(kernel.files).toHaveLength(2);
    expect(cycles()).toBe(1);
  });

  test("a power cycle is both", async () => {
    const { env, kernel, exposed, cycles } = await plugged();
    await env.clock.run(exposed.powerCycle());
    expect(kernel.files.map(({ closed }) => closed)).toEqual([true, false]);
    expect(cycles()).toBe(1);
    expect(kinds(env).filter((kind) => kind.startsWith("link."))).toEqual([
      "link.opened",
      "link.closed",
      "link.opened",
    ]);
  });

  test("happens by itself where a knob says so", async () => {
    const { env, kernel, exposed } = await plugged({ knobs: { unplugAtMs: 5_000 } });
    await env.clock.run(new Promise<void>((resolve) => env.clock.arm(5_001, "test.wait", resolve)));
    expect(exposed.plugged).toBe(false);
    expect(kernel.devices).toEqual([]);
  });

  test("is what disposing does", async () => {
    const { kernel, exposed } = await plugged();
    await exposed[Symbol.asyncDispose]();
    expect(kernel.latest.closed).toBe(true);
  });
});

describe("a kernel that will not", () => {
  test.each([
    ["ENOENT", "EXPOSE_UHID_MISSING", "modprobe uhid"],
    ["ENODEV", "EXPOSE_UHID_MISSING", "modprobe uhid"],
    ["EACCES", "EXPOSE_UHID_DENIED", 'KERNEL=="uhid"'],
    ["EPERM", "EXPOSE_UHID_DENIED", "--device /dev/uhid"],
  ])("%s on opening is %s, with what to do", async (errno, code, hint) => {
    const refusal = plugged({
      open: () => {
        throw Object.assign(new Error("no"), { code: errno });
      },
    });
    await expect(refusal).rejects.toMatchObject({
      code,
      aftermath: "none",
      hint: expect.stringContaining(hint) as string,
    });
  });

  test("EINVAL on making the device is EXPOSE_FAILED, and the file is closed", async () => {
    const env = virtualEnv("uhid");
    const kernel = new MemoryUhid({ refuse: { create2: "EINVAL" } });
    const refused = exposeUhid(env, {}, { open: kernel.open });
    await expect(env.clock.run(refused)).rejects.toMatchObject({ code: "EXPOSE_FAILED" });
    expect(kernel.latest.closed).toBe(true);
  });

  test("no driver within five seconds is EXPOSE_FAILED, and the device is taken back", async () => {
    const env = virtualEnv("uhid");
    const kernel = new MemoryUhid({ driver: false });
    const refused = exposeUhid(env, {}, { open: kernel.open });
    await expect(env.clock.run(refused)).rejects.toMatchObject({
      code: "EXPOSE_FAILED",
      hint: expect.stringContaining("hid-generic") as string,
    });
    expect(env.clock.nowMs()).toBe(5_000);
    expect(kernel.latest.written.map(({ kind }) => kind)).toEqual(["create2", "destroy"]);
    expect(kernel.latest.closed).toBe(true);
  });

  test("that fails to read is a link lost, and the device can be plugged in again", async () => {
    const { env, kernel, exposed } = await plugged();
    kernel.latest.fail("EIO");
    await env.clock.run(Promise.resolve());
    expect(env.records).toContainEqual(expect.objectContaining({ kind: "link.lost", reason: "EIO" }));
    expect(exposed.plugged).toBe(false);
    await env.clock.run(exposed.replug());
    expect(exposed.plugged).toBe(true);
  });

  test("that takes the driver away is a link lost, until a driver is back", async () => {
    const { env, kernel, exposed } = await plugged();
    kernel.latest.say({ kind: "stop" });
    await env.clock.run(Promise.resolve());
    expect(env.records.at(-1)).toMatchObject({ kind: "link.lost", reason: "driver-left" });
    expect(exposed.plugged).toBe(true);
  });

  test("that refuses a report is a link lost", async () => {
    const { env, kernel, exposed } = await plugged({}, { refuse: { input2: "EINVAL" } });
    const opening = openHidDevice(env, kernel.latest.openNode());
    await expect(env.clock.run(opening)).rejects.toMatchObject({ code: "DEVICE_GONE" });
    expect(env.records).toContainEqual(expect.objectContaining({ kind: "link.lost", reason: "EINVAL" }));
    expect(exposed.plugged).toBe(false);
  });
});
