import { describe, expect, test } from "vitest";
import type { CborMap, CborValue } from "../../../src/cbor/value.js";
import { toHex } from "../../../src/core/bytes.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import { coseKey } from "../../../src/ctap/messages/cose.js";
import { openOutputs, sealSalts } from "../../../src/ctap/extensions/hmac-secret.js";
import type { KeyAgreement } from "../../../src/ctap/client/pin-protocol.js";
import type { CtapStatusName } from "../../../src/ctap/status.js";
import { ExtensionBench, idOf, outputOf } from "./extension-bench.js";

const SALT_1 = new Uint8Array(32).fill(1);
const SALT_2 = new Uint8Array(32).fill(2);

const sealed = (agreement: KeyAgreement, salts: readonly Uint8Array[] = [SALT_1]) =>
  sealSalts(agreement, salts, seededEntropy("iv")) as CborMap;

describe.each([1, 2] as const)("with PIN/UV auth protocol %i", (version) => {
  const start = async () => {
    const bench = await new ExtensionBench({ pinUvAuthProtocols: [version] }).setPin();
    const session = await bench.session();
    return { bench, agreement: () => bench.run(session.keyAgreement()) };
  };

  test("verified and unverified users have secrets of their own, each always the same", async () => {
    const { bench, agreement } = await start();
    const id = idOf(await bench.create({ "hmac-secret": true }, { proof: await bench.toCreate() }));
    const ask = async (verified: boolean) => {
      const proof = verified ? await bench.toAssert() : undefined;
      const agreed = await agreement();
      const answer = await bench.assert({ "hmac-secret": sealed(agreed) }, { ids: [id], proof });
      const output = outputOf(answer, "hmac-secret") as Uint8Array;
      expect(output).toHaveLength(version === 1 ? 32 : 48);
      return toHex(openOutputs(agreed, output, 1)[0] as Uint8Array);
    };
    const unverified = await ask(false);
    const verified = await ask(true);
    expect(await ask(false)).toBe(unverified);
    expect(await ask(true)).toBe(verified);
    expect(verified).not.toBe(unverified);
  });

  test("two salts have two outputs, each what it is alone", async () => {
    const { bench, agreement } = await start();
    await bench.create({ "hmac-secret": true }, { proof: await bench.toCreate() });
    const agreed = await agreement();
    const ask = async (...salts: readonly Uint8Array[]) => {
      const answer = await bench.assert({ "hmac-secret": sealed(agreed, salts) });
      const output = outputOf(answer, "hmac-secret") as Uint8Array;
      return openOutputs(agreed, output, salts.length).map(toHex);
    };
    const [first, second] = await ask(SALT_1, SALT_2);
    expect(await ask(SALT_1)).toEqual([first]);
    expect(await ask(SALT_2)).toEqual([second]);
    expect(first).not.toBe(second);
  });

  test.each<readonly [string, (input: CborMap) => Iterable<readonly [number, CborValue]>, CtapStatusName]>([
    ["no key agreement", (input) => without(input, 1), "MISSING_PARAMETER"],
    ["no saltEnc", (input) => without(input, 2), "MISSING_PARAMETER"],
    ["no saltAuth", (input) => without(input, 3), "MISSING_PARAMETER"],
    ["a third protocol", (input) => [...entries(input), [4, 3]], "INVALID_PARAMETER"],
    ["a point off the curve", (input) => [...entries(input), [1, offCurve()]], "INVALID_PARAMETER"],
    ["a wrong saltAuth", (input) => [...entries(input), [3, new Uint8Array(32)]], "PIN_AUTH_INVALID"],
    ["an empty saltAuth", (input) => [...entries(input), [3, new Uint8Array(0)]], "PIN_AUTH_INVALID"],
    ["saltEnc of another type", (input) => [...entries(input), [2, "salt"]], "CBOR_UNEXPECTED_TYPE"],
  ])("%s is refused", async (_, change, status) => {
    const { bench, agreement } = await start();
    await bench.create({ "hmac-secret": true }, { proof: await bench.toCreate() });
    const input = new Map(change(sealed(await agreement())));
    await bench.refusesGet({ "hmac-secret": input }, status);
  });

  test.each([16, 48, 96])("%i bytes of salts are refused", async (length) => {
    const { bench, agreement } = await start();
    await bench.create({ "hmac-secret": true }, { proof: await bench.toCreate() });
    const input = sealed(await agreement(), [new Uint8Array(length)]);
    await bench.refusesGet({ "hmac-secret": input }, "INVALID_PARAMETER");
  });

  test("without a touch it is refused", async () => {
    const { bench, agreement } = await start();
    await bench.create({ "hmac-secret": true }, { proof: await bench.toCreate() });
    const input = sealed(await agreement());
    await bench.refusesGet({ "hmac-secret": input }, "UNSUPPORTED_OPTION", { up: false });
  });

  test("a credential made without it says nothing", async () => {
    const { bench, agreement } = await start();
    await bench.create({}, { proof: await bench.toCreate() });
    const answer = await bench.assert({ "hmac-secret": sealed(await agreement()) });
    expect(outputOf(answer, "hmac-secret")).toBeUndefined();
  });

  test("a key agreement from before the last unplugging is worthless", async () => {
    const { bench, agreement } = await start();
    await bench.create({ "hmac-secret": true }, { proof: await bench.toCreate() });
    const input = sealed(await agreement());
    bench.key.powerCycle();
    await bench.refusesGet({ "hmac-secret": input }, "PIN_AUTH_INVALID");
  });

  test("hmac-secret-mc gives at creation what an assertion will give", async () => {
    const { bench, agreement } = await start();
    const proof = await bench.toCreate();
    const agreed = await agreement();
    const inputs = { "hmac-secret": true, "hmac-secret-mc": sealed(agreed, [SALT_1, SALT_2]) };
    const made = await bench.create(inputs, { proof });
    expect(outputOf(made, "hmac-secret")).toBe(true);
    const outputs = openOutputs(agreed, outputOf(made, "hmac-secret-mc") as Uint8Array, 2);
    const asserted = await bench.assert(
      { "hmac-secret": sealed(agreed, [SALT_1, SALT_2]) },
      { proof: await bench.toAssert() },
    );
    // A right PIN leaves the key pair of the authenticator as it is.
    expect(openOutputs(agreed, outputOf(asserted, "hmac-secret") as Uint8Array, 2)).toEqual(outputs);
  });

  test.each([undefined, false])("hmac-secret-mc beside hmac-secret %s is refused", async (beside) => {
    const bench = new ExtensionBench({ pinUvAuthProtocols: [version] });
    const session = await bench.session();
    const input = sealed(await bench.run(session.keyAgreement()));
    await bench.refusesCreate(
      { "hmac-secret-mc": input, ...(beside !== undefined && { "hmac-secret": beside }) },
      "MISSING_PARAMETER",
    );
  });

  test("hmac-secret-mc of somebody else's key agreement is refused", async () => {
    const bench = new ExtensionBench({ pinUvAuthProtocols: [version] });
    const session = await bench.session();
    const agreed = await bench.run(session.keyAgreement());
    const input = sealed({ ...agreed, sharedSecret: agreed.sharedSecret.map((byte) => byte ^ 1) });
    await bench.refusesCreate({ "hmac-secret": true, "hmac-secret-mc": input }, "PIN_AUTH_INVALID");
  });
});

