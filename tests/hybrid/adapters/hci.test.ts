import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { systemEnv } from "../../../src/env/system-env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { ServiceUuid } from "../../../src/hybrid/protocol/constants.js";
import { advertiseOverHci } from "../../../src/hybrid/adapters/hci.js";
import { FakeHci, type FakeHciParts } from "../../helpers/fake-hci.js";
import { casesOf } from "../vectors.js";

const DATA = fromHex("9f4bc7c7ed77b8a021ba504084f19c55ab2a9e89");
const SERVICE = { uuid: ServiceUuid.FIDO, data: DATA };

const advertise = (hci: FakeHci, service = SERVICE) =>
  advertiseOverHci(systemEnv(), service, { adapter: 1, open: async () => hci });

describe("advertiseOverHci", () => {
  /** Hand-assembled from Bluetooth Core Vol 4 Part E §7.8.3, §7.8.5, §7.8.7 and §7.8.9. */
  test("features, off, parameters, data, on: each a command packet, and off again at the end", async () => {
    const hci = new FakeHci();
    const onAir = await advertise(hci);
    expect(hci.packets.map(toHex)).toEqual([
      "01032000",
      "010a200100",
      "0106200fa00020030300000000000000000700",
      `010820201b0201061716f9ff${toHex(DATA)}00000000`,
      "010a200101",
    ]);
    expect([hci.adapter, hci.onAir, onAir.label]).toEqual([1, true, "hci1"]);
    await onAir[Symbol.asyncDispose]();
    expect([hci.onAir, hci.running]).toEqual([false, false]);
  });

  test("what goes on air holds the published advertising data", async () => {
    const [row] = casesOf<{ readonly serviceData: string; readonly advertisingData: string }>(
      "advertisingData",
    );
    const hci = new FakeHci();
    await advertise(hci, { uuid: ServiceUuid.FIDO, data: fromHex(row?.serviceData as string) });
    expect(toHex(hci.packets[3] as Uint8Array)).toContain(row?.advertisingData);
  });

  test("hears Command Complete events only", async () => {
    const hci = new FakeHci();
    await advertise(hci);
    expect(toHex(hci.filter as Uint8Array)).toBe("10000000004000000000000000000000");
  });

  test.each([
    [24, "1f020106"],
    [25, "1d1c16f9ff"],
    [27, "1f1e16f9ff"],
  ])("%i bytes of service data go out as 0x%s...: Flags give way to a suffix", async (bytes, start) => {
    const hci = new FakeHci();
    await advertise(hci, { ...SERVICE, data: new Uint8Array(bytes) });
    expect(toHex(hci.packets[3] as Uint8Array)).toMatch(new RegExp(`^01082020${start}`));
  });

  test("an advertiser left on is switched off first, and one that was off does not mind", async () => {
    let enables = 0;
    const hci = new FakeHci({ status: (opcode) => (opcode === 0x200a && enables++ === 0 ? 0x0c : 0) });
    await advertise(hci);
    expect(hci.onAir).toBe(true);
  });
});

const coded = (code: string) => Object.assign(new Error(code), { code });

