import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../../src/core/bytes.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import {
  configMessage,
  ConfigSubcommand as Sub,
  encodeConfigRequest,
  minPinLengthParameters,
  vendorPrototypeParameters,
  type ConfigRequest,
  type MinPinLengthParameters,
} from "../../../src/ctap/messages/authenticator-config.js";
import { authenticatorConfig } from "../../../src/ctap/client/authenticator-config.js";
import { credentialManagement } from "../../../src/ctap/client/credential-manager.js";
import type { AuthenticatorInfo } from "../../../src/ctap/messages/get-info.js";
import type { Ctap2Session } from "../../../src/ctap/client/session.js";
import type { PinUvAuthToken } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import type { AuthenticatorProfile } from "../../../src/sim/profiles/profile.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, PIN, RP_ID } from "./bench-key.js";

const ACFG = Permission.authenticatorConfig;
const FULL = profileNamed("ctap23");
const [VENDOR_COMMAND = 0] = FULL.vendorPrototypeConfigCommands ?? [];
const FINGER = profileNamed("fingerprint").builtInUv;

const full = (more: Partial<AuthenticatorProfile> = {}, options: object = {}) => ({
  ...FULL,
  ...more,
  options: { ...FULL.options, ...options },
});

/** A configurable key, with a PIN unless told otherwise. */
class ConfigurableKey extends BenchKey {
  static async with(profile: Partial<AuthenticatorProfile> = FULL, { pin = true } = {}) {
    const key = new ConfigurableKey({ profile });
    if (pin) await key.setPin();
    return key;
  }

  async earn(permissions: number = ACFG): Promise<PinUvAuthToken> {
    const session = await this.session();
    return this.run(session.pinUvAuthToken({ pin: PIN, permissions }));
  }

  answers(request: ConfigRequest): Promise<number | undefined> {
    return this.status(encodeConfigRequest(request));
  }

  async signed(request: ConfigRequest, permissions?: number): Promise<ConfigRequest> {
    const token = await this.earn(permissions);
    return {
      ...request,
      pinUvAuthProtocol: token.protocol,
      pinUvAuthParam: token.authenticate(configMessage(request)),
    };
  }

  /** Signed if there is anybody to sign for. */
  async does(subCommand: number, parameters?: MinPinLengthParameters): Promise<number | undefined> {
    const request = {
      subCommand,
      ...(parameters && { subCommandParams: minPinLengthParameters(parameters) }),
    };
    const { pinHash } = this.key.store.memory;
    return this.answers(pinHash === undefined ? request : await this.signed(request));
  }

  async info(): Promise<AuthenticatorInfo> {
    return (await this.session()).info;
  }

  async manager() {
    return credentialManagement(await this.session(), await this.earn(Permission.credentialManagement));
  }

  async refusal(work: (session: Ctap2Session) => Promise<unknown>): Promise<string | undefined> {
    const session = await this.session();
    return this.run(
      work(session).then(
        () => undefined,
        (error: unknown) => (error as { readonly code: string }).code,
      ),
    );
  }
}

