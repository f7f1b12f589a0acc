import { EventEmitter, once } from "node:events";
import { describe, expect, test } from "vitest";
import { nobleScanner } from "../../../src/hybrid/adapters/ble-noble.js";
import { widenHciFilters } from "../../../src/hybrid/adapters/hci-filter.js";
import { watchScanningSockets } from "../../../src/hybrid/adapters/hci-reset.js";
import { FakeNoble } from "../../helpers/fake-noble.js";

/** Filters as noble and as our advertiser set them, without what aligns them. */
const SCANS = Buffer.from("1600000000400020000000400000", "hex");
const ADVERTISES = Buffer.from("1000000000400000000000000000", "hex");

/** Command complete, of HCI_Reset and of LE Set Scan Enable. */
const RESET = Uint8Array.of(0x04, 0x0e, 0x04, 0x01, 0x03, 0x0c, 0x00);
const SCAN_ENABLE = Uint8Array.of(0x04, 0x0e, 0x04, 0x01, 0x0c, 0x20, 0x00);
/** The command itself: a raw socket receives both directions. */
const RESET_COMMAND = Uint8Array.of(0x01, 0x03, 0x0c, 0x00);

interface FakeSocket extends EventEmitter {
  isUp: boolean;
  isDevUp(): boolean;
  setFilter(filter: Buffer): void;
}

/** A package's sockets, with the method read-only as native ones are. */
function socketPackage(): { readonly default: new () => FakeSocket; readonly filters: Buffer[] } {
  const filters: Buffer[] = [];
  class Socket extends EventEmitter {
    isUp = true;
    isDevUp(): boolean {
      return this.isUp;
    }
  }
  Object.defineProperty(Socket.prototype, "setFilter", {
    value: (filter: Buffer) => void filters.push(filter),
    writable: false,
    configurable: true,
  });
  return { default: Socket as unknown as new () => FakeSocket, filters };
}

/** A scanner on a radio, and the socket below it. */
function scanning() {
  const below = socketPackage();
  const noble = new FakeNoble();
  const scanner = nobleScanner({
    load: async (name) => (name.endsWith("/noble") ? { default: noble } : below),
  });
  const socket = new below.default();
  const next = (signal: AbortSignal) => scanner.listen(signal)[Symbol.asyncIterator]().next();
  return { noble, socket, next };
}

const NEVER = new AbortController().signal;

describe("sockets that scan", () => {
  test("tell of a reset of their controller, and of nothing else", () => {
    const loaded = socketPackage();
    const sockets = watchScanningSockets(loaded);
    let resets = 0;
    const stop = sockets?.onReset(() => (resets += 1));
    const [scanner, advertiser] = [new loaded.default(), new loaded.default()];
    scanner.setFilter(SCANS);
    advertiser.setFilter(ADVERTISES);
    for (const packet of [SCAN_ENABLE, RESET_COMMAND, RESET.subarray(0, 4)]) scanner.emit("data", packet);
    advertiser.emit("data", RESET);
    expect(resets).toBe(0);
    scanner.emit("data", RESET);
    expect(resets).toBe(1);
    stop?.();
    scanner.emit("data", RESET);
    expect(resets).toBe(1);
  });

  test("tell once, however often they set their filter, and after noble took their listeners off", () => {
    const loaded = socketPackage();
    let resets = 0;
    watchScanningSockets(loaded)?.onReset(() => (resets += 1));
    const socket = new loaded.default();
    for (const _ of [1, 2, 3]) socket.setFilter(SCANS);
    socket.emit("data", RESET);
    socket.removeAllListeners();
    socket.setFilter(SCANS);
    socket.emit("data", RESET);
    expect(resets).toBe(2);
  });

  test("are watched once a package, and their filters are passed on", () => {
    const loaded = socketPackage();
    widenHciFilters(loaded);
    const sockets = watchScanningSockets(loaded);
    widenHciFilters(loaded);
    expect(watchScanningSockets(loaded)).toBe(sockets);
    new loaded.default().setFilter(SCANS);
    expect(loaded.filters).toEqual([Buffer.concat([SCANS, Buffer.alloc(2)])]);
  });

  test("are off when the controller of the last one is", () => {
    const loaded = socketPackage();
    const sockets = watchScanningSockets(loaded);
    expect(sockets?.isOff).toBe(false);
    const socket = new loaded.default();
    socket.setFilter(SCANS);
    expect(sockets?.isOff).toBe(false);
    socket.isUp = false;
    expect(sockets?.isOff).toBe(true);
  });

  test.each([undefined, {}, { default: {} }, { default: () => undefined }])("%j has none", (loaded) => {
    expect(watchScanningSockets(loaded)).toBeUndefined();
  });
});

describe("a scan whose controller was off and on between two looks of noble", () => {
  test("ends as switched off, and the next one scans again", async () => {
    const { noble, socket, next } = scanning();
    for (const scans of [1, 2]) {
      void once(noble, "scanning").then(() => {
        socket.setFilter(SCANS);
        socket.emit("data", RESET);
      });
      await expect(next(NEVER)).rejects.toMatchObject({ code: "RADIO_OFF" });
      expect(noble.scans).toHaveLength(scans);
      expect(noble.stops).toBe(scans);
    }
  });

  test("does not start on a controller that is off while noble believes it on", async () => {
    const { noble, socket, next } = scanning();
    const abort = new AbortController();
    void once(noble, "scanning").then(() => {
      socket.setFilter(SCANS);
      abort.abort(new RangeError("enough"));
    });
    await expect(next(abort.signal)).rejects.toThrow("enough");
    socket.isUp = false;
    await expect(next(NEVER)).rejects.toMatchObject({ code: "RADIO_OFF" });
    expect(noble.scans).toHaveLength(1);
    socket.isUp = true;
    void once(noble, "scanning").then(() => socket.emit("data", RESET));
    await expect(next(NEVER)).rejects.toMatchObject({ code: "RADIO_OFF" });
    expect(noble.scans).toHaveLength(2);
  });
});
