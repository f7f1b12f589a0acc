import { describe, expect, test } from "vitest";
import { concat, utf8 } from "../../../src/core/bytes.js";
import { seededEntropy } from "../../../src/core/entropy.js";
import {
  ClientPinSubcommand as Sub,
  Permission,
  encodeClientPinRequest,
  parseClientPinResponse,
  type ClientPinRequest,
} from "../../../src/ctap/messages/client-pin.js";
import { parseInfo } from "../../../src/ctap/messages/get-info.js";
import { hashPin, padPin } from "../../../src/ctap/client/pin.js";
import { pinProtocol } from "../../../src/ctap/client/pin-protocol.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, CLIENT_DATA_HASH, PIN, RP_ID, bodyOf } from "./bench-key.js";

const FINGERPRINT = profileNamed("fingerprint");
const options = GENERIC_PROFILE.options;
const MC = Permission.makeCredential;

/** What a test wants different; `undefined` leaves a member out. */
type PinOverride = { readonly [Member in keyof ClientPinRequest]?: ClientPinRequest[Member] | undefined };

/** A client of the PIN protocol that can also do everything wrong. */
class PinClient {
  readonly bench: BenchKey;
  readonly version: 1 | 2;

  constructor(bench: BenchKey, version: 1 | 2 = 2) {
    this.bench = bench;
    this.version = version;
  }

  send(request: PinOverride): Promise<Uint8Array> {
    return this.bench.send(encodeClientPinRequest(request as ClientPinRequest));
  }

  async retries(): Promise<{ readonly pinRetries?: number; readonly powerCycleState?: boolean }> {
    return parseClientPinResponse(bodyOf(await this.send({ subCommand: Sub.getPinRetries })));
  }

  async agree() {
    const protocol = pinProtocol(this.version, defaultCrypto);
    const request = { subCommand: Sub.getKeyAgreement, pinUvAuthProtocol: this.version };
    const { keyAgreement: peer } = parseClientPinResponse(bodyOf(await this.send(request)));
    if (peer === undefined) throw new Error("no key agreement");
    const entropy = seededEntropy(`pin client ${this.version}`);
    return { protocol, entropy, peer, ...protocol.encapsulate(entropy, peer) };
  }

  /** A good setPIN, with what a test wants different. */
  async set(pin: string | Uint8Array, more: PinOverride = {}): Promise<number | undefined> {
    const { protocol, entropy, keyAgreement, sharedSecret } = await this.agree();
    const padded = typeof pin === "string" ? padPin(utf8(pin)) : pin;
    const newPinEnc = protocol.encrypt(sharedSecret, padded, entropy);
    return (
      await this.send({
        subCommand: Sub.setPin,
        pinUvAuthProtocol: this.version,
        keyAgreement,
        newPinEnc,
        pinUvAuthParam: protocol.authenticate(sharedSecret, newPinEnc),
        ...more,
      })
    )[0];
  }

  /** A good changePIN. */
  async change(from: string, to: string, more: PinOverride = {}): Promise<number | undefined> {
    const { protocol, entropy, keyAgreement, sharedSecret } = await this.agree();
    const newPinEnc = protocol.encrypt(sharedSecret, padPin(utf8(to)), entropy);
    const pinHashEnc = protocol.encrypt(sharedSecret, hashPin(defaultCrypto, utf8(from)), entropy);
    return (
      await this.send({
        subCommand: Sub.changePin,
        pinUvAuthProtocol: this.version,
        keyAgreement,
        newPinEnc,
        pinHashEnc,
        pinUvAuthParam: protocol.authenticate(sharedSecret, concat(newPinEnc, pinHashEnc)),
        ...more,
      })
    )[0];
  }

