import { verifyAuthenticationResponse, verifyRegistrationResponse } from "@simplewebauthn/server";
import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborMap } from "../../../src/cbor/value.js";
import { concat, fromBase64url, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import type { CryptoProvider } from "../../../src/core/crypto-provider.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { toPageError } from "../../../src/webauthn/client/page-error.js";
import { SPEC_L3 } from "../../../src/webauthn/profiles/client-profiles.js";
import { creationOptions, ORIGIN, RP_ID } from "../../helpers/ceremony-options.js";
import { bench, PIN, type BenchOptions } from "../../helpers/webauthn-bench.js";

const FIRST = toBase64url(utf8("first input"));
const SECOND = toBase64url(utf8("second input"));
const GENERIC = profileNamed("generic");
const CTAP_23 = profileNamed("ctap23");
const PHONE = profileNamed("phone");

const PIN_UV_AUTH_PROTOCOL = 0x07;

const client = { pin: async () => PIN };
const rk = { authenticatorSelection: { residentKey: "required" } };
const listed = (...ids: readonly string[]) => ids.map((id) => ({ type: "public-key", id }));

interface PrfResult {
  readonly enabled?: boolean;
  readonly results?: { readonly first: string; readonly second?: string };
}

function prfOf({ clientExtensionResults }: { readonly clientExtensionResults: object }): PrfResult {
  return (clientExtensionResults as { readonly prf: PrfResult }).prf;
}

/** A device with a credential that has a PRF. */
async function withCredential(options: BenchOptions) {
  const world = await bench({ pin: PIN, ...options });
  const created = await world.create({ ...rk, extensions: { prf: {} } }, client);
  const ask = async (prf: object, allowed: readonly string[] = []) =>
    prfOf(await world.get({ allowCredentials: listed(...allowed), extensions: { prf } }, client));
  return { world, created, ask };
}

test("a Token2 without a PIN answers salts by the second protocol, whose version the command then names", async () => {
  const sent: Uint8Array[] = [];
  const world = await bench({
    profile: profileNamed("token2"),
    intercept: (request, pass) => {
      if (request[0] === CtapCommand.getAssertion) sent.push(request);
      return pass();
    },
  });
  const { id } = await world.create({ extensions: { prf: {} } });
  const asked = { allowCredentials: listed(id), extensions: { prf: { eval: { first: FIRST } } } };
  expect(prfOf(await world.get(asked)).results?.first).toMatch(/^[\w-]{43}$/);
  expect(sent).toHaveLength(1);
  // As the reports have it: the same request without the version is refused.
  const members = new Map(decodeCbor((sent[0] as Uint8Array).subarray(1), { depthMax: 8 }) as CborMap);
  expect(members.get(PIN_UV_AUTH_PROTOCOL)).toBe(2);
  members.delete(PIN_UV_AUTH_PROTOCOL);
  const refusal = await world.env.clock.run(
    world.key.handle(concat(Uint8Array.of(CtapCommand.getAssertion), encodeCbor(members))),
  );
  expect([...refusal]).toEqual([CtapStatus.PIN_AUTH_INVALID]);
});

/** With how many getAssertions two ceremonies take when the first has three credentials to choose from. */
const MODELS = [
  { name: "a key", options: { profile: GENERIC }, getAssertions: 3 },
  { name: "a key with hmac-secret-mc", options: { profile: CTAP_23 }, getAssertions: 3 },
  { name: "a CTAP 2.0 key", options: { profile: profileNamed("ctap20") }, getAssertions: 5 },
  {
    name: "a key with a fingerprint reader",
    options: { profile: profileNamed("fingerprint") },
    getAssertions: 3,
  },
  { name: "a phone", options: { profile: PHONE, pin: undefined }, getAssertions: 2 },
];

describe.each(MODELS)("$name", ({ options, getAssertions }) => {
  const start = () => withCredential(options as BenchOptions);

  test("says that the PRF is there", async () => {
    const { created } = await start();
    expect(prfOf(created)).toEqual({ enabled: true });
  });

  test("gives 32 bytes, the same for the same input, others for another", async () => {
    const { ask } = await start();
    const { results } = await ask({ eval: { first: FIRST, second: SECOND } });
    expect(fromBase64url(results?.first as string)).toHaveLength(32);
    expect(results?.second).not.toBe(results?.first);
    expect(await ask({ eval: { first: SECOND, second: FIRST } })).toEqual({
      results: { first: results?.second, second: results?.first },
    });
    expect(await ask({ eval: { first: FIRST } })).toEqual({ results: { first: results?.first } });
  });

  test("takes inputs of any length, none included", async () => {
    const { ask } = await start();
    const { results } = await ask({ eval: { first: "", second: toBase64url(new Uint8Array(1000)) } });
    expect(fromBase64url(results?.first as string)).toHaveLength(32);
  });

  test("prefers the input for the very credential", async () => {
    const { ask, created } = await start();
    const own = { [created.id]: { first: SECOND } };
    const { results } = await ask({ eval: { first: SECOND } }, [created.id]);
    expect(results?.first).toBeDefined();
    expect(await ask({ eval: { first: FIRST }, evalByCredential: own }, [created.id])).toEqual({ results });
    expect(await ask({ evalByCredential: own }, [created.id])).toEqual({ results });
  });

  test("finds out which of several credentials it has", async () => {
    const { ask, created, world } = await start();
    const strangers = ["c3RyYW5nZXI", "YW5vdGhlcg"];
    const evalByCredential = {
      [strangers[0] as string]: { first: FIRST },
      [created.id]: { first: SECOND },
    };
    const { results } = await ask({ evalByCredential }, [...strangers, created.id]);
    expect(results).toEqual((await ask({ eval: { first: SECOND } })).results);
    // A phone chooses among the salts itself; keys are probed, those of 2.0 one credential at a time.
    expect(world.statuses("getAssertion")).toHaveLength(getAssertions);
  });

  test("has nothing for a credential without input", async () => {
    const { ask, created } = await start();
    const strangers = { c3RyYW5nZXI: { first: FIRST } };
    expect(await ask({ evalByCredential: strangers }, ["c3RyYW5nZXI", created.id])).toEqual({});
    expect(await ask({}, [created.id])).toEqual({});
  });

  test("is believed by @simplewebauthn/server", async () => {
    const { world, created } = await start();
    const { registrationInfo } = await verifyRegistrationResponse({
      response: created,
      expectedChallenge: creationOptions().challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
    });
    if (registrationInfo === undefined) throw new Error("not verified");
    const asserted = await world.get({ extensions: { prf: { eval: { first: FIRST } } } }, client);
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: asserted,
      expectedChallenge: creationOptions().challenge,
      expectedOrigin: ORIGIN,
      expectedRPID: RP_ID,
      credential: registrationInfo.credential,
    });
    expect(verified).toBe(true);
    expect(authenticationInfo.userVerified).toBe(true);
  });
});

