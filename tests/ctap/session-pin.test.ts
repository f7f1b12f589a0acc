import { eventsOf } from "../helpers/events.js";
import { encodeCbor } from "../../src/cbor/encode.js";
import { toCoseMap } from "../../src/ctap/messages/cose.js";
import { describe, expect, test } from "vitest";
import { concat, toHex, utf8 } from "../../src/core/bytes.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { seededEntropy } from "../../src/core/entropy.js";
import { defaultCrypto } from "../../src/crypto/default.js";
import {
  encodeClientPinResponse,
  parseClientPinRequest,
  Permission,
  type ClientPinRequest,
  type ClientPinResponse,
} from "../../src/ctap/messages/client-pin.js";
import { encodeInfo, type AuthenticatorInfo } from "../../src/ctap/messages/get-info.js";
import { pinProtocol, toKeyAgreement } from "../../src/ctap/client/pin-protocol.js";
import { openSession } from "../../src/ctap/client/session.js";
import { CtapStatus } from "../../src/ctap/status.js";
import { scriptedDevice, type Reply } from "../helpers/scripted-device.js";

const TOKEN = new Uint8Array(32).fill(0x5a);
const KEY_AGREEMENT = 0x02;
const SET_PIN = 0x03;
const CHANGE_PIN = 0x04;
const WITH_PIN_20 = 0x05;
const WITH_UV = 0x06;
const WITH_PIN = 0x09;

const entropy = seededEntropy("authenticator");
const OWN = defaultCrypto.generateKeyPair(entropy);

const ok = (response: ClientPinResponse) => concat(Uint8Array.of(0), encodeClientPinResponse(response));
const refusal = (status: number) => Uint8Array.of(status);
const agreement = ok({ keyAgreement: toKeyAgreement(OWN.publicKey) });

/** Answers a token request the way an authenticator does, whatever PIN it carries. */
const tokenReply =
  (token: Uint8Array = TOKEN): Reply =>
  (request) => {
    const { protocol, secret } = opened(request);
    return ok({ pinUvAuthToken: protocol.encrypt(secret, token, entropy) });
  };

function opened(request: Uint8Array) {
  const parsed = parseClientPinRequest(request.subarray(1));
  const protocol = pinProtocol(parsed.pinUvAuthProtocol === 2 ? 2 : 1, defaultCrypto);
  if (parsed.keyAgreement === undefined) throw new Error("the request carries no key");
  return { parsed, protocol, secret: protocol.decapsulate(OWN, parsed.keyAgreement) };
}

async function sessionWith(replies: readonly Reply[], info: Partial<AuthenticatorInfo> = {}) {
  const env = virtualEnv("pins");
  const device = scriptedDevice(replies, {
    infoInAdvance: encodeInfo({
      versions: ["FIDO_2_1"],
      aaguid: new Uint8Array(16),
      options: { clientPin: true, pinUvAuthToken: true, uv: true },
      pinUvAuthProtocols: [2, 1],
      ...info,
    }),
  });
  const session = await openSession(env, device);
  const subCommands = () => device.requests.map((request) => asked(request).subCommand);
  return { env, device, session, subCommands };
}

function asked(request: Uint8Array | undefined): ClientPinRequest {
  return parseClientPinRequest(request?.subarray(1) ?? new Uint8Array(0));
}

const PIN_REQUEST = { pin: "1234", permissions: Permission.makeCredential, rpId: "example.com" };
const NO_PIN_YET = { options: { clientPin: false, pinUvAuthToken: true } };
const UV_REQUEST = { permissions: Permission.getAssertion, rpId: "example.com" };

