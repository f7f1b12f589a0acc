import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes.js";
import {
  HCI_FILTER_BYTES,
  hciEventFilter,
  widenHciFilters,
} from "../../../src/hybrid/adapters/hci-filter.js";

/** What of a socket is filtered with. */
interface Filtered {
  setFilter(filter: Uint8Array): void;
}

/** A package's socket, with the method read-only as native ones are. */
function socketClass() {
  const filters: string[] = [];
  const Socket = function () {} as unknown as { new (): Filtered; readonly prototype: Filtered };
  Object.defineProperty(Socket.prototype, "setFilter", {
    value: (filter: Uint8Array) => void filters.push(toHex(filter)),
    writable: false,
    configurable: true,
  });
  return { Socket, filters, set: (hex: string) => new Socket().setFilter(Buffer.from(hex, "hex")) };
}

const methodOf = (prototype: Filtered): unknown => Reflect.get(prototype, "setFilter");

describe("a filter for HCI events", () => {
  test("is as long as the kernel's structure with what aligns it", () => {
    expect(hciEventFilter(0x04, 0x0e)).toHaveLength(HCI_FILTER_BYTES);
  });

  test("names LE meta events, 0x3e, in the second word", () => {
    expect(toHex(hciEventFilter(0x04, 0x3e))).toBe("10000000" + "00000000" + "00000040" + "00000000");
  });
});

describe("widened sockets of a package", () => {
  test("pass 14 bytes on as 16, with zeros behind", () => {
    const { Socket, filters, set } = socketClass();
    widenHciFilters({ default: Socket });
    set("1000000000400000000000000102");
    expect(filters).toEqual(["10000000004000000000000001020000"]);
  });

  test("are widened once, however often the package is loaded", () => {
    const { Socket } = socketClass();
    widenHciFilters({ default: Socket });
    const wide = methodOf(Socket.prototype);
    widenHciFilters({ default: Socket });
    expect(methodOf(Socket.prototype)).toBe(wide);
  });

  test.each([undefined, {}, { default: {} }, { default: () => undefined }])("%j is left alone", (loaded) => {
    expect(() => widenHciFilters(loaded)).not.toThrow();
  });
});
