import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { check, outFolder } from "../../../lab/checks.js";
import {
  isCommandLine,
  startCommand,
  startSelf,
  type RunningCommand,
} from "../../../lab/services/command.js";
import { startControllers } from "../../../lab/services/controllers.js";
import { parseTrace } from "../../../src/entry/diagnosis.js";
import { type NobleOptions, linuxAdvertiser, nobleScanner } from "../../../src/entry/hybrid.js";
import { runOfTrace, toHtml } from "../../../src/entry/scenarios.js";
import { systemEnv } from "../../../src/entry/sim.js";

type Fork = NonNullable<NobleOptions["fork"]>;

/** What the command line exits with where this machine is at fault, and not the device under test. */
const ENVIRONMENT = 2;

/** The computer's, and the phone's. */
const COMPUTER = "hci0";
const PHONE = "hci1";
/** Long enough for a radio that works, on an emulated machine. */
const HEARD_WITHIN_MS = 180_000;
/** noble asks once a second whether its controller is on: most of the short ones it does not see, of the long ones all. */
const OFF_SHORT_MS = 300;
const OFF_LONG_MS = 3_000;
const REPEAT_MS = 1_000;

if (isCommandLine()) await import("../../../src/cli/main.js");
else if (process.argv[2] === "listen") await listen(process.argv[3] as Fork);
else await main(process.argv.slice(2) as Fork[]);

async function main(forks: readonly Fork[]): Promise<void> {
  const controllers = await startControllers(2);
  for (const controller of [COMPUTER, PHONE]) power(controller, "up");
  for (const fork of forks)
    await check(`${fork}'s noble hears a phone on the second controller`, () => hears(fork));

  const tunnel = startCommand(["tunnel", "--port", "0", "--json"]);
  const relay = await tunnel.hears(/wss?:\/\/\S+/);
  for (const fork of forks) {
    await check(
      `a phone registers and signs in over ${fork}'s noble and a tunnel, three processes`,
      async () => {
        await register(`${fork}-registration`, { fork, relay });
        await ceremony("login", `${fork}-login`, { fork, relay });
      },
    );
  }
  // Not with stoprocent's fork, whose socket does not start again once noble saw the controller off.
  await check("Bluetooth switched off and on again at once, while the code is shown, costs nothing", () =>
    register("off-and-on", { fork: "abandonware", relay, whileShown: () => offFor(OFF_SHORT_MS) }),
  );
  await check("Bluetooth switched off for seconds while the code is shown costs nothing", () =>
    register("off-for-seconds", { fork: "abandonware", relay, whileShown: () => offFor(OFF_LONG_MS) }),
  );
  await check("Bluetooth that stays off is an error of its own, and says that nobody acted", () =>
    staysOff(relay),
  );
  await check("a phone whose Bluetooth is off says so", () => phoneIsOff(relay));
  tunnel.child.kill();
  controllers.stop();
  process.exit();
}

/** In a process of its own: a radio once opened stays so. */
async function listen(fork: Fork): Promise<void> {
  process.stderr.write("listening\n");
  const within = AbortSignal.timeout(HEARD_WITHIN_MS);
  for await (const { serviceData } of nobleScanner({ fork }).listen(within)) {
    process.stdout.write(Buffer.from(serviceData).toString("hex"));
    break;
  }
  process.exit();
}

async function hears(fork: Fork): Promise<void> {
  const listener = startSelf(["listen", fork], { env: { NOBLE_HCI_DEVICE_ID: "0" } });
  await listener.hears(/listening/);
  const advert = Uint8Array.from({ length: 20 }, (_, at) => at * 7);
  const heard = listener.ended.then(() => true);
  // The emulated air carries an advert once each time it goes on air; a phone's radio repeats it.
  for (let isHeard = false; !isHeard;) {
    await using _onAir = await linuxAdvertiser(systemEnv(), { via: "hci", adapter: 1 }).advertise(advert);
    isHeard = await Promise.race([heard, sleep(REPEAT_MS, false)]);
  }
  const { stdout, stderr } = await listener.ended;
  assert.equal(stdout, Buffer.from(advert).toString("hex"), stderr);
}

