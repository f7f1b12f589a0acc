import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { nobleScanner, type NobleOptions } from "../../../src/hybrid/adapters/ble-noble.js";
import type { ReceivedAdvert } from "../../../src/hybrid/ports.js";
import { FakeNoble } from "../../helpers/fake-noble.js";

const ADVERT = Uint8Array.from({ length: 20 }, (_, index) => index);
const NEVER = new AbortController().signal;

/** A package as `import` gives it: the radio is its default export. */
const packaged = (noble: FakeNoble): NobleOptions => ({ load: async () => ({ default: noble }) });

/** Listens, lets `say` make the radio hear things, and takes the first adverts. */
async function listen(noble: FakeNoble, say: () => void, count = 1): Promise<ReceivedAdvert[]> {
  void once(noble, "scanning").then(say);
  const heard: ReceivedAdvert[] = [];
  for await (const advert of nobleScanner(packaged(noble)).listen(NEVER)) {
    heard.push(advert);
    if (heard.length === count) break;
  }
  return heard;
}

const first = async (options: NobleOptions, signal = NEVER) => {
  for await (const advert of nobleScanner(options).listen(signal)) return advert;
  return undefined;
};

describe("nobleScanner", () => {
  test("asks the stack for everything, repeats included, and stops it afterwards", async () => {
    const noble = new FakeNoble();
    await listen(noble, () => noble.hear({ fff9: ADVERT }));
    expect(noble.scans).toEqual([{ uuids: [], duplicates: true }]);
    expect(noble.stops).toBe(1);
    expect(["discover", "stateChange", "warning"].map((event) => noble.listenerCount(event))).toEqual([
      0, 0, 0,
    ]);
  });

  test.each(["fff9", "fde2", "FFF9"])(
    "hears service data under %s, with strength and sender",
    async (uuid) => {
      const noble = new FakeNoble();
      const [advert] = await listen(noble, () =>
        noble.hear({ [uuid]: ADVERT }, { rssi: -61, address: "aa:bb", addressType: "random" }),
      );
      const serviceUuid = Number.parseInt(uuid, 16);
      expect(advert).toEqual({
        serviceUuid,
        addressType: "random",
        serviceData: ADVERT,
        rssiDbm: -61,
        address: "aa:bb",
      });
      expect(advert?.serviceData.constructor, "no Buffer leaves this room").toBe(Uint8Array);
    },
  );

  test("an advert with a suffix comes whole; shorter ones, other services and none are left out", async () => {
    const noble = new FakeNoble();
    const longer = Uint8Array.from([...ADVERT, 0xa1, 0x01, 0x18, 0x82]);
    const [advert] = await listen(noble, () => {
      noble.emit("discover", { advertisement: {} });
      noble.hear({ fff9: ADVERT.subarray(1), fffd: ADVERT });
      noble.hear({ fcf1: ADVERT, fff9: longer });
    });
    expect(advert?.serviceData).toEqual(longer);
  });

  test("the same advert again is heard again", async () => {
    const noble = new FakeNoble();
    const hearTwice = () => [1, 2].forEach(() => noble.hear({ fff9: ADVERT }));
    expect(await listen(noble, hearTwice, 2)).toHaveLength(2);
  });

  test("waits for a radio that is still waking up", async () => {
    const noble = new FakeNoble({ state: "unknown" });
    const advert = first(packaged(noble));
    void once(noble, "scanning").then(() => noble.hear({ fff9: ADVERT }));
    await new Promise(setImmediate);
    expect(noble.scans).toEqual([]);
    noble.emit("stateChange", "resetting");
    noble.emit("stateChange", "poweredOn");
    expect(await advert).toMatchObject({ serviceData: ADVERT });
  });

  test("an aborted signal ends the wait for the radio and the scan, with its reason", async () => {
    for (const state of ["unknown", "poweredOn"]) {
      const abort = new AbortController();
      const noble = new FakeNoble({ state });
      const advert = first(packaged(noble), abort.signal);
      await new Promise(setImmediate);
      abort.abort(new RangeError("enough"));
      await expect(advert).rejects.toThrow("enough");
      expect(noble.stops).toBe(state === "poweredOn" ? 1 : 0);
    }
  });

  test.each([
    ["abandonware" as const, "@abandonware/noble"],
    ["stoprocent" as const, "@stoprocent/noble"],
  ])("the fork %s is the package %s", async (fork, name) => {
    const asked: string[] = [];
    const load = async (wanted: string) => {
      asked.push(wanted);
      throw Object.assign(new Error(`Cannot find package '${wanted}'`), { code: "ERR_MODULE_NOT_FOUND" });
    };
    await expect(first({ fork, load })).rejects.toMatchObject({
      code: "NATIVE_MISSING",
      hint: `install it beside this package: npm install ${name}`,
    });
    // The sockets below it first: they are told how long the kernel wants its filters.
    expect(asked).toEqual([name.replace("/noble", "/bluetooth-hci-socket"), name]);
  });
});