describe("at creation", () => {
  test.each([
    ["hmac-secret-mc", CTAP_23, PIN],
    ["prf of phones", PHONE, undefined],
  ])("%s gives the results an assertion will give", async (_, profile, pin) => {
    const world = await bench({ profile, ...(pin !== undefined && { pin }) });
    const extensions = { prf: { eval: { first: FIRST, second: SECOND } } };
    const created = prfOf(await world.create({ ...rk, extensions }, client));
    expect(created.enabled).toBe(true);
    expect(prfOf(await world.get({ extensions }, client)).results).toEqual(created.results);
    expect(created.results?.second).toBeDefined();
  });

  test("a key without hmac-secret-mc says only that the PRF is there", async () => {
    const world = await bench({ profile: GENERIC });
    const created = await world.create({ extensions: { prf: { eval: { first: FIRST } } } }, client);
    expect(prfOf(created)).toEqual({ enabled: true });
  });

  test("a device that cannot says so", async () => {
    const world = await bench({ profile: { ...GENERIC, extensions: [] } });
    expect(prfOf(await world.create({ extensions: { prf: {} } }))).toEqual({ enabled: false });
    expect(
      prfOf(
        await world
          .get({ extensions: { prf: { eval: { first: FIRST } } } })
          .catch(() => ({ clientExtensionResults: { prf: {} } })),
      ),
    ).toEqual({});
  });
});

