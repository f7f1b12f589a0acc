import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat, fromHex, toHex, utf8 } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import { encodeLargeBlobArray, toElement } from "../../../src/ctap/client/large-blob-array.js";
import { largeBlobStorage } from "../../../src/ctap/client/large-blob-storage.js";
import { openSession } from "../../../src/ctap/client/session.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, PIN } from "../../sim/authenticator/bench-key.js";

const LARGE_BLOBS = 0x0c;
const BASE = profileNamed("ctap23");
/** Small messages, so that a blob of two kilobytes takes several fragments. */
const PROFILE = { ...BASE, limits: { ...BASE.limits, maxMsgSize: 1024 } };

const KEY = new Uint8Array(32).fill(1);
const OTHER_KEY = new Uint8Array(32).fill(2);

/** Does not compress. */
const NOISE = concat(...Array.from({ length: 64 }, (_, index) => defaultCrypto.sha256(Uint8Array.of(index))));

interface StorageBenchOptions {
  readonly pin?: boolean;
  /** Answers instead of the key to the `nth` largeBlobs request, counted from 0; `undefined` lets it pass. */
  readonly intercept?: (
    nth: number,
    bench: BenchKey,
  ) => Promise<Uint8Array | undefined> | Uint8Array | undefined;
}

/** A key, and a client's storage on it. */
async function storageOn({ pin = false, intercept }: StorageBenchOptions = {}) {
  const bench = new BenchKey({ profile: PROFILE });
  if (pin) await bench.setPin();
  const env = envFor(bench.env, "client");
  let seen = 0;
  const handler: CtapHandler = async (request, options) => {
    const nth = request[0] === LARGE_BLOBS ? seen++ : undefined;
    const answer = nth === undefined ? undefined : await intercept?.(nth, bench);
    return answer ?? bench.key.handle(request, options);
  };
  const session = await bench.run(openSession(env, new LoopbackDevice(env, handler)));
  const token = pin
    ? await bench.run(session.pinUvAuthToken({ pin: PIN, permissions: Permission.largeBlobWrite }))
    : undefined;
  const storage = largeBlobStorage(env, session, { token });
  return {
    bench,
    read: (key = KEY) => bench.run(storage.read(key)),
    write: (data: Uint8Array, key = KEY) => bench.run(storage.write({ key, data })),
    erase: (key = KEY) => bench.run(storage.erase(key)),
    keepOnly: (...keys: readonly Uint8Array[]) => bench.run(storage.keepOnly(keys)),
    inspect: (...keys: readonly Uint8Array[]) => bench.run(storage.inspect(keys)),
    put: (serialized: Uint8Array) =>
      bench.key.store.remember({ more: new Map([["largeBlobs", serialized]]) }),
    array: () => toHex(bench.key.store.memory.more?.get("largeBlobs") as Uint8Array),
    requests: () => seen,
  };
}

const arrayOf = (...raws: readonly Uint8Array[]) => encodeLargeBlobArray(defaultCrypto, raws.map(toElement));

describe.each([{ pin: false }, { pin: true }])("on a key with a PIN: $pin", ({ pin }) => {
  test("nothing was written yet", async () => {
    expect(await (await storageOn({ pin })).read()).toBeUndefined();
  });

  test.each([0, 1, 100, 2048])("%i bytes are read as they were written", async (length) => {
    const { read, write } = await storageOn({ pin });
    await write(NOISE.subarray(0, length));
    expect(await read()).toEqual(NOISE.subarray(0, length));
  });

  test("each key has its own, and a later write replaces only that", async () => {
    const { read, write } = await storageOn({ pin });
    await write(utf8("one"));
    await write(utf8("other"), OTHER_KEY);
    await write(utf8("two"));
    expect([await read(), await read(OTHER_KEY)]).toEqual([utf8("two"), utf8("other")]);
  });

  test("what is erased is gone, and erasing again does nothing", async () => {
    const { read, write, erase, requests } = await storageOn({ pin });
    await write(utf8("one"));
    await write(utf8("other"), OTHER_KEY);
    expect(await erase()).toBe(true);
    expect([await read(), await read(OTHER_KEY)]).toEqual([undefined, utf8("other")]);
    const before = requests();
    expect(await erase()).toBe(false);
    expect(requests() - before).toBe(1);
  });
});

