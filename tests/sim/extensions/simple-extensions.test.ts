import { describe, expect, test } from "vitest";
import type { CborValue } from "../../../src/cbor/value.js";
import { utf8 } from "../../../src/core/bytes.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import type { CtapStatusName } from "../../../src/ctap/status.js";
import { parseProfile } from "../../../src/sim/profile-files/profile-file.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { bodyOf, RP_ID } from "../authenticator/bench-key.js";
import { ExtensionBench, idOf, outputOf, type Inputs } from "./extension-bench.js";

const CTAP_23 = profileNamed("ctap23");
const CRED_BLOB_BYTES = CTAP_23.limits.credBlobBytes as number;

describe("an input of the wrong kind is refused at creation", () => {
  test.each<readonly [string, CborValue, CtapStatusName]>([
    ["credProtect", 0, "INVALID_OPTION"],
    ["credProtect", 4, "INVALID_OPTION"],
    ["credProtect", true, "INVALID_OPTION"],
    ["credBlob", true, "CBOR_UNEXPECTED_TYPE"],
    ["largeBlobKey", false, "INVALID_OPTION"],
    ["largeBlobKey", 1, "INVALID_OPTION"],
    ["minPinLength", 1, "CBOR_UNEXPECTED_TYPE"],
    ["pinComplexityPolicy", 1, "CBOR_UNEXPECTED_TYPE"],
    ["hmac-secret", 1, "CBOR_UNEXPECTED_TYPE"],
    ["thirdPartyPayment", 1, "CBOR_UNEXPECTED_TYPE"],
    ["uvm", false, "INVALID_OPTION"],
  ])("%s %s is %s", async (id, input, status) => {
    const bench = new ExtensionBench();
    await bench.refusesCreate({ [id]: input }, status);
    expect(bench.key.store.credentials).toHaveLength(0);
  });
});

describe("an input of the wrong kind is refused at assertion", () => {
  test.each<readonly [string, CborValue, CtapStatusName]>([
    ["credBlob", utf8("x"), "CBOR_UNEXPECTED_TYPE"],
    ["largeBlobKey", false, "INVALID_OPTION"],
    ["thirdPartyPayment", 1, "CBOR_UNEXPECTED_TYPE"],
    ["uvm", 1, "INVALID_OPTION"],
  ])("%s %s is %s", async (id, input, status) => {
    const bench = new ExtensionBench();
    await bench.create({});
    await bench.refusesGet({ [id]: input }, status);
  });
});

describe("extensions the device does not list", () => {
  test.each(["unheardOf", "largeBlob", "prf"])("%s is ignored", async (id) => {
    const bench = new ExtensionBench();
    const made = await bench.create({ [id]: new Map([["support", "required"]]) });
    expect(parseAuthenticatorData(made.authData).extensions).toBeUndefined();
    expect(made.unsignedExtensionOutputs).toBeUndefined();
  });

  test("getInfo lists what the profile does, and the room for a credBlob", async () => {
    const info = parseInfo(bodyOf(await new ExtensionBench().send(Uint8Array.of(4))));
    expect(info.extensions).toEqual(CTAP_23.extensions);
    expect(info.maxCredBlobLength).toBe(CRED_BLOB_BYTES);
  });

  test("a profile without credBlob names no room for one", async () => {
    const info = parseInfo(bodyOf(await new ExtensionBench({ extensions: ["uvm"] }).send(Uint8Array.of(4))));
    expect(info.maxCredBlobLength).toBeUndefined();
  });
});

describe("credProtect", () => {
  test.each([1, 2, 3])("level %i is stored and said", async (level) => {
    const bench = new ExtensionBench();
    const made = await bench.create({ credProtect: level });
    expect(outputOf(made, "credProtect")).toBe(level);
    expect(bench.key.store.find(idOf(made))?.extensions.get("credProtect")).toBe(level);
  });

  test.each([
    [1, false, "OK"],
    [2, false, "NO_CREDENTIALS"],
    [3, false, "NO_CREDENTIALS"],
    [1, true, "OK"],
    [2, true, "OK"],
    [3, true, "NO_CREDENTIALS"],
  ] as const)("level %i, listed %s, unverified: %s", async (credProtect, listed, status) => {
    const bench = new ExtensionBench();
    const id = idOf(await bench.create({ credProtect }));
    await bench.refusesGet({}, status, { ids: listed ? [id] : [] });
  });

  test("nothing is said at assertion", async () => {
    const bench = new ExtensionBench();
    await bench.create({ credProtect: 1 });
    expect(outputOf(await bench.assert({ credProtect: 1 }), "credProtect")).toBeUndefined();
  });
});