describe("verification", () => {
  test("a key with a PIN is asked for it, although the site discouraged that", async () => {
    const { world, ask } = await withCredential({ profile: GENERIC });
    const discouraged = { userVerification: "discouraged", extensions: { prf: { eval: { first: FIRST } } } };
    const results = prfOf(await world.get(discouraged, client));
    expect(results).toEqual(await ask({ eval: { first: FIRST } }));
  });

  test("a site that asks for no evaluation changes nothing", async () => {
    const { world } = await withCredential({ profile: GENERIC });
    const before = world.statuses("clientPin").length;
    await world.get({ userVerification: "discouraged", extensions: { prf: {} } }, client);
    expect(world.statuses("clientPin")).toHaveLength(before);
  });

  test("a wrong PIN in between does not spoil the salts", async () => {
    const { world, ask } = await withCredential({ profile: GENERIC });
    let asked = 0;
    const pin = async () => (asked++ === 0 ? "99999999" : PIN);
    const extensions = { prf: { eval: { first: FIRST } } };
    const { results } = prfOf(await world.get({ extensions }, { pin }));
    expect(asked).toBe(2);
    expect((await ask({ eval: { first: FIRST } })).results).toEqual(results);
  });

  test("a key that cannot verify anybody answers with its other secret, as in Chromium", async () => {
    const world = await bench({ profile: GENERIC });
    await world.create({ ...rk, extensions: { prf: {} } });
    const { results } = prfOf(await world.get({ extensions: { prf: { eval: { first: FIRST } } } }));
    expect(fromBase64url(results?.first as string)).toHaveLength(32);
  });
});

describe("what a browser refuses before it asks a key", () => {
  const own = { first: FIRST };
  const create = (prf: object) => async () => {
    const world = await bench();
    return { world, work: world.create({ extensions: { prf } }) };
  };
  const get = (prf: object, allowed: readonly string[]) => async () => {
    const world = await bench();
    return { world, work: world.get({ allowCredentials: listed(...allowed), extensions: { prf } }) };
  };

  test.each([
    [
      "evalByCredential at creation",
      create({ evalByCredential: { YQ: own } }),
      "EXTENSION_NOT_SUPPORTED",
      "NotSupportedError",
    ],
    [
      "evalByCredential without a list",
      get({ evalByCredential: { YQ: own } }, []),
      "EXTENSION_NOT_SUPPORTED",
      "NotSupportedError",
    ],
    [
      "an id that is not on the list",
      get({ evalByCredential: { YQ: own } }, ["Yg"]),
      "EXTENSION_SYNTAX",
      "SyntaxError",
    ],
    ["an empty id", get({ evalByCredential: { "": own } }, ["YQ"]), "EXTENSION_SYNTAX", "SyntaxError"],
    [
      "an id that is no base64url",
      get({ evalByCredential: { "?": own } }, ["YQ"]),
      "EXTENSION_SYNTAX",
      "SyntaxError",
    ],
    ["an input that is no base64url", get({ eval: { first: "?" } }, []), "OPTIONS_ENCODING", "EncodingError"],
    ["no first input", create({ eval: { second: SECOND } }), "OPTIONS_MALFORMED", "TypeError"],
    ["an evaluation that is none", create({ eval: 7 }), "OPTIONS_MALFORMED", "TypeError"],
  ] as const)("%s", async (_, start, code, name) => {
    const { world, work } = await start();
    const refusal: unknown = await work.catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code, aftermath: "none" });
    expect(toPageError(refusal, { method: "get", profile: SPEC_L3 }).name).toBe(name);
    expect(world.requests()).toEqual([]);
  });
});

test("the result is the HMAC of the hashed input, computed here from the key's own secret", async () => {
  const { ask, world, created } = await withCredential({ profile: GENERIC });
  const { results } = await ask({ eval: { first: FIRST } });
  const secretKey = world.store.find(fromBase64url(created.id))?.secretKey as Uint8Array;
  expect(results?.first).toBe(toBase64url(expectedPrf(defaultCrypto, secretKey, utf8("first input"))));
});

/** WebAuthn Level 3 §10.1.4 on top of how this simulator derives CredRandomWithUV. */
function expectedPrf(crypto: CryptoProvider, secretKey: Uint8Array, input: Uint8Array): Uint8Array {
  const info = utf8("CredRandomWithUV");
  const credRandom = crypto.hkdfSha256({ secret: secretKey, salt: new Uint8Array(32), info, length: 32 });
  return crypto.hmacSha256(credRandom, crypto.sha256(Buffer.concat([utf8("WebAuthn PRF\0"), input])));
}
