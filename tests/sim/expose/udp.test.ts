import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { systemEnv } from "../../../src/env/system-env.js";
import { AsyncQueue } from "../../../src/core/queue.js";
import { MemorySink, startTrace, type TraceRecord } from "../../../src/core/trace.js";
import { systemClock } from "../../../src/core/clock.js";
import { exposeUdp } from "../../../src/sim/expose/udp.js";
import { openHidDevice } from "../../../src/transports/hid/channel.js";
import { udpHidPort } from "../../../src/transports/udp.js";
import { contractFirmware } from "../../contract/ctap-device.js";
import { describeExposed } from "../../contract/exposed.js";

const FIRMWARE = { cbor: contractFirmware };
const ANY_PORT = { port: 0 };

describeExposed("over UDP", async () => {
  const exposed = await exposeUdp(systemEnv(), FIRMWARE, { listen: ANY_PORT });
  return {
    exposed,
    open: () => udpHidPort({ port: exposed.port }),
    async unplug(port) {
      await exposed.unplug();
      // Nobody hears that a datagram found no listener before the next one is sent.
      await port.write(new Uint8Array(64));
    },
  };
});

/** A trace that can be awaited: tests on real sockets wait for events, not for time. */
function watchedTrace() {
  const seen = new AsyncQueue<TraceRecord>();
  return { seen, trace: startTrace(systemClock, { write: (record) => seen.put(record) }) };
}

async function untilIgnored(seen: AsyncQueue<TraceRecord>): Promise<TraceRecord | undefined> {
  for await (const record of seen) if (record.kind === "link.ignored") return record;
  return undefined;
}