describe("credBlob", () => {
  test.each([0, 1, 32, CRED_BLOB_BYTES])("%i bytes are stored and handed out", async (length) => {
    const bench = new ExtensionBench();
    const blob = new Uint8Array(length).fill(7);
    expect(outputOf(await bench.create({ credBlob: blob }), "credBlob")).toBe(true);
    expect(outputOf(await bench.assert({ credBlob: true }), "credBlob")).toEqual(blob);
  });

  test("one byte too many makes a credential without", async () => {
    const bench = new ExtensionBench();
    const made = await bench.create({ credBlob: new Uint8Array(CRED_BLOB_BYTES + 1) });
    expect(outputOf(made, "credBlob")).toBe(false);
    expect(outputOf(await bench.assert({ credBlob: true }), "credBlob")).toEqual(new Uint8Array(0));
  });

  test("a credential that is not discoverable has none", async () => {
    const bench = new ExtensionBench();
    const made = await bench.create({ credBlob: utf8("x") }, { rk: false });
    expect(outputOf(made, "credBlob")).toBe(false);
  });

  test("false asks for nothing", async () => {
    const bench = new ExtensionBench();
    await bench.create({ credBlob: utf8("x") });
    expect(outputOf(await bench.assert({ credBlob: false }), "credBlob")).toBeUndefined();
  });

  test("each of several accounts has its own", async () => {
    const bench = new ExtensionBench();
    for (const name of ["ada", "bob"]) {
      const user = { id: utf8(name), name };
      await bench.made({ user, extensions: new Map([["credBlob", utf8(name)]]), options: { rk: true } });
    }
    const session = await bench.session();
    const request = {
      rpId: RP_ID,
      clientDataHash: new Uint8Array(32),
      extensions: new Map([["credBlob", true]]),
    };
    const first = await bench.run(session.getAssertion(request));
    const second = await bench.run(session.getNextAssertion());
    expect([first, second].map((answer) => outputOf(answer, "credBlob"))).toEqual([utf8("bob"), utf8("ada")]);
  });
});

describe("largeBlobKey", () => {
  test("the key stands beside the authenticator data, the same at creation and assertion", async () => {
    const bench = new ExtensionBench();
    const made = await bench.create({ largeBlobKey: true });
    expect(made.largeBlobKey).toHaveLength(32);
    expect(outputOf(made, "largeBlobKey")).toBeUndefined();
    expect((await bench.assert({ largeBlobKey: true })).largeBlobKey).toEqual(made.largeBlobKey);
  });

  test("it is refused for a credential that is not discoverable", async () => {
    await new ExtensionBench().refusesCreate({ largeBlobKey: true }, "INVALID_OPTION", { rk: false });
  });

  test("a credential made without has none", async () => {
    const bench = new ExtensionBench();
    await bench.create({});
    expect((await bench.assert({ largeBlobKey: true })).largeBlobKey).toBeUndefined();
  });

  test("it is handed out only when asked for", async () => {
    const bench = new ExtensionBench();
    await bench.create({ largeBlobKey: true });
    expect((await bench.assert({})).largeBlobKey).toBeUndefined();
  });

  test("a new credential for the same account has a new key", async () => {
    const bench = new ExtensionBench();
    const first = await bench.create({ largeBlobKey: true });
    const second = await bench.create({ largeBlobKey: true });
    expect(second.largeBlobKey).not.toEqual(first.largeBlobKey);
  });
});

