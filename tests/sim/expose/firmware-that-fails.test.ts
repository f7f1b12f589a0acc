/** What is offered to other programs, with firmware of somebody else's that goes wrong in every way. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Env } from "../../../src/core/env.js";
import { MemorySink } from "../../../src/core/trace.js";
import { systemEnv } from "../../../src/env/system-env.js";
import type { ExposedDevice } from "../../../src/sim/expose/exposed-device.js";
import { exposeUdp } from "../../../src/sim/expose/udp.js";
import { exposeUhid } from "../../../src/sim/expose/uhid.js";
import { exposeUnix } from "../../../src/sim/expose/unix.js";
import type { HidFirmware } from "../../../src/sim/hid/hid-firmware.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import type { HidPort } from "../../../src/transports/hid/port.js";
import { udpHidPort } from "../../../src/transports/udp.js";
import { unixHidPort } from "../../../src/transports/unix.js";
import {
  armedTimers,
  expectNoUnownedRejections,
  gone,
  ours,
  WAYS,
  type Way,
} from "../../helpers/failing-ports.js";
import { MemoryUhid } from "../../helpers/memory-uhid.js";

expectNoUnownedRejections();

let folder = "";
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "expose-"))));
afterAll(() => rmSync(folder, { recursive: true }));

const WAITING = Uint8Array.of(0x0b);
const GET_INFO = Uint8Array.of(0x04);

/** Answers getInfo; goes wrong at everything else. */
function firmwareThatIs(way: Way): HidFirmware {
  const answer = () => gone(way, () => new Uint8Array(0));
  return {
    cbor: (request) => (request[0] === GET_INFO[0] ? Promise.resolve(Uint8Array.of(0, 0xa0)) : answer()),
    msg: answer,
    wink: () => void (way === "throwing" && answer()),
    powerCycle: () => void (way === "throwing" && answer()),
  };
}

interface Offered {
  readonly exposed: ExposedDevice;
  /** As another program opens it. */
  readonly open: () => Promise<HidPort>;
}

const OFFERS: Readonly<Record<string, (env: Env, firmware: HidFirmware) => Promise<Offered>>> = {
  async exposeUdp(env, firmware) {
    const exposed = await exposeUdp(env, firmware, { listen: { port: 0 } });
    return { exposed, open: () => udpHidPort({ port: exposed.port }) };
  },
  async exposeUnix(env, firmware) {
    const path = join(folder, "key.sock");
    return { exposed: await exposeUnix(env, firmware, path), open: () => unixHidPort(path) };
  },
  async exposeUhid(env, firmware) {
    const kernel = new MemoryUhid();
    const exposed = await exposeUhid(env, firmware, { open: kernel.open });
    return { exposed, open: async () => kernel.latest.openNode() };
  },
};

/** Sockets that this process has open. */
const sockets = () =>
  process
    .getActiveResourcesInfo()
    .filter((name) => /^(UDP|Pipe|TCP)/.test(name))
    .sort();

/** Turns of the host within which a closed socket is gone. */
const TURNS_MAX = 100;

/** Sockets that are open once those that were closed are gone. */
async function openSockets(): Promise<readonly string[]> {
  let now = sockets();
  for (let turn = 0, same = 0; turn < TURNS_MAX && same < 10; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    const next = sockets();
    same = next.length === now.length ? same + 1 : 0;
    now = next;
  }
  return now;
}

describe.each(Object.entries(OFFERS))("%s", (_, offer) => {
  test.each(WAYS)(
    "with firmware that is %s: every request is answered or can be cancelled, and nothing stays open",
    async (way) => {
      const before = await openSockets();
      const env = systemEnv(new MemorySink());
      const armed = armedTimers(env.clock);
      const { exposed, open } = await offer(env, firmwareThatIs(way));
      const device = await openHidDevice(env, await open(), { cancelMs: 50 });
      const abort = new AbortController();
      const cancelling = { signal: abort.signal, onKeepalive: () => abort.abort() };
      const asked = await ours(device.transact(WAITING, cancelling));
      // What never answers is cancelled; what breaks is an error of the device's; what is over says nothing.
      const right = {
        dead: new Uint8Array(0),
        hanging: "ABORTED",
        throwing: "HID_OTHER",
        rejecting: "HID_OTHER",
      };
      expect(asked).toEqual(right[way]);
      // A device that still works on the first request answers no second one.
      if (way !== "hanging") {
        await ours(device.wink());
        expect(await ours(device.transact(GET_INFO))).toEqual(Uint8Array.of(0, 0xa0));
      }
      await device[Symbol.asyncDispose]();
      const cycled = await exposed.powerCycle().then(
        () => "cycled",
        (error: unknown) => error,
      );
      // The caller's own error, at the caller's own call.
      expect(cycled).toEqual(way === "throwing" ? new TypeError("not ours") : "cycled");
      await exposed.unplug();
      await exposed[Symbol.asyncDispose]();
      expect([...armed.values()]).toEqual([]);
      expect(await openSockets()).toEqual(before);
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});