describe("pinUvAuthToken", () => {
  test("with a PIN and permissions", async () => {
    const { device, session, subCommands } = await sessionWith([agreement, tokenReply()]);
    const token = await session.pinUvAuthToken(PIN_REQUEST);
    expect(token).toMatchObject({ protocol: 2, token: TOKEN });
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_PIN]);
    const { parsed, protocol, secret } = opened(device.requests[1] ?? TOKEN);
    expect(parsed).toMatchObject({ pinUvAuthProtocol: 2, permissions: 1, rpId: "example.com" });
    expect(protocol.decrypt(secret, parsed.pinHashEnc ?? TOKEN)).toEqual(
      defaultCrypto.sha256(utf8("1234")).subarray(0, 16),
    );
    expect(token.authenticate(TOKEN)).toEqual(protocol.authenticate(TOKEN, TOKEN));
  });

  test("with built-in verification", async () => {
    const { device, session, subCommands } = await sessionWith([agreement, tokenReply()]);
    await session.pinUvAuthToken(UV_REQUEST);
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_UV]);
    expect(asked(device.requests[1])).toMatchObject({ permissions: 2, rpId: "example.com" });
    expect(asked(device.requests[1])).not.toHaveProperty("pinHashEnc");
  });

  test("with a PIN on a device of 2.0: neither permissions nor rp id", async () => {
    const options = { clientPin: true };
    const { device, session, subCommands } = await sessionWith([agreement, tokenReply()], { options });
    await session.pinUvAuthToken(PIN_REQUEST);
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_PIN_20]);
    expect(asked(device.requests[1])).not.toHaveProperty("permissions");
    expect(asked(device.requests[1])).not.toHaveProperty("rpId");
  });

  test("with a PIN that is not set the device has the last word", async () => {
    const options = { clientPin: false, pinUvAuthToken: true };
    const { session } = await sessionWith([agreement, refusal(CtapStatus.PIN_NOT_SET)], { options });
    await expect(session.pinUvAuthToken(PIN_REQUEST)).rejects.toMatchObject({ code: "CTAP_PIN_NOT_SET" });
  });

  test.each([
    ["no PIN at all", PIN_REQUEST, { pinUvAuthToken: true }, "PIN_UNSUPPORTED"],
    ["no built-in verification", UV_REQUEST, { clientPin: true, pinUvAuthToken: true }, "UV_UNSUPPORTED"],
    ["built-in verification not set up", UV_REQUEST, { uv: false, pinUvAuthToken: true }, "UV_UNSUPPORTED"],
    ["built-in verification without tokens", UV_REQUEST, { uv: true }, "UV_UNSUPPORTED"],
  ] as const)("a device with %s is asked nothing", async (_, request, options, code) => {
    const { device, session } = await sessionWith([agreement], { options });
    await expect(session.pinUvAuthToken(request)).rejects.toMatchObject({ name: "PinError", code });
    expect(device.requests).toEqual([]);
  });

  test.each<readonly [string, number[] | undefined, number]>([
    ["the first the device names", [1, 2], 1],
    ["the first anybody here knows", [9, 2, 1], 2],
    ["one, when it names none", undefined, 1],
    ["one, when its list is empty", [], 1],
  ])("the protocol is %s", async (_, pinUvAuthProtocols, version) => {
    const info = {
      versions: ["FIDO_2_0"],
      aaguid: new Uint8Array(16),
      options: { clientPin: true },
      ...(pinUvAuthProtocols && { pinUvAuthProtocols }),
    };
    const device = scriptedDevice([agreement, tokenReply()], { infoInAdvance: encodeInfo(info) });
    const session = await openSession(virtualEnv("pins"), device);
    await expect(session.pinUvAuthToken(PIN_REQUEST)).resolves.toMatchObject({ protocol: version });
    expect(device.requests.map((request) => asked(request).pinUvAuthProtocol)).toEqual([version, version]);
  });

  // Keys of 2018 leave the label out.
  test("the key to agree with may lack its alg", async () => {
    const members = new Map(toCoseMap(toKeyAgreement(OWN.publicKey)));
    members.delete(3);
    const unlabelled = concat(Uint8Array.of(0), encodeCbor(new Map([[1, members]])));
    const { env, session } = await sessionWith([unlabelled, tokenReply()]);
    await expect(session.pinUvAuthToken(PIN_REQUEST)).resolves.toMatchObject({ token: TOKEN });
    expect(eventsOf(env).filter(({ kind }) => kind === "ctap.finding")).toMatchObject([
      { command: "clientPin", fault: "MESSAGE_MISSING_FIELD", member: "keyAgreement.alg" },
    ]);
  });

  test("protocols nobody here speaks end the matter", async () => {
    const { device, session } = await sessionWith([agreement], { pinUvAuthProtocols: [3] });
    await expect(session.pinUvAuthToken(PIN_REQUEST)).rejects.toMatchObject({
      code: "PIN_PROTOCOL_UNSUPPORTED",
    });
    expect(device.requests).toEqual([]);
  });

  test.each<readonly [1 | 2, number, boolean]>([
    [1, 16, true],
    [1, 32, true],
    [1, 48, false],
    [1, 0, false],
    [2, 32, true],
    [2, 16, false],
    [2, 48, false],
  ])("protocol %i and a token of %i bytes: %s", async (version, length, fine) => {
    const replies = [agreement, tokenReply(new Uint8Array(length))];
    const { session } = await sessionWith(replies, { pinUvAuthProtocols: [version] });
    const outcome = session.pinUvAuthToken(PIN_REQUEST);
    if (fine) await expect(outcome).resolves.toMatchObject({ token: new Uint8Array(length) });
    else await expect(outcome).rejects.toMatchObject({ code: "PIN_TOKEN_MALFORMED" });
  });

  test.each([
    ["without a key", [ok({})]],
    ["without a token", [agreement, ok({})]],
  ])("an answer %s is named", async (_, replies) => {
    const { session } = await sessionWith(replies);
    await expect(session.pinUvAuthToken(PIN_REQUEST)).rejects.toMatchObject({
      code: "MESSAGE_MISSING_FIELD",
    });
  });

  test("a key off the curve is refused before the PIN leaves", async () => {
    const off = toKeyAgreement(
      concat(Uint8Array.of(4), new Uint8Array(32).fill(1), new Uint8Array(32).fill(1)),
    );
    const { device, session } = await sessionWith([ok({ keyAgreement: off })]);
    await expect(session.pinUvAuthToken(PIN_REQUEST)).rejects.toMatchObject({ code: "POINT_INVALID" });
    expect(device.requests).toHaveLength(1);
  });
});

