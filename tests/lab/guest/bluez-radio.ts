import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import { startBluez } from "../../../lab/services/bluez.js";
import { isCommandLine, startCommand } from "../../../lab/services/command.js";
import { startControllers } from "../../../lab/services/controllers.js";
import { until } from "../../../lab/services/until.js";
import {
  type AdvertTerms,
  type ReceivedAdvert,
  bluezScanner,
  linuxAdvertiser,
  linuxChannels,
  nobleScanner,
  probeBluez,
} from "../../../src/entry/hybrid.js";
import { systemEnv } from "../../../src/entry/sim.js";

/** The computer's, and the phone's. */
const COMPUTER = 0;
const PHONE = 1;
const WITHIN_MS = 120_000;
const REPEAT_MS = 2_000;
const FIDO = 0xfff9;
const GOOGLE = 0xfde2;

/** Two from BlueZ, two by raw commands, and those of two ceremonies. */
const ADVERTS_HEARD = 6;
/** Bit of a report's event type. @see Bluetooth Core Vol 4 Part E §7.7.65.13 */
const LEGACY_PDU = 0x10;

/** What Android puts behind its advert: `{1: 130}`. */
const SUFFIX = Uint8Array.of(0xa1, 0x01, 0x18, 0x82);

if (isCommandLine()) await import("../../../src/cli/main.js");
else await main();

async function main(): Promise<void> {
  const controllers = await startControllers(2);
  const bluetoothd = await startBluez();
  const monitor = watchAir();
  await until("both adapters to be on", {
    withinMs: WITHIN_MS,
    probe: async () => {
      const both = [COMPUTER, PHONE].map((adapter) => probeBluez(systemEnv(), { adapter }));
      return Promise.all(both).catch(() => undefined);
    },
  });
  await check("BlueZ hears a phone's 24-byte advert that BlueZ sends in extended packets", () =>
    heardFromBluez({ bytes: 24, via: "bluez", serviceUuid: FIDO }),
  );
  await check("BlueZ hears one under 0xFDE2, sent by raw HCI commands, and one of 27 bytes", async () => {
    await heardFromBluez({ bytes: 24, via: "hci", serviceUuid: GOOGLE });
    await heardFromBluez({ bytes: 27, via: "bluez", serviceUuid: FIDO });
  });
  await check("two processes talk over L2CAP, with messages longer than one unit", channelsCarry);
  await check("a port that is closed refuses, and says so", closedPort);
  await check("a phone registers over its own L2CAP channel, beside a tunnel", async () => {
    const service = startCommand(["tunnel", "--port", "0", "--json"]);
    const relay = await service.hears(/wss?:\/\/\S+/);
    await ceremony("register", "l2cap", { relay, phoneOptions: [] });
    service.child.kill();
  });
  await check("a phone signs in over its own L2CAP channel, without any tunnel service", () =>
    // Nobody is at the port of the discard protocol here: a tunnel that were tried would be refused.
    ceremony("login", "no-tunnel", { relay: "ws://127.0.0.1:9", phoneOptions: ["--no-tunnel"] }),
  );
  await check("bluetoothd that ends in the middle of a scan is an error of its own", async () => {
    const adverts = bluezScanner(systemEnv(), { adapter: COMPUTER }).listen(AbortSignal.timeout(WITHIN_MS));
    const heard = adverts[Symbol.asyncIterator]().next();
    await Promise.race([heard, sleep(REPEAT_MS)]);
    bluetoothd.kill("SIGKILL");
    await assert.rejects(heard, { code: "RADIO_NO_ADAPTER" });
  });
  await check("noble hears the long advert as well, without BlueZ", async () => {
    process.env["NOBLE_HCI_DEVICE_ID"] = String(COMPUTER);
    await heard(nobleScanner(), { bytes: 24, via: "hci", serviceUuid: FIDO });
  });
  await check("the monitor saw all adverts in extended packets, and none in legacy ones", () =>
    monitor.check(),
  );
  controllers.stop();
  process.exit();
}

/** The kernel's own account of what its controllers said. */
function watchAir() {
  const file = at("monitor.txt");
  const btmon = spawn("btmon", ["--no-pager", "--columns", "200"], { stdio: ["ignore", "pipe", "ignore"] });
  btmon.stdout.pipe(createWriteStream(file));
  return {
    async check() {
      btmon.kill();
      await once(btmon, "close");
      const reports = readFileSync(file, "utf8")
        .split(/^(?=[<>@=])/m)
        .filter((entry) => entry.includes("LE Extended Advertising Report") && /fff9|fde2/i.test(entry));
      const types = reports.map((report) => Number(/Event type: (0x[0-9a-f]+)/.exec(report)?.[1]));
      assert.ok(types.length >= ADVERTS_HEARD, `${types.length} reports`);
      for (const type of types) assert.equal(type & LEGACY_PDU, 0, `event type ${type}`);
    },
  };
}

interface Sent {
  /** With what goes around it 31 at most: BlueZ's emulator has room for no more in a report, and dies of more. */
  readonly bytes: 24 | 27;
  readonly via: "bluez" | "hci";
  readonly serviceUuid: number;
}

async function heardFromBluez(sent: Sent): Promise<void> {
  const advert = await heard(bluezScanner(systemEnv(), { adapter: COMPUTER }), sent);
  // BlueZ broadcasts under an address made for the occasion, raw commands under the controller's own.
  const addressType = sent.via === "hci" ? "public" : "random";
  assert.deepEqual([advert.serviceUuid, advert.addressType], [sent.serviceUuid, addressType]);
}

