import assert from "node:assert/strict";
import { chmodSync } from "node:fs";
import { dirname } from "node:path";
import { openSession } from "../../../src/entry/ctap.js";
import { openUsbDevice, usbDevices } from "../../../src/entry/hid.js";
import { UHID_MESSAGE_BYTES_MAX, exposeUhid, systemEnv } from "../../../src/entry/sim.js";
import type { ClientContext } from "../../../src/entry/webauthn.js";
import { goneFromList, KeyOfThisMachine, listedAs, ON_USBIP, PROMPT } from "./key-of-this-machine.js";
import { knowsThePin, Owner, PIN } from "./owner.js";
import { Recorder } from "./recorded-check.js";
import { refusalOf } from "./refusal-of.js";
import { rival, type RivalReport } from "./rival.js";
import { somebodyElse, type SomebodyElse } from "./somebody-else.js";

const GET_INFO = Uint8Array.of(0x04);
/** Not a dependency of this project: see lab/native-packages.json. */
const NODE_HID: string = "node-hid";
interface NodeHid {
  readonly HIDAsync: {
    open(path: string): Promise<{
      getFeatureReport(reportId: number, length: number): Promise<Uint8Array>;
      close(): Promise<void>;
    }>;
  };
}

const [role] = process.argv.slice(2);
if (role === "rival") await rival();
else if (role === "command-line") {
  process.argv.splice(2, 1);
  await import("../../../src/cli/main.js");
} else if (role === "nobody") {
  const refusal: unknown = await exposeUhid(systemEnv(), {}).catch((error: unknown) => error);
  process.stdout.write(`${JSON.stringify(refusal)}\n`);
} else {
  // Long before they are needed: a program takes seconds to start here.
  const other = somebodyElse(["rival"]);
  const owner = await Owner.arrive(new Recorder());
  await reports(owner);
  await ceremonies(owner);
  await cancelling(owner);
  await pulling(owner);
  await competing(owner, other);
  if (!ON_USBIP) await commandLine(owner);
  await leaving(owner);
  process.exit();
}

async function reports({ recorder, key, env, device, path }: Owner): Promise<void> {
  await recorder.check("is listed with its name, numbers and serial", async () => {
    const { path: _, ...about } = await key.listed();
    assert.deepEqual(about, {
      vendorId: 0x1209,
      productId: 0x0001,
      manufacturer: ON_USBIP ? "Passkey Harness" : "",
      product: "Passkey Harness Simulated Key",
      serialNumber: "lab-1",
      // uhid has no USB under it.
      ...(ON_USBIP && { port: "1-1" }),
    });
    assert.equal(key.exposed.held, true, "the kernel tells that somebody has it open");
  });

  // On USB nothing is lost, and the longest message there is comes in the next check.
  const limited = async () => {
    const bytes = Uint8Array.from({ length: UHID_MESSAGE_BYTES_MAX }, (_, index) => index * 7);
    assert.deepEqual(await device.ping(bytes), bytes);
    const refused = await refusalOf(device.ping(new Uint8Array(UHID_MESSAGE_BYTES_MAX + 1)));
    assert.deepEqual(refused, { code: "HID_INVALID_LEN", aftermath: "none" });
  };
  if (!ON_USBIP) {
    await recorder.check("carries the longest message it allows, and refuses a longer one", limited);
  }

  await recorder.check(
    "sends an answer of 129 reports, twice what the kernel keeps for a reader",
    async () => {
      const talker = await KeyOfThisMachine.plugIn(recorder, {
        serial: "lab-2",
        knobs: { messageBytesMax: 7609 },
      });
      const patient = await openUsbDevice(env, (await talker.listed()).path);
      const bytes = Uint8Array.from({ length: 7609 }, (_, index) => index * 7);
      assert.deepEqual(await patient.ping(bytes), bytes);
      await patient[Symbol.asyncDispose]();
      await talker.exposed[Symbol.asyncDispose]();
    },
  );

  await recorder.check("refuses what comes over the control pipe at once", async () => {
    const { HIDAsync } = (await import(NODE_HID)) as NodeHid;
    const handle = await HIDAsync.open(path);
    const beganMs = performance.now();
    await assert.rejects(handle.getFeatureReport(0, 65));
    assert.ok(performance.now() - beganMs < 2_000, "the kernel gives up after five seconds");
    await handle.close();
  });
}