test.each([
  {
    cause: Object.assign(
      new Error("Cannot find module '@abandonware/bluetooth-hci-socket'\nRequire stack:"),
      {
        code: "MODULE_NOT_FOUND",
      },
    ),
    hint: "install it beside this package: npm install @abandonware/bluetooth-hci-socket",
  },
  {
    cause: new Error("Cannot find module '../build/Release/bluetooth_hci_socket.node'"),
    hint: "build it: npm rebuild @abandonware/noble @abandonware/bluetooth-hci-socket; it needs its install script, a compiler and Python",
  },
])("the hint $hint names the package that is missing", async ({ cause, hint }) => {
  const load = async () => Promise.reject(cause);
  await expect(first({ load })).rejects.toMatchObject({ code: "NATIVE_MISSING", hint });
});

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

describe("a radio that cannot be used", () => {
  /** What the package threw while it was loaded: the words are the packages' own. */
  test.each([
    [
      "EAFNOSUPPORT",
      "RADIO_NO_ADAPTER",
      coded("EAFNOSUPPORT", "EAFNOSUPPORT, Address family not supported by protocol"),
    ],
    [
      "a missing binary",
      "NATIVE_MISSING",
      coded("MODULE_NOT_FOUND", "Cannot find module '../build/Release/bluetooth_hci_socket.node'"),
    ],
    ["no prebuild", "NATIVE_MISSING", new Error("No native build was found for platform=linux arch=x64")],
    ["a foreign binary", "NATIVE_MISSING", coded("ERR_DLOPEN_FAILED", "wrong ELF class")],
    ["EACCES", "PERMISSION_DENIED", coded("EACCES")],
    ["something else", "RADIO_FAILED", new Error("?")],
  ])("%s on loading is %s", async (_, code, error) => {
    await expect(first({ load: () => Promise.reject(error) })).rejects.toMatchObject({ code, cause: error });
  });

  test.each([
    ["ENODEV", "RADIO_NO_ADAPTER"],
    ["EPERM", "PERMISSION_DENIED"],
    ["ENETDOWN", "RADIO_OFF"],
    ["EBUSY", "RADIO_BUSY"],
  ])("%s on starting is %s", async (systemCode, code) => {
    const noble = new FakeNoble({ startError: coded(systemCode) });
    await expect(first(packaged(noble))).rejects.toMatchObject({ code, hint: expect.any(String) as string });
  });

  test.each([
    ["poweredOff", "RADIO_OFF"],
    ["unauthorized", "PERMISSION_DENIED"],
    ["unsupported", "RADIO_NO_ADAPTER"],
  ])("state %s is %s, at once, later, and in the middle of a scan", async (state, code) => {
    await expect(first(packaged(new FakeNoble({ state })))).rejects.toMatchObject({ code });

    const waking = new FakeNoble({ state: "unknown" });
    const late = first(packaged(waking));
    await new Promise(setImmediate);
    waking.emit("stateChange", state);
    await expect(late).rejects.toMatchObject({ code });

    const working = new FakeNoble();
    void once(working, "scanning").then(() => working.emit("stateChange", state));
    await expect(first(packaged(working))).rejects.toMatchObject({ code });
    expect(working.stops).toBe(1);
  });

  test("a warning while it starts is the reason, and is not printed", async () => {
    const noble = new FakeNoble({ state: "unknown" });
    const advert = first(packaged(noble));
    await new Promise(setImmediate);
    expect(noble.listenerCount("warning")).toBe(1);
    noble.emit("warning", "Initialization of USB device failed: ENODEV, No such device");
    await expect(advert).rejects.toMatchObject({ code: "RADIO_NO_ADAPTER" });
  });

  test("a scan that does not start says why", async () => {
    const noble = new FakeNoble({ scanError: coded("EPERM") });
    await expect(first(packaged(noble))).rejects.toMatchObject({ code: "PERMISSION_DENIED" });
  });

  test("one that failed to start fails again at once; one switched off is asked again", async () => {
    const gone = nobleScanner(packaged(new FakeNoble({ startError: coded("ENODEV") })));
    const off = new FakeNoble({ state: "poweredOff" });
    let loads = 0;
    const counted = nobleScanner({
      load: async (name) => ((loads += name.endsWith("noble") ? 1 : 0), { default: off }),
    });
    for (const [scanner, code] of [
      [gone, "RADIO_NO_ADAPTER"],
      [counted, "RADIO_OFF"],
    ] as const) {
      for (const _ of [1, 2]) {
        const listening = scanner.listen(NEVER)[Symbol.asyncIterator]();
        await expect(listening.next()).rejects.toMatchObject({ code });
      }
    }
    expect(loads).toBe(2);
  });
});
