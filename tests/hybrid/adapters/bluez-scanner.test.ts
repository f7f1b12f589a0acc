import { describe, expect, test } from "vitest";
import { systemEnv } from "../../../src/env/system-env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { probeBluez } from "../../../src/hybrid/adapters/bluez-probe.js";
import { bluezScanner } from "../../../src/hybrid/adapters/bluez-scanner.js";
import type { ReceivedAdvert } from "../../../src/hybrid/ports.js";
import { FakeBus, type FakeBusParts, variant } from "../../helpers/fake-bus.js";

const DATA = Uint8Array.from({ length: 24 }, (_, index) => index * 3);
const FIDO = "0000fff9-0000-1000-8000-00805f9b34fb";
const GOOGLE = "0000FDE2-0000-1000-8000-00805F9B34FB";
const PATH = "/org/bluez/hci0/dev_0E_BE_F0_91_76_E3";
const ADDRESS = "0E:BE:F0:91:76:E3";

const serviceData = (uuid: string, data: Uint8Array = DATA) =>
  ["ServiceData", [[uuid, variant(Buffer.from(data))]]] as const;

async function listening(parts: FakeBusParts = {}) {
  const bus = new FakeBus(parts);
  const abort = new AbortController();
  const adverts = bluezScanner(systemEnv(), { connectBus: async () => bus }).listen(abort.signal);
  const iterator = adverts[Symbol.asyncIterator]();
  const first = iterator.next();
  first.catch(() => undefined);
  while (!bus.ended && !bus.calls.some(({ member }) => member === "StartDiscovery")) {
    await new Promise(setImmediate);
  }
  return { bus, iterator, abort, first: first.then(({ value }) => value as ReceivedAdvert) };
}

describe("bluezScanner", () => {
  test("asks for all of Low Energy, repeated adverts included", async () => {
    const { bus, iterator } = await listening();
    const filter = bus.calls.find(({ member }) => member === "SetDiscoveryFilter");
    expect(filter).toMatchObject({
      path: "/org/bluez/hci0",
      signature: "a{sv}",
      body: [
        [
          ["Transport", ["s", "le"]],
          ["DuplicateData", ["b", true]],
        ],
      ],
    });
    void iterator.return?.();
  });

  test.each([
    [FIDO, 0xfff9],
    [GOOGLE, 0xfde2],
  ])("hears service data under %s, from a device that is new", async (uuid, serviceUuid) => {
    const { bus, first } = await listening();
    bus.added(PATH, [["AddressType", "random"], ["RSSI", -61], serviceData(uuid)]);
    expect(await first).toEqual({
      serviceData: DATA,
      serviceUuid,
      address: ADDRESS,
      addressType: "random",
      rssiDbm: -61,
    });
  });

  test("hears what changes at a device that BlueZ knew, and not what it said before", async () => {
    const old = [["AddressType", "public"], serviceData(FIDO, new Uint8Array(20))] as const;
    const { bus, first } = await listening({ known: [[PATH, old]] });
    bus.changed(PATH, [["RSSI", -40]]);
    bus.changed(PATH, [serviceData(FIDO)]);
    const advert = await first;
    expect(advert).toMatchObject({ serviceData: DATA, addressType: "public" });
    expect(advert.serviceData.constructor, "no Buffer leaves this room").toBe(Uint8Array);
  });

  test("passes over other services, other adapters, short data and what is no device", async () => {
    const { bus, first } = await listening();
    bus.added(PATH, [serviceData("0000180d-0000-1000-8000-00805f9b34fb")]);
    bus.added(PATH, [serviceData(FIDO, new Uint8Array(19))]);
    bus.added("/org/bluez/hci1/dev_0E_BE_F0_91_76_E3", [serviceData(FIDO)]);
    bus.added(`${PATH}/service0001`, [serviceData(FIDO)]);
    bus.changed(PATH, [["ServiceData", "nonsense"]]);
    bus.changed(PATH, [["ServiceData", [[FIDO, "nonsense"], "nonsense"]]]);
    bus.added(PATH, [serviceData(FIDO)]);
    expect(await first).toMatchObject({ serviceData: DATA });
  });

  test.each<readonly [string, string, (bus: FakeBus) => void]>([
    [
      "the adapter is switched off",
      "RADIO_OFF",
      (bus) => bus.changed("/org/bluez/hci0", [["Powered", false]], "org.bluez.Adapter1"),
    ],
    [
      "the scan is stopped",
      "RADIO_OFF",
      (bus) => bus.changed("/org/bluez/hci0", [["Discovering", false]], "org.bluez.Adapter1"),
    ],
    ["bluetoothd ends", "RADIO_NO_ADAPTER", (bus) => bus.vanish()],
    ["the bus breaks", "RADIO_FAILED", (bus) => bus.connection.emit("error", new Error("broken"))],
  ])("%s: %s, and the bus is let go", async (_, code, happen) => {
    const { bus, first } = await listening();
    happen(bus);
    await expect(first).rejects.toMatchObject({ code });
    expect(bus.ended).toBe(true);
  });

  test.each<readonly [string, FakeBusParts]>([
    ["RADIO_OFF", { powered: false }],
    ["RADIO_NO_ADAPTER", { refusals: { Get: "org.freedesktop.DBus.Error.ServiceUnknown" } }],
    ["PERMISSION_DENIED", { refusals: { StartDiscovery: "org.freedesktop.DBus.Error.AccessDenied" } }],
    ["RADIO_OFF", { refusals: { StartDiscovery: "org.bluez.Error.NotReady" } }],
    ["RADIO_BUSY", { refusals: { StartDiscovery: "org.bluez.Error.InProgress" } }],
  ])("a scan that does not start is %s: %o", async (code, parts) => {
    const { bus, first } = await listening(parts);
    await expect(first).rejects.toMatchObject({ code });
    expect(bus.ended).toBe(true);
  });

  test("ends with its signal, and lets the bus go", async () => {
    const { bus, abort, first } = await listening();
    abort.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    expect(bus.ended).toBe(true);
  });

  test("BlueZ that never answers: the timer radio.bluez ends the wait", async () => {
    const env = virtualEnv("silent");
    const bus = new FakeBus({ silent: ["StartDiscovery"] });
    const adverts = bluezScanner(env, { connectBus: async () => bus }).listen(new AbortController().signal);
    await expect(env.clock.run(adverts[Symbol.asyncIterator]().next())).rejects.toMatchObject({
      code: "TIMEOUT",
      timer: "radio.bluez",
    });
  });
});

test("an adapter's powers are asked for without changing anything", async () => {
  const bus = new FakeBus();
  expect(await probeBluez(systemEnv(), { connectBus: async () => bus })).toEqual({
    freeAdverts: 5,
    extended: true,
  });
  expect([bus.calls.map(({ member }) => member), bus.ended]).toEqual([["Get", "GetAll"], true]);
});
