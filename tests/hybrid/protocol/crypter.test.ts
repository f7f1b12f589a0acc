import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { concat, fromHex, toHex, utf8 } from "../../../src/core/bytes.js";
import { SEALED_BYTES_MAX, SEQUENCE_MAX } from "../../../src/hybrid/protocol/constants.js";
import { Crypter, type CrypterOptions } from "../../../src/hybrid/protocol/crypter.js";
import { padMessage } from "../../../src/hybrid/protocol/padding.js";
import { casesOf, PROVIDERS, thrownBy } from "../vectors.js";

interface TrafficCase {
  readonly name: string;
  readonly key: string;
  readonly counter: number;
  readonly plaintext: string;
  readonly ciphertext: string;
  readonly padded?: string;
}

const KEYS = { clientToPhone: new Uint8Array(32).fill(1), phoneToClient: new Uint8Array(32).fill(2) };

/** Both ends of a connection. */
function connection(options: Omit<CrypterOptions, "role" | "crypto"> = {}) {
  return {
    client: new Crypter(KEYS, { role: "client", crypto: defaultCrypto, ...options }),
    phone: new Crypter(KEYS, { role: "phone", crypto: defaultCrypto, ...options }),
  };
}

const code = (name: string, aftermath?: "none" | "unknown") =>
  expect.objectContaining({ code: name, ...(aftermath && { aftermath }) }) as Error;

describe.each(PROVIDERS)("published traffic, $name", (crypto) => {
  test.each(casesOf<TrafficCase>("traffic"))("$nr: $name", (row) => {
    const keys = { clientToPhone: fromHex(row.key), phoneToClient: new Uint8Array(32) };
    const sequence = { seal: row.counter, open: row.counter };
    const client = new Crypter(keys, { role: "client", crypto, sequence });
    const phone = new Crypter(keys, { role: "phone", crypto, sequence });
    expect(toHex(padMessage(fromHex(row.plaintext)))).toBe(row.padded);
    expect(toHex(client.seal(fromHex(row.plaintext)))).toBe(row.ciphertext);
    expect(toHex(phone.open(fromHex(row.ciphertext)))).toBe(row.plaintext);
  });

  test.each(casesOf<TrafficCase>("trafficOldConstruction"))("$nr: $name", (row) => {
    const keys = { clientToPhone: fromHex(row.key), phoneToClient: new Uint8Array(32) };
    const sequence = { seal: row.counter, open: row.counter };
    const client = new Crypter(keys, { role: "client", crypto, sequence, construction: "old" });
    expect(toHex(client.seal(fromHex(row.plaintext)))).toBe(row.ciphertext);
    for (const construction of ["old", "either"] as const) {
      const phone = new Crypter(keys, { role: "phone", crypto, sequence, construction });
      expect(toHex(phone.open(fromHex(row.ciphertext)))).toBe(row.plaintext);
    }
    const modern = new Crypter(keys, { role: "phone", crypto, sequence });
    expect(() => modern.open(fromHex(row.ciphertext))).toThrow(code("FRAME_REJECTED"));
  });
});

test("a connection goes both ways, each direction with a sequence of its own", () => {
  const { client, phone } = connection();
  for (const text of ["one", "two", "three"]) {
    expect(phone.open(client.seal(utf8(text)))).toEqual(utf8(text));
  }
  expect(client.open(phone.seal(utf8("four")))).toEqual(utf8("four"));
});