async function ceremonies(owner: Owner): Promise<void> {
  const { recorder, key, env, device } = owner;

  await recorder.check("registers a passkey that a site accepts", async () => {
    const { userPresent, userVerified } = await owner.register();
    assert.deepEqual({ userPresent, userVerified }, { userPresent: true, userVerified: false });
    assert.equal(key.store.discoverableCount, 1);
  });

  await recorder.check("signs in with it", async () => {
    const { userVerified, cloneWarning } = await owner.signIn();
    assert.deepEqual({ userVerified, cloneWarning }, { userVerified: false, cloneWarning: false });
  });

  await recorder.check("sets a PIN, and verifies the user with it", async () => {
    const session = await openSession(env, device);
    await session.setPin(PIN);
    assert.equal((await session.refreshInfo()).options?.["clientPin"], true);
    assert.equal((await owner.signIn({ pin: knowsThePin, uv: "required" })).userVerified, true);
  });

  await recorder.check("counts a wrong PIN and forgives it", async () => {
    const session = await openSession(env, device);
    const wrong: ClientContext["pin"] = ({ attempt }) => Promise.resolve(attempt === 1 ? "0000" : undefined);
    assert.equal((await refusalOf(owner.signIn({ pin: wrong, uv: "required" }))).aftermath, "none");
    assert.equal((await session.pinRetries()).retries, 7);
    await owner.signIn({ pin: knowsThePin, uv: "required" });
    assert.equal((await session.pinRetries()).retries, 8);
  });
}

async function cancelling(owner: Owner): Promise<void> {
  const { recorder, key, env, device } = owner;

  /** What the key said to a request that was called off. */
  const cancelled = (command: string) =>
    recorder.records.some(
      (record) =>
        record.kind === "ctap.response" && record.command === command && record.status === "KEEPALIVE_CANCEL",
    );

  await recorder.check("is cancelled while it waits for a touch, and then is free", async () => {
    key.behaviour = { walksAway: true };
    const abort = new AbortController();
    const enough = new Error("enough");
    const onKeepalive: ClientContext["onKeepalive"] = (status) =>
      status === "up-needed" && abort.abort(enough);
    const session = await openSession(env, device);
    await assert.rejects(session.selection({ signal: abort.signal, onKeepalive }), enough);
    assert.ok(cancelled("selection"));
    key.behaviour = PROMPT;
    await owner.signIn();
  });

  await recorder.check("answers a page that aborts at once, and is free a moment later", async () => {
    key.behaviour = { walksAway: true };
    const abort = new AbortController();
    const onKeepalive: ClientContext["onKeepalive"] = (status) => status === "up-needed" && abort.abort();
    const options = { user: "dXNlci0y", pin: knowsThePin, signal: abort.signal, onKeepalive };
    assert.deepEqual(await refusalOf(owner.register(options)), { code: "ABORTED", aftermath: "unknown" });
    assert.equal(cancelled("makeCredential"), false, "the page does not wait for the key");
    key.behaviour = PROMPT;
    await owner.signIn();
    assert.ok(cancelled("makeCredential"));
    assert.equal(key.store.discoverableCount, 1);
  });
}

async function pulling(owner: Owner): Promise<void> {
  const { recorder, key, env } = owner;

  await recorder.check("pulled out while it waits is DEVICE_GONE, and what it left is unknown", async () => {
    key.behaviour = { walksAway: true };
    const onKeepalive: ClientContext["onKeepalive"] = (status) =>
      status === "up-needed" && void key.exposed.unplug();
    const refusal = await refusalOf(owner.register({ user: "dXNlci0y", pin: knowsThePin, onKeepalive }));
    assert.deepEqual(refusal, { code: "DEVICE_GONE", aftermath: "unknown" });
    assert.equal(key.store.discoverableCount, 1, "nobody touched it");
    const nothingSent = { code: "DEVICE_GONE", aftermath: "none" };
    assert.deepEqual(await refusalOf(owner.device.transact(GET_INFO)), nothingSent);
    await goneFromList("lab-1");
    assert.deepEqual(await refusalOf(openUsbDevice(env, owner.path)), nothingSent);
    key.behaviour = PROMPT;
  });

  await recorder.check("plugged in again is the same key, and what was open stays closed", async () => {
    const { device: old } = owner;
    await owner.replug();
    assert.equal((await refusalOf(old.transact(GET_INFO))).code, "DEVICE_GONE");
    assert.equal((await owner.signIn({ pin: knowsThePin, uv: "required" })).userVerified, true);
  });

  await recorder.check(
    "pulled out after the touch is DEVICE_GONE too, and the passkey is there",
    async () => {
      recorder.once(
        ({ kind }) => kind === "ctap.credential",
        () => void key.exposed.unplug(),
      );
      const refusal = await refusalOf(owner.register({ user: "dXNlci0y", pin: knowsThePin }));
      assert.deepEqual(refusal, { code: "DEVICE_GONE", aftermath: "unknown" });
      assert.equal(key.store.discoverableCount, 2);
      await owner.replug();
    },
  );
}

