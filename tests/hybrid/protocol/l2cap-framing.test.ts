import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { concat, fromHex, toHex } from "../../../src/core/bytes.js";
import { SEALED_BYTES_MAX } from "../../../src/hybrid/protocol/constants.js";
import { Crypter } from "../../../src/hybrid/protocol/crypter.js";
import { frameForL2cap, L2capReader } from "../../../src/hybrid/protocol/l2cap-framing.js";
import { casesOf } from "../vectors.js";

interface FramingCase {
  readonly name: string;
  readonly reads: readonly string[];
  readonly messages: readonly string[];
  readonly rest: string;
}

/** Every message the reader has. */
function drain(reader: L2capReader, opens?: (candidate: Uint8Array) => boolean): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let message = reader.next(opens); message !== undefined; message = reader.next(opens)) {
    messages.push(message);
  }
  return messages;
}

test.each(casesOf<FramingCase>("l2capFraming"))("$nr: $name", ({ reads, messages, rest }) => {
  const reader = new L2capReader({ lengths: "any" });
  const found = reads.flatMap((read) => {
    reader.push(fromHex(read));
    return drain(reader);
  });
  expect(found.map(toHex)).toEqual(messages);
  expect(toHex(reader.rest)).toBe(rest);
});

const HANDSHAKE = new Uint8Array(81).fill(4);
const END = [0x0d, 0x0a];

/** A sealed message as far as a reader without keys can tell. */
const messageOf = (length: number, ...at: readonly number[]) => {
  const message = new Uint8Array(length).fill(7);
  for (const index of at) message.set(END, index);
  return message;
};

/** A reader that has its handshake behind it. */
function readerInTraffic(): L2capReader {
  const reader = new L2capReader();
  reader.push(frameForL2cap(HANDSHAKE));
  expect(reader.next()).toEqual(HANDSHAKE);
  return reader;
}

describe("a reader that knows the lengths of hybrid", () => {
  test("takes 81 bytes for the handshake, and no fewer", () => {
    const reader = new L2capReader();
    const message = Uint8Array.from(HANDSHAKE);
    message.set(END, 40);
    reader.push(frameForL2cap(message));
    expect(drain(reader)).toEqual([message]);
  });

  test.each([48, 80, 49, 81, 528])("takes %d bytes for a sealed message", (length) => {
    const reader = readerInTraffic();
    reader.push(frameForL2cap(messageOf(length)));
    expect(drain(reader)).toEqual([messageOf(length)]);
  });

  test.each([0, 1, 16, 17, 47, 50, 79])("does not take %d bytes for one", (length) => {
    const reader = readerInTraffic();
    reader.push(frameForL2cap(messageOf(length)));
    expect(drain(reader)).toEqual([]);
    expect(reader.rest).toHaveLength(length + 2);
  });

  test("passes over an end in the middle of a ciphertext", () => {
    const reader = readerInTraffic();
    const message = messageOf(112, 20, 50, 110);
    reader.push(frameForL2cap(message));
    expect(drain(reader)).toEqual([message]);
  });

  test("waits for the second half of an end", () => {
    const reader = readerInTraffic();
    reader.push(concat(messageOf(48), Uint8Array.of(0x0d)));
    expect(reader.next()).toBeUndefined();
    reader.push(Uint8Array.of(0x0a));
    expect(reader.next()).toEqual(messageOf(48));
    expect(reader.rest).toHaveLength(0);
  });

  test("does not take a lone CR for an end", () => {
    const reader = readerInTraffic();
    const message = messageOf(112);
    message[48] = 0x0d;
    reader.push(frameForL2cap(message));
    expect(drain(reader)).toEqual([message]);
  });

  test("is not misled by CR CR LF", () => {
    const reader = readerInTraffic();
    const message = concat(messageOf(47), Uint8Array.of(0x0d));
    reader.push(frameForL2cap(message));
    expect(drain(reader)).toEqual([message]);
  });
});

test("with keys, an end that looks right by its length is passed over too", () => {
  const keys = { clientToPhone: new Uint8Array(32), phoneToClient: new Uint8Array(32) };
  const phone = new Crypter(keys, { crypto: defaultCrypto, role: "phone" });
  const sealed = phone.seal(new Uint8Array(60_000));
  const reader = readerInTraffic();
  const trap = Uint8Array.from(sealed);
  trap.set(END, 48);
  reader.push(frameForL2cap(trap));
  const asked: number[] = [];
  const opens = (candidate: Uint8Array) => {
    asked.push(candidate.length);
    return candidate.length === sealed.length;
  };
  expect(reader.next(opens)).toEqual(trap);
  expect(asked[0]).toBe(48);
});

test("keys that the message before gives come in time for the next, although both came together", () => {
  const keys = { clientToPhone: new Uint8Array(32).fill(1), phoneToClient: new Uint8Array(32).fill(2) };
  const [phone, client] = [
    new Crypter(keys, { crypto: defaultCrypto, role: "phone" }),
    new Crypter(keys, { crypto: defaultCrypto, role: "client" }),
  ];
  const sealed = [phone.seal(new Uint8Array(100)), phone.seal(new Uint8Array(5000))];
  const reader = new L2capReader();
  reader.push(concat(...[HANDSHAKE, ...sealed].map((message) => frameForL2cap(message))));
  expect(reader.next()).toEqual(HANDSHAKE);
  for (const message of sealed) {
    const next = reader.next((candidate) => client.opens(candidate));
    expect(next).toEqual(message);
    client.open(next as Uint8Array);
  }
  expect(reader.next()).toBeUndefined();
});

describe("one message to a unit", () => {
  test("needs no end and looks for none", () => {
    const reader = new L2capReader({ framing: "sdu" });
    const messages = [HANDSHAKE, messageOf(48, 10), new Uint8Array(0)];
    for (const message of messages) reader.push(frameForL2cap(message, "sdu"));
    expect(drain(reader)).toEqual(messages);
  });
});

describe("a message without an end in sight", () => {
  test.each(["crlf", "sdu"] as const)("is refused beyond a megabyte: %s", (framing) => {
    const reader = new L2capReader({ framing });
    expect(() => reader.push(new Uint8Array(SEALED_BYTES_MAX + 3))).toThrow(
      expect.objectContaining({ code: "FRAME_TOO_LARGE" }),
    );
  });

  test("is refused when it comes in pieces", () => {
    const reader = readerInTraffic();
    const piece = new Uint8Array(SEALED_BYTES_MAX / 2 + 2);
    reader.push(piece);
    expect(reader.next()).toBeUndefined();
    expect(() => reader.push(piece)).toThrow(expect.objectContaining({ code: "FRAME_TOO_LARGE" }));
  });
});