describe("exposeUdp", () => {
  test.each([
    { listen: { host: "0.0.0.0", port: 0 } },
    { listen: ANY_PORT, peer: { host: "192.0.2.1", port: 9 } },
    { listen: { host: "127.0.0.1.example", port: 0 } },
  ])("refuses addresses other machines can reach: %j", async (options) => {
    await expect(exposeUdp(systemEnv(), FIRMWARE, options)).rejects.toMatchObject({
      code: "EXPOSE_REMOTE_REFUSED",
      hint: expect.stringContaining("allowRemote") as string,
    });
  });

  test("takes such an address where the caller says so", async () => {
    const options = { listen: { host: "0.0.0.0", port: 0 }, allowRemote: true };
    const exposed = await exposeUdp(systemEnv(), FIRMWARE, options);
    expect(exposed.port).toBeGreaterThan(0);
    await exposed[Symbol.asyncDispose]();
  });

  test("says that an address is in use", async () => {
    const first = await exposeUdp(systemEnv(), FIRMWARE, { listen: ANY_PORT });
    const second = exposeUdp(systemEnv(), FIRMWARE, { listen: { port: first.port } });
    await expect(second).rejects.toMatchObject({ code: "EXPOSE_ADDRESS_IN_USE" });
    await first[Symbol.asyncDispose]();
  });

  test("answers to its peer, whoever asked", async () => {
    const peer = createSocket("udp4");
    peer.bind(0, "127.0.0.1");
    await once(peer, "listening");
    const options = { listen: ANY_PORT, peer: { port: peer.address().port } };
    const exposed = await exposeUdp(systemEnv(), FIRMWARE, options);
    const asker = createSocket("udp4");
    const answer = once(peer, "message") as Promise<[Uint8Array]>;
    const init = new Uint8Array(64);
    init.set([0xff, 0xff, 0xff, 0xff, 0x86, 0, 8]);
    asker.send(init, exposed.port, "127.0.0.1");
    expect((await answer)[0].subarray(0, 7)).toEqual(Buffer.from("ffffffff860011", "hex"));
    peer.close();
    asker.close();
    await exposed[Symbol.asyncDispose]();
  });

  test("a fixed local address for devices with a fixed peer", async () => {
    const spare = createSocket("udp4");
    spare.bind(0, "127.0.0.1");
    await once(spare, "listening");
    const { port: fixed } = spare.address();
    await new Promise<void>((resolve) => spare.close(resolve));
    const exposed = await exposeUdp(systemEnv(), FIRMWARE, { listen: ANY_PORT, peer: { port: fixed } });
    const port = await udpHidPort({ port: exposed.port, bind: { host: "127.0.0.1", port: fixed } });
    const device = await openHidDevice(systemEnv(), port);
    expect((await device.transact(Uint8Array.of(4)))[0]).toBe(0);
    await device[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });

  test("datagrams that are no reports are left out and traced, on both sides", async () => {
    const { seen, trace } = watchedTrace();
    const exposed = await exposeUdp({ ...systemEnv(), trace }, FIRMWARE, { listen: ANY_PORT });
    const stranger = createSocket("udp4");
    stranger.send(new Uint8Array(65), exposed.port, "127.0.0.1");
    expect(await untilIgnored(seen)).toMatchObject({ reason: "wrong-size", bytes: 65 });
    stranger.close();
    await exposed[Symbol.asyncDispose]();

    const device = createSocket("udp4");
    device.bind(0, "127.0.0.1");
    await once(device, "listening");
    const port = await udpHidPort({ port: device.address().port, trace });
    const asked = once(device, "message") as Promise<[Uint8Array, { port: number }]>;
    await port.write(new Uint8Array(64));
    const [, { port: hostPort }] = await asked;
    device.send(new Uint8Array(63), hostPort, "127.0.0.1");
    expect(await untilIgnored(seen)).toMatchObject({ reason: "wrong-size", bytes: 63 });
    await port.close();
    device.close();
  });

  test("a power cycle forgets channels and nothing else: the host is given a new one", async () => {
    const exposed = await exposeUdp(systemEnv(), FIRMWARE, { listen: ANY_PORT });
    const device = await openHidDevice(systemEnv(), await udpHidPort({ port: exposed.port }));
    const { channel } = device.init;
    await exposed.powerCycle();
    await expect(device.transact(Uint8Array.of(4))).rejects.toMatchObject({ code: "HID_INVALID_CHANNEL" });
    expect((await device.transact(Uint8Array.of(4)))[0]).toBe(0);
    expect(device.init.channel).not.toBe(channel);
    await device[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });

  test("unplugged: DEVICE_GONE; powered again: the same address works", async () => {
    const exposed = await exposeUdp(systemEnv(), FIRMWARE, { listen: ANY_PORT });
    const address = exposed.port;
    const device = await openHidDevice(systemEnv(), await udpHidPort({ port: address }));
    await exposed.unplug();
    await expect(device.transact(Uint8Array.of(4))).rejects.toMatchObject({ code: "DEVICE_GONE" });
    await device[Symbol.asyncDispose]();
    await exposed.powerCycle();
    expect(exposed.port).toBe(address);
    const again = await openHidDevice(systemEnv(), await udpHidPort({ port: address }));
    expect((await again.transact(Uint8Array.of(4)))[0]).toBe(0);
    await again[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });

  test("a longest message goes there and back", async () => {
    const exposed = await exposeUdp(systemEnv(), FIRMWARE, { listen: ANY_PORT });
    const device = await openHidDevice(systemEnv(), await udpHidPort({ port: exposed.port }));
    const bytes = Uint8Array.from({ length: 7609 }, (_, index) => index);
    expect(await device.ping(bytes)).toEqual(bytes);
    await device[Symbol.asyncDispose]();
    await exposed[Symbol.asyncDispose]();
  });
});

test("a port nobody listens on is DEVICE_GONE when the first report is answered by the system", async () => {
  const exposed = await exposeUdp(systemEnv(new MemorySink()), FIRMWARE, { listen: ANY_PORT });
  const { port } = exposed;
  await exposed[Symbol.asyncDispose]();
  await expect(openHidDevice(systemEnv(), await udpHidPort({ port }))).rejects.toMatchObject({
    code: "DEVICE_GONE",
    aftermath: "none",
  });
});