describe("key agreement", () => {
  test("happens anew for each command, because a wrong PIN of anybody else makes the last one worthless", async () => {
    const replies = [agreement, tokenReply(), agreement, tokenReply(), agreement];
    const { session, subCommands } = await sessionWith(replies);
    await session.pinUvAuthToken(PIN_REQUEST);
    await session.pinUvAuthToken(UV_REQUEST);
    await session.keyAgreement();
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_PIN, KEY_AGREEMENT, WITH_UV, KEY_AGREEMENT]);
  });

  test("and its command stay together when several are asked at once", async () => {
    const replies = [agreement, tokenReply(), agreement, tokenReply()];
    const { session, subCommands } = await sessionWith(replies);
    await Promise.all([session.pinUvAuthToken(PIN_REQUEST), session.pinUvAuthToken(UV_REQUEST)]);
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_PIN, KEY_AGREEMENT, WITH_UV]);
  });

  test.each([
    CtapStatus.PIN_INVALID,
    CtapStatus.PIN_BLOCKED,
    CtapStatus.PIN_AUTH_INVALID,
    CtapStatus.PIN_AUTH_BLOCKED,
  ])("happens anew after status %i, and the PIN is not tried again by itself", async (status) => {
    const { session, subCommands } = await sessionWith([agreement, refusal(status), agreement, tokenReply()]);
    await expect(session.pinUvAuthToken(PIN_REQUEST)).rejects.toMatchObject({ status });
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_PIN]);
    await session.pinUvAuthToken(PIN_REQUEST);
    expect(subCommands()).toEqual([KEY_AGREEMENT, WITH_PIN, KEY_AGREEMENT, WITH_PIN]);
  });

  test("happens anew after a reset", async () => {
    const replies = [agreement, tokenReply(), Uint8Array.of(0), agreement, tokenReply()];
    const { device, session } = await sessionWith(replies);
    await session.pinUvAuthToken(PIN_REQUEST);
    await session.reset();
    await session.pinUvAuthToken(PIN_REQUEST);
    expect(device.repliesLeft).toBe(0);
    expect(asked(device.requests[3]).subCommand).toBe(KEY_AGREEMENT);
  });
});

