import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../../src/core/bytes.js";
import { ControlPipe } from "../../../../src/sim/expose/usbip/control-pipe.js";

const DEVICE = {
  ...{ vendorId: 0x1050, productId: 0x0407, release: 0x0100, configurationValue: 1, interfaceClass: 3 },
  ...{ product: "Key é", serial: "7", intervalMs: 5 },
};

/** Setup packets by USB 2.0 §9.3 and HID 1.11 §7: type, request, then value, index and length, little-endian. */
const ask = (pipe: ControlPipe, setup: string) => {
  const answer = pipe.answer(fromHex(setup.replaceAll(" ", "")));
  return answer === undefined ? "stall" : toHex(answer);
};

const REPORT_DESCRIPTOR =
  "06d0f1" + "0901" + "a101" + "0920150026ff00750895408102" + "0921150026ff00750895409102" + "c0";

describe("ControlPipe", () => {
  test.each([
    // USB 2.0 table 9-8: version 2.00, class of the interface, 64 bytes, ids, release 1.00, strings 1 to 3.
    ["80 06 0001 0000 4000", "12010002000000405010070400010102" + "0301"],
    ["80 06 0001 0000 0800", "1201000200000040"],
    // Tables 9-10, 9-12, HID 6.2.1, 9-13: 41 bytes; two endpoints; HID 1.11 with 34 bytes of report descriptor.
    [
      "80 06 0002 0000 ff00",
      "09022900010100803209040000020300000009211101000122220007058103400005070501034000" + "05",
    ],
    ["80 06 0002 0000 0900", "090229000101008032"],
    ["80 06 0003 0000 ff00", "04030904"],
    ["80 06 0203 0904 ff00", "0c03" + "4b006500790020" + "00e900"],
    ["80 06 0303 0904 ff00", "0403" + "3700"],
    ["81 06 0022 0000 2200", REPORT_DESCRIPTOR],
    ["81 06 0021 0000 0900", "092111010001222200"],
    ["80 00 0000 0000 0200", "0000"],
    ["81 0a 0000 0000 0100", "00"],
    ["21 0a 0000 0000 0000", ""], // SET_IDLE
    ["01 0b 0000 0000 0000", ""], // SET_INTERFACE 0
  ])("answers %s", (setup, expected) => {
    expect(ask(new ControlPipe(DEVICE), setup)).toBe(expected);
  });

  test.each([
    ["a qualifier: it has one speed", "80 06 0006 0000 0a00"],
    ["a binary object store", "80 06 000f 0000 0500"],
    ["a second configuration", "80 06 0102 0000 0900"],
    ["a string it lacks", "80 06 0403 0904 ff00"],
    ["a configuration it lacks", "00 09 0200 0000 0000"],
    ["another interface", "81 06 0022 0100 2200"],
    ["another setting of the interface", "01 0b 0100 0000 0000"],
    ["GET_REPORT", "a1 01 0001 0000 4000"],
    ["SET_REPORT", "21 09 0002 0000 4000"],
    ["SET_PROTOCOL", "21 0b 0000 0000 0000"],
    ["remote wake-up", "00 03 0100 0000 0000"],
    ["a maker's request", "c0 01 0000 0000 0800"],
    ["the status of an endpoint it lacks", "82 00 0000 8200 0200"],
  ])("stalls at %s", (_, setup) => {
    expect(ask(new ControlPipe(DEVICE), setup)).toBe("stall");
  });

  test("has no endpoints before its configuration is chosen, and says which one is", () => {
    const pipe = new ControlPipe(DEVICE);
    expect([pipe.configured, ask(pipe, "80 08 0000 0000 0100")]).toEqual([false, "00"]);
    expect(ask(pipe, "00 09 0100 0000 0000")).toBe("");
    expect([pipe.configured, ask(pipe, "80 08 0000 0000 0100")]).toEqual([true, "01"]);
  });

  test("keeps the idle rate and the halt of an endpoint that a host set", () => {
    const pipe = new ControlPipe(DEVICE);
    ask(pipe, "21 0a 007d 0000 0000");
    expect(ask(pipe, "a1 02 0000 0000 0100")).toBe("7d");
    ask(pipe, "02 03 0000 8100 0000");
    expect([pipe.isHalted(0x81), ask(pipe, "82 00 0000 8100 0200")]).toEqual([true, "0100"]);
    ask(pipe, "02 01 0000 8100 0000");
    expect([pipe.isHalted(0x81), ask(pipe, "82 00 0000 8100 0200")]).toEqual([false, "0000"]);
  });
});
