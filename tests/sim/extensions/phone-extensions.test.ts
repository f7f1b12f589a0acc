import { describe, expect, test } from "vitest";
import type { CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { toHex, utf8 } from "../../../src/core/bytes.js";
import type { CtapStatusName } from "../../../src/ctap/status.js";
import { PROFILES, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { ExtensionBench, idOf } from "./extension-bench.js";

const FIRST = new Uint8Array(32).fill(1);
const SECOND = new Uint8Array(32).fill(2);
const map = (members: Readonly<Record<string, CborValue>>): CborMap => new Map(Object.entries(members));
const forCredential = (id: Uint8Array, salts: CborMap): CborMap => new Map<CborKey, CborValue>([[id, salts]]);

/** A key that does what phones do, so that tests need no screen lock; `uv` as each test wants it. */
const PHONE_LIKE = {
  extensions: ["largeBlob", "prf"],
  options: profileNamed("generic").options,
  limits: { ...profileNamed("generic").limits, directLargeBlobBytes: 100 },
};

describe("prf", () => {
  const start = () => new ExtensionBench(PHONE_LIKE).setPin();
  const outputs = (response: { readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue> }) =>
    response.unsignedExtensionOutputs?.get("prf") as CborMap | undefined;
  const results = (response: Parameters<typeof outputs>[0]) =>
    outputs(response)?.get("results") as CborMap | undefined;
  const hexOf = (response: Parameters<typeof outputs>[0], member = "first") => {
    const value = results(response)?.get(member);
    return value instanceof Uint8Array ? toHex(value) : undefined;
  };

  test("creation says that it is enabled, in the unsigned outputs", async () => {
    const bench = await start();
    const made = await bench.create({ prf: new Map() }, { proof: await bench.toCreate() });
    expect(outputs(made)).toEqual(map({ enabled: true }));
  });

  test("creation and assertion give the same results", async () => {
    const bench = await start();
    const prf = map({ eval: map({ first: FIRST, second: SECOND }) });
    const made = await bench.create({ prf }, { proof: await bench.toCreate() });
    const asserted = await bench.assert({ prf }, { proof: await bench.toAssert() });
    expect(hexOf(made)).toHaveLength(64);
    expect(results(asserted)).toEqual(results(made));
    expect(hexOf(made, "second")).not.toBe(hexOf(made));
  });

  test("a person who was not verified gets none", async () => {
    const bench = await start();
    await bench.create({ prf: new Map() }, { proof: await bench.toCreate() });
    const asserted = await bench.assert({ prf: map({ eval: map({ first: FIRST }) }) });
    expect(asserted.unsignedExtensionOutputs).toBeUndefined();
  });

  test("a credential made without it gives none", async () => {
    const bench = await start();
    await bench.create({}, { proof: await bench.toCreate() });
    const prf = map({ eval: map({ first: FIRST }) });
    const asserted = await bench.assert({ prf }, { proof: await bench.toAssert() });
    expect(asserted.unsignedExtensionOutputs).toBeUndefined();
  });

  test("salts for this credential come before those for all", async () => {
    const bench = await start();
    const id = idOf(await bench.create({ prf: new Map() }, { proof: await bench.toCreate() }));
    const ask = async (prf: CborMap) =>
      hexOf(await bench.assert({ prf }, { ids: [id], proof: await bench.toAssert() }));
    const all = map({ first: FIRST });
    const own = map({ first: SECOND });
    const second = await ask(map({ eval: own }));
    expect(await ask(map({ eval: all, evalByCredential: forCredential(id, own) }))).toBe(second);
    const first = await ask(map({ eval: all }));
    expect(await ask(map({ eval: all, evalByCredential: forCredential(utf8("other"), own) }))).toBe(first);
    expect(await ask(map({ evalByCredential: forCredential(utf8("other"), own) }))).toBeUndefined();
  });

  test.each<readonly [string, CborValue, CtapStatusName]>([
    ["not a map", true, "CBOR_UNEXPECTED_TYPE"],
    ["a first salt missing", map({ eval: map({ second: SECOND }) }), "MISSING_PARAMETER"],
    ["a salt of 31 bytes", map({ eval: map({ first: FIRST.subarray(1) }) }), "INVALID_PARAMETER"],
    ["an empty list of credentials", map({ evalByCredential: new Map() }), "INVALID_OPTION"],
  ])("%s is refused at creation", async (_, input, status) => {
    await new ExtensionBench(PHONE_LIKE).refusesCreate({ prf: input }, status);
  });

  test.each<readonly [string, CborValue, CtapStatusName]>([
    ["not a map", true, "CBOR_UNEXPECTED_TYPE"],
    ["a salt of 33 bytes", map({ eval: map({ first: new Uint8Array(33) }) }), "INVALID_PARAMETER"],
    [
      "a credential named by text",
      map({ evalByCredential: map({ id: map({ first: FIRST }) }) }),
      "CBOR_UNEXPECTED_TYPE",
    ],
    [
      "a credential without an id",
      map({ evalByCredential: forCredential(new Uint8Array(0), map({ first: FIRST })) }),
      "CBOR_UNEXPECTED_TYPE",
    ],
  ])("%s is refused at assertion", async (_, input, status) => {
    const bench = new ExtensionBench(PHONE_LIKE);
    await bench.create({ prf: new Map() });
    await bench.refusesGet({ prf: input }, status);
  });

  test("a device without it holds to the four levels of CTAP2", async () => {
    const bench = new ExtensionBench({ extensions: ["hmac-secret"] });
    await bench.create({});
    const input = map({ evalByCredential: forCredential(FIRST, map({ first: FIRST })) });
    await bench.refusesGet({ prf: input }, "INVALID_CBOR");
  });
});

describe("largeBlob", () => {
  const PREFERRED = map({ support: "preferred" });
  const REQUIRED = map({ support: "required" });
  const READ = map({ read: true });
  const write = (blob: Uint8Array, originalSize = 7) => map({ write: blob, originalSize });
  const output = (response: { readonly unsignedExtensionOutputs?: ReadonlyMap<string, CborValue> }) =>
    response.unsignedExtensionOutputs?.get("largeBlob");

  test.each([
    ["preferred", PREFERRED, true],
    ["required", REQUIRED, true],
    ["preferred", PREFERRED, false],
  ])("%s, %s, discoverable %s: creation says whether there is room", async (_, largeBlob, rk) => {
    const made = await new ExtensionBench(PHONE_LIKE).create({ largeBlob }, { rk });
    expect(output(made)).toEqual(map({ supported: rk }));
  });

  test("required of a credential that is not discoverable is refused", async () => {
    const bench = new ExtensionBench(PHONE_LIKE);
    await bench.refusesCreate({ largeBlob: REQUIRED }, "INVALID_OPTION", { rk: false });
    expect(bench.key.store.credentials).toHaveLength(0);
  });

  test("what was written is read, and replaced by the next write", async () => {
    const bench = new ExtensionBench(PHONE_LIKE);
    const ids = [idOf(await bench.create({ largeBlob: PREFERRED }))];
    expect(output(await bench.assert({ largeBlob: READ }, { ids }))).toBeUndefined();
    for (const blob of [utf8("one"), utf8("another")]) {
      expect(output(await bench.assert({ largeBlob: write(blob) }, { ids }))).toEqual(map({ written: true }));
      const read = await bench.assert({ largeBlob: READ }, { ids });
      expect(output(read)).toEqual(map({ blob, originalSize: 7 }));
    }
  });

  test.each([
    [100, true],
    [101, false],
  ])("%i bytes are written: %s", async (length, written) => {
    const bench = new ExtensionBench(PHONE_LIKE);
    const ids = [idOf(await bench.create({ largeBlob: PREFERRED }))];
    const answer = await bench.assert({ largeBlob: write(new Uint8Array(length)) }, { ids });
    expect(output(answer)).toEqual(map({ written }));
  });

  test("a credential made without has no room", async () => {
    const bench = new ExtensionBench(PHONE_LIKE);
    const ids = [idOf(await bench.create({}))];
    expect(output(await bench.assert({ largeBlob: write(utf8("x")) }, { ids }))).toEqual(
      map({ written: false }),
    );
    expect(output(await bench.assert({ largeBlob: READ }, { ids }))).toBeUndefined();
  });

  test("a write without exactly one allowed credential is refused", async () => {
    const bench = new ExtensionBench(PHONE_LIKE);
    const id = idOf(await bench.create({ largeBlob: PREFERRED }));
    await bench.refusesGet({ largeBlob: write(utf8("x")) }, "INVALID_OPTION");
    await bench.refusesGet({ largeBlob: write(utf8("x")) }, "INVALID_OPTION", { ids: [id, utf8("other")] });
  });

  test.each<readonly [string, CborValue, CtapStatusName]>([
    ["another wish", map({ support: "demanded" }), "INVALID_OPTION"],
    ["no wish", new Map(), "INVALID_OPTION"],
    ["a wish that is no text", map({ support: true }), "CBOR_UNEXPECTED_TYPE"],
    ["not a map", true, "CBOR_UNEXPECTED_TYPE"],
  ])("%s is refused at creation", async (_, largeBlob, status) => {
    await new ExtensionBench(PHONE_LIKE).refusesCreate({ largeBlob }, status);
  });

  test.each<readonly [string, CborValue, CtapStatusName]>([
    ["neither read nor write", new Map(), "INVALID_OPTION"],
    ["read false", map({ read: false }), "INVALID_OPTION"],
    ["both", map({ read: true, write: utf8("x"), originalSize: 1 }), "INVALID_OPTION"],
    ["a write without its size", map({ write: utf8("x") }), "INVALID_OPTION"],
    ["a read with a size", map({ read: true, originalSize: 1 }), "INVALID_OPTION"],
    ["a write of text", map({ write: "x", originalSize: 1 }), "CBOR_UNEXPECTED_TYPE"],
    ["not a map", true, "CBOR_UNEXPECTED_TYPE"],
  ])("%s is refused at assertion", async (_, largeBlob, status) => {
    const bench = new ExtensionBench(PHONE_LIKE);
    const ids = [idOf(await bench.create({ largeBlob: PREFERRED }))];
    await bench.refusesGet({ largeBlob }, status, { ids });
  });

  test("a blob outlives a loss of power, but not its credential", async () => {
    const bench = new ExtensionBench(PHONE_LIKE);
    const ids = [idOf(await bench.create({ largeBlob: PREFERRED }))];
    await bench.assert({ largeBlob: write(utf8("x")) }, { ids });
    bench.key.powerCycle();
    expect(output(await bench.assert({ largeBlob: READ }, { ids }))).toBeDefined();
    await bench.create({ largeBlob: PREFERRED });
    expect(output(await bench.assert({ largeBlob: READ }))).toBeUndefined();
  });
});

test.each([...PROFILES.values()])("$name lists one kind of large blob at most", ({ extensions, options }) => {
  expect(extensions.includes("largeBlob") && extensions.includes("largeBlobKey")).toBe(false);
  expect(extensions.includes("largeBlobKey")).toBe(options.largeBlobs);
});