interface Place {
  readonly fork: Fork;
  readonly relay: string;
  readonly whileShown?: () => Promise<void>;
}

function register(name: string, place: Place): Promise<void> {
  return ceremony("register", name, place);
}

/** One ceremony between three processes; both ends leave their trace and their page. */
async function ceremony(command: "register" | "login", name: string, place: Place): Promise<void> {
  const computer = startComputer(command, name, place);
  const code = await computer.hears(/FIDO:\/\d+/);
  await place.whileShown?.();
  const phone = startPhone(code, place.relay);
  // Nobody comes to a phone whose client gave up: what went wrong there is told at once.
  void computer.ended.then(({ exitCode }) => exitCode !== 0 && phone.child.kill());
  const [atComputer, atPhone] = await Promise.all([computer.ended, phone.ended]);
  writePage(`${name}-computer`);
  assert.equal(atComputer.exitCode, 0, atComputer.stdout + atComputer.stderr + atPhone.stdout);
  const { trace, ...said } = JSON.parse(atPhone.stdout) as { trace: object[]; ok: boolean };
  writeFileSync(at(`${name}-phone.jsonl`), trace.map((record) => `${JSON.stringify(record)}\n`).join(""));
  writePage(`${name}-phone`);
  assert.equal(said.ok, true, JSON.stringify(said));
}

function startComputer(command: "register" | "login", name: string, { fork, relay }: Place): RunningCommand {
  const radio = fork === "abandonware" ? "noble" : `noble:${fork}`;
  const where = ["--device", "hybrid", "--radio", radio, "--tunnel", relay, "--credentials", at("site.json")];
  const kept = ["--trace", at(`${name}-computer.jsonl`)];
  return startCommand([command, ...where, ...kept, "--json"], { env: { NOBLE_HCI_DEVICE_ID: "0" } });
}

function startPhone(code: string, relay: string): RunningCommand {
  const where = ["--radio", PHONE, "--tunnel", relay, "--store", at("phone.json")];
  return startCommand(["phone", ...where, "--qr", "-", "--json"], { stdin: `${code}\n` });
}

async function offFor(ms: number): Promise<void> {
  power(COMPUTER, "down");
  await sleep(ms);
  power(COMPUTER, "up");
}

async function staysOff(relay: string): Promise<void> {
  power(COMPUTER, "down");
  try {
    const { exitCode, stdout } = await startComputer("register", "off", { fork: "abandonware", relay }).ended;
    assert.equal(exitCode, ENVIRONMENT, stdout);
    const { error } = JSON.parse(stdout) as { error: { code: string; aftermath: string } };
    assert.deepEqual([error.code, error.aftermath], ["RADIO_OFF", "none"]);
    writePage("off-computer");
  } finally {
    power(COMPUTER, "up");
  }
}

async function phoneIsOff(relay: string): Promise<void> {
  const computer = startComputer("register", "phone-off", { fork: "abandonware", relay });
  const code = await computer.hears(/FIDO:\/\d+/);
  power(PHONE, "down");
  try {
    const { exitCode, stdout } = await startPhone(code, relay).ended;
    assert.equal(exitCode, ENVIRONMENT, stdout);
    assert.equal((JSON.parse(stdout) as { code?: string }).code, "RADIO_OFF", stdout);
  } finally {
    power(PHONE, "up");
    computer.child.kill();
  }
}

function power(controller: string, to: "up" | "down"): void {
  execFileSync("hciconfig", [controller, to], { stdio: "inherit" });
}

function writePage(name: string): void {
  const records = parseTrace(readFileSync(at(`${name}.jsonl`), "utf8"));
  writeFileSync(at(`${name}.html`), toHtml(runOfTrace(records)));
}

function at(name: string): string {
  return join(outFolder(), name);
}