  /** A good request for a token: 09 with permissions, 05 without. */
  async token(pin: string, more: PinOverride = { permissions: MC, rpId: RP_ID }) {
    const { protocol, entropy, keyAgreement, sharedSecret } = await this.agree();
    const response = await this.send({
      subCommand:
        more.permissions === undefined ? Sub.getPinToken : Sub.getPinUvAuthTokenUsingPinWithPermissions,
      pinUvAuthProtocol: this.version,
      keyAgreement,
      pinHashEnc: protocol.encrypt(sharedSecret, hashPin(defaultCrypto, utf8(pin)), entropy),
      ...more,
    });
    return { status: response[0], ...this.#read(response, sharedSecret) };
  }

  /** A good request for a token by built-in verification. */
  async uvToken(more: PinOverride = {}) {
    const { keyAgreement, sharedSecret } = await this.agree();
    const response = await this.send({
      subCommand: Sub.getPinUvAuthTokenUsingUvWithPermissions,
      pinUvAuthProtocol: this.version,
      keyAgreement,
      permissions: MC,
      rpId: RP_ID,
      ...more,
    });
    return { status: response[0], ...this.#read(response, sharedSecret) };
  }

  /** What makeCredential needs of the token; empty when there was none. */
  #read(response: Uint8Array, sharedSecret: Uint8Array) {
    if (response[0] !== 0) return { proof: {} };
    const { pinUvAuthToken } = parseClientPinResponse(response.subarray(1));
    const protocol = pinProtocol(this.version, defaultCrypto);
    const token = pinUvAuthToken && protocol.decrypt(sharedSecret, pinUvAuthToken);
    if (token === undefined) throw new Error("no token");
    const pinUvAuthParam = protocol.authenticate(token, CLIENT_DATA_HASH);
    return { token, proof: { pinUvAuthParam, pinUvAuthProtocol: this.version } };
  }
}

async function clientWithPin(version: 1 | 2 = 2, bench = new BenchKey()): Promise<PinClient> {
  const client = new PinClient(bench, version);
  expect(await client.set(PIN)).toBe(CtapStatus.OK);
  return client;
}

describe("which subcommands there are", () => {
  test("a device without PIN and tokens does not know the command", async () => {
    const bench = new BenchKey({ profile: profileNamed("phone") });
    expect(await bench.status(encodeClientPinRequest({ subCommand: 1 }))).toBe(CtapStatus.INVALID_COMMAND);
  });

  test.each([
    ["generic", CtapStatus.INVALID_SUBCOMMAND],
    ["ctap20", CtapStatus.INVALID_PARAMETER],
  ])("%s answers an unknown one with %i", async (name, status) => {
    const bench = new BenchKey({ profile: profileNamed(name) });
    expect(await bench.status(encodeClientPinRequest({ subCommand: 0x55 }))).toBe(status);
  });

  test("without a sensor there are no UV retries and no UV tokens", async () => {
    const client = new PinClient(new BenchKey());
    const answers = [
      (await client.send({ subCommand: Sub.getUvRetries }))[0],
      (await client.uvToken()).status,
    ];
    expect(answers).toEqual([CtapStatus.INVALID_SUBCOMMAND, CtapStatus.INVALID_SUBCOMMAND]);
  });

  test("with one there are", async () => {
    const client = new PinClient(new BenchKey({ profile: FINGERPRINT }));
    const response = bodyOf(await client.send({ subCommand: Sub.getUvRetries }));
    expect(parseClientPinResponse(response)).toEqual({ uvRetries: 5 });
  });

  test("no subcommand is MISSING_PARAMETER", async () => {
    expect(await new BenchKey().status(Uint8Array.of(0x06, 0xa0))).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test.each([
    [undefined, CtapStatus.MISSING_PARAMETER],
    [3, CtapStatus.INVALID_PARAMETER],
  ])("getKeyAgreement for protocol %s is %i", async (version, status) => {
    const request = { subCommand: Sub.getKeyAgreement, ...(version && { pinUvAuthProtocol: version }) };
    expect((await new PinClient(new BenchKey()).send(request))[0]).toBe(status);
  });
});

describe.each([1, 2] as const)("setPIN with protocol %i", (version) => {
  const client = () => new PinClient(new BenchKey(), version);

  test("sets it, and getInfo says so", async () => {
    const { bench } = await clientWithPin(version);
    expect(parseInfo(bodyOf(await bench.send(Uint8Array.of(4)))).options?.["clientPin"]).toBe(true);
  });

  test.each(["keyAgreement", "newPinEnc", "pinUvAuthParam", "pinUvAuthProtocol"] as const)(
    "without %s is MISSING_PARAMETER",
    async (member) => {
      const status = await client().set(PIN, { [member]: undefined });
      expect(status).toBe(CtapStatus.MISSING_PARAMETER);
    },
  );

  test("a second time is PIN_AUTH_INVALID", async () => {
    expect(await (await clientWithPin(version)).set("another")).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with a wrong pinUvAuthParam is PIN_AUTH_INVALID", async () => {
    const status = await client().set(PIN, { pinUvAuthParam: new Uint8Array(version === 1 ? 16 : 32) });
    expect(status).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with a key off the curve is INVALID_PARAMETER", async () => {
    const zero = new Uint8Array(32);
    const keyAgreement = { alg: -25, key: { kty: "EC", crv: "P-256", x: zero, y: zero } } as const;
    expect(await client().set(PIN, { keyAgreement })).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test.each([32, 128])("padded to %i bytes is INVALID_PARAMETER", async (length) => {
    const padded = new Uint8Array(length);
    padded.set(utf8(PIN));
    expect(await client().set(padded)).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test.each([
    ["three characters", "123"],
    ["three characters of many bytes", "äöü"],
    ["64 bytes", "x".repeat(64)],
    ["63 characters of 64 bytes", `${"x".repeat(62)}ä`],
  ])("%s are PIN_POLICY_VIOLATION", async (_, pin) => {
    expect(await client().set(pin)).toBe(CtapStatus.PIN_POLICY_VIOLATION);
  });

  test.each(["1234", "äöüß", "x".repeat(63)])("%s will do", async (pin) => {
    expect(await client().set(pin)).toBe(CtapStatus.OK);
  });
});

describe.each([1, 2] as const)("changePIN with protocol %i", (version) => {
  test("changes it: the old one is wrong, the new one right", async () => {
    const client = await clientWithPin(version);
    expect(await client.change(PIN, "27182818")).toBe(CtapStatus.OK);
    expect((await client.token(PIN)).status).toBe(CtapStatus.PIN_INVALID);
    expect((await client.token("27182818")).status).toBe(CtapStatus.OK);
  });

  test("without a PIN is PIN_NOT_SET", async () => {
    const client = new PinClient(new BenchKey(), version);
    expect(await client.change(PIN, "27182818")).toBe(CtapStatus.PIN_NOT_SET);
  });

  test.each(["keyAgreement", "newPinEnc", "pinHashEnc", "pinUvAuthParam"] as const)(
    "without %s is MISSING_PARAMETER",
    async (member) => {
      const status = await (await clientWithPin(version)).change(PIN, "27182818", { [member]: undefined });
      expect(status).toBe(CtapStatus.MISSING_PARAMETER);
    },
  );

  test("a wrong pinUvAuthParam is PIN_AUTH_INVALID and costs no attempt", async () => {
    const client = await clientWithPin(version);
    const pinUvAuthParam = new Uint8Array(version === 1 ? 16 : 32);
    expect(await client.change(PIN, "27182818", { pinUvAuthParam })).toBe(CtapStatus.PIN_AUTH_INVALID);
    expect(await client.retries()).toEqual({ pinRetries: 8 });
  });

  test("a wrong PIN is PIN_INVALID and costs one", async () => {
    const client = await clientWithPin(version);
    expect(await client.change("00000000", "27182818")).toBe(CtapStatus.PIN_INVALID);
    expect(await client.retries()).toEqual({ pinRetries: 7 });
  });

  test("a new PIN that is too short is PIN_POLICY_VIOLATION", async () => {
    const client = await clientWithPin(version);
    expect(await client.change(PIN, "123")).toBe(CtapStatus.PIN_POLICY_VIOLATION);
  });

  test("told to change it, keeping it is PIN_POLICY_VIOLATION", async () => {
    const client = await clientWithPin(version);
    client.bench.key.store.remember({ forcePinChange: true });
    expect(await client.change(PIN, PIN)).toBe(CtapStatus.PIN_POLICY_VIOLATION);
    expect(await client.change(PIN, "27182818")).toBe(CtapStatus.OK);
    expect(client.bench.key.store.memory.forcePinChange).toBeUndefined();
  });

  test("takes earlier tokens away", async () => {
    const client = await clientWithPin(version);
    const { proof } = await client.token(PIN);
    await client.change(PIN, "27182818");
    expect(await client.bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });
});

describe("wrong PINs", () => {
  const wrong = (client: PinClient) => client.token("00000000");

  test("three in a row stop until the power cycle", async () => {
    const client = await clientWithPin();
    const statuses = [
      (await wrong(client)).status,
      (await wrong(client)).status,
      (await wrong(client)).status,
    ];
    expect(statuses).toEqual([CtapStatus.PIN_INVALID, CtapStatus.PIN_INVALID, CtapStatus.PIN_AUTH_BLOCKED]);
    expect((await client.token(PIN)).status).toBe(CtapStatus.PIN_AUTH_BLOCKED);
    expect(await client.change(PIN, "27182818")).toBe(CtapStatus.PIN_AUTH_BLOCKED);
    expect(await client.retries()).toEqual({ pinRetries: 5, powerCycleState: true });
    client.bench.key.powerCycle();
    expect((await client.token(PIN)).status).toBe(CtapStatus.OK);
    expect(await client.retries()).toEqual({ pinRetries: 8 });
  });

  test("a right one in between starts the count anew", async () => {
    const client = await clientWithPin();
    for (const pin of ["00000000", "00000000", PIN, "00000000"]) await client.token(pin);
    expect((await wrong(client)).status).toBe(CtapStatus.PIN_INVALID);
  });

  test("eight of them block for good", async () => {
    const client = await clientWithPin();
    const statuses: (number | undefined)[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      statuses.push((await wrong(client)).status);
      if (attempt % 3 === 0) client.bench.key.powerCycle();
    }
    expect(statuses.at(-1)).toBe(CtapStatus.PIN_BLOCKED);
    client.bench.key.powerCycle();
    expect((await client.token(PIN)).status).toBe(CtapStatus.PIN_BLOCKED);
    expect(await client.retries()).toEqual({ pinRetries: 0 });
  });

  test("keys with the quirk call that PIN_INVALID", async () => {
    const client = await clientWithPin(2, new BenchKey({ profile: { quirks: ["answers31WhenPinBlocked"] } }));
    client.bench.key.store.remember({ pinRetries: 0 });
    expect((await client.token(PIN)).status).toBe(CtapStatus.PIN_INVALID);
  });

  test("each makes a new key agreement key; a right one does not", async () => {
    const client = await clientWithPin();
    const { peer } = await client.agree();
    await client.token(PIN);
    expect((await client.agree()).peer).toEqual(peer);
    await wrong(client);
    expect((await client.agree()).peer).not.toEqual(peer);
  });

  test("so does a reset", async () => {
    const client = await clientWithPin();
    const { peer } = await client.agree();
    await client.bench.send(Uint8Array.of(0x07));
    expect((await client.agree()).peer).not.toEqual(peer);
  });

  test("so does a power cycle", async () => {
    const client = await clientWithPin();
    const { peer } = await client.agree();
    client.bench.key.powerCycle();
    expect((await client.agree()).peer).not.toEqual(peer);
  });

  test("a right one gives the sensor its attempts back", async () => {
    const client = await clientWithPin(2, new BenchKey({ profile: FINGERPRINT }));
    client.bench.key.store.remember({ uvRetries: 0 });
    await client.token(PIN);
    expect(parseClientPinResponse(bodyOf(await client.send({ subCommand: Sub.getUvRetries })))).toEqual({
      uvRetries: 5,
    });
  });
});

describe.each([1, 2] as const)("tokens with protocol %i", (version) => {
  test("the legacy one makes a credential of any site", async () => {
    const client = await clientWithPin(version);
    const { proof } = await client.token(PIN, {});
    expect(await client.bench.make({ ...proof, rp: { id: "other.example" } })).toBe(CtapStatus.OK);
  });

  test.each([{ permissions: MC }, { rpId: RP_ID }])(
    "the legacy one with %o is INVALID_PARAMETER",
    async (more) => {
      const client = await clientWithPin(version);
      const { status } = await client.token(PIN, { ...more, subCommand: Sub.getPinToken });
      expect(status).toBe(CtapStatus.INVALID_PARAMETER);
    },
  );

  test("no PIN is PIN_NOT_SET", async () => {
    const client = new PinClient(new BenchKey(), version);
    expect((await client.token(PIN)).status).toBe(CtapStatus.PIN_NOT_SET);
    expect((await client.token(PIN, {})).status).toBe(CtapStatus.PIN_NOT_SET);
  });

  test.each([
    ["none", 0, CtapStatus.INVALID_PARAMETER],
    ["credential management", Permission.credentialManagement, CtapStatus.UNAUTHORIZED_PERMISSION],
    ["bio enrollment", Permission.bioEnrollment, CtapStatus.UNAUTHORIZED_PERMISSION],
    ["large blobs", Permission.largeBlobWrite, CtapStatus.UNAUTHORIZED_PERMISSION],
    ["configuration", Permission.authenticatorConfig, CtapStatus.UNAUTHORIZED_PERMISSION],
    [
      "persistent reading",
      Permission.persistentCredentialManagementReadOnly,
      CtapStatus.UNAUTHORIZED_PERMISSION,
    ],
    ["a bit nobody knows beside a good one", 0x80 | MC, CtapStatus.OK],
  ])("permission for %s, on a key that has nothing but credentials", async (_, permissions, status) => {
    const options = { ...GENERIC_PROFILE.options, credMgmt: false, authnrCfg: false };
    const client = await clientWithPin(version, new BenchKey({ profile: { options } }));
    expect((await client.token(PIN, { permissions, rpId: RP_ID })).status).toBe(status);
  });

  test("told to change the PIN first: no token of either kind", async () => {
    const client = await clientWithPin(version);
    client.bench.key.store.remember({ forcePinChange: true });
    expect((await client.token(PIN)).status).toBe(CtapStatus.PIN_POLICY_VIOLATION);
    expect((await client.token(PIN, {})).status).toBe(CtapStatus.PIN_INVALID);
  });

  test("a new token makes the old one worthless", async () => {
    const client = await clientWithPin(version);
    const { proof } = await client.token(PIN);
    await client.token(PIN);
    expect(await client.bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("so does a power cycle", async () => {
    const client = await clientWithPin(version);
    const { proof } = await client.token(PIN);
    client.bench.key.powerCycle();
    expect(await client.bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("a token of one protocol is none of the other", async () => {
    const client = await clientWithPin(version);
    const { proof } = await client.token(PIN);
    const other = { ...proof, pinUvAuthProtocol: version === 1 ? 2 : 1 };
    expect(await client.bench.make(other)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });
});

test("a PIN that may not lead to credentials gets no token for them", async () => {
  const profile = { options: { ...options, noMcGaPermissionsWithClientPin: true } };
  const client = await clientWithPin(2, new BenchKey({ profile }));
  expect((await client.token(PIN)).status).toBe(CtapStatus.UNAUTHORIZED_PERMISSION);
  const { proof } = await client.token(PIN, {});
  expect(await client.bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
});

test("the persistent token survives the power cycle and dies with the PIN", async () => {
  const profile = { options: { ...options, perCredMgmtRO: true } };
  const client = await clientWithPin(2, new BenchKey({ profile }));
  const ask = (pin: string) =>
    client.token(pin, { permissions: Permission.persistentCredentialManagementReadOnly });
  const { token } = await ask(PIN);
  client.bench.key.powerCycle();
  expect((await ask(PIN)).token).toEqual(token);
  await client.change(PIN, "27182818");
  expect((await ask("27182818")).token).not.toEqual(token);
});

test("the persistent permission goes with no other", async () => {
  const profile = { options: { ...options, perCredMgmtRO: true } };
  const client = await clientWithPin(2, new BenchKey({ profile }));
  const permissions = Permission.persistentCredentialManagementReadOnly | MC;
  expect((await client.token(PIN, { permissions })).status).toBe(CtapStatus.UNAUTHORIZED_PERMISSION);
});

describe("token timers", () => {
  test.each([
    [29_999, CtapStatus.OK],
    [30_000, CtapStatus.PIN_AUTH_INVALID],
  ])("first used after %i ms: %i", async (waitMs, status) => {
    const client = await clientWithPin();
    const { proof } = await client.token(PIN);
    await client.bench.env.clock.advance(waitMs);
    expect(await client.bench.make(proof)).toBe(status);
  });

  test("the trace says which timer ended it", async () => {
    const client = await clientWithPin();
    const { proof } = await client.token(PIN);
    await client.bench.env.clock.advance(30_000);
    await client.bench.make(proof);
    expect(client.bench.traced("timer.fired")).toMatchObject([
      { timer: "key.tokenFirstUse", budgetMs: 30_000, actor: "key" },
    ]);
  });

  test.each([
    [599_999, CtapStatus.OK],
    [600_000, CtapStatus.PIN_AUTH_INVALID],
  ])("once used, it lives for %i ms: %i", async (ageMs, status) => {
    const client = await clientWithPin();
    await client.bench.made({ options: { rk: false } });
    const { proof } = await client.token(PIN, {});
    const issuedAtMs = client.bench.env.clock.nowMs();
    // Verifies, so it counts as use, and asks for no touch, so it spends nothing.
    expect(await client.bench.get({ ...proof, options: { up: false } })).toBe(CtapStatus.NO_CREDENTIALS);
    await client.bench.env.clock.advance(ageMs - (client.bench.env.clock.nowMs() - issuedAtMs));
    expect(await client.bench.make(proof)).toBe(status);
  });
});

describe("tokens by built-in verification", () => {
  const bench = (behaviour = {}) => new BenchKey({ profile: FINGERPRINT, behaviour });

  test("one finger is enough for token and credential", async () => {
    const client = new PinClient(bench());
    const { proof } = await client.uvToken();
    expect(await client.bench.make(proof)).toBe(CtapStatus.OK);
    expect(client.bench.traced("user.prompted")).toHaveLength(1);
  });

  test("its presence is stale after 30 s: a touch is asked for", async () => {
    const client = new PinClient(bench());
    const { proof } = await client.uvToken();
    await client.bench.get({ ...proof, options: { up: false } });
    const used = await client.uvToken({ permissions: MC | Permission.getAssertion });
    await client.bench.get({ ...used.proof, options: { up: false } });
    await client.bench.env.clock.advance(30_000);
    const before = client.bench.traced("user.prompted").length;
    expect(await client.bench.make(used.proof)).toBe(CtapStatus.OK);
    expect(client.bench.traced("user.prompted").slice(before)).toMatchObject([
      { prompt: "touch make-credential" },
    ]);
  });

  test.each([
    [{ refuses: true }, CtapStatus.OPERATION_DENIED],
    [{ walksAway: true }, CtapStatus.USER_ACTION_TIMEOUT],
    [{ prompts: { verify: { does: "uses-wrong-finger" } } }, CtapStatus.UV_INVALID],
  ])("%j is %i", async (behaviour, status) => {
    expect((await new PinClient(bench(behaviour)).uvToken()).status).toBe(status);
  });

  test("the fifth wrong finger is UV_BLOCKED, and so is all that follows", async () => {
    const client = new PinClient(bench({ prompts: { verify: { does: "uses-wrong-finger" } } }));
    await client.uvToken();
    expect((await client.uvToken()).status).toBe(CtapStatus.UV_BLOCKED);
    const prompts = client.bench.traced("user.prompted").length;
    expect((await client.uvToken()).status).toBe(CtapStatus.UV_BLOCKED);
    expect(client.bench.traced("user.prompted")).toHaveLength(prompts);
  });

  test("nobody enrolled is NOT_ALLOWED", async () => {
    const client = new PinClient(bench());
    client.bench.key.store.remember({ uvConfigured: false });
    expect((await client.uvToken()).status).toBe(CtapStatus.NOT_ALLOWED);
  });

  test.each([
    [{ permissions: undefined }, CtapStatus.MISSING_PARAMETER],
    [{ keyAgreement: undefined }, CtapStatus.MISSING_PARAMETER],
    [{ pinUvAuthProtocol: 4 }, CtapStatus.INVALID_PARAMETER],
    [{ permissions: 0 }, CtapStatus.INVALID_PARAMETER],
    [{ permissions: Permission.bioEnrollment }, CtapStatus.OK],
    [{ permissions: Permission.authenticatorConfig }, CtapStatus.UNAUTHORIZED_PERMISSION],
  ])("%j is %i", async (more, status) => {
    expect((await new PinClient(bench()).uvToken(more)).status).toBe(status);
  });
});