describe.each([1, 2])("setting and changing a PIN, protocol %i", (version) => {
  const info = { pinUvAuthProtocols: [version] };

  test("setPin sends the padded PIN, authenticated", async () => {
    const options = { clientPin: false };
    const { device, session, subCommands } = await sessionWith([agreement, ok({})], { ...info, options });
    await session.setPin("1234");
    expect(subCommands()).toEqual([KEY_AGREEMENT, SET_PIN]);
    const { parsed, protocol, secret } = opened(device.requests[1] ?? TOKEN);
    const newPinEnc = parsed.newPinEnc ?? TOKEN;
    expect(protocol.decrypt(secret, newPinEnc)).toEqual(concat(utf8("1234"), new Uint8Array(60)));
    expect(protocol.verify(secret, newPinEnc, parsed.pinUvAuthParam ?? TOKEN)).toBe(true);
  });

  test("changePin sends the new PIN and the old one's hash, authenticated together", async () => {
    const { device, session, subCommands } = await sessionWith([agreement, ok({})], info);
    await session.changePin({ from: "1234", to: "abcdef" });
    expect(subCommands()).toEqual([KEY_AGREEMENT, CHANGE_PIN]);
    const { parsed, protocol, secret } = opened(device.requests[1] ?? TOKEN);
    const [newPinEnc, pinHashEnc] = [parsed.newPinEnc ?? TOKEN, parsed.pinHashEnc ?? TOKEN];
    expect(protocol.decrypt(secret, newPinEnc)).toEqual(concat(utf8("abcdef"), new Uint8Array(58)));
    expect(protocol.decrypt(secret, pinHashEnc)).toEqual(defaultCrypto.sha256(utf8("1234")).subarray(0, 16));
    const param = parsed.pinUvAuthParam ?? TOKEN;
    expect(protocol.verify(secret, concat(newPinEnc, pinHashEnc), param)).toBe(true);
  });
});

describe("a PIN that is there already, or not there", () => {
  const infoReply = (clientPin: boolean) =>
    concat(
      Uint8Array.of(0),
      encodeInfo({
        versions: ["FIDO_2_1"],
        aaguid: new Uint8Array(16),
        options: { clientPin },
        pinUvAuthProtocols: [2, 1],
      }),
    );
  const set = { options: { clientPin: true } };

  test("is not set again: nothing is sent but the question whether it is so still", async () => {
    const { device, session } = await sessionWith([infoReply(true)], set);
    await expect(session.setPin("1234")).rejects.toMatchObject({
      name: "PinError",
      code: "PIN_ALREADY_SET",
      aftermath: "none",
    });
    expect(device.requests).toHaveLength(1);
  });

  test("is not changed", async () => {
    const { device, session } = await sessionWith([infoReply(false)], NO_PIN_YET);
    await expect(session.changePin({ from: "1234", to: "5678" })).rejects.toMatchObject({
      code: "PIN_NOT_SET",
    });
    expect(device.requests).toHaveLength(1);
  });

  test("is set when the device was reset since the session began", async () => {
    const { session } = await sessionWith([infoReply(false), agreement, ok({})], set);
    await session.setPin("1234");
    expect(session.info.options).toMatchObject({ clientPin: true });
  });

  test("is known of from setPin on", async () => {
    const { session, subCommands } = await sessionWith([agreement, ok({}), agreement, ok({})], NO_PIN_YET);
    await session.setPin("1234");
    await session.changePin({ from: "1234", to: "5678" });
    expect(subCommands()).toEqual([KEY_AGREEMENT, SET_PIN, KEY_AGREEMENT, CHANGE_PIN]);
  });

  test.each([CtapStatus.PIN_AUTH_INVALID, CtapStatus.NOT_ALLOWED, CtapStatus.OPERATION_DENIED])(
    "that another session set meanwhile is one error, whatever the device calls it (%i)",
    async (status) => {
      const replies = [agreement, refusal(status), infoReply(true)];
      const { session } = await sessionWith(replies, NO_PIN_YET);
      await expect(session.setPin("1234")).rejects.toMatchObject({
        code: "PIN_ALREADY_SET",
        cause: { status },
      });
    },
  );

  test("a refusal that getInfo does not explain stays what it was", async () => {
    const replies = [agreement, refusal(CtapStatus.PIN_AUTH_INVALID), infoReply(false)];
    const { session } = await sessionWith(replies, NO_PIN_YET);
    await expect(session.setPin("1234")).rejects.toMatchObject({ code: "CTAP_PIN_AUTH_INVALID" });
  });
});