interface Round {
  readonly other: SomebodyElse;
  /** How long this process waits for its own touch, and how long the other puts up with that. */
  readonly touchMs: number;
  readonly busyMs: number;
}

/** Another process with the same key wants a touch while this one waits for its own. */
async function compete(owner: Owner, { other, touchMs, busyMs }: Round): Promise<RivalReport> {
  const { recorder, key, env, device } = owner;
  other.child.stdin.write(`open ${owner.path} ${busyMs}\n`);
  assert.equal(await other.out(), "ready");
  key.behaviour = { touchMs };
  recorder.once(
    (record) => record.kind === "ctap.keepalive" && record.status === "up-needed",
    () => other.child.stdin.write("touch\n"),
  );
  await (await openSession(env, device)).selection();
  key.behaviour = PROMPT;
  const report = JSON.parse(await other.out()) as RivalReport;
  assert.notEqual(report.channel, device.init.channel);
  recorder.add(report.records);
  return report;
}

async function competing(owner: Owner, other: SomebodyElse): Promise<void> {
  const { recorder } = owner;

  await recorder.check("in use by one process is busy for another that does not wait for long", async () => {
    const { error, records } = await compete(owner, { other, touchMs: 3_000, busyMs: 300 });
    assert.deepEqual(error, { code: "CHANNEL_BUSY", aftermath: "none" });
    assert.ok(records.some(({ kind }) => kind === "link.busy"));
  });

  await recorder.check("in use by one process serves another that waits, afterwards", async () => {
    const { error, records } = await compete(owner, { other, touchMs: 1_000, busyMs: 20_000 });
    assert.equal(error, undefined);
    assert.ok(records.some(({ kind }) => kind === "link.busy"));
  });
}

async function commandLine({ recorder, env }: Owner): Promise<void> {
  const key = ["command-line", "key", "--uhid"];
  const told = ["--name", "Key on a shelf", "--usb-id", "15d9:0a37", "--serial", "cli-1"];
  const handled = somebodyElse([...key, "--profile", "yubikey5", ...told, "--stdin", "--json"]);
  const killed = somebodyElse([...key, "--serial", "cli-2"]);
  // The bundle's folder is the owner's alone; what is changed here is gone with the guest.
  chmodSync(dirname(process.argv[1] ?? ""), 0o755);
  const helperTab = somebodyElse(["nobody"], { uid: 65_534, gid: 65_534 });

  await recorder.check("of the command line is pulled out and plugged in by lines and signals", async () => {
    assert.equal(await handled.err(), "simulated yubikey5 on uhid:15d9:0a37:cli-1");
    const { product, vendorId, productId } = await listedAs("cli-1");
    assert.deepEqual([product, vendorId, productId], ["Key on a shelf", 0x15d9, 0x0a37]);
    handled.child.stdin.write("unplug\n");
    assert.equal(await handled.err(), "unplugged");
    await goneFromList("cli-1");
    handled.child.kill("SIGUSR2");
    assert.equal(await handled.err(), "plugged in: uhid:15d9:0a37:cli-1");
    const again = await openUsbDevice(env, (await listedAs("cli-1")).path);
    assert.equal((await again.transact(GET_INFO))[0], 0);
    await again[Symbol.asyncDispose]();
    handled.child.stdin.end("quit\n");
    assert.equal(await handled.exitCode, 0);
    await goneFromList("cli-1");
  });

  await recorder.check("whose program is killed is gone", async () => {
    await killed.err();
    await listedAs("cli-2");
    killed.child.kill("SIGKILL");
    await goneFromList("cli-2");
  });

  await recorder.check("is refused to a program without rights, with the rule that gives them", async () => {
    const said = JSON.parse(await helperTab.out()) as Record<string, string>;
    assert.equal(said["code"], "EXPOSE_UHID_DENIED");
    assert.match(said["hint"] ?? "", /KERNEL=="uhid"/);
  });
}

async function leaving({ recorder, key, device }: Owner): Promise<void> {
  await recorder.check("is gone when it is disposed of", async () => {
    await device[Symbol.asyncDispose]();
    await key.exposed[Symbol.asyncDispose]();
    await goneFromList("lab-1");
    assert.deepEqual(await usbDevices(), []);
  });
}
