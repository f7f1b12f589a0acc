import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborValue } from "../../../src/cbor/value.js";
import { concat, toHex, utf8 } from "../../../src/core/bytes.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { encodeLargeBlobArray, toElement } from "../../../src/ctap/client/large-blob-array.js";
import {
  encodeLargeBlobsRequest,
  largeBlobWriteMessage,
  parseLargeBlobsResponse,
  type LargeBlobsRequest,
} from "../../../src/ctap/messages/large-blobs.js";
import type { PinUvAuthToken } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { CtapStatus, type CtapStatusName } from "../../../src/ctap/status.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, bodyOf, PIN, type BenchOptions } from "./bench-key.js";

const BASE = profileNamed("ctap23");
const CAPACITY_BYTES = BASE.limits.largeBlobArrayBytes as number;
/** Small messages, so that few bytes are several fragments. */
const FRAGMENT_BYTES = 1024 - 64;
const PROFILE = { ...BASE, limits: { ...BASE.limits, maxMsgSize: 1024 } };

const EMPTY_ARRAY = "8076be8b528d0075f7aae98d6fa57a6d3c";

function arrayOf(...values: readonly CborValue[]): Uint8Array {
  return encodeLargeBlobArray(
    defaultCrypto,
    values.map((value) => toElement(encodeCbor(value))),
  );
}

/** 17 bytes and the value's. */
const SMALL = arrayOf(1, 2, 3);
/** Two fragments. */
const LONG = arrayOf(new Uint8Array(FRAGMENT_BYTES));

/** A request, members left out on purpose included. */
type Draft = { readonly [Member in keyof LargeBlobsRequest]?: LargeBlobsRequest[Member] | undefined };

class BlobBench extends BenchKey {
  constructor(options: BenchOptions = {}) {
    super({ profile: PROFILE, ...options });
  }

  ask(request: Draft): Promise<Uint8Array> {
    return this.send(encodeLargeBlobsRequest(request as LargeBlobsRequest));
  }

  async answers(request: Draft, status: CtapStatusName): Promise<void> {
    expect((await this.ask(request))[0]).toBe(CtapStatus[status]);
  }

  async fragment(get: number, offset: number): Promise<Uint8Array | undefined> {
    return parseLargeBlobsResponse(bodyOf(await this.ask({ get, offset }))).config;
  }

  async stored(): Promise<string> {
    return toHex((await this.fragment(FRAGMENT_BYTES, 0)) ?? new Uint8Array(0));
  }

  async earned(permissions: number): Promise<PinUvAuthToken> {
    const session = await this.session();
    return this.run(session.pinUvAuthToken({ pin: PIN, permissions }));
  }
}

/** A write with the proof a protected key wants. */
function proven(token: PinUvAuthToken, request: LargeBlobsRequest & { readonly set: Uint8Array }) {
  return {
    ...request,
    pinUvAuthParam: token.authenticate(largeBlobWriteMessage(defaultCrypto, request)),
    pinUvAuthProtocol: token.protocol,
  };
}