describe("a controller that cannot be used", () => {
  test.each<readonly [string, string, FakeHciParts]>([
    ["it is not there", "RADIO_NO_ADAPTER", { bindError: coded("ENODEV") }],
    ["it belongs to others", "PERMISSION_DENIED", { bindError: coded("EACCES") }],
    ["it is off", "RADIO_OFF", { isUp: false }],
    ["commands need privileges", "PERMISSION_DENIED", { writeError: coded("EPERM") }],
    ["another program advertises", "RADIO_BUSY", { status: (opcode) => (opcode === 0x2006 ? 0x0c : 0) }],
    ["it does not know the command", "RADIO_FAILED", { status: (opcode) => (opcode === 0x2008 ? 0x01 : 0) }],
  ])("%s: %s", async (_, code, parts) => {
    const hci = new FakeHci(parts);
    await expect(advertise(hci)).rejects.toMatchObject({ code });
    expect([hci.running, hci.onAir]).toEqual([false, false]);
  });

  test("no Bluetooth in the system", async () => {
    const open = () => Promise.reject(coded("EAFNOSUPPORT"));
    await expect(advertiseOverHci(systemEnv(), SERVICE, { open })).rejects.toMatchObject({
      code: "RADIO_NO_ADAPTER",
    });
  });

  test("it never answers: the timer radio.hci ends the wait", async () => {
    const env = virtualEnv("silent");
    const hci = new FakeHci({ status: (opcode) => (opcode === 0x2006 ? undefined : 0) });
    const advertised = advertiseOverHci(env, SERVICE, { open: async () => hci });
    await expect(env.clock.run(advertised)).rejects.toMatchObject({ code: "TIMEOUT", timer: "radio.hci" });
    expect(hci.running).toBe(false);
  });

  test.each([
    [28, "legacy"],
    [252, "auto"],
  ] as const)("%i bytes that fit no %s packet are refused before anything is opened", async (bytes, pdus) => {
    const open = () => Promise.reject(new Error("opened"));
    const service = { ...SERVICE, data: new Uint8Array(bytes) };
    await expect(advertiseOverHci(systemEnv(), service, { open, pdus })).rejects.toMatchObject({
      code: "RADIO_ADVERT_TOO_LONG",
    });
  });

  test.each([
    [28, "auto"],
    [20, "extended"],
  ] as const)("%i bytes, %s, on a controller without extended advertising", async (bytes, pdus) => {
    const hci = new FakeHci();
    const service = { ...SERVICE, data: new Uint8Array(bytes) };
    const advertised = advertiseOverHci(systemEnv(), service, { open: async () => hci, pdus });
    await expect(advertised).rejects.toMatchObject({ code: "RADIO_NO_EXTENDED" });
    expect([hci.running, hci.onAir]).toEqual([false, false]);
  });
});

describe("a controller with extended advertising", () => {
  const on = async (bytes: number, options: Partial<Parameters<typeof advertiseOverHci>[2]> = {}) => {
    const hci = new FakeHci({ advertising: "extended" });
    const service = { ...SERVICE, data: new Uint8Array(bytes) };
    const onAir = await advertiseOverHci(systemEnv(), service, { open: async () => hci, ...options });
    return { hci, onAir, packets: hci.packets.map(toHex) };
  };

  /** Hand-assembled from Bluetooth Core Vol 4 Part E §7.8.53, §7.8.54 and §7.8.56. */
  test("is told by the extended commands, also where legacy packets do", async () => {
    const { hci, onAir, packets } = await on(20);
    const parameters = (properties: string) =>
      `01362019ef${properties}a0000020030007000000000000000000` + "7f0100010000";
    expect(packets).toEqual([
      "01032000",
      "013920060001ef000000",
      parameters("1000"),
      `0137201fef03011b0201061716f9ff${"00".repeat(20)}`,
      "013920060101ef000000",
    ]);
    await onAir[Symbol.asyncDispose]();
    expect([hci.onAir, toHex(hci.packets.at(-1) as Uint8Array)]).toEqual([false, "013920060001ef000000"]);
  });

  test.each([
    [20, { connectable: true }, "ef1300"],
    [20, { pdus: "extended" }, "ef0000"],
    [24, { pdus: "extended", connectable: true }, "ef0100"],
    [60, {}, "ef0000"],
  ] as const)("%i bytes with %o: event properties %s", async (bytes, options, properties) => {
    const { packets } = await on(bytes, options);
    expect(packets[2]).toContain(`01362019${properties}`);
  });

  test.each([
    [244, 251],
    [247, 251],
  ])("%i bytes of service data make %i of advertising data, in one command", async (bytes, length) => {
    const { packets } = await on(bytes);
    expect(packets[3]?.slice(8, 16)).toBe(`ef0301${length.toString(16)}`);
  });
});
