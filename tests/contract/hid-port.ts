import { describe, expect, test } from "vitest";
import type { HidPort } from "../../src/transports/hid/port.js";
import { channelOf, toReports } from "../../src/transports/hid/framing.js";
import { BROADCAST_CHANNEL, HidCommand } from "../../src/transports/hid/constants.js";

export interface PortUnderTest {
  readonly port: HidPort;
  /** Lets time pass until `work` settles: `clock.run` in simulation, plain `await` on sockets and hardware. */
  readonly settle: <T>(work: Promise<T>) => Promise<T>;
  /** Takes the device away; left out where nobody can. */
  readonly unplug?: () => void | Promise<void>;
}

const NONCE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const INIT = [...toReports({ channel: BROADCAST_CHANNEL, command: HidCommand.INIT, payload: NONCE })];

/** What every HidPort owes the channel above it. Needs a CTAPHID device on the other side. */
export function describeHidPort(name: string, open: () => Promise<PortUnderTest>): void {
  describe(`${name} keeps the HidPort contract`, () => {
    test("carries a report there and one back, 64 bytes each", async () => {
      const { port, settle } = await open();
      const reader = port.reports()[Symbol.asyncIterator]();
      await settle(port.write(INIT[0] as Uint8Array));
      const { value } = (await settle(reader.next())) as IteratorYieldResult<Uint8Array>;
      expect(value).toHaveLength(64);
      expect([...value.subarray(0, 5)]).toEqual([0xff, 0xff, 0xff, 0xff, 0x86]);
      expect([...value.subarray(7, 15)]).toEqual([...NONCE]);
      await settle(port.close());
    });

    test("loses nothing that came before somebody read, and keeps the order", async () => {
      const { port, settle } = await open();
      const reader = port.reports()[Symbol.asyncIterator]();
      await settle(port.write(INIT[0] as Uint8Array));
      const init = (await settle(reader.next())) as IteratorYieldResult<Uint8Array>;
      const channel = new DataView(init.value.buffer, init.value.byteOffset).getUint32(15);
      const payload = Uint8Array.from({ length: 300 }, (_, index) => index);
      const ping = [...toReports({ channel, command: HidCommand.PING, payload })];
      for (const report of ping) await settle(port.write(report));
      for (const sent of ping) {
        const { value } = (await settle(reader.next())) as IteratorYieldResult<Uint8Array>;
        expect(channelOf(value)).toBe(channel);
        expect([...value]).toEqual([...sent]);
      }
      await settle(port.close());
    });

    test("the reports end in good order when the port is closed", async () => {
      const { port, settle } = await open();
      const next = port.reports()[Symbol.asyncIterator]().next();
      await settle(port.close());
      expect((await settle(next)).done).toBe(true);
    });

    test("closing twice is once", async () => {
      const { port, settle } = await open();
      await settle(port.close());
      await expect(settle(port.close())).resolves.toBeUndefined();
    });

    test("a write after close is DEVICE_GONE, and nothing was sent", async () => {
      const { port, settle } = await open();
      await settle(port.close());
      const write = port.write(INIT[0] as Uint8Array);
      await expect(settle(write)).rejects.toMatchObject({ code: "DEVICE_GONE", aftermath: "none" });
    });

    test("a report of another size is the caller's mistake", async () => {
      const { port, settle } = await open();
      await expect(settle(port.write(new Uint8Array(63)))).rejects.toBeInstanceOf(RangeError);
      await settle(port.close());
    });

    test("whoever reads hears DEVICE_GONE when the device goes away", async ({ skip }) => {
      const { port, settle, unplug } = await open();
      if (!unplug) {
        await settle(port.close());
        return skip(`${name}: nobody here can take the device away`);
      }
      const reader = port.reports()[Symbol.asyncIterator]();
      await settle(port.write(INIT[0] as Uint8Array));
      await settle(reader.next());
      const next = reader.next();
      next.catch(() => {});
      await unplug();
      await expect(settle(next)).rejects.toMatchObject({ code: "DEVICE_GONE" });
      await settle(port.close());
    });
  });
}
