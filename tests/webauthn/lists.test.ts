import { describe, expect, test } from "vitest";
import { toBase64url } from "../../src/core/bytes.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, profileNamed } from "../../src/sim/profiles/profiles.js";
import { bench } from "../helpers/webauthn-bench.js";

const descriptor = (id: string) => ({ type: "public-key" as const, id });
const foreign = (bytes: number, fill = 7) => descriptor(toBase64url(new Uint8Array(bytes).fill(fill)));
const many = (count: number, bytes: number) =>
  Array.from({ length: count }, (_, index) => foreign(bytes, index + 1));

/** A key of 1024 bytes a message that makes ids almost as long. */
const SMALL: AuthenticatorProfile = {
  ...GENERIC_PROFILE,
  limits: {
    ...GENERIC_PROFILE.limits,
    maxMsgSize: 1024,
    maxCredentialIdLength: 1023,
    maxCredentialCountInList: 16,
  },
  extensions: [...GENERIC_PROFILE.extensions, "hmac-secret-mc"],
};

describe.each([300, 900, 960, 1023, 2000])("a listed id of %i bytes that is not the key's", (bytes) => {
  test("does not fail a login with the credential beside it", async () => {
    const { create, get } = await bench({ profile: SMALL });
    const { id } = await create();
    const answer = await get({ allowCredentials: [foreign(bytes), descriptor(id)] });
    expect(answer.id).toBe(id);
  });

  test("does not fail a registration", async () => {
    const { create } = await bench({ profile: SMALL });
    expect((await create({ excludeCredentials: [foreign(bytes)] })).type).toBe("public-key");
  });

  test("does not hide the excluded credential beside it", async () => {
    const { create } = await bench({ profile: SMALL });
    const { id } = await create();
    await expect(create({ excludeCredentials: [foreign(bytes), descriptor(id)] })).rejects.toMatchObject({
      code: "CTAP_CREDENTIAL_EXCLUDED",
    });
  });
});

test("a login for which no listed id fits into a message ends without a touch", async () => {
  const { get, requests } = await bench({ profile: SMALL });
  await expect(get({ allowCredentials: [foreign(1020)] })).rejects.toMatchObject({
    code: "NO_USABLE_CREDENTIAL",
    aftermath: "none",
  });
  expect(requests()).toEqual(["getInfo"]);
});

describe("a registration with all that sites send, on a key of 1024 bytes a message", () => {
  const ALGORITHMS = [-7, -8, -35, -36, -37, -38, -39, -47, -48, -49, -257, -258, -259];
  const rich = {
    rp: { id: "example.com", name: "Example Corporation Single Sign-On" },
    user: {
      id: toBase64url(new Uint8Array(64).fill(9)),
      name: "hanako.yamada.with.a.long.name@subsidiary.example.com",
      displayName: "Hanako Yamada (Subsidiary Example Corporation, Tokyo)",
    },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: "public-key" as const, alg })),
    authenticatorSelection: { residentKey: "required" as const },
  };
  const salt = toBase64url(new Uint8Array(32).fill(1));

  test.each([
    [3, {}],
    [4, {}],
    [5, {}],
    [16, {}],
    [3, { prf: { eval: { first: salt, second: salt } } }],
    [6, { prf: { eval: { first: salt, second: salt } } }],
  ])("excludes %i credentials of 64 bytes, with extensions %j", async (count, extensions) => {
    const { create, store } = await bench({ profile: SMALL, pin: "11223344" });
    const pin = async () => "11223344";
    await create({ ...rich, excludeCredentials: many(count, 64), extensions }, { pin });
    expect(store.credentials).toHaveLength(1);
  });

  test("sends the list whole where it fits, without a probe", async () => {
    const { create, requests } = await bench({ profile: SMALL });
    await create({ excludeCredentials: many(8, 64) });
    expect(requests()).toEqual(["getInfo", "makeCredential"]);
  });
});

test("a list that fits but for the extension's salts is probed", async () => {
  const { create, get } = await bench({ profile: profileNamed("pico-fido") });
  const { id } = await create({ extensions: { prf: {} } });
  const salt = toBase64url(new Uint8Array(32).fill(1));
  const { clientExtensionResults } = await get({
    allowCredentials: [...many(9, 64), descriptor(id)],
    extensions: { prf: { eval: { first: salt, second: salt } } },
  });
  expect(clientExtensionResults).toMatchObject({ prf: { results: { first: expect.any(String) as string } } });
});