describe("minPinLength and pinComplexityPolicy", () => {
  const ask: Inputs = { minPinLength: true, pinComplexityPolicy: true };

  test("a site on the list learns both", async () => {
    const bench = new ExtensionBench();
    bench.key.store.remember({ minPinLengthRpIds: [RP_ID], minPinLength: 6, pinComplexityPolicy: true });
    const made = await bench.create(ask);
    expect(outputOf(made, "minPinLength")).toBe(6);
    expect(outputOf(made, "pinComplexityPolicy")).toBe(true);
  });

  test("a site not on the list learns nothing", async () => {
    const bench = new ExtensionBench();
    bench.key.store.remember({ minPinLengthRpIds: ["other.example"] });
    const made = await bench.create(ask);
    expect(parseAuthenticatorData(made.authData).extensions).toBeUndefined();
  });

  test("a site on the list that says false learns nothing", async () => {
    const bench = new ExtensionBench();
    bench.key.store.remember({ minPinLengthRpIds: [RP_ID] });
    const made = await bench.create({ minPinLength: false, pinComplexityPolicy: false });
    expect(parseAuthenticatorData(made.authData).extensions).toBeUndefined();
  });

  test("an assertion tells nothing", async () => {
    const bench = new ExtensionBench();
    bench.key.store.remember({ minPinLengthRpIds: [RP_ID] });
    await bench.create({});
    expect(parseAuthenticatorData((await bench.assert(ask)).authData).extensions).toBeUndefined();
  });
});

describe("thirdPartyPayment", () => {
  test.each([true, false])("made with %s, an assertion says so", async (wanted) => {
    const bench = new ExtensionBench();
    const made = await bench.create({ thirdPartyPayment: wanted });
    expect(outputOf(made, "thirdPartyPayment")).toBeUndefined();
    expect(outputOf(await bench.assert({ thirdPartyPayment: true }), "thirdPartyPayment")).toBe(wanted);
  });

  test("an assertion that says false learns nothing", async () => {
    const bench = new ExtensionBench();
    await bench.create({ thirdPartyPayment: true });
    const asserted = await bench.assert({ thirdPartyPayment: false });
    expect(outputOf(asserted, "thirdPartyPayment")).toBeUndefined();
  });

  test("a credential that is not discoverable carries it in its id", async () => {
    const bench = new ExtensionBench();
    const id = idOf(await bench.create({ thirdPartyPayment: true }, { rk: false }));
    const asserted = await bench.assert({ thirdPartyPayment: true }, { ids: [id] });
    expect(outputOf(asserted, "thirdPartyPayment")).toBe(true);
  });
});

describe("uvm", () => {
  test("a touch alone is presence", async () => {
    const bench = new ExtensionBench();
    expect(outputOf(await bench.create({ uvm: true }), "uvm")).toEqual([[0x01, 2, 4]]);
    expect(outputOf(await bench.assert({ uvm: true }), "uvm")).toEqual([[0x01, 2, 4]]);
  });

  test("a PIN is a passcode from outside", async () => {
    const bench = await new ExtensionBench().setPin();
    const made = await bench.create({ uvm: true }, { proof: await bench.toCreate() });
    expect(outputOf(made, "uvm")).toEqual([[0x800, 2, 4]]);
  });

  test("a finger is a fingerprint", async () => {
    const { builtInUv } = profileNamed("fingerprint");
    const bench = new ExtensionBench({ ...(builtInUv && { builtInUv }) });
    const made = await bench.made({ extensions: new Map([["uvm", true]]), options: { uv: true } });
    expect(outputOf(made, "uvm")).toEqual([[0x02, 2, 4]]);
  });
});

describe("profiles cannot promise what excludes itself", () => {
  test.each([
    ["largeBlob beside largeBlobKey", { extends: "ctap23", extensions: ["largeBlob", "largeBlobKey"] }],
    ["largeBlob beside the array", { extensions: ["largeBlob"], options: { largeBlobs: true } }],
    ["largeBlobKey without the array", { extensions: ["largeBlobKey"] }],
    ["the array without largeBlobKey", { options: { largeBlobs: true } }],
    ["hmac-secret-mc without hmac-secret", { extensions: ["hmac-secret-mc"] }],
  ])("%s", (_, json) => {
    expect(() => parseProfile(json)).toThrow(expect.objectContaining({ code: "PROFILE_BAD_VALUE" }));
  });
});
