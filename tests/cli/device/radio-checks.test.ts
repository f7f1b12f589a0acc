import { describe, expect, test } from "vitest";
import { type RadioProbes, radioChecks } from "../../../src/cli/device/radio-checks.js";
import { RadioError, type RadioFault } from "../../../src/hybrid/adapters/radio-error.js";

const WELL: RadioProbes = {
  platform: "linux",
  noble: () => Promise.resolve(),
  bluez: () => Promise.resolve({ freeAdverts: 5, extended: true }),
  channels: () => Promise.resolve(),
};

const fails = (code: RadioFault) => () => Promise.reject(new RadioError(code, `because of ${code}`));

const look = async (parts: Partial<RadioProbes>) =>
  Object.fromEntries((await radioChecks({ ...WELL, ...parts })).map((check) => [check.name, check]));

describe("what doctor says of the radios", () => {
  test("a machine that can do everything", async () => {
    const checks = Object.values(await look({}));
    expect(checks.map(({ name, state }) => `${name} ${state}`)).toEqual([
      "bluetooth good",
      "bluez good",
      "adverts good",
      "long adverts good",
      "l2cap good",
    ]);
  });

  test.each<readonly [string, Partial<RadioProbes>, string, RegExp, RegExp]>([
    [
      "no extended advertising",
      { bluez: async () => ({ freeAdverts: 5, extended: false }) },
      "long adverts",
      /27 bytes/,
      /Bluetooth 5/,
    ],
    [
      "no advert on this controller",
      { bluez: async () => ({ freeAdverts: 0, extended: true }) },
      "adverts",
      /no advert/,
      /bluez:hciN/,
    ],
    ["no bluetoothd", { bluez: fails("RADIO_NO_ADAPTER") }, "bluez", /RADIO_NO_ADAPTER/, /adapter/],
    ["no L2CAP", { channels: fails("RADIO_NO_L2CAP") }, "l2cap", /RADIO_NO_L2CAP/, /tunnel service/],
    [
      "noble without privileges",
      { noble: fails("PERMISSION_DENIED") },
      "bluetooth",
      /PERMISSION_DENIED/,
      /--radio bluez/,
    ],
    ["neither noble", { noble: fails("NATIVE_MISSING") }, "bluetooth", /NATIVE_MISSING/, /install/],
    ["Windows hears nobody", { platform: "win32" }, "bluetooth", /Windows/, /udp:HOST:PORT/],
    ["Windows sends nothing", { platform: "win32" }, "adverts", /win32/, /Linux/],
    ["macOS sends nothing", { platform: "darwin" }, "adverts", /darwin/, /Linux/],
    ["macOS has no L2CAP", { platform: "darwin" }, "l2cap", /darwin/, /leave --l2cap out/],
  ])("%s", async (_, parts, name, finding, hint) => {
    const check = (await look(parts))[name];
    expect(check).toMatchObject({
      state: "missing",
      finding: expect.stringMatching(finding) as string,
      hint: expect.stringMatching(hint) as string,
    });
  });

  test("whatever is missing has a hint, and nothing good has one", async () => {
    const nothing = {
      noble: fails("RADIO_OFF"),
      bluez: fails("RADIO_OFF"),
      channels: fails("RADIO_OFF"),
    };
    for (const platform of ["linux", "win32", "darwin"]) {
      for (const parts of [{}, nothing]) {
        const checks = await radioChecks({ ...WELL, ...parts, platform });
        for (const { state, hint } of checks) expect(hint === undefined).toBe(state === "good");
      }
    }
  });

  test("the second fork is asked only where the first is not installed", async () => {
    const asked: string[] = [];
    const noble = (fork: "abandonware" | "stoprocent") => {
      asked.push(fork);
      return fork === "abandonware" ? fails("NATIVE_MISSING")() : Promise.resolve();
    };
    expect((await look({ noble }))["bluetooth"]).toMatchObject({
      state: "good",
      finding: expect.stringContaining("stoprocent") as string,
    });
    await look({ noble: fails("RADIO_OFF") });
    expect(asked).toEqual(["abandonware", "stoprocent"]);
  });
});
