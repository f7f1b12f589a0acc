import { describe, expect, test } from "vitest";
import { AbortedError } from "../../src/core/errors.js";
import type { CtapDevice, CtapHandler } from "../../src/ctap/device.js";
import { CtapStatus } from "../../src/ctap/status.js";

const GET_INFO = Uint8Array.of(0x04);
const SELECTION = Uint8Array.of(0x0b);

export interface DeviceUnderTest {
  readonly device: CtapDevice;
  /** Lets time pass until `work` settles: `clock.run` in simulation, plain `await` on hardware. */
  readonly settle: <T>(work: Promise<T>) => Promise<T>;
}

/**
 * What a device under contract answers, for implementations that carry bytes only: getInfo at once, selection
 * after a gesture that nobody makes (so it ends with a cancel), anything else with INVALID_COMMAND.
 */
export const contractFirmware: CtapHandler = (request, options) => {
  if (request[0] === GET_INFO[0]) return Promise.resolve(Uint8Array.of(CtapStatus.OK, 0xa0));
  if (request[0] !== SELECTION[0]) return Promise.resolve(Uint8Array.of(CtapStatus.INVALID_COMMAND));
  options?.onKeepalive?.("up-needed");
  return new Promise((resolve) => {
    const cancelled = () => resolve(Uint8Array.of(CtapStatus.KEEPALIVE_CANCEL));
    if (options?.signal?.aborted) cancelled();
    options?.signal?.addEventListener("abort", cancelled, { once: true });
  });
};

/** What every CtapDevice owes its callers. Run it for each implementation, real ones included. */
export function describeCtapDevice(name: string, open: () => Promise<DeviceUnderTest>): void {
  describe(`${name} keeps the CtapDevice contract`, () => {
    test("answers getInfo with status 0x00 and a body", async () => {
      const { device, settle } = await open();
      const response = await settle(device.transact(GET_INFO));
      expect(response[0]).toBe(0x00);
      expect(response.length).toBeGreaterThan(1);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("a refusal is an answer, not an exception", async () => {
      const { device, settle } = await open();
      const response = await settle(device.transact(Uint8Array.of(0x7f)));
      expect([...response]).toEqual([CtapStatus.INVALID_COMMAND]);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("overlapping calls take turns", async () => {
      const { device, settle } = await open();
      const both = await settle(Promise.all([device.transact(GET_INFO), device.transact(GET_INFO)]));
      expect(both[0]).toEqual(both[1]);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("the caller's bytes are the caller's: a request is not changed", async () => {
      const { device, settle } = await open();
      const request = Uint8Array.of(0x7f, 1, 2, 3);
      await settle(device.transact(request));
      expect([...request]).toEqual([0x7f, 1, 2, 3]);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("a signal that has aborted already sends nothing and leaves nothing behind", async () => {
      const { device, settle } = await open();
      const call = device.transact(GET_INFO, {
        signal: AbortSignal.abort(new AbortedError("changed my mind")),
      });
      await expect(settle(call)).rejects.toMatchObject({ code: "ABORTED", aftermath: "none" });
      expect((await settle(device.transact(GET_INFO)))[0]).toBe(CtapStatus.OK);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("after disposal, transact rejects with a coded error", async () => {
      const { device, settle } = await open();
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
      await expect(settle(device.transact(GET_INFO))).rejects.toMatchObject({
        code: "DEVICE_GONE",
        aftermath: "none",
      });
    });

    test("disposing twice is once", async () => {
      const { device, settle } = await open();
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
      await expect(settle(Promise.resolve(device[Symbol.asyncDispose]()))).resolves.toBeUndefined();
    });
  });
}

/**
 * What a device owes a caller who changes their mind. Needs a device on which selection waits for a gesture
 * and nobody makes one; leave it out for devices that have no selection.
 */
export function describeCancellation(name: string, open: () => Promise<DeviceUnderTest>): void {
  describe(`${name} can be cancelled`, () => {
    test("an aborted request settles with the device's own KEEPALIVE_CANCEL", async () => {
      const { device, settle } = await open();
      const abort = new AbortController();
      const call = device.transact(SELECTION, { signal: abort.signal, onKeepalive: () => abort.abort() });
      expect([...(await settle(call))]).toEqual([CtapStatus.KEEPALIVE_CANCEL]);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("a request after a cancelled one gets its own answer", async () => {
      const { device, settle } = await open();
      const abort = new AbortController();
      const cancelled = device.transact(SELECTION, {
        signal: abort.signal,
        onKeepalive: () => abort.abort(),
      });
      const next = device.transact(GET_INFO);
      expect((await settle(Promise.all([cancelled, next])))[1][0]).toBe(CtapStatus.OK);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("onKeepalive hears each change of status once", async () => {
      const { device, settle } = await open();
      const abort = new AbortController();
      const heard: string[] = [];
      const onKeepalive = (status: string) => {
        heard.push(status);
        if (status === "up-needed") abort.abort();
      };
      await settle(device.transact(SELECTION, { signal: abort.signal, onKeepalive }));
      expect(heard.filter((status, index) => status === heard[index - 1])).toEqual([]);
      expect(heard).toContain("up-needed");
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });

    test("who leaves the queue does not wait for those in front", async () => {
      const { device, settle } = await open();
      const [first, second] = [new AbortController(), new AbortController()];
      const onKeepalive = () => second.abort(new AbortedError("changed my mind"));
      const pending = device.transact(SELECTION, { signal: first.signal, onKeepalive });
      const queued = device.transact(GET_INFO, { signal: second.signal });
      await expect(settle(queued)).rejects.toMatchObject({ code: "ABORTED", aftermath: "none" });
      first.abort();
      expect([...(await settle(pending))]).toEqual([CtapStatus.KEEPALIVE_CANCEL]);
      await settle(Promise.resolve(device[Symbol.asyncDispose]()));
    });
  });
}
