import assert from "node:assert/strict";
import { createReadStream, existsSync, readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { outFolder } from "../../../lab/checks.js";
import { startUdev } from "../../../lab/services/udev.js";
import { detachUsbip, usbipPorts } from "../../../lab/services/usbip.js";
import { until } from "../../../lab/services/until.js";
import { openSession } from "../../../src/entry/ctap.js";
import {
  type CaptureNote,
  type CapturedMessage,
  openUsbDevice,
  readUsbCapture,
} from "../../../src/entry/hid.js";
import { ctaphidLine, ctaphidLines } from "../../helpers/usb-capture.js";
import { login, make, verify, verifyLogin } from "./fido2-site.js";
import { succeed } from "./fido2-tool.js";
import { goneFromList } from "./key-of-this-machine.js";
import { Owner } from "./owner.js";
import { Recorder } from "./recorded-check.js";
import { refusalOf } from "./refusal-of.js";
import { Dumpcap, UsbmonFile } from "./usbmon.js";

const DEVICES = "/sys/bus/usb/devices";
/** How long after power a key can be reset. @see CTAP 2.2 §6.6 */
const RESET_WINDOW_MS = 10_000;

startUdev();
const recorder = new Recorder();
const owner = await Owner.arrive(recorder);
await onTheBus();
await tools();
await captured();
await power();
process.exit();

/** The device's folder in sysfs, by its serial number. */
function folderOf(serial: string): string | undefined {
  return readdirSync(DEVICES)
    .map((name) => join(DEVICES, name))
    .find((folder) => existsSync(join(folder, "serial")) && attribute(folder, "serial") === serial);
}

function attribute(folder: string, name: string): string {
  return readFileSync(join(folder, name), "utf8").trim();
}

async function onTheBus(): Promise<void> {
  await recorder.check("is a USB device of the kernel, with its descriptors", () => {
    const folder = folderOf("lab-1");
    assert.ok(folder, "no device has the serial");
    const told = ["idVendor", "idProduct", "product", "speed", "bNumInterfaces", "bMaxPacketSize0"].map(
      (name) => attribute(folder, name),
    );
    assert.deepEqual(told, ["1209", "0001", "Passkey Harness Simulated Key", "12", "1", "64"]);
    const bytes = readFileSync(join(folder, "descriptors"));
    assert.equal(bytes.length, 18 + 41);
    // Both endpoints: interrupt, 64 bytes, 5 ms.
    assert.ok(bytes.includes(Buffer.from("07058103400005", "hex")));
    assert.ok(bytes.includes(Buffer.from("07050103400005", "hex")));
    const driver = readdirSync(folder).find((name) => name.endsWith(":1.0"));
    assert.ok(driver && existsSync(join(folder, driver, "driver")), "usbhid has not taken it");
  });
}

async function tools(): Promise<void> {
  await recorder.check("fido2-token -L and -I read it", async () => {
    const lines = await succeed("fido2-token", ["-L"]);
    assert.equal(lines.length, 1);
    assert.match(
      lines[0] ?? "",
      new RegExp(
        `^${owner.path}: vendor=0x1209, product=0x0001 \\(Passkey Harness Passkey Harness Simulated Key\\)$`,
      ),
    );
    const info = (await succeed("fido2-token", ["-I", owner.path])).join("\n");
    assert.match(info, /^proto: 0x02$/m);
    assert.match(info, /^version strings: FIDO_2_0, FIDO_2_1, FIDO_2_2, FIDO_2_3$/m);
  });

  await recorder.check("fido2-cred and fido2-assert register and sign in", async () => {
    const created = await make({ path: owner.path });
    const pem = await verify(created);
    await verifyLogin(await login({ path: owner.path, id: created.id }), { pem });
  });
}

async function captured(): Promise<void> {
  const own = join(outFolder(), "usbmon.pcap");
  const theirs = join(outFolder(), "dumpcap.pcapng");

  await recorder.check("a registration is captured by usbmon and by dumpcap", async () => {
    const bus = Number(attribute(folderOf("lab-1") ?? "", "busnum"));
    await owner.device[Symbol.asyncDispose]();
    const file = new UsbmonFile(own);
    const dumpcap = await Dumpcap.start(bus, theirs);
    owner.device = await openUsbDevice(owner.env, owner.path, { frames: "full" });
    owner.key.behaviour = { touchMs: 700 };
    await owner.register({ user: "Y2FwdHVyZWQ" });
    owner.key.behaviour = { touchMs: 20, verifyMs: 20, chooseMs: 20 };
    await sleep(1_000);
    file.stop();
    process.stdout.write(await dumpcap.stop());
  });
  const sent = recorder.records.filter((record) => record.kind === "link.hid");

  for (const [title, path] of [
    ["usbmon's", own],
    ["dumpcap's", theirs],
  ] as const) {
    await recorder.check(`${title} capture is, report by report, what the trace says`, async () => {
      const notes: CaptureNote[] = [];
      const messages: CapturedMessage[] = [];
      for await (const message of readUsbCapture(createReadStream(path), { onNote: (n) => notes.push(n) })) {
        messages.push(message);
      }
      assert.deepEqual(notes, []);
      const names = messages.map(({ direction, name }) => `${direction} ${name}`);
      assert.deepEqual(names.slice(0, 2), ["out INIT", "in INIT"]);
      assert.ok(names.includes("in KEEPALIVE"), names.join());
      assert.equal(names.at(-1), "in CBOR");
      assert.ok(sent.length > 10, `the trace has ${sent.length} reports`);
      // A message is its reports: header and payload, in the order in which they were on the bus.
      assert.deepEqual(messages.map(ctaphidLine), ctaphidLines(sent));
      const [first, last] = [messages[0], messages.at(-1)];
      const traced = (sent.at(-1)?.atMs ?? 0) - (sent[0]?.atMs ?? 0);
      const seen = ((last?.endUs ?? 0) - (first?.atUs ?? 0)) / 1_000;
      assert.ok(Math.abs(seen - traced) < 250, `${seen} ms on the bus, ${traced} ms in the trace`);
    });
  }
}

async function power(): Promise<void> {
  const { key } = owner;

  await recorder.check("is not reset long after it got power, and is soon after a power cycle", async () => {
    await sleep(RESET_WINDOW_MS + 1_000);
    const late = await refusalOf((await openSession(owner.env, owner.device)).reset());
    assert.equal(late.aftermath, "none");
    await key.exposed.powerCycle();
    await owner.device[Symbol.asyncDispose]();
    await owner.open();
    await (await openSession(owner.env, owner.device)).reset();
    assert.equal(key.store.discoverableCount, 0);
  });

  await recorder.check("usbip detach pulls it out, and the server offers it again", async () => {
    const [port] = await usbipPorts();
    assert.ok(port, "usbip port lists nothing");
    const waiting = refusalOf(owner.device.transact(Uint8Array.of(0x0b)));
    key.behaviour = { walksAway: true };
    await sleep(500);
    await detachUsbip(port);
    assert.equal((await waiting).code, "DEVICE_GONE");
    await goneFromList("lab-1");
    await until("the server has no host", {
      withinMs: 5_000,
      probe: () => (key.exposed.held ? undefined : true),
    });
    await owner.device[Symbol.asyncDispose]();
    await key.exposed.replug();
    await owner.open();
  });

  await recorder.check("is gone when its server ends", async () => {
    await owner.device[Symbol.asyncDispose]();
    await key.exposed[Symbol.asyncDispose]();
    await goneFromList("lab-1");
    assert.deepEqual(await usbipPorts(), []);
  });
}