describe("which subcommands there are", () => {
  test("a key without the option does not know the command", async () => {
    const bench = new ConfigurableKey({ profile: full({}, { authnrCfg: false }) });
    expect(await bench.answers({ subCommand: 1 })).toBe(CtapStatus.INVALID_COMMAND);
  });

  test("none named is MISSING_PARAMETER", async () => {
    expect(await new ConfigurableKey().status(Uint8Array.of(0x0d, 0xa0))).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test.each([0x00, 0x05, 0xfe])("number %i is INVALID_SUBCOMMAND", async (subCommand) => {
    const bench = await ConfigurableKey.with();
    expect(await bench.answers({ subCommand })).toBe(CtapStatus.INVALID_SUBCOMMAND);
  });

  test.each([
    ["enableEnterpriseAttestation", Sub.enableEnterpriseAttestation],
    ["toggleAlwaysUv", Sub.toggleAlwaysUv],
    ["enableLongTouchForReset", Sub.enableLongTouchForReset],
    ["vendorPrototype", Sub.vendorPrototype],
  ])("%s is INVALID_SUBCOMMAND where the feature is missing, signed or not", async (_, subCommand) => {
    const bench = await ConfigurableKey.with(GENERIC_PROFILE);
    expect(await bench.answers({ subCommand })).toBe(CtapStatus.INVALID_SUBCOMMAND);
    expect(await bench.answers(await bench.signed({ subCommand }))).toBe(CtapStatus.INVALID_SUBCOMMAND);
  });

  test("setMinPINLength is INVALID_SUBCOMMAND without its option", async () => {
    const bench = await ConfigurableKey.with(full({}, { setMinPINLength: false }));
    expect(await bench.does(Sub.setMinPinLength, {})).toBe(CtapStatus.INVALID_SUBCOMMAND);
  });

  test("getInfo of 2.3 lists them, getInfo of 2.1 does not", async () => {
    expect((await (await ConfigurableKey.with()).info()).authenticatorConfigCommands).toEqual([
      1, 2, 3, 4, 255,
    ]);
    const generic = await ConfigurableKey.with(GENERIC_PROFILE);
    expect((await generic.info()).authenticatorConfigCommands).toBeUndefined();
  });
});

describe.each([
  ["enableEnterpriseAttestation", { subCommand: Sub.enableEnterpriseAttestation }],
  ["toggleAlwaysUv", { subCommand: Sub.toggleAlwaysUv }],
  ["setMinPINLength", { subCommand: Sub.setMinPinLength, subCommandParams: minPinLengthParameters({}) }],
  ["enableLongTouchForReset", { subCommand: Sub.enableLongTouchForReset }],
  [
    "vendorPrototype",
    {
      subCommand: Sub.vendorPrototype,
      subCommandParams: vendorPrototypeParameters({ vendorCommandId: VENDOR_COMMAND }),
    },
  ],
])("%s on a key with a PIN", (_, request: ConfigRequest) => {
  test("signed, is done, and answered with nothing", async () => {
    const bench = await ConfigurableKey.with();
    expect(toHex(await bench.send(encodeConfigRequest(await bench.signed(request))))).toBe("00");
  });

  test("without pinUvAuthParam is PUAT_REQUIRED", async () => {
    const bench = await ConfigurableKey.with();
    expect(await bench.answers(request)).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("without a protocol is MISSING_PARAMETER", async () => {
    const bench = await ConfigurableKey.with();
    const { pinUvAuthProtocol: _protocol, ...rest } = await bench.signed(request);
    expect(await bench.answers(rest)).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test("with a protocol nobody speaks is INVALID_PARAMETER", async () => {
    const bench = await ConfigurableKey.with();
    const signed = await bench.signed(request);
    expect(await bench.answers({ ...signed, pinUvAuthProtocol: 3 })).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("with a wrong signature is PIN_AUTH_INVALID", async () => {
    const bench = await ConfigurableKey.with();
    const signed = { ...(await bench.signed(request)), pinUvAuthParam: new Uint8Array(32) };
    expect(await bench.answers(signed)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with a token for something else is PIN_AUTH_INVALID", async () => {
    const bench = await ConfigurableKey.with();
    const signed = await bench.signed(request, Permission.credentialManagement);
    expect(await bench.answers(signed)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with the persistent token is PIN_AUTH_INVALID", async () => {
    const bench = await ConfigurableKey.with();
    const signed = await bench.signed(request, Permission.persistentCredentialManagementReadOnly);
    expect(await bench.answers(signed)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("needs no signature while the key protects nothing", async () => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect(await bench.answers(request)).toBe(CtapStatus.OK);
  });

  test("on a key that always verifies but has nobody to, only switching that off needs none", async () => {
    const bench = await ConfigurableKey.with(full({}, { alwaysUv: true }), { pin: false });
    const off = request.subCommand === Sub.toggleAlwaysUv;
    expect(await bench.answers(request)).toBe(off ? CtapStatus.OK : CtapStatus.PUAT_REQUIRED);
  });
});

describe("enableEnterpriseAttestation", () => {
  const ask = { enterpriseAttestation: 2, options: { rk: false } };

  test("shows in getInfo, works, may be repeated, and ends with a reset", async () => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect((await bench.info()).options?.["ep"]).toBe(false);
    expect(await bench.make(ask)).toBe(CtapStatus.INVALID_PARAMETER);
    expect(await bench.does(Sub.enableEnterpriseAttestation)).toBe(CtapStatus.OK);
    expect(await bench.does(Sub.enableEnterpriseAttestation)).toBe(CtapStatus.OK);
    expect((await bench.info()).options?.["ep"]).toBe(true);
    expect((await bench.made(ask)).epAtt).toBe(true);
    expect(await bench.status(Uint8Array.of(0x07))).toBe(CtapStatus.OK);
    expect((await bench.info()).options?.["ep"]).toBe(false);
  });
});

describe("toggleAlwaysUv", () => {
  test("switches on: no credential and no signature without verification, but silent look-ups", async () => {
    const bench = await ConfigurableKey.with();
    await bench.made();
    const id = bench.key.store.credentials[0]?.id ?? new Uint8Array(0);
    const allowList = [{ type: "public-key", id }];
    expect(await bench.does(Sub.toggleAlwaysUv)).toBe(CtapStatus.OK);
    expect((await bench.info()).options).toMatchObject({ alwaysUv: true, makeCredUvNotRqd: false });
    expect(await bench.make()).toBe(CtapStatus.PUAT_REQUIRED);
    expect(await bench.get({ allowList })).toBe(CtapStatus.PUAT_REQUIRED);
    expect(await bench.get({ allowList, options: { up: false } })).toBe(CtapStatus.OK);
    expect(await bench.make(await bench.token(Permission.makeCredential))).toBe(CtapStatus.OK);
  });

  test("switches off again", async () => {
    const bench = await ConfigurableKey.with();
    await bench.does(Sub.toggleAlwaysUv);
    expect(await bench.does(Sub.toggleAlwaysUv)).toBe(CtapStatus.OK);
    expect((await bench.info()).options).toMatchObject({ alwaysUv: false, makeCredUvNotRqd: true });
    expect(await bench.make()).toBe(CtapStatus.OK);
  });

  test("is OPERATION_DENIED where it stays on", async () => {
    const bench = await ConfigurableKey.with(full({}, { alwaysUvStays: true }));
    expect(await bench.does(Sub.toggleAlwaysUv)).toBe(CtapStatus.OK);
    expect(await bench.does(Sub.toggleAlwaysUv)).toBe(CtapStatus.OPERATION_DENIED);
    expect((await bench.info()).options?.["alwaysUv"]).toBe(true);
  });

  test("takes U2F from the versions, unless the key verifies by itself", async () => {
    const versions = ["U2F_V2", ...FULL.versions];
    const bench = await ConfigurableKey.with(full({ versions }));
    await bench.does(Sub.toggleAlwaysUv);
    expect((await bench.info()).versions).toEqual(FULL.versions);
    const finger = await ConfigurableKey.with(full({ versions, ...(FINGER && { builtInUv: FINGER }) }));
    await finger.does(Sub.toggleAlwaysUv);
    expect((await finger.info()).versions).toEqual(versions);
  });
});

describe("setMinPINLength", () => {
  const set = (bench: ConfigurableKey, parameters: MinPinLengthParameters) =>
    bench.does(Sub.setMinPinLength, parameters);

  test("grows, and short PINs are refused from then on", async () => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect(await set(bench, { newMinPinLength: 6 })).toBe(CtapStatus.OK);
    expect((await bench.info()).minPinLength).toBe(6);
    expect(await bench.refusal((session) => session.setPin("52431"))).toBe("CTAP_PIN_POLICY_VIOLATION");
    expect(await bench.refusal((session) => session.setPin("524316"))).toBeUndefined();
  });

  test.each([
    ["less than now", 5, CtapStatus.PIN_POLICY_VIOLATION],
    ["as now", 6, CtapStatus.OK],
    ["as much as a PIN can have", 63, CtapStatus.OK],
    ["more than a PIN can have", 64, CtapStatus.PIN_POLICY_VIOLATION],
  ])("%s", async (_, newMinPinLength, status) => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    await set(bench, { newMinPinLength: 6 });
    expect(await set(bench, { newMinPinLength })).toBe(status);
  });

  test("a PIN that is too short now has to be changed first, and tokens are worthless", async () => {
    const bench = await ConfigurableKey.with();
    expect(await set(bench, { newMinPinLength: PIN.length + 1 })).toBe(CtapStatus.OK);
    expect((await bench.info()).forcePinChange).toBe(true);
    const earn = (session: Ctap2Session) => session.pinUvAuthToken({ pin: PIN, permissions: ACFG });
    expect(await bench.refusal(earn)).toBe("CTAP_PIN_POLICY_VIOLATION");
    const change = (session: Ctap2Session) => session.changePin({ from: PIN, to: "271828182" });
    expect(await bench.refusal(change)).toBeUndefined();
    expect((await bench.info()).forcePinChange).toBe(false);
  });

  test("a PIN that is just long enough stays", async () => {
    const bench = await ConfigurableKey.with();
    await set(bench, { newMinPinLength: PIN.length });
    expect((await bench.info()).forcePinChange).toBe(false);
  });

  test("the token that ordered the change is spent with it", async () => {
    const bench = await ConfigurableKey.with();
    const request = {
      subCommand: Sub.setMinPinLength,
      subCommandParams: minPinLengthParameters({ forceChangePin: true }),
    };
    const signed = await bench.signed(request);
    expect(await bench.answers(signed)).toBe(CtapStatus.OK);
    expect(await bench.answers(signed)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("forceChangePin without a PIN is PIN_NOT_SET", async () => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect(await set(bench, { forceChangePin: true })).toBe(CtapStatus.PIN_NOT_SET);
  });

  test("forceChangePin: false forces nothing, and takes nothing back", async () => {
    const bench = await ConfigurableKey.with();
    expect(await set(bench, { forceChangePin: false })).toBe(CtapStatus.OK);
    expect((await bench.info()).forcePinChange).toBe(false);
  });

  test("the list of sites replaces the one before, up to its length", async () => {
    const bench = await ConfigurableKey.with();
    const room = (await bench.info()).maxRpIdsForSetMinPinLength ?? 0;
    const rpIds = Array.from({ length: room }, (_, nth) => `${nth}.example`);
    expect(await set(bench, { minPinLengthRpIds: rpIds })).toBe(CtapStatus.OK);
    expect(await set(bench, { minPinLengthRpIds: [...rpIds, RP_ID] })).toBe(CtapStatus.KEY_STORE_FULL);
    expect(bench.key.store.memory.minPinLengthRpIds).toEqual(rpIds);
    expect(await set(bench, { minPinLengthRpIds: [RP_ID] })).toBe(CtapStatus.OK);
    expect(bench.key.store.memory.minPinLengthRpIds).toEqual([RP_ID]);
  });

  test.each([
    ["a shrinking length comes before a missing PIN", { newMinPinLength: 3, forceChangePin: true }, 0x37],
    ["a missing PIN comes before a full list", { forceChangePin: true, minPinLengthRpIds: tooMany() }, 0x35],
    ["a full list leaves the length alone", { newMinPinLength: 9, minPinLengthRpIds: tooMany() }, 0x28],
  ])("%s", async (_, parameters, status) => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect(await set(bench, parameters)).toBe(status);
    expect((await bench.info()).minPinLength).toBe(4);
  });

  test("a parameter of the wrong type is CBOR_UNEXPECTED_TYPE, once the signature is good", async () => {
    const bench = await ConfigurableKey.with();
    const map = new Map([[1, "six"]]);
    const request = { subCommand: Sub.setMinPinLength, subCommandParams: { map, cbor: WRONG_TYPE } };
    expect(await bench.answers(request)).toBe(CtapStatus.PUAT_REQUIRED);
    expect(await bench.answers(await bench.signed(request))).toBe(CtapStatus.CBOR_UNEXPECTED_TYPE);
  });
});

/** `{1: "six"}` in CBOR. */
const WRONG_TYPE = Uint8Array.of(0xa1, 0x01, 0x63, ...utf8("six"));

function tooMany(): readonly string[] {
  return Array.from({ length: FULL.limits.rpIdsForMinPinLength + 1 }, (_, nth) => `${nth}.example`);
}

describe("the complexity policy", () => {
  const on = { pinComplexityPolicy: true };

  test.each([
    ["one digit over and over", "777777", "CTAP_PIN_POLICY_VIOLATION"],
    ["digits in a row", "123456", "CTAP_PIN_POLICY_VIOLATION"],
    ["digits in a row, downwards", "987654", "CTAP_PIN_POLICY_VIOLATION"],
    ["anything else", "314159", undefined],
  ])("refuses %s", async (_, pin, code) => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect(await bench.does(Sub.setMinPinLength, on)).toBe(CtapStatus.OK);
    expect((await bench.info()).pinComplexityPolicy).toBe(true);
    expect(await bench.refusal((session) => session.setPin(pin))).toBe(code);
  });

  test("before it is on, every PIN will do", async () => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect((await bench.info()).pinComplexityPolicy).toBe(false);
    expect(await bench.refusal((session) => session.setPin("777777"))).toBeUndefined();
  });

  test.each([
    ["777777", true],
    [PIN, false],
  ])("the PIN %s of before has to be changed: %s", async (pin, forced) => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    const session = await bench.session();
    await bench.run(session.setPin(pin));
    const token = await bench.run(session.pinUvAuthToken({ pin, permissions: ACFG }));
    await bench.run(authenticatorConfig(session, token).setMinPinLength(on));
    expect((await bench.info()).forcePinChange).toBe(forced);
  });

  test("nobody takes it back", async () => {
    const bench = await ConfigurableKey.with();
    await bench.does(Sub.setMinPinLength, on);
    expect(await bench.does(Sub.setMinPinLength, { pinComplexityPolicy: false })).toBe(CtapStatus.OK);
    expect((await bench.info()).pinComplexityPolicy).toBe(true);
  });

  test("a key of 2.1 does not know the word", async () => {
    const bench = await ConfigurableKey.with(GENERIC_PROFILE);
    expect(await bench.does(Sub.setMinPinLength, on)).toBe(CtapStatus.OK);
    expect((await bench.info()).pinComplexityPolicy).toBeUndefined();
    expect(bench.key.store.memory.pinComplexityPolicy).toBeUndefined();
  });
});

describe("vendorPrototype", () => {
  const run = (bench: ConfigurableKey, vendorCommandId: number | bigint) =>
    bench.answers({
      subCommand: Sub.vendorPrototype,
      subCommandParams: vendorPrototypeParameters({ vendorCommandId }, new Map([[2, true]])),
    });

  test.each([
    ["a command from getInfo", VENDOR_COMMAND, CtapStatus.OK],
    ["one that is not there", VENDOR_COMMAND + 1, CtapStatus.INVALID_PARAMETER],
    ["one of 64 bits", 2n ** 64n - 1n, CtapStatus.INVALID_PARAMETER],
  ])("%s", async (_, id, status) => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect((await bench.info()).vendorPrototypeConfigCommands).toEqual([VENDOR_COMMAND]);
    expect(await run(bench, id)).toBe(status);
  });

  test("no command at all is MISSING_PARAMETER", async () => {
    const bench = await ConfigurableKey.with(FULL, { pin: false });
    expect(await bench.answers({ subCommand: Sub.vendorPrototype })).toBe(CtapStatus.MISSING_PARAMETER);
  });
});

describe("getInfo", () => {
  test("of ctap23 has the members of 2.2 and 2.3", async () => {
    const info = await (await ConfigurableKey.with()).info();
    expect(info).toMatchObject({
      longTouchForReset: false,
      transportsForReset: ["usb"],
      certifications: { FIDO: 1 },
      maxRpIdsForSetMinPinLength: FULL.limits.rpIdsForMinPinLength,
      maxPinLength: 63,
      pinComplexityPolicyUrl: utf8(FULL.pinComplexityPolicyUrl ?? ""),
    });
    expect(info.uvCountSinceLastPinEntry).toBeUndefined();
  });

  test("of generic has none of them", async () => {
    const info = await (await ConfigurableKey.with(GENERIC_PROFILE)).info();
    const newer = [
      "longTouchForReset",
      "encIdentifier",
      "encCredStoreState",
      "maxPinLength",
      "certifications",
    ];
    expect(Object.keys(info).filter((name) => newer.includes(name))).toEqual([]);
    expect(info.options).toMatchObject({ credMgmt: true, authnrCfg: true, setMinPINLength: true });
  });

  test("counts verifications since the PIN was last typed", async () => {
    const bench = await ConfigurableKey.with(full(FINGER && { builtInUv: FINGER }));
    const count = async () => (await bench.info()).uvCountSinceLastPinEntry;
    expect(await count()).toBe(0);
    await bench.make({ options: { uv: true } });
    await bench.make({ options: { uv: true } });
    expect(await count()).toBe(2);
    await bench.earn();
    expect(await count()).toBe(0);
  });

  test("names the device and the state of its credentials to holders of the persistent token only", async () => {
    const bench = await ConfigurableKey.with();
    const { token } = await bench.earn(Permission.persistentCredentialManagementReadOnly);
    const open = (info: string, sealed: Uint8Array = new Uint8Array(0)) => {
      const salt = new Uint8Array(32);
      const key = defaultCrypto.hkdfSha256({ secret: token, salt, info: utf8(info), length: 16 });
      return toHex(defaultCrypto.cbcDecrypt(key, sealed.subarray(0, 16), sealed.subarray(16)));
    };
    const see = async () => {
      const info = await bench.info();
      return {
        raw: [info.encIdentifier, info.encCredStoreState].map((bytes) => toHex(bytes ?? new Uint8Array(0))),
        identifier: open("encIdentifier", info.encIdentifier),
        state: open("encCredStoreState", info.encCredStoreState),
      };
    };
    const changes: Record<string, () => Promise<unknown>> = {
      "a new one": async () =>
        bench.made({ ...(await bench.token(Permission.makeCredential)), options: { rk: true } }),
      "a new name": async () => {
        const [known] = bench.key.store.credentials;
        const manager = await bench.manager();
        await bench.run(manager.updateUser(known?.id ?? token, { id: utf8("user-1"), name: "b" }));
      },
      "one less": async () => {
        const manager = await bench.manager();
        await bench.run(manager.delete(bench.key.store.credentials[0]?.id ?? token));
      },
    };

    let before = await see();
    const again = await see();
    expect(again).toMatchObject({ identifier: before.identifier, state: before.state });
    expect(again.raw.filter((bytes) => before.raw.includes(bytes))).toEqual([]);
    for (const [change, make] of Object.entries(changes)) {
      await make();
      const after = await see();
      expect(after.identifier, change).toBe(before.identifier);
      expect(after.state, change).not.toBe(before.state);
      before = after;
    }
    await bench.make(await bench.token(Permission.makeCredential));
    expect((await see()).state, "one that is not discoverable").toBe(before.state);
  });
});