describe("the array as a whole", () => {
  test("is the empty one of the specification where nothing was written", async () => {
    // An array without elements, 80, and sixteen bytes of its hash.
    expect(await (await storageOn()).inspect()).toEqual({ bytes: 17, isIntact: true, entries: [] });
  });

  test("says which entries belong to which keys, and how long they are", async () => {
    const { put, write, inspect, array, requests } = await storageOn();
    put(arrayOf(fromHex("a10102")));
    await write(NOISE, OTHER_KEY);
    await write(utf8("mine"));
    const before = requests();
    const { bytes, isIntact, entries } = await inspect(KEY, OTHER_KEY);
    expect(requests() - before).toBe(3);
    expect({ bytes, isIntact }).toEqual({ bytes: array().length / 2, isIntact: true });
    expect(entries.map(({ dataBytes, openedBy }) => ({ dataBytes, openedBy }))).toEqual([
      { dataBytes: undefined, openedBy: undefined },
      { dataBytes: 2048, openedBy: 1 },
      { dataBytes: 4, openedBy: 0 },
    ]);
    expect(entries.reduce((sum, entry) => sum + entry.bytes, 1 + 16)).toBe(bytes);
    expect((await inspect(KEY)).entries.map(({ openedBy }) => openedBy)).toEqual([undefined, undefined, 0]);
  });

  test("that fails its hash says so, and counts as empty", async () => {
    const { put, inspect } = await storageOn();
    put(concat(arrayOf(fromHex("07")).subarray(0, -1), Uint8Array.of(0)));
    expect(await inspect(KEY)).toEqual({ bytes: 18, isIntact: false, entries: [] });
  });
});

describe("what others keep there", () => {
  /** A map of another kind, a number, a float, and something nested deeper than CTAP2 allows. */
  const FOREIGN = ["a10102", "07", "fb3ff199999999999a", "818181818102"].map(fromHex);

  test("survives a write byte for byte", async () => {
    const { put, write, erase, array } = await storageOn();
    put(arrayOf(...FOREIGN));
    const before = array();
    await write(utf8("mine"));
    expect(array()).toContain(FOREIGN.map(toHex).join(""));
    await erase();
    expect(array()).toBe(before);
  });

  test("survives the collection of garbage, unlike entries nobody has a key for", async () => {
    const { put, write, keepOnly, read, array } = await storageOn();
    put(arrayOf(...FOREIGN));
    const before = array();
    await write(utf8("mine"));
    await write(utf8("of a credential that is gone"), OTHER_KEY);
    expect(await keepOnly(KEY)).toBe(1);
    expect([await read(), await read(OTHER_KEY)]).toEqual([utf8("mine"), undefined]);
    expect(await keepOnly(KEY)).toBe(0);
    expect(await keepOnly()).toBe(1);
    expect(array()).toBe(before);
  });

  test("survives where it is of a credential that is there, in a format that cannot be unpacked", async () => {
    const { put, write, keepOnly, inspect, read } = await storageOn();
    // python-fido2 0.9 writes zlib (RFC 1950) in place of raw DEFLATE (RFC 1951), which CTAP wants.
    const nonce = new Uint8Array(12);
    const size = concat(utf8("blob"), Uint8Array.of(4, 0, 0, 0, 0, 0, 0, 0));
    const ciphertext = defaultCrypto.gcmSeal(KEY, nonce, new Uint8Array(deflateSync(utf8("mine"))), size);
    const entry = new Map<number, CborValue>([
      [1, ciphertext],
      [2, nonce],
      [3, 4],
    ]);
    put(arrayOf(encodeCbor(entry)));
    expect(await keepOnly(KEY)).toBe(0);
    expect((await inspect(KEY)).entries).toMatchObject([{ openedBy: 0 }]);
    expect(await read()).toBeUndefined();
    await write(utf8("new"));
    expect((await inspect(KEY)).entries).toHaveLength(1);
    expect(await read()).toEqual(utf8("new"));
    expect(await keepOnly(OTHER_KEY)).toBe(1);
  });

  test("is not written over when it is intact but no array", async () => {
    const { put, write, array } = await storageOn();
    const map = encodeCbor(new Map<number, CborValue>([[1, 2]]));
    put(concat(map, defaultCrypto.sha256(map).subarray(0, 16)));
    const before = array();
    await expect(write(utf8("mine"))).rejects.toMatchObject({ code: "MESSAGE_MALFORMED" });
    expect(array()).toBe(before);
  });

  test("counts as nothing when it fails its own hash", async () => {
    const { put, read, write } = await storageOn();
    put(concat(arrayOf(...FOREIGN).subarray(0, -1), Uint8Array.of(0)));
    expect(await read()).toBeUndefined();
    await write(utf8("mine"));
    expect(await read()).toEqual(utf8("mine"));
  });
});

