import { describe, expect, test } from "vitest";
import {
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from "../../../src/webauthn/idl/parse-options.js";
import { creationOptions, requestOptions } from "../../helpers/ceremony-options.js";
import { bench } from "../../helpers/webauthn-bench.js";

const create = (override: object) => parseCreationOptionsFromJSON({ ...creationOptions(), ...override });

describe("options that are converted", () => {
  test("null is a text where a text is wanted", () => {
    const user = { ...creationOptions().user, displayName: null };
    expect(create({ user }).user.displayName).toBe("null");
  });

  test.each([
    ["-7", -7],
    [7.9, 7],
    [null, 0],
    ["abc", 0],
    [2 ** 32 - 7, -7],
    [-(2 ** 32), 0],
  ])("alg %o is %d", (alg, expected) => {
    const { pubKeyCredParams } = create({ pubKeyCredParams: [{ type: "public-key", alg }] });
    expect(pubKeyCredParams).toEqual([{ type: "public-key", alg: expected }]);
  });

  test.each([
    ["60000", 60_000],
    [-1, 2 ** 32 - 1],
    ["abc", 0],
    [null, 0],
    [undefined, undefined],
  ])("timeout %o is %o", (timeout, expected) => {
    expect(create({ timeout }).timeout).toBe(expected);
  });

  test("null is an empty dictionary, and members nobody knows are dropped", () => {
    const { extensions, ...rest } = create({
      authenticatorSelection: null,
      extensions: { prf: null, nobody: 1 },
      nobody: 1,
    });
    expect(extensions).toEqual({ prf: {} });
    expect(rest.authenticatorSelection).toEqual({ requireResidentKey: false, userVerification: "preferred" });
    expect(rest).not.toHaveProperty("nobody");
  });

  test("absent members have the values of the specification", () => {
    expect(create({})).toMatchObject({
      excludeCredentials: [],
      hints: [],
      attestation: "none",
      attestationFormats: [],
    });
    expect(parseRequestOptionsFromJSON(requestOptions())).toMatchObject({
      allowCredentials: [],
      userVerification: "preferred",
    });
  });

  test("a prototype's name is a name like any other", () => {
    const json = JSON.parse(
      '{"prf":{"evalByCredential":{"__proto__":{"first":"AA"}}},"__proto__":{"credProps":true}}',
    ) as object;
    const { extensions } = create({ extensions: json });
    expect(extensions?.credProps).toBeUndefined();
    expect([...(extensions?.prf?.evalByCredential ?? [])]).toEqual([
      ["__proto__", { first: Uint8Array.of(0) }],
    ]);
  });
});

describe("options that a browser refuses", () => {
  const { pubKeyCredParams: _, ...withoutParameters } = creationOptions();

  test.each([
    [null, "options.challenge is missing"],
    [[], "options.challenge is missing"],
    [7, "options is not an object"],
    [withoutParameters, "options.pubKeyCredParams is missing"],
    [creationOptions({ pubKeyCredParams: [null] as never }), "options.pubKeyCredParams[0].alg is missing"],
    [creationOptions({ pubKeyCredParams: "-7" as never }), "options.pubKeyCredParams is not a list"],
    [creationOptions({ user: { id: "AA", name: "a" } as never }), "options.user.displayName is missing"],
    [
      creationOptions({ excludeCredentials: [{ id: "AA" }] as never }),
      "options.excludeCredentials[0].type is missing",
    ],
    [creationOptions({ timeout: 1n as never }), "options.timeout cannot be converted to unsigned long"],
  ])("%o is malformed: %s", (json, message) => {
    expect(() => parseCreationOptionsFromJSON(json)).toThrow(
      expect.objectContaining({ code: "OPTIONS_MALFORMED", message, aftermath: "none" }) as Error,
    );
  });

  test("types come before encodings", () => {
    expect(() => create({ challenge: "?", timeout: Symbol("t") })).toThrow(
      expect.objectContaining({ code: "OPTIONS_MALFORMED" }) as Error,
    );
    expect(() => create({ challenge: "AA==" })).toThrow(
      expect.objectContaining({
        code: "OPTIONS_ENCODING",
        message: "options.challenge is not base64url",
      }) as Error,
    );
  });
});

test("half a surrogate pair in a name reaches the authenticator as U+FFFD", async () => {
  const { create: register, store } = await bench();
  const user = { id: "AA", name: "a\ud800b", displayName: "User" };
  await register({ user, authenticatorSelection: { residentKey: "required" } });
  expect(store.credentials[0]?.userName).toBe("a\ufffdb");
});
