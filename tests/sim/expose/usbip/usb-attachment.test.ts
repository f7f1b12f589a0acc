import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../../src/core/bytes.js";
import { virtualEnv } from "../../../../src/env/virtual-env.js";
import { UsbAttachment } from "../../../../src/sim/expose/usbip/usb-attachment.js";
import type { SubmitMessage } from "../../../../src/sim/expose/usbip/wire-reader.js";
import type { HidPort } from "../../../../src/transports/hid/port.js";

const DEVICE = {
  ...{ vendorId: 1, productId: 2, release: 0x0100, configurationValue: 1, interfaceClass: 3 },
  ...{ product: "Key", serial: "1", intervalMs: 8 },
};
const DEVICE_ID = 0x0001_0002;

const submit = (
  fields: Pick<SubmitMessage, "sequence" | "direction"> & Partial<SubmitMessage>,
): SubmitMessage => ({
  kind: "submit",
  ...{ deviceId: DEVICE_ID, endpoint: 1, length: 64, setup: new Uint8Array(8), data: new Uint8Array(0) },
  ...fields,
});
const report = (hex: string) => fromHex(hex.padEnd(128, "0"));
const KEEPALIVE = (channel: string, status: string) => report(`${channel}bb0001${status}`);

/** An attachment on virtual time, with what it sends and what the device gets, each with its moment. */
function attached() {
  const env = virtualEnv("usb");
  const sent: { readonly atMs: number; readonly sequence: number; readonly data: string }[] = [];
  const written: number[] = [];
  const port: HidPort = {
    label: "port",
    write: () => Promise.resolve(void written.push(env.clock.nowMs())),
    reports: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
    close: () => Promise.resolve(),
  };
  const attachment = new UsbAttachment(env, {
    ...{ device: DEVICE, port, label: "usb" },
    send: (bytes) => {
      const sequence = new DataView(bytes.buffer).getUint32(4);
      sent.push({ atMs: env.clock.nowMs(), sequence, data: toHex(bytes.subarray(48)).replace(/0+$/, "") });
    },
  });
  const setup = fromHex("0009010000000000");
  attachment.hear(submit({ sequence: 1, direction: "out", endpoint: 0, length: 0, setup }));
  sent.length = 0;
  return { env, attachment, sent, written };
}

describe("UsbAttachment", () => {
  test("gives one report an interval, the first after a pause at once", async () => {
    const { env, attachment, sent } = attached();
    for (const sequence of [2, 3, 4]) attachment.hear(submit({ sequence, direction: "in" }));
    for (const hex of ["01", "02", "03"]) attachment.speak(report(hex));
    await env.clock.advance(100);
    attachment.hear(submit({ sequence: 5, direction: "in" }));
    attachment.speak(report("04"));
    expect(sent).toEqual([
      { atMs: 0, sequence: 2, data: "01" },
      { atMs: 8, sequence: 3, data: "02" },
      { atMs: 16, sequence: 4, data: "03" },
      { atMs: 100, sequence: 5, data: "04" },
    ]);
  });

  test("takes one report an interval, and none that was withdrawn before its turn", async () => {
    const { env, attachment, written } = attached();
    const data = report("01");
    for (const sequence of [2, 3, 4]) attachment.hear(submit({ sequence, direction: "out", data }));
    attachment.hear({ kind: "unlink", sequence: 9, deviceId: DEVICE_ID, wanted: 3 });
    await env.clock.advance(100);
    expect(written).toEqual([0, 8]);
  });

  test("keeps one keepalive of a channel, the latest, while nobody reads, and everything else", async () => {
    const { env, attachment, sent } = attached();
    attachment.speak(report("00000001900001"));
    for (let again = 0; again < 40; again++) attachment.speak(KEEPALIVE("00000001", "01"));
    attachment.speak(KEEPALIVE("00000001", "02"));
    attachment.speak(KEEPALIVE("00000002", "02"));
    for (let sequence = 2; sequence < 9; sequence++) attachment.hear(submit({ sequence, direction: "in" }));
    await env.clock.advance(100);
    expect(sent.map(({ data }) => data)).toEqual(["00000001900001", "00000001bb000102", "00000002bb000102"]);
  });

  test("keeps two of the longest messages for a host that does not read, and says what it left out", () => {
    const { env, attachment } = attached();
    for (let at = 0; at < 260; at++) attachment.speak(report("0000000190"));
    const ignored = env.records.filter(({ kind }) => kind === "link.ignored");
    expect(ignored).toHaveLength(2);
    expect(ignored[0]).toMatchObject({ reason: "reader-too-slow", bytes: 64 });
  });

  test("does nothing more once it was stopped", async () => {
    const { env, attachment, sent } = attached();
    attachment.hear(submit({ sequence: 2, direction: "in" }));
    attachment.stop();
    attachment.speak(report("01"));
    await env.clock.advance(100);
    expect(sent).toEqual([]);
  });
});
