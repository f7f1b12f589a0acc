import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborMap, CborValue } from "../../../src/cbor/value.js";
import { concat, fromBase64url, toHex } from "../../../src/core/bytes.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { eventsOf } from "../../helpers/events.js";
import { bench, PIN, type Intercept } from "../../helpers/webauthn-bench.js";

const AUTH_DATA = 0x02;
const FLAGS_AT = 32;
const EXTENSIONS_FLAG = 0x80;
const SALT = "c2FsdC1vZi10aGlydHktdHdvLWJ5dGVzLWxvbmctaXNo";

/** The answer to one command, with members put in place of its own. */
const altered =
  (command: number, change: (members: CborMap) => readonly (readonly [CborKey, CborValue])[]): Intercept =>
  async (request, pass) => {
    const answer = await pass();
    if (request[0] !== command || answer[0] !== 0) return answer;
    const members = decodeCbor(answer.subarray(1), { depthMax: 8 }) as CborMap;
    return concat(Uint8Array.of(0), encodeCbor(new Map([...members, ...change(members)])));
  };

/** Claims extensions, and sends a list where their map should be. */
function withListOfExtensions(members: CborMap): readonly (readonly [CborKey, CborValue])[] {
  const authData = concat(members.get(AUTH_DATA) as Uint8Array, Uint8Array.of(0x80));
  authData[FLAGS_AT] = (authData[FLAGS_AT] ?? 0) | EXTENSIONS_FLAG;
  return [[AUTH_DATA, authData]];
}

const findings = (env: Parameters<typeof eventsOf>[0]) =>
  eventsOf(env).filter(({ kind }) => kind === "ctap.finding");

describe("what the authenticator did is not lost with an output that cannot be read", () => {
  test("extensions in the authenticator data of a registration", async () => {
    const { env, store, create } = await bench({
      intercept: altered(CtapCommand.makeCredential, withListOfExtensions),
    });
    const { id } = await create();
    expect(store.snapshot().credentials).toHaveLength(1);
    expect(id).not.toBe("");
    expect(findings(env)).toMatchObject([
      { command: "makeCredential", member: "authData.extensions", fault: "MESSAGE_UNEXPECTED_TYPE" },
    ]);
  });

  test("a credential key of an unknown kind: the site gets all but a copy of it", async () => {
    // An SM2 key, as makers in China ship it: type EC, a curve that no registry of COSE names.
    const sm2 = encodeCbor(
      new Map<number, CborValue>([
        [1, 2],
        [3, -65_539],
        [-1, 9],
        [-2, new Uint8Array(32).fill(1)],
        [-3, new Uint8Array(32).fill(2)],
      ]),
    );
    const { env, create } = await bench({
      intercept: altered(CtapCommand.makeCredential, (members) => {
        const authData = members.get(AUTH_DATA) as Uint8Array;
        const { attested } = parseAuthenticatorData(authData);
        const head = authData.subarray(0, authData.length - (attested?.publicKeyCose.length ?? 0));
        return [[AUTH_DATA, concat(head, sm2)]];
      }),
    });
    const { response } = await create();
    expect(response).toMatchObject({ publicKeyAlgorithm: -65_539 });
    expect(response.publicKey).toBeUndefined();
    expect(toHex(fromBase64url(response.authenticatorData))).toContain(toHex(sm2));
    expect(findings(env)).toMatchObject([
      { command: "makeCredential", member: "authData.publicKey", fault: "MESSAGE_INVALID_VALUE" },
    ]);
  });

  test("extensions in the authenticator data of a login", async () => {
    const { env, create, get } = await bench({
      intercept: altered(CtapCommand.getAssertion, withListOfExtensions),
    });
    const { id } = await create();
    expect((await get({ allowCredentials: [{ type: "public-key", id }] })).id).toBe(id);
    expect(findings(env)).toMatchObject([{ command: "getAssertion", member: "authData.extensions" }]);
  });

  test("a phone's prf that is text, beside a blob that is none of its business", async () => {
    const { env, create } = await bench({
      profile: profileNamed("phone"),
      intercept: altered(CtapCommand.makeCredential, () => [[0x06, new Map([["prf", "yes"]])]]),
    });
    const extensions = { prf: {}, credProps: true };
    const { clientExtensionResults } = await create({
      authenticatorSelection: { residentKey: "required" },
      extensions,
    });
    expect(clientExtensionResults).toEqual({ credProps: { rk: true } });
    expect(findings(env)).toMatchObject([{ command: "makeCredential", member: "output.prf" }]);
  });

  test("hmac-secret outputs that nobody can decrypt", async () => {
    const client = { pin: async () => PIN };
    const { env, create, get } = await bench({
      pin: PIN,
      intercept: altered(CtapCommand.getAssertion, (members) => {
        const authData = members.get(AUTH_DATA) as Uint8Array;
        const extensions = encodeCbor(new Map([["hmac-secret", new Uint8Array(5)]]));
        return [[AUTH_DATA, concat(authData.subarray(0, FLAGS_AT + 5), extensions)]];
      }),
    });
    const { id } = await create({ extensions: { prf: {} } }, client);
    const asked = { prf: { eval: { first: SALT } } };
    const answer = await get({ allowCredentials: [{ type: "public-key", id }], extensions: asked }, client);
    expect(answer.id).toBe(id);
    expect(answer.clientExtensionResults).toEqual({});
    expect(findings(env)).toMatchObject([{ command: "getAssertion", member: "output.prf" }]);
  });
});