describe("a message does not open", () => {
  test("when it is replayed", () => {
    const { client, phone } = connection();
    const sealed = client.seal(utf8("once"));
    phone.open(sealed);
    expect(() => phone.open(sealed)).toThrow(code("FRAME_REJECTED"));
  });

  test("when it comes before its time", () => {
    const { client, phone } = connection();
    client.seal(utf8("lost"));
    expect(() => phone.open(client.seal(utf8("next")))).toThrow(code("FRAME_REJECTED"));
  });

  test("when two have changed places, and the first of them not any more", () => {
    const { client, phone } = connection();
    const [first, second] = [client.seal(utf8("1")), client.seal(utf8("2"))];
    expect(() => phone.open(second)).toThrow(code("FRAME_REJECTED"));
    expect(() => phone.open(first)).toThrow(code("CRYPTER_ENDED"));
  });

  test("when it is sent back to its sender", () => {
    const { client } = connection();
    expect(() => client.open(client.seal(utf8("echo")))).toThrow(code("FRAME_REJECTED"));
  });

  test("when it is sealed with another key", () => {
    const stranger = new Crypter(
      { ...KEYS, clientToPhone: new Uint8Array(32) },
      { crypto: defaultCrypto, role: "client" },
    );
    expect(() => connection().phone.open(stranger.seal(utf8("hello")))).toThrow(code("FRAME_REJECTED"));
  });

  test.each([0, 31, 32, 47])("when a bit of byte %d is flipped", (index) => {
    const { client, phone } = connection();
    const sealed = client.seal(utf8("whole"));
    sealed[index] = (sealed[index] as number) ^ 0x10;
    expect(() => phone.open(sealed)).toThrow(code("FRAME_REJECTED"));
  });

  test.each([0, 1, 15, 16])("when it has %d bytes", (length) => {
    expect(() => connection().phone.open(new Uint8Array(length))).toThrow(code("FRAME_REJECTED"));
  });

  test("when its padding is longer than it is", () => {
    const sealed = PROVIDERS[0].gcmSeal(
      KEYS.clientToPhone,
      new Uint8Array(12),
      Uint8Array.of(1, 2, 9),
      new Uint8Array(0),
    );
    const { phone } = connection();
    expect(() => phone.open(sealed)).toThrow(code("PADDING_INVALID"));
    expect(phone.ended).toBe(true);
  });

  test("when there is nothing in it, not even padding", () => {
    const nothing = new Uint8Array(0);
    const sealed = PROVIDERS[0].gcmSeal(KEYS.clientToPhone, new Uint8Array(12), nothing, nothing);
    expect(() => connection().phone.open(sealed)).toThrow(code("PADDING_INVALID"));
  });

  test("when it is longer than a megabyte", () => {
    const { phone } = connection();
    expect(() => phone.open(new Uint8Array(SEALED_BYTES_MAX + 1))).toThrow(code("FRAME_TOO_LARGE"));
    expect(phone.ended).toBe(true);
  });
});

test("a megabyte is sealed and opened, more is refused and the connection goes on", () => {
  const { client, phone } = connection();
  // Padded to a multiple of 32, with 16 bytes of tag: half a unit stays free.
  const largest = SEALED_BYTES_MAX - 32 - 1;
  expect(() => client.seal(new Uint8Array(largest + 1))).toThrow(code("FRAME_TOO_LARGE", "none"));
  const sealed = client.seal(new Uint8Array(largest));
  expect(sealed).toHaveLength(SEALED_BYTES_MAX - 16);
  expect(phone.open(sealed)).toHaveLength(largest);
});

test("a failure ends the connection for good, both ways", () => {
  const { client, phone } = connection();
  const good = client.seal(utf8("good"));
  expect(() => phone.open(new Uint8Array(48))).toThrow(code("FRAME_REJECTED"));
  expect(phone.ended).toBe(true);
  expect(() => phone.open(good)).toThrow(code("CRYPTER_ENDED"));
  expect(() => phone.seal(utf8("reply"))).toThrow(code("CRYPTER_ENDED"));
  expect(phone.opens(good)).toBe(false);
});

describe("the sequence", () => {
  const last = { seal: SEQUENCE_MAX, open: SEQUENCE_MAX };

  test("ends with number 2^24 - 1, which is still good", () => {
    const { client, phone } = connection({ sequence: last });
    expect(SEQUENCE_MAX).toBe(16_777_215);
    expect(phone.open(client.seal(utf8("last")))).toEqual(utf8("last"));
    expect(() => client.seal(utf8("more"))).toThrow(code("SEQUENCE_EXHAUSTED"));
    expect(() => client.seal(utf8("again"))).toThrow(code("SEQUENCE_EXHAUSTED"));
  });

  test("ends for reading, too, and does not begin again", () => {
    const { client, phone } = connection({ sequence: last });
    phone.open(client.seal(utf8("last")));
    const fromStart = connection().client.seal(utf8("wrapped"));
    expect(phone.opens(fromStart)).toBe(false);
    expect(() => phone.open(fromStart)).toThrow(code("SEQUENCE_EXHAUSTED"));
  });

  test("of one direction does not use up the other's", () => {
    const { client, phone } = connection({ sequence: { seal: 0, open: 0 } });
    const tired = new Crypter(KEYS, {
      crypto: defaultCrypto,
      role: "client",
      sequence: { seal: SEQUENCE_MAX + 1 },
    });
    expect(() => tired.seal(utf8("no"))).toThrow(code("SEQUENCE_EXHAUSTED"));
    expect(tired.open(phone.seal(utf8("yes")))).toEqual(utf8("yes"));
    expect(client.ended).toBe(false);
  });
});