describe("largeBlobs, neither read nor write", () => {
  test.each([
    ["neither get nor set", { offset: 0 }],
    ["both get and set", { offset: 0, get: 1, set: SMALL }],
  ])("%s is refused", async (_, request) => {
    await new BlobBench().answers(request, "INVALID_PARAMETER");
  });

  test("a missing offset is refused", async () => {
    const request = concat(Uint8Array.of(0x0c), encodeCbor(new Map([[1, 16]])));
    expect(await new BlobBench().status(request)).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("a key without the option does not know the command", async () => {
    await new BlobBench({ profile: {} }).answers({ offset: 0, get: 1 }, "INVALID_COMMAND");
  });

  test("getInfo tells the room there is, and the option", async () => {
    const info = parseInfo(bodyOf(await new BlobBench().send(Uint8Array.of(4))));
    expect(info.maxSerializedLargeBlobArray).toBe(CAPACITY_BYTES);
    expect(info.options?.["largeBlobs"]).toBe(true);
    const without = parseInfo(bodyOf(await new BlobBench({ profile: {} }).send(Uint8Array.of(4))));
    expect(without.maxSerializedLargeBlobArray).toBeUndefined();
  });
});

describe("largeBlobs get", () => {
  test("an untouched key has the published empty array", async () => {
    expect(await new BlobBench().stored()).toBe(EMPTY_ARRAY);
  });

  test.each([
    [5, 0, 5],
    [5, 15, 2],
    [5, 17, 0],
    [0, 0, 0],
  ])("%i bytes from %i are %i bytes", async (get, offset, length) => {
    expect(toHex((await new BlobBench().fragment(get, offset)) as Uint8Array)).toBe(
      EMPTY_ARRAY.slice(2 * offset, 2 * (offset + length)),
    );
  });

  test.each<readonly [string, Draft, CtapStatusName]>([
    ["a length", { length: 17 }, "INVALID_PARAMETER"],
    ["a pinUvAuthParam", { pinUvAuthParam: new Uint8Array(32) }, "INVALID_PARAMETER"],
    ["a pinUvAuthProtocol", { pinUvAuthProtocol: 2 }, "INVALID_PARAMETER"],
    ["more than a fragment", { get: FRAGMENT_BYTES + 1 }, "INVALID_LENGTH"],
    ["an offset past the end", { offset: 18 }, "INVALID_PARAMETER"],
  ])("%s is refused", async (_, override, status) => {
    await new BlobBench().answers({ get: 17, offset: 0, ...override }, status);
  });
});

describe("largeBlobs set", () => {
  const whole = { set: SMALL, offset: 0, length: SMALL.length };

  test("one fragment is stored", async () => {
    const bench = new BlobBench();
    expect(await bench.ask(whole)).toEqual(Uint8Array.of(0));
    expect(await bench.stored()).toBe(toHex(SMALL));
  });

  test("two fragments are stored only when the second is there", async () => {
    const bench = new BlobBench();
    await bench.answers({ set: LONG.subarray(0, FRAGMENT_BYTES), offset: 0, length: LONG.length }, "OK");
    expect(await bench.stored()).toBe(EMPTY_ARRAY);
    await bench.answers({ set: LONG.subarray(FRAGMENT_BYTES), offset: FRAGMENT_BYTES }, "OK");
    const first = await bench.fragment(FRAGMENT_BYTES, 0);
    const second = await bench.fragment(FRAGMENT_BYTES, FRAGMENT_BYTES);
    expect(concat(first as Uint8Array, second as Uint8Array)).toEqual(LONG);
  });

  test.each<readonly [string, Draft, CtapStatusName]>([
    ["a fragment longer than one", { set: new Uint8Array(FRAGMENT_BYTES + 1) }, "INVALID_LENGTH"],
    ["more than there is room for", { length: CAPACITY_BYTES + 1 }, "LARGE_BLOB_STORAGE_FULL"],
    ["less than an empty array", { length: 16 }, "INVALID_PARAMETER"],
    ["a fragment longer than the announced whole", { length: 18 }, "INVALID_PARAMETER"],
    ["a start in the middle", { offset: 5, length: undefined }, "INVALID_SEQ"],
    ["a length in the middle", { offset: 5 }, "INVALID_PARAMETER"],
    ["a wrong hash", { set: SMALL.map((byte, index) => (index === 1 ? 9 : byte)) }, "INTEGRITY_FAILURE"],
  ])("%s is refused, and nothing is stored", async (_, override, status) => {
    const bench = new BlobBench();
    await bench.answers({ ...whole, ...override }, status);
    expect(await bench.stored()).toBe(EMPTY_ARRAY);
  });

  test("a start without the length is refused", async () => {
    await new BlobBench().answers({ set: SMALL, offset: 0 }, "INVALID_PARAMETER");
  });

  test("exactly as much as there is room for is accepted", async () => {
    await new BlobBench().answers({ ...whole, length: CAPACITY_BYTES }, "OK");
  });

  test.each<readonly [string, (bench: BlobBench) => Promise<unknown>, CtapStatusName]>([
    ["a read", (bench) => bench.fragment(1, 0), "OK"],
    ["another command", (bench) => bench.send(Uint8Array.of(0x04)), "INVALID_SEQ"],
    ["a loss of power", async (bench) => bench.key.powerCycle(), "INVALID_SEQ"],
    ["a new start", (bench) => bench.ask({ ...whole, set: SMALL.subarray(0, 2) }), "INVALID_SEQ"],
  ])("a write goes on after %s or not", async (_, interrupt, status) => {
    const bench = new BlobBench();
    await bench.answers({ ...whole, set: SMALL.subarray(0, 5) }, "OK");
    await interrupt(bench);
    await bench.answers({ set: SMALL.subarray(5), offset: 5 }, status);
  });

  test("a fragment out of order does not spoil the write", async () => {
    const bench = new BlobBench();
    await bench.answers({ ...whole, set: SMALL.subarray(0, 5) }, "OK");
    await bench.answers({ set: SMALL.subarray(6), offset: 6 }, "INVALID_SEQ");
    await bench.answers({ set: SMALL.subarray(5), offset: 5 }, "OK");
  });

  test("what was stored outlives a loss of power, but not a reset", async () => {
    const bench = new BlobBench();
    await bench.answers(whole, "OK");
    bench.key.powerCycle();
    expect(await bench.stored()).toBe(toHex(SMALL));
    expect(await bench.status(Uint8Array.of(0x07))).toBe(CtapStatus.OK);
    expect(await bench.stored()).toBe(EMPTY_ARRAY);
  });
});

describe("largeBlobs set on a key with a PIN", () => {
  const whole = { set: SMALL, offset: 0, length: SMALL.length };

  test("a token with the permission writes", async () => {
    const bench = await new BlobBench().setPin();
    await bench.answers(proven(await bench.earned(Permission.largeBlobWrite), whole), "OK");
    expect(await bench.stored()).toBe(toHex(SMALL));
  });

  test("each fragment is proven on its own", async () => {
    const bench = await new BlobBench().setPin();
    const token = await bench.earned(Permission.largeBlobWrite);
    const first = { ...whole, set: SMALL.subarray(0, 5) };
    const second = { set: SMALL.subarray(5), offset: 5 };
    await bench.answers(proven(token, first), "OK");
    await bench.answers(second, "PUAT_REQUIRED");
    await bench.answers({ ...proven(token, first), ...second, length: undefined }, "PIN_AUTH_INVALID");
    await bench.answers(proven(token, second), "OK");
  });

  test.each<readonly [string, Draft, CtapStatusName]>([
    ["no proof", { pinUvAuthParam: undefined }, "PUAT_REQUIRED"],
    ["no protocol", { pinUvAuthProtocol: undefined }, "MISSING_PARAMETER"],
    ["a third protocol", { pinUvAuthProtocol: 3 }, "INVALID_PARAMETER"],
    ["a proof of other bytes", { pinUvAuthParam: new Uint8Array(32) }, "PIN_AUTH_INVALID"],
  ])("%s is refused", async (_, override, status) => {
    const bench = await new BlobBench().setPin();
    const token = await bench.earned(Permission.largeBlobWrite);
    await bench.answers({ ...proven(token, whole), ...override }, status);
    expect(await bench.stored()).toBe(EMPTY_ARRAY);
  });

  test("a token without the permission is refused", async () => {
    const bench = await new BlobBench().setPin();
    const token = await bench.earned(Permission.authenticatorConfig);
    await bench.answers(proven(token, whole), "PIN_AUTH_INVALID");
  });

  test("reading needs no proof", async () => {
    const bench = await new BlobBench().setPin();
    expect(await bench.stored()).toBe(EMPTY_ARRAY);
  });

  test("an alwaysUv key wants proof before it has a PIN", async () => {
    const options = { ...PROFILE.options, alwaysUv: true };
    await new BlobBench({ profile: { ...PROFILE, options } }).answers(whole, "PUAT_REQUIRED");
  });

  test("a credential's touch leaves the right to write", async () => {
    const bench = await new BlobBench().setPin();
    const token = await bench.earned(Permission.makeCredential | Permission.largeBlobWrite);
    const { authData } = await bench.made({
      pinUvAuthParam: token.authenticate(defaultCrypto.sha256(utf8("client data"))),
      pinUvAuthProtocol: token.protocol,
    });
    expect(authData.length).toBeGreaterThan(37);
    await bench.answers(proven(token, whole), "OK");
  });
});