test("hmac-secret false makes a credential without", async () => {
  const bench = new ExtensionBench();
  const made = await bench.create({ "hmac-secret": false });
  expect(outputOf(made, "hmac-secret")).toBeUndefined();
  expect(bench.key.store.find(idOf(made))?.extensions.has("hmac-secret")).toBe(false);
});

test("two credentials of one account have different secrets", async () => {
  const bench = new ExtensionBench();
  const session = await bench.session();
  const agreed = await bench.run(session.keyAgreement());
  const secret = async () => {
    const id = idOf(await bench.create({ "hmac-secret": true }, { rk: false }));
    const answer = await bench.assert({ "hmac-secret": sealed(agreed) }, { ids: [id] });
    return toHex(openOutputs(agreed, outputOf(answer, "hmac-secret") as Uint8Array, 1)[0] as Uint8Array);
  };
  expect(await secret()).not.toBe(await secret());
});

test("a key that has no PIN yet agrees on keys all the same", async () => {
  const bench = new ExtensionBench({ pinUvAuthProtocols: [2, 1] });
  const session = await bench.session();
  expect((await bench.run(session.keyAgreement())).protocol.version).toBe(2);
});

function entries(input: CborMap): readonly (readonly [number, CborValue])[] {
  return [...input].map(([key, value]) => [key as number, value]);
}

function without(input: CborMap, key: number) {
  return entries(input).filter(([member]) => member !== key);
}

function offCurve(): CborValue {
  const x = new Uint8Array(32).fill(1);
  return coseKey.write({ alg: -25, key: { kty: "EC", crv: "P-256", x, y: x } });
}
