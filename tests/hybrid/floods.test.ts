import { expect, test } from "vitest";
import { AsyncQueue } from "../../src/core/queue.js";
import { l2capTunnel } from "../../src/hybrid/l2cap.js";
import { AdvertInbox } from "../../src/hybrid/adapters/advert-inbox.js";
import { TriedAdverts } from "../../src/hybrid/tried-adverts.js";
import type { AdvertScanner, ByteChannel } from "../../src/hybrid/ports.js";
import { INBOX_BYTES_MAX, SERVICE_DATA_BYTES_MAX } from "../../src/hybrid/protocol/constants.js";
import { HybridBench } from "./hybrid-bench.js";

const MIB = 2 ** 20;

/** The `nr`-th advert of somebody else. */
function foreign(nr: number): Uint8Array {
  const advert = new Uint8Array(20);
  new DataView(advert.buffer).setUint32(0, nr);
  return advert;
}

test("a flood of adverts costs neither the records nor the phone that is waited for", async () => {
  const FLOOD = 20_000;
  const flooded = (good: AdvertScanner): AdvertScanner => ({
    async *listen(signal, context) {
      for (let nr = 0; nr < FLOOD; nr += 1) yield { serviceData: foreign(nr) };
      yield* good.listen(signal, context);
    },
  });
  const bench = new HybridBench({ scanner: flooded });
  const { connect, qr } = bench.invite();
  void bench.scan(qr);
  await bench.run(connect());
  expect(bench.stages().filter((stage) => stage === "advert-foreign")).toHaveLength(1_000);
  expect(bench.traced("link.hybrid")).toContainEqual(
    expect.objectContaining({ stage: "advert-seen", foreignAdverts: FLOOD }),
  );
});

test("adverts are remembered up to a limit, the newest of them", () => {
  const tried = new TriedAdverts();
  for (let nr = 0; nr < 5_000; nr += 1) expect(tried.add(foreign(nr))).toBe(true);
  expect(tried.add(foreign(4_999))).toBe(false);
  expect(tried.add(foreign(0)), "forgotten").toBe(true);
  expect(tried.size).toBe(5_001);
});

test("what no radio carries in one piece is no advert", () => {
  const inbox = new AdvertInbox();
  inbox.put({ serviceData: new Uint8Array(SERVICE_DATA_BYTES_MAX + 1) });
  inbox.put({ serviceData: new Uint8Array(SERVICE_DATA_BYTES_MAX) });
  expect(inbox.drain()).toHaveLength(1);
});

test("a peer that sends more than anybody reads loses its channel, by its bytes", async () => {
  const chunks = new AsyncQueue<Uint8Array>();
  let closed = false;
  let read = 0;
  const channel: ByteChannel = {
    closed: new Promise(() => {}),
    write: () => undefined,
    read: async (signal) => {
      read += MIB;
      return read > 64 * MIB ? chunks.next(signal) : new Uint8Array(MIB);
    },
    close: () => {
      closed = true;
    },
  };
  expect(await l2capTunnel(channel).closed).toEqual({ code: 1008 });
  expect(closed).toBe(true);
  expect(read).toBeLessThanOrEqual(INBOX_BYTES_MAX + MIB);
});

test("a channel that breaks ends abnormally", async () => {
  const channel: ByteChannel = {
    closed: new Promise(() => {}),
    write: () => undefined,
    read: () => Promise.reject(new TypeError("not ours")),
    close: () => undefined,
  };
  const tunnel = l2capTunnel(channel);
  expect(await tunnel.closed).toEqual({ code: 1006 });
  expect(await tunnel.receive()).toBeUndefined();
});
