import { describe, expect, test } from "vitest";
import { fromHex } from "../../../src/core/bytes.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { advertiseOverBluez } from "../../../src/hybrid/adapters/bluez.js";
import { ServiceUuid } from "../../../src/hybrid/protocol/constants.js";
import { type Exported, FakeBus, type FakeBusParts } from "../../helpers/fake-bus.js";

const DATA = fromHex("9f4bc7c7ed77b8a021ba504084f19c55ab2a9e89");
const SERVICE = { uuid: ServiceUuid.FIDO, data: DATA };

const advertise = (bus: FakeBus) =>
  advertiseOverBluez(systemEnv(), SERVICE, { adapter: "hci1", connect: async () => bus });

describe("advertiseOverBluez", () => {
  test("offers a broadcast with the service data under its long UUID, and registers it at the adapter", async () => {
    const bus = new FakeBus();
    const onAir = await advertise(bus);
    const [path] = [...bus.registered] as string[];
    const { object, description } = bus.exported.get(path as string) ?? {};
    expect(object).toMatchObject({
      Type: "broadcast",
      ServiceData: [["0000fff9-0000-1000-8000-00805f9b34fb", ["ay", Buffer.from(DATA)]]],
      MinInterval: 100,
      MaxInterval: 500,
    });
    expect(description).toMatchObject({
      name: "org.bluez.LEAdvertisement1",
      properties: { Type: "s", ServiceData: "a{sv}", MinInterval: "u", MaxInterval: "u" },
    });
    expect(bus.calls.at(-1)).toMatchObject({
      destination: "org.bluez",
      path: "/org/bluez/hci1",
      interface: "org.bluez.LEAdvertisingManager1",
      member: "RegisterAdvertisement",
      signature: "oa{sv}",
    });
    expect(onAir.label).toBe("bluez:hci1");
  });

  test("unregisters and hangs up at the end", async () => {
    const bus = new FakeBus();
    const onAir = await advertise(bus);
    await onAir[Symbol.asyncDispose]();
    expect([bus.registered.size, bus.ended]).toEqual([0, true]);
  });

  test("traces that BlueZ took the advert down by itself", async () => {
    const env = virtualEnv("release");
    const bus = new FakeBus();
    await advertiseOverBluez(env, SERVICE, { connect: async () => bus });
    const [exported] = [...bus.exported.values()];
    (exported?.object["Release"] as () => void)();
    expect(env.records).toContainEqual(expect.objectContaining({ kind: "link.lost", link: "bluez:hci0" }));
  });
});

const DBUS = "org.freedesktop.DBus.Error";

describe("adverts that want extended packets", () => {
  const advertised = async (bytes: number, options: Parameters<typeof advertiseOverBluez>[2] = {}) => {
    const bus = new FakeBus();
    const service = { uuid: ServiceUuid.GOOGLE, data: new Uint8Array(bytes) };
    await advertiseOverBluez(systemEnv(), service, { connect: async () => bus, ...options });
    return [...bus.exported.values()][0] as Exported;
  };

  test.each([
    [27, {}, undefined],
    [28, {}, "1M"],
    [24, { pdus: "extended" }, "1M"],
    [24, { connectable: true }, undefined],
    [25, { connectable: true }, "1M"],
    [200, { pdus: "legacy" }, undefined],
  ] as const)("%i bytes with %o: secondary channel %s", async (bytes, options, channel) => {
    const { object, description } = await advertised(bytes, options);
    expect(object["SecondaryChannel"]).toBe(channel);
    const { properties } = description as { readonly properties: Readonly<Record<string, string>> };
    expect(properties["SecondaryChannel"]).toBe(channel && "s");
  });

  test("a port behind the advert needs a sender that accepts connections, under either UUID", async () => {
    const { object } = await advertised(24, { connectable: true });
    expect(object["Type"]).toBe("peripheral");
    expect(object["ServiceData"]).toEqual([
      ["0000fde2-0000-1000-8000-00805f9b34fb", ["ay", Buffer.alloc(24)]],
    ]);
  });

  test("an adapter without them says so, and nothing is offered", async () => {
    const bus = new FakeBus({ extended: false });
    const service = { uuid: ServiceUuid.FIDO, data: new Uint8Array(40) };
    await expect(
      advertiseOverBluez(systemEnv(), service, { connect: async () => bus }),
    ).rejects.toMatchObject({
      code: "RADIO_NO_EXTENDED",
      hint: expect.stringContaining("Bluetooth 5") as string,
    });
    expect([bus.exported.size, bus.ended]).toEqual([0, true]);
  });
});

describe("BlueZ that says no", () => {
  test.each<readonly [string, string, FakeBusParts]>([
    ["it does not run", "RADIO_NO_ADAPTER", { refusals: { Get: `${DBUS}.ServiceUnknown` } }],
    ["it has no such adapter", "RADIO_NO_ADAPTER", { refusals: { Get: `${DBUS}.UnknownObject` } }],
    ["the adapter is off", "RADIO_OFF", { powered: false }],
    ["the bus forbids it", "PERMISSION_DENIED", { refusals: { Get: `${DBUS}.AccessDenied` } }],
    [
      "all slots are taken",
      "RADIO_BUSY",
      { refusals: { RegisterAdvertisement: "org.bluez.Error.NotPermitted" } },
    ],
    [
      "it is too long",
      "RADIO_ADVERT_TOO_LONG",
      { refusals: { RegisterAdvertisement: "org.bluez.Error.InvalidLength" } },
    ],
    ["something else", "RADIO_FAILED", { refusals: { RegisterAdvertisement: "org.bluez.Error.Failed" } }],
  ])("%s: %s, and the bus is let go", async (_, code, parts) => {
    const bus = new FakeBus(parts);
    await expect(advertise(bus)).rejects.toMatchObject({ code });
    expect([bus.registered.size, bus.ended]).toEqual([0, true]);
  });

  test.each([
    ["ENOENT", "RADIO_NO_ADAPTER"],
    ["ECONNREFUSED", "RADIO_NO_ADAPTER"],
    ["EACCES", "PERMISSION_DENIED"],
  ])("%s on the way to the bus is %s", async (systemCode, code) => {
    const bus = new FakeBus({ silent: ["Get"] });
    const advertised = advertise(bus);
    await new Promise(setImmediate);
    bus.connection.emit("error", Object.assign(new Error("connect"), { code: systemCode }));
    await expect(advertised).rejects.toMatchObject({ code });
  });

  test("it never answers: the timer radio.bluez ends the wait", async () => {
    const env = virtualEnv("silent");
    const bus = new FakeBus({ silent: ["RegisterAdvertisement"] });
    const advertised = advertiseOverBluez(env, SERVICE, { connect: async () => bus });
    await expect(env.clock.run(advertised)).rejects.toMatchObject({ code: "TIMEOUT", timer: "radio.bluez" });
    expect(bus.ended).toBe(true);
  });

  test("the package is not installed", async () => {
    const connect = () => Promise.reject(Object.assign(new Error("?"), { code: "ERR_MODULE_NOT_FOUND" }));
    await expect(advertiseOverBluez(systemEnv(), SERVICE, { connect })).rejects.toMatchObject({
      code: "NATIVE_MISSING",
      hint: "install it beside this package: npm install @homebridge/dbus-native",
    });
  });
});