describe("a write that is disturbed", () => {
  /** Request 0 reads the empty array, 1 to 3 write what takes three fragments. */
  const SECOND_FRAGMENT = 2;

  test.each(["INVALID_SEQ", "INTEGRITY_FAILURE"] as const)("starts over after %s", async (status) => {
    const intercept = (nth: number) =>
      nth === SECOND_FRAGMENT ? Uint8Array.of(CtapStatus[status]) : undefined;
    const { read, write } = await storageOn({ intercept });
    await write(NOISE);
    expect(await read()).toEqual(NOISE);
  });

  test("keeps what another program wrote in between", async () => {
    const intercept = async (nth: number, bench: BenchKey) => {
      if (nth !== SECOND_FRAGMENT) return undefined;
      const entry = Uint8Array.of(0x07);
      bench.key.store.remember({ more: new Map([["largeBlobs", arrayOf(entry)]]) });
      return Uint8Array.of(CtapStatus.INVALID_SEQ);
    };
    const { read, write, array } = await storageOn({ intercept });
    await write(NOISE);
    expect(await read()).toEqual(NOISE);
    expect(array().slice(0, 4)).toBe("8207");
  });

  test("gives up after three attempts", async () => {
    const intercept = (nth: number) => (nth % 2 === 1 ? Uint8Array.of(CtapStatus.INVALID_SEQ) : undefined);
    const { write, requests } = await storageOn({ intercept });
    await expect(write(utf8("mine"))).rejects.toMatchObject({ code: "CTAP_INVALID_SEQ" });
    expect(requests()).toBe(6);
  });

  test("does not start over when there is no room", async () => {
    const { write, read, requests } = await storageOn();
    await write(utf8("small"));
    const before = requests();
    const tooMuch = concat(
      NOISE,
      NOISE.toReversed(),
      NOISE.map((byte) => byte ^ 0x55),
    );
    await expect(write(tooMuch)).rejects.toMatchObject({ code: "CTAP_LARGE_BLOB_STORAGE_FULL" });
    expect(requests() - before).toBe(2);
    expect(await read()).toEqual(utf8("small"));
  });

  test("fails without a token on a key with a PIN", async () => {
    const bench = await new BenchKey({ profile: PROFILE }).setPin();
    const storage = largeBlobStorage(bench.env, await bench.session());
    await expect(bench.run(storage.write({ key: KEY, data: utf8("x") }))).rejects.toMatchObject({
      code: "CTAP_PUAT_REQUIRED",
    });
  });
});

describe("a device that answers strangely", () => {
  const answer = (config: Uint8Array | undefined) =>
    concat(Uint8Array.of(0), config ? encodeCbor(new Map([[1, config]])) : new Uint8Array(0));

  test.each([
    ["without a fragment", undefined],
    ["with more than was asked for", new Uint8Array(961)],
  ])("%s is not believed", async (_, config) => {
    const { read } = await storageOn({ intercept: () => answer(config) });
    await expect(read()).rejects.toMatchObject({ code: "MESSAGE_MALFORMED" });
  });

  test("with full fragments for ever is stopped at the size it announced", async () => {
    const { read, requests } = await storageOn({ intercept: () => answer(new Uint8Array(960)) });
    await expect(read()).rejects.toMatchObject({ code: "MESSAGE_MALFORMED" });
    expect(requests()).toBe(5);
  });
});

test("a device without the option is not asked", async () => {
  const bench = new BenchKey();
  const session = await bench.session();
  expect(() => largeBlobStorage(bench.env, session)).toThrow(
    expect.objectContaining({ code: "FEATURE_UNSUPPORTED" }),
  );
});

test("more than anybody could unpack is not even sealed", async () => {
  const { write, requests } = await storageOn();
  await expect(write(new Uint8Array(2 ** 20 + 1))).rejects.toThrow(RangeError);
  expect(requests()).toBe(0);
});
