import { describe, expect, test } from "vitest";
import { systemEnv } from "../../../src/env/system-env.js";
import { linuxAdvertiser, type LinuxAdvertiserOptions } from "../../../src/hybrid/adapters/ble-advertiser.js";
import { FakeBus, type FakeBusParts } from "../../helpers/fake-bus.js";
import { FakeHci } from "../../helpers/fake-hci.js";

function machine(parts: FakeBusParts = {}) {
  const bus = new FakeBus(parts);
  const hci = new FakeHci();
  const advertise = (options: LinuxAdvertiserOptions = {}) => {
    const stands = { connectBus: async () => bus, openHci: async () => hci };
    return linuxAdvertiser(systemEnv(), { ...stands, ...options }).advertise(new Uint8Array(20));
  };
  return { bus, hci, advertise };
}

const NOT_RUNNING = { refusals: { Get: "org.freedesktop.DBus.Error.ServiceUnknown" } };

describe("linuxAdvertiser", () => {
  test("goes through BlueZ where it runs and leaves the controller alone", async () => {
    const { bus, hci, advertise } = machine();
    await advertise({ adapter: 2 });
    expect([bus.registered.size, hci.packets.length]).toEqual([1, 0]);
    expect(bus.calls.at(-1)?.path).toBe("/org/bluez/hci2");
  });

  test("goes to the controller where bluetoothd does not run", async () => {
    const { hci, advertise } = machine(NOT_RUNNING);
    const onAir = await advertise({ adapter: 2 });
    expect([hci.onAir, hci.adapter]).toEqual([true, 2]);
    await onAir[Symbol.asyncDispose]();
    expect(hci.onAir).toBe(false);
  });

  test("does not go behind the back of a BlueZ that says no", async () => {
    const { hci, advertise } = machine({ powered: false });
    await expect(advertise()).rejects.toMatchObject({ code: "RADIO_OFF" });
    expect(hci.packets).toEqual([]);
  });

  test("takes the way it was told, and no other", async () => {
    const there = machine();
    await there.advertise({ via: "hci" });
    expect([there.bus.calls.length, there.hci.onAir]).toEqual([0, true]);

    const gone = machine(NOT_RUNNING);
    await expect(gone.advertise({ via: "bluez" })).rejects.toMatchObject({ code: "RADIO_NO_ADAPTER" });
    expect(gone.hci.packets).toEqual([]);
  });
});
