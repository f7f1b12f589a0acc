import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { missingNativePackages } from "../../lab/native-packages.js";
import { systemEnv } from "../../src/env/system-env.js";
import { advertiseOverBluez } from "../../src/hybrid/adapters/bluez.js";
import type { MessageBus } from "../../src/hybrid/adapters/bluez-bus.js";
import { ServiceUuid } from "../../src/hybrid/protocol/constants.js";

const FAKE_BLUEZ = fileURLToPath(new URL("../helpers/fake-bluez.py", import.meta.url));
/** The distribution's own interpreter: its D-Bus library is a package of the distribution. */
const PYTHON = "/usr/bin/python3";

/** An optional peer dependency, which an ordinary install leaves out. */
const DBUS_NATIVE: string = "@homebridge/dbus-native";

const missing = [
  missingNativePackages([DBUS_NATIVE]).length === 0 ? "" : `npm run natives -- ${DBUS_NATIVE}`,
  spawnSync("dbus-daemon", ["--version"]).status === 0 ? "" : "dbus-daemon",
  spawnSync(PYTHON, ["-c", "import dbus, gi"]).status === 0 ? "" : "python3-dbus and python3-gi",
].filter((name) => name !== "");
if (missing.length > 0) console.warn(`skipped: BlueZ on a real bus, for want of ${missing.join(", ")}`);

const daemons: ReturnType<typeof spawn>[] = [];
let address: string;

beforeAll(async () => {
  if (missing.length > 0) return;
  const args = ["--session", "--nofork", "--print-address=1"];
  const daemon = spawn("dbus-daemon", args, { stdio: ["ignore", "pipe", "ignore"] });
  daemons.push(daemon);
  const [line] = (await once(createInterface(daemon.stdout as NodeJS.ReadableStream), "line")) as [string];
  address = line;
});
afterAll(() => {
  for (const daemon of daemons) daemon.kill();
});

/** A BlueZ by another hand, and what it says, line by line. */
async function startBluez(power: "on" | "off") {
  const environment = { ...process.env, DBUS_SESSION_BUS_ADDRESS: address };
  const bluez = spawn(PYTHON, [FAKE_BLUEZ, power], {
    env: environment,
    stdio: ["ignore", "pipe", "inherit"],
  });
  daemons.push(bluez);
  const lines = createInterface(bluez.stdout as NodeJS.ReadableStream)[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  expect(await next()).toEqual({ event: "ready" });
  return {
    next,
    async stop() {
      const gone = once(bluez, "close");
      bluez.kill();
      await gone;
    },
  };
}

const connect = async (): Promise<MessageBus> => {
  const { default: dbus } = (await import(DBUS_NATIVE)) as {
    readonly default: { createClient(options: { readonly busAddress: string }): MessageBus };
  };
  // The bus address may carry more than a path; the package reads the first part.
  return dbus.createClient({ busAddress: address });
};

const DATA = Uint8Array.from({ length: 24 }, (_, index) => 0xf0 ^ index);
const advertise = () => advertiseOverBluez(systemEnv(), { uuid: ServiceUuid.FIDO, data: DATA }, { connect });

test.skipIf(missing.length > 0)("an advert is read over a real bus as BlueZ reads it", async () => {
  const bluez = await startBluez("on");
  const onAir = await advertise();
  expect(await bluez.next()).toMatchObject({
    event: "registered",
    properties: {
      Type: "broadcast",
      ServiceData: { "0000fff9-0000-1000-8000-00805f9b34fb": Buffer.from(DATA).toString("hex") },
      MinInterval: 100,
      MaxInterval: 500,
    },
    types: { ServiceData: "sv", MinInterval: "UInt32" },
  });
  await onAir[Symbol.asyncDispose]();
  expect(await bluez.next()).toMatchObject({ event: "unregistered" });
  await bluez.stop();
});

test.skipIf(missing.length > 0)(
  "an adapter that is off, and a bus without BlueZ, are told apart",
  async () => {
    const bluez = await startBluez("off");
    await expect(advertise()).rejects.toMatchObject({ code: "RADIO_OFF" });
    await bluez.stop();
    await expect(advertise()).rejects.toMatchObject({
      code: "RADIO_NO_ADAPTER",
      hint: expect.stringContaining("systemctl start bluetooth") as string,
    });
  },
);
