import { describe, expect, test } from "vitest";
import { envFor } from "../../../src/core/env.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { encodeInfo, parseInfo } from "../../../src/ctap/messages/get-info.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../../src/sim/authenticator/store/credential-store.js";
import { firmwareOf } from "../../../src/sim/hid/firmware-of.js";
import type { HidFirmware } from "../../../src/sim/hid/hid-firmware.js";
import type { HidKnobs } from "../../../src/sim/hid/hid-knobs.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { simHidPort } from "../../../src/sim/hid/sim-hid.js";
import { simulatedUser } from "../../../src/sim/user.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import { withU2fFallback } from "../../../src/transports/hid/u2f-fallback.js";
import { describeCtapDevice } from "../../contract/ctap-device.js";

const GET_INFO = Uint8Array.of(4);
const SELECTION = Uint8Array.of(0x0b);

async function plugged(name: string, changed: Partial<HidFirmware> = {}, knobs: Partial<HidKnobs> = {}) {
  const env = virtualEnv("fallback");
  const user = simulatedUser(
    envFor(env, "user"),
    name === "u2f-only, nobody there" ? { walksAway: true } : {},
  );
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed(name.split(",")[0] as string),
    store: new CredentialStore(),
    user,
  });
  const firmware = { ...firmwareOf(key), ...changed };
  const port = simHidPort(envFor(env, "port"), firmware, knobs);
  const raw = await env.clock.run(openHidDevice(envFor(env, "link"), port));
  const device = withU2fFallback(envFor(env, "link"), raw);
  const ask = (request: Uint8Array) => env.clock.run(device.transact(request));
  const versions = async () => parseInfo((await ask(GET_INFO)).subarray(1)).versions;
  return { env, device, ask, versions };
}

describeCtapDevice("a U2F key behind its fallback", async () => {
  const { env, device } = await plugged("u2f-only, nobody there");
  return { device, settle: (work) => env.clock.run(work) };
});

describe("capabilities", () => {
  test.each([
    ["u2f-only", { cbor: false, msg: true, raw: 0x00 }],
    ["generic", { cbor: true, msg: true, raw: 0x04 }],
    ["ctap20", { cbor: true, msg: true, raw: 0x04 }],
    ["yubikey5", { cbor: true, msg: true, raw: 0x04 }],
    ["ctap23", { cbor: true, msg: false, raw: 0x0c }],
  ])("of %s are what it can do", async (name, capabilities) => {
    const { device } = await plugged(name);
    expect(device.init.capabilities).toMatchObject(capabilities);
  });
});

describe("which protocol is spoken", () => {
  test("U2F to a key that has no CBOR", async () => {
    const { versions } = await plugged("u2f-only");
    expect(await versions()).toEqual(["U2F_V2"]);
  });

  test("CTAP2 to a key that has both", async () => {
    const { versions } = await plugged("generic");
    expect(await versions()).toEqual(["U2F_V2", "FIDO_2_0", "FIDO_2_1"]);
  });

  test("U2F to a key that claims CBOR and does not know the command", async () => {
    const { versions, device } = await plugged("u2f-only", {}, { capabilities: 0x04 });
    expect(device.init.capabilities.cbor).toBe(true);
    expect(await versions()).toEqual(["U2F_V2"]);
  });

  test("U2F to a key that claims CBOR and answers getInfo with status 01", async () => {
    const cbor = async () => Uint8Array.of(CtapStatus.INVALID_COMMAND);
    const { versions, ask } = await plugged("u2f-only", { cbor });
    expect(await versions()).toEqual(["U2F_V2"]);
    expect([...(await ask(SELECTION))]).toEqual([CtapStatus.OK]);
  });

  test("CTAP2 to a key that refuses anything else with status 01", async () => {
    const { ask, versions } = await plugged("generic");
    expect([...(await ask(Uint8Array.of(0x7f)))]).toEqual([CtapStatus.INVALID_COMMAND]);
    expect(await versions()).toContain("FIDO_2_1");
  });

  test("neither to a key that has neither: it says so itself", async () => {
    const { ask } = await plugged("generic", { cbor: undefined, msg: undefined } as never);
    await expect(ask(GET_INFO)).rejects.toMatchObject({ code: "HID_INVALID_CMD" });
    await expect(ask(SELECTION)).rejects.toMatchObject({ code: "HID_INVALID_CMD" });
  });

  test("CTAP2 to a key that has no U2F to fall back to", async () => {
    const cbor = async () => Uint8Array.of(CtapStatus.INVALID_COMMAND);
    const { ask } = await plugged("ctap23", { cbor });
    expect([...(await ask(GET_INFO))]).toEqual([CtapStatus.INVALID_COMMAND]);
  });

  test("whatever it is, it costs a CTAP2 key no message", async () => {
    const requests: number[] = [];
    const info = encodeInfo({ versions: ["FIDO_2_0"], aaguid: new Uint8Array(16) });
    const cbor = async (request: Uint8Array) => {
      requests.push(request[0] as number);
      return Uint8Array.of(CtapStatus.OK, ...info);
    };
    const { versions } = await plugged("generic", { cbor });
    await versions();
    expect(requests).toEqual([4]);
  });
});

test("everything else goes to the device as it is", async () => {
  const { env, device } = await plugged("u2f-only");
  expect([...(await env.clock.run(device.ping(Uint8Array.of(1, 2))))]).toEqual([1, 2]);
  await env.clock.run(device.lock(0));
  await env.clock.run(device.resynchronise());
  await expect(env.clock.run(device.wink())).rejects.toMatchObject({ code: "HID_INVALID_CMD" });
  const version = Uint8Array.of(0, 3, 0, 0, 0, 0, 0);
  expect(await env.clock.run(device.sendMsg(version))).toHaveLength(8);
});