describe("what a failure leaves behind", () => {
  const bad = new Uint8Array(48);

  test("nothing, before the client sent anything", () => {
    expect(() => connection().client.open(bad)).toThrow(code("FRAME_REJECTED", "none"));
  });

  test("is unknown once the client sent something", () => {
    const { client } = connection();
    client.seal(utf8("request"));
    expect(() => client.open(bad)).toThrow(code("FRAME_REJECTED", "unknown"));
    expect(() => client.open(bad)).toThrow(code("CRYPTER_ENDED", "unknown"));
  });

  test("is nothing for a phone: clients do not act", () => {
    const { phone } = connection();
    phone.seal(utf8("hello"));
    expect(() => phone.open(bad)).toThrow(code("FRAME_REJECTED", "none"));
  });
});

describe("asking whether a message opens", () => {
  test("changes nothing", () => {
    const { client, phone } = connection();
    const sealed = client.seal(utf8("hello"));
    expect(phone.opens(new Uint8Array(48))).toBe(false);
    expect(phone.opens(sealed)).toBe(true);
    expect(phone.opens(sealed)).toBe(true);
    expect(phone.open(sealed)).toEqual(utf8("hello"));
    expect(phone.opens(sealed)).toBe(false);
  });
});

test("a message too long to open is not asked about, and no number is used twice", () => {
  const tired = new Crypter(KEYS, {
    crypto: defaultCrypto,
    role: "phone",
    sequence: { open: SEQUENCE_MAX + 1 },
  });
  expect(() => tired.open(new Uint8Array(48))).toThrow(code("SEQUENCE_EXHAUSTED"));
  expect(connection().phone.opens(new Uint8Array(SEALED_BYTES_MAX + 1))).toBe(false);
});

describe("the old construction", () => {
  test("is neither sent nor taken unless asked for", () => {
    const old = connection({ construction: "old" });
    expect(connection().phone.opens(old.client.seal(utf8("old")))).toBe(false);
    expect(old.phone.opens(connection().client.seal(utf8("new")))).toBe(false);
  });

  test.each(["old", "new"] as const)(
    "whoever takes either stays with the %s form the first message had",
    (form) => {
      const peer = connection({ construction: form });
      const either = new Crypter(KEYS, { crypto: defaultCrypto, role: "phone", construction: "either" });
      expect(either.open(peer.client.seal(utf8("1")))).toEqual(utf8("1"));
      expect(either.open(peer.client.seal(utf8("2")))).toEqual(utf8("2"));
      expect(peer.client.open(either.seal(utf8("3")))).toEqual(utf8("3"));
      const other = connection({ construction: form === "old" ? "new" : "old", sequence: { seal: 2 } });
      expect(() => either.open(other.client.seal(utf8("4")))).toThrow(code("FRAME_REJECTED"));
    },
  );

  test("whoever takes either speaks first in the new form", () => {
    const either = new Crypter(KEYS, { crypto: defaultCrypto, role: "phone", construction: "either" });
    expect(connection().client.open(either.seal(utf8("hi")))).toEqual(utf8("hi"));
  });
});

test("libwebauthn's padding comes one byte longer and opens all the same", () => {
  const { client } = connection({ pads: "as-libwebauthn" });
  const message = concat(Uint8Array.of(1), utf8("a request"));
  const sealed = client.seal(message);
  expect((sealed.length - 16) % 32).toBe(1);
  const { phone } = connection();
  expect(phone.open(sealed)).toEqual(message);
  expect(phone.open(client.seal(new Uint8Array(0)))).toHaveLength(0);
});

test("no error tells a key or a message", () => {
  const { client } = connection();
  client.seal(utf8("secret text"));
  const error = thrownBy(() => client.open(new Uint8Array(48))) as Error;
  const told = `${JSON.stringify(error)} ${String(error.stack)}`;
  expect(told).not.toContain("secret text");
  expect(told).not.toContain(toHex(KEYS.phoneToClient));
});