async function heard(
  scanner: ReturnType<typeof nobleScanner>,
  { bytes, via, serviceUuid }: Sent,
): Promise<ReceivedAdvert> {
  const data = Uint8Array.from({ length: bytes }, (_, index) => index * 7 + bytes);
  data.set(SUFFIX, bytes - SUFFIX.length);
  const listening = scanner.listen(AbortSignal.timeout(WITHIN_MS))[Symbol.asyncIterator]();
  const found = (async () => {
    for (;;) {
      const next = await listening.next();
      assert.ok(next.done !== true, "the scan ended");
      if (Buffer.compare(next.value.serviceData, data) === 0) return next.value;
    }
  })();
  const terms: AdvertTerms = { serviceUuid };
  const advertiser = linuxAdvertiser(systemEnv(), { via, adapter: PHONE, pdus: "extended" });
  // The emulated air carries an advert once each time it goes on air; a phone's radio repeats it.
  for (;;) {
    await using _onAir = await advertiser.advertise(data, terms);
    const advert = await Promise.race([found, sleep(REPEAT_MS, undefined)]);
    if (advert === undefined) continue;
    await listening.return?.();
    return advert;
  }
}

async function channelsCarry(): Promise<void> {
  const phone = linuxChannels(systemEnv(), { adapter: PHONE });
  const computer = linuxChannels(systemEnv(), { adapter: COMPUTER });
  const signal = AbortSignal.timeout(WITHIN_MS);
  await using port = await phone.listen();
  const advertiser = linuxAdvertiser(systemEnv(), { via: "bluez", adapter: PHONE, pdus: "extended" });
  await using _onAir = await advertiser.advertise(new Uint8Array(24), { connectable: true });
  const accepted = port.accept(signal);
  const { address } = await addressOfPhone();
  const near = await computer.open({ address, addressType: "public", psm: port.psm }, signal);
  const far = await accepted;
  const message = Buffer.alloc(10_000, "passkey ");
  near.write(message);
  const there = await readBytes(far, message.length);
  far.write(there);
  assert.deepEqual(await readBytes(near, message.length), message);
  near.close();
  await Promise.all([near.closed, far.closed]);
}

async function closedPort(): Promise<void> {
  const { address } = await addressOfPhone();
  const advertiser = linuxAdvertiser(systemEnv(), { via: "bluez", adapter: PHONE, pdus: "extended" });
  await using _onAir = await advertiser.advertise(new Uint8Array(24), { connectable: true });
  const open = linuxChannels(systemEnv(), { adapter: COMPUTER }).open(
    { address, addressType: "public", psm: 0xf0 },
    AbortSignal.timeout(WITHIN_MS),
  );
  await assert.rejects(open, { code: "LINK_CLOSED" });
}

async function readBytes(from: { read(): Promise<Uint8Array | undefined> }, bytes: number): Promise<Buffer> {
  let read = Buffer.alloc(0);
  while (read.length < bytes) {
    const unit = await from.read();
    assert.ok(unit, `it ended after ${read.length} bytes`);
    read = Buffer.concat([read, unit]);
  }
  return read;
}

/** As the computer's radio has it. */
async function addressOfPhone(): Promise<{ readonly address: string }> {
  const info = spawn("hciconfig", [`hci${PHONE}`], { stdio: ["ignore", "pipe", "ignore"] });
  const text = (await info.stdout.toArray()).join("");
  const address = /BD Address: (\S+)/.exec(text)?.[1];
  assert.ok(address, text);
  return { address };
}

/** One ceremony between three processes, or two where there is no tunnel service. */
async function ceremony(
  command: "register" | "login",
  name: string,
  { relay, phoneOptions }: { readonly relay: string; readonly phoneOptions: readonly string[] },
): Promise<void> {
  const shared = ["--l2cap", "--tunnel", relay, "--json"];
  const computer = startCommand([
    ...[command, "--device", "hybrid", "--radio", `bluez:hci${COMPUTER}`, ...shared],
    ...["--credentials", at("site.json"), "--trace", at(`${name}-computer.jsonl`)],
  ]);
  const code = await computer.hears(/FIDO:\/\d+/);
  const phone = startCommand(
    [
      ...["phone", "--qr", "-", "--radio", `bluez:hci${PHONE}`, "--pdus", "extended", ...shared],
      ...["--store", at("phone.json"), ...phoneOptions],
    ],
    { stdin: `${code}\n` },
  );
  void computer.ended.then(({ exitCode }) => exitCode !== 0 && phone.child.kill());
  const [atComputer, atPhone] = await Promise.all([computer.ended, phone.ended]);
  assert.equal(
    atComputer.exitCode,
    0,
    atComputer.stdout + atComputer.stderr + atPhone.stdout + atPhone.stderr,
  );
  const { trace } = JSON.parse(atComputer.stdout) as { trace: readonly { stage?: string }[] };
  const stages = trace.map(({ stage }) => stage);
  writeFileSync(at(`${name}-phone.json`), atPhone.stdout);
  assert.ok(stages.includes("channel-open"), atComputer.stdout);
  assert.ok(!stages.includes("tunnel-opening"), "the tunnel was used");
  const said = JSON.parse(atPhone.stdout) as { readonly ok: boolean; readonly trace: readonly object[] };
  assert.equal(said.ok, true, atPhone.stdout);
  const advert = said.trace.find((record) => "stage" in record && record.stage === "advert-sent");
  assert.equal((advert as { bytes?: number } | undefined)?.bytes, 24, atPhone.stdout);
}

function at(name: string): string {
  return join(outFolder(), name);
}
