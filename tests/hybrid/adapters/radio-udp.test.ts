import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { systemEnv } from "../../../src/env/system-env.js";
import { udpAdvertiser, udpScanner } from "../../../src/hybrid/adapters/radio-udp.js";
import { freeUdpPort } from "../../helpers/free-udp-port.js";

const ADVERT = Uint8Array.from({ length: 20 }, (_, index) => index);
const NEVER = new AbortController().signal;

async function hear(port: number, count: number): Promise<Uint8Array[]> {
  const heard: Uint8Array[] = [];
  for await (const { serviceData } of udpScanner({ port }).listen(NEVER)) {
    heard.push(serviceData);
    if (heard.length === count) break;
  }
  return heard;
}

describe("a radio of datagrams", () => {
  test("an advert is one datagram, repeated until it is taken off the air", async () => {
    const port = await freeUdpPort();
    const onAir = await udpAdvertiser(systemEnv(), { port }).advertise(ADVERT);
    expect(await hear(port, 2), "whoever comes later hears it as well").toEqual([ADVERT, ADVERT]);
    await onAir[Symbol.asyncDispose]();
  });

  test("what is too short for an advert is passed over, what is longer comes whole", async () => {
    const port = await freeUdpPort();
    const longer = Uint8Array.from([...ADVERT, 0xa1, 0x01, 0x18, 0x82]);
    const heard = hear(port, 1);
    const sender = createSocket("udp4");
    const env = systemEnv();
    const say = () => {
      sender.send(ADVERT.subarray(1), port, "127.0.0.1");
      sender.send(longer, port, "127.0.0.1");
      disarm = env.clock.arm(10, "test.say", say);
    };
    let disarm = () => {};
    say();
    expect(await heard).toEqual([longer]);
    disarm();
    sender.close();
  });

  test("one who stops listening frees the port; two at once are told apart", async () => {
    const port = await freeUdpPort();
    const onAir = await udpAdvertiser(systemEnv(), { port }).advertise(ADVERT);
    await hear(port, 1);
    const first = udpScanner({ port }).listen(NEVER)[Symbol.asyncIterator]();
    await first.next();
    await expect(hear(port, 1)).rejects.toMatchObject({ code: "RADIO_BUSY" });
    await first.return?.();
    await hear(port, 1);
    await onAir[Symbol.asyncDispose]();
  });

  test("an aborted signal ends the scan with its reason", async () => {
    const port = await freeUdpPort();
    const abort = new AbortController();
    const listening = udpScanner({ port }).listen(abort.signal)[Symbol.asyncIterator]();
    const next = listening.next();
    abort.abort(new RangeError("enough"));
    await expect(next).rejects.toThrow("enough");
    const successor = createSocket("udp4");
    successor.bind(port, "127.0.0.1");
    await once(successor, "listening");
    successor.close();
  });

  test("an address of another machine cannot be listened on", async () => {
    const listening = udpScanner({ host: "192.0.2.1", port: 9 }).listen(NEVER)[Symbol.asyncIterator]();
    await expect(listening.next()).rejects.toMatchObject({ code: "RADIO_FAILED" });
  });
});

test("a name that no host has is an error, and no advert that nobody hears", async () => {
  const advertising = udpAdvertiser(systemEnv(), { host: "nohost.invalid", port: 9_800 }).advertise(ADVERT);
  await expect(advertising).rejects.toMatchObject({
    code: "RADIO_FAILED",
    message: "there is no host nohost.invalid",
  });
});