describe("PINs no device may take", () => {
  test.each([
    ["three digits", "123", "PIN_TOO_SHORT"],
    ["three characters of two UTF-16 units each", "😀😀😀", "PIN_TOO_SHORT"],
    ["four code points that normalise to three", "12a\u0308", "PIN_TOO_SHORT"],
    ["64 bytes", "a".repeat(64), "PIN_TOO_LONG"],
    ["22 characters of three bytes each", "漢".repeat(22), "PIN_TOO_LONG"],
    ["a zero at the end", "1234\0", "PIN_ENDS_IN_ZERO"],
  ])("%s: refused before anything is sent", async (_, pin, code) => {
    const { device, session } = await sessionWith([agreement]);
    const refused = { name: "PinError", code, aftermath: "none" };
    await expect(session.setPin(pin)).rejects.toMatchObject(refused);
    await expect(session.changePin({ from: pin, to: "1234" })).rejects.toMatchObject(refused);
    await expect(session.changePin({ from: "1234", to: pin })).rejects.toMatchObject(refused);
    await expect(session.pinUvAuthToken({ pin, permissions: 1 })).rejects.toMatchObject(refused);
    expect(device.requests).toEqual([]);
  });

  test.each([
    ["four digits", "1234"],
    ["four characters of two UTF-16 units each", "😀😀😀😀"],
    ["63 bytes", "a".repeat(63)],
    ["21 characters of three bytes each", "漢".repeat(21)],
  ])("%s: sent", async (_, pin) => {
    const { device, session } = await sessionWith([agreement, ok({})], NO_PIN_YET);
    await session.setPin(pin);
    expect(device.requests).toHaveLength(2);
  });

  test("two ways to write the same characters are the same PIN", async () => {
    const requests = await Promise.all(
      ["pässw", "pa\u0308ssw"].map(async (pin) => {
        const { device, session } = await sessionWith([agreement, ok({})], NO_PIN_YET);
        await session.setPin(pin);
        return device.requests.map(toHex);
      }),
    );
    expect(requests[0]).toEqual(requests[1]);
  });
});

describe("retries", () => {
  test("pinRetries names the protocol, because some keys insist", async () => {
    const { device, session } = await sessionWith([ok({ pinRetries: 7 })]);
    await expect(session.pinRetries()).resolves.toEqual({ retries: 7, powerCycleNeeded: false });
    expect(asked(device.requests[0])).toEqual({ subCommand: 1, pinUvAuthProtocol: 2 });
  });

  test("pinRetries says when power must be cycled", async () => {
    const { session } = await sessionWith([ok({ pinRetries: 5, powerCycleState: true })]);
    await expect(session.pinRetries()).resolves.toEqual({ retries: 5, powerCycleNeeded: true });
  });

  test("uvRetries", async () => {
    const { device, session } = await sessionWith([ok({ uvRetries: 3 })]);
    await expect(session.uvRetries()).resolves.toBe(3);
    expect(asked(device.requests[0])).toEqual({ subCommand: 7, pinUvAuthProtocol: 2 });
  });

  test.each(["pinRetries", "uvRetries"] as const)("%s without a number is named", async (which) => {
    const { session } = await sessionWith([ok({})]);
    await expect(session[which]()).rejects.toMatchObject({ code: "MESSAGE_MISSING_FIELD" });
  });
});

test("no PIN, token, key or hash enters the trace", async () => {
  const { env, session, device } = await sessionWith([agreement, tokenReply(), agreement, ok({})]);
  await session.pinUvAuthToken({ ...PIN_REQUEST, pin: "correct horse" });
  await session.changePin({ from: "correct horse", to: "battery staple" });
  const trace = JSON.stringify(env.records);
  expect(eventsOf(env).map(({ kind }) => kind)).toEqual(
    Array.from({ length: 4 }, () => ["ctap.request", "ctap.response"]).flat(),
  );
  const { parsed, secret } = opened(device.requests[3] ?? TOKEN);
  const secrets = ["correct", "battery", toHex(TOKEN), toHex(secret), toHex(parsed.newPinEnc ?? TOKEN)];
  expect(secrets.filter((text) => trace.includes(text))).toEqual([]);
});
