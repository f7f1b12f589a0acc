import { describe, expect, test } from "vitest";
import type { CredentialDescriptor } from "../../../src/ctap/messages/common.js";
import type { CtapDevice } from "../../../src/ctap/device.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import type { AuthenticatorInfo } from "../../../src/ctap/messages/get-info.js";
import { cutToFit, fitsWhole, listLimits } from "../../../src/webauthn/client/plan-lists.js";
import {
  planAuthentication,
  planRegistration,
  type AuthenticationPlanRequest,
  type RegistrationPlanRequest,
} from "../../../src/webauthn/client/plan.js";

/** A CTAP 2.1 key with PIN support and nothing set up. */
const KEY: AuthenticatorInfo = {
  versions: ["FIDO_2_1"],
  aaguid: new Uint8Array(16),
  options: { rk: true, clientPin: false, pinUvAuthToken: true, makeCredUvNotRqd: true },
  pinUvAuthProtocols: [2, 1],
  maxCredentialCountInList: 8,
  maxMsgSize: 2048,
  algorithms: [{ type: "public-key", alg: -7 }],
};

const CREATE: RegistrationPlanRequest = {
  userVerification: "preferred",
  residentKey: "discouraged",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
  excludeCredentials: [],
  attestation: "none",
  attestationFormats: [],
  enterpriseAllowed: false,
  pinAvailable: true,
  oneShot: false,
};

const GET: AuthenticationPlanRequest = {
  userVerification: "preferred",
  allowCredentials: [],
  pinAvailable: true,
  oneShot: false,
};

const keyWith = (options: Record<string, boolean>, rest: Partial<AuthenticatorInfo> = {}) => ({
  ...KEY,
  ...rest,
  options: { ...KEY.options, ...options },
});

const PIN_SET = { clientPin: true };
const FINGER = { uv: true };

/** Credentials 1, 2, 3, ... of so many bytes. */
const credentials = (count: number, bytes = 16): CredentialDescriptor[] =>
  Array.from({ length: count }, (_, index) => ({
    type: "public-key",
    id: new Uint8Array(bytes).fill(index + 1),
  }));

describe("how the user is verified when a credential is made", () => {
  const METHODS: readonly (readonly [
    why: string,
    info: AuthenticatorInfo,
    request: Partial<RegistrationPlanRequest>,
    uv: { method: string; fallback?: string | undefined },
  ])[] = [
    ["nothing is set up", KEY, {}, { method: "none" }],
    ["a PIN is set", keyWith(PIN_SET), {}, { method: "pin-token" }],
    [
      "tokens have no permissions",
      keyWith({ ...PIN_SET, pinUvAuthToken: false }),
      {},
      { method: "pin-token-legacy" },
    ],
    ["a finger is enrolled", keyWith(FINGER), {}, { method: "builtin-token", fallback: undefined }],
    [
      "finger and PIN",
      keyWith({ ...FINGER, ...PIN_SET }),
      {},
      { method: "builtin-token", fallback: "pin-token" },
    ],
    ["a finger, but no tokens", keyWith({ ...FINGER, pinUvAuthToken: false }), {}, { method: "uv-option" }],
    [
      "a phone with a screen lock",
      keyWith(FINGER),
      { oneShot: true },
      { method: "uv-option", fallback: undefined },
    ],
    ["a phone never gets a PIN", keyWith(PIN_SET), { oneShot: true }, { method: "none" }],
    [
      "discouraged, and the key does without",
      keyWith(PIN_SET),
      { userVerification: "discouraged" },
      { method: "none" },
    ],
    [
      "discouraged, but the key wants it",
      keyWith({ ...PIN_SET, makeCredUvNotRqd: false }),
      { userVerification: "discouraged" },
      { method: "pin-token" },
    ],
    [
      "discouraged, but discoverable ones need it",
      keyWith(PIN_SET),
      { userVerification: "discouraged", residentKey: "required" },
      { method: "pin-token" },
    ],
    [
      "discouraged, but the key always wants it",
      keyWith({ ...PIN_SET, alwaysUv: true }),
      { userVerification: "discouraged" },
      { method: "pin-token" },
    ],
    ["preferred, and nobody knows the PIN", keyWith(PIN_SET), { pinAvailable: false }, { method: "none" }],
    [
      "PIN tokens are of no use here",
      keyWith({ ...PIN_SET, noMcGaPermissionsWithClientPin: true }),
      {},
      { method: "none" },
    ],
  ];

  test.each(METHODS)("%s", (_, info, request, uv) => {
    expect(planRegistration(info, { ...CREATE, ...request }).uv).toMatchObject(uv);
  });
});

describe("the PIN protocol", () => {
  test("is the first in the authenticator's order", () => {
    expect(planRegistration(keyWith(PIN_SET), CREATE).uv.pinProtocol).toBe(2);
  });

  test("is one for a key that names none", () => {
    const { pinUvAuthProtocols: _, ...unnamed } = keyWith(PIN_SET);
    expect(planRegistration(unnamed, CREATE).uv.pinProtocol).toBe(1);
  });

  test("skips those of the future", () => {
    expect(planRegistration(keyWith(PIN_SET, { pinUvAuthProtocols: [3, 1] }), CREATE).uv.pinProtocol).toBe(1);
  });
});

describe("what a registration cannot have", () => {
  const REFUSED: readonly (readonly [
    code: string,
    why: string,
    info: AuthenticatorInfo,
    request: Partial<RegistrationPlanRequest>,
  ])[] = [
    ["UV_UNAVAILABLE", "verification, with nothing set up", KEY, { userVerification: "required" }],
    [
      "UV_UNAVAILABLE",
      "verification, on a phone without a lock",
      KEY,
      { userVerification: "required", oneShot: true },
    ],
    [
      "UV_UNAVAILABLE",
      "verification, with a PIN that gives no such tokens",
      keyWith({ ...PIN_SET, noMcGaPermissionsWithClientPin: true }),
      { userVerification: "required" },
    ],
    [
      "UV_UNAVAILABLE",
      "verification, with protocols of the future only",
      keyWith(PIN_SET, { pinUvAuthProtocols: [3] }),
      { userVerification: "required" },
    ],
    [
      "PIN_REQUIRED",
      "verification, with nobody to ask for the PIN",
      keyWith(PIN_SET),
      { userVerification: "required", pinAvailable: false },
    ],
    [
      "PIN_CHANGE_REQUIRED",
      "verification, with a PIN that must be changed",
      keyWith(PIN_SET, { forcePinChange: true }),
      { userVerification: "required" },
    ],
    [
      "RESIDENT_KEY_UNAVAILABLE",
      "a discoverable credential, on a key without",
      keyWith({ rk: false }),
      { residentKey: "required" },
    ],
    [
      "ALGORITHM_UNSUPPORTED",
      "an algorithm the key lacks",
      KEY,
      { pubKeyCredParams: [{ type: "public-key", alg: -257 }] },
    ],
    [
      "ALGORITHM_UNSUPPORTED",
      "a credential type of the future",
      KEY,
      { pubKeyCredParams: [{ type: "secret-key", alg: -7 }] },
    ],
    ["ATTACHMENT_UNAVAILABLE", "a platform authenticator", KEY, { authenticatorAttachment: "platform" }],
    [
      "ATTACHMENT_UNAVAILABLE",
      "a roaming one, from the platform's",
      keyWith({ plat: true }),
      { authenticatorAttachment: "cross-platform" },
    ],
  ];

  test.each(REFUSED)("%s: %s", (code, _, info, request) => {
    expect(() => planRegistration(info, { ...CREATE, ...request })).toThrow(
      expect.objectContaining({ code, aftermath: "none", hint: expect.any(String) as string }),
    );
  });
});

describe("a discoverable credential", () => {
  test("is asked for when required", () => {
    expect(planRegistration(KEY, { ...CREATE, residentKey: "required" }).residentKey).toBe(true);
  });
  test("is asked for when preferred and possible", () => {
    expect(planRegistration(KEY, { ...CREATE, residentKey: "preferred" }).residentKey).toBe(true);
  });
  test("is let go when preferred and the key is full", () => {
    const full = { ...KEY, remainingDiscoverableCredentials: 0 };
    expect(planRegistration(full, { ...CREATE, residentKey: "preferred" }).residentKey).toBe(false);
  });
  test("is let go when preferred and the key cannot", () => {
    expect(
      planRegistration(keyWith({ rk: false }), { ...CREATE, residentKey: "preferred" }).residentKey,
    ).toBe(false);
  });
});

describe("attestation", () => {
  test("enterprise is vendor facilitated without the administrator's word", () => {
    const plan = planRegistration(keyWith({ ep: true }), { ...CREATE, attestation: "enterprise" });
    expect(plan.enterpriseAttestation).toBe(1);
  });
  test("enterprise is platform managed with it", () => {
    const request = { ...CREATE, attestation: "enterprise", enterpriseAllowed: true } as const;
    expect(planRegistration(keyWith({ ep: true }), request).enterpriseAttestation).toBe(2);
  });
  test("enterprise is not asked of a key where it is switched off", () => {
    const plan = planRegistration(keyWith({ ep: false }), { ...CREATE, attestation: "enterprise" });
    expect(plan.enterpriseAttestation).toBeUndefined();
  });
  test("formats are named to keys that know the parameter", () => {
    const request = { ...CREATE, attestation: "direct", attestationFormats: ["tpm", "packed"] } as const;
    const knows = { ...KEY, attestationFormats: ["packed"] };
    expect(planRegistration(knows, request).attestationFormatsPreference).toEqual(["tpm", "packed"]);
    expect(planRegistration(KEY, request).attestationFormatsPreference).toBeUndefined();
  });
});

test("an empty algorithm list means ES256 and RS256", () => {
  const plan = planRegistration(KEY, { ...CREATE, pubKeyCredParams: [] });
  expect(plan.pubKeyCredParams.map(({ alg }) => alg)).toEqual([-7, -257]);
});

test("a key whose list of algorithms is empty chooses itself", () => {
  const plan = planRegistration({ ...KEY, algorithms: [] }, CREATE);
  expect(plan.pubKeyCredParams).toEqual(CREATE.pubKeyCredParams);
});

describe("long lists", () => {
  const session = (info: AuthenticatorInfo, oneShot = false) => ({
    info,
    requestBytesMax: info.maxMsgSize ?? 1024,
    device: { oneShot } as CtapDevice,
  });
  const size = (allowList: readonly CredentialDescriptor[]) =>
    encodeGetAssertionRequest({ rpId: "example.com", clientDataHash: new Uint8Array(32), allowList }).length;
  const cut = (info: AuthenticatorInfo, list: readonly CredentialDescriptor[]) =>
    cutToFit(list, listLimits(session(info)), size);
  const counts = (...call: Parameters<typeof cut>) => cut(...call).map((one) => one.length);

  test("go as they are up to the count a key takes", () => {
    expect(counts(KEY, credentials(8))).toEqual([8]);
    expect(fitsWhole(credentials(8), listLimits(session(KEY)), size)).toBe(true);
    expect(fitsWhole(credentials(9), listLimits(session(KEY)), size)).toBe(false);
  });
  test("are cut into lists of that count beyond it", () => {
    expect(counts(KEY, credentials(17))).toEqual([8, 8, 1]);
  });
  test("are cut one by one for a key that names no count, or zero", () => {
    const { maxCredentialCountInList: _, ...unnamed } = KEY;
    expect(counts(unnamed, credentials(3))).toEqual([1, 1, 1]);
    expect(counts({ ...unnamed, maxCredentialCountInList: 0 }, credentials(3))).toEqual([1, 1, 1]);
  });
  test("are cut by the bytes of the encoded request, and use all that it may have", () => {
    const bytes = (count: number) => ({ ...KEY, maxMsgSize: size(credentials(count, 200)) });
    expect(counts(bytes(4), credentials(6, 200))).toEqual([4, 2]);
    const { maxMsgSize } = bytes(4);
    expect(counts({ ...KEY, maxMsgSize: maxMsgSize - 1 }, credentials(6, 200))).toEqual([3, 3]);
  });
  test("lose an id that fits into no request, and nothing else", () => {
    const small = { ...KEY, maxMsgSize: 1024 };
    expect(cut(small, [...credentials(1, 1000), ...credentials(1)])).toEqual([credentials(1)]);
  });
  test("lose ids longer than the key makes", () => {
    const short = { ...KEY, maxCredentialIdLength: 64 };
    const list = [...credentials(1, 65), ...credentials(1, 64)];
    expect(planAuthentication(short, { ...GET, allowCredentials: list }).allowList).toEqual([list[1]]);
  });
  test("lose types of the future", () => {
    const list = [{ type: "secret-key", id: new Uint8Array(8) }, ...credentials(1)];
    expect(planAuthentication(KEY, { ...GET, allowCredentials: list }).allowList).toEqual([list[1]]);
  });
  test("lose ids longer than the messages that the key takes; a limit of zero says nothing", () => {
    const list = [...credentials(1, 1024), ...credentials(1, 1025)];
    const plan = (info: AuthenticatorInfo) => planAuthentication(info, { ...GET, allowCredentials: list });
    expect(plan({ ...KEY, maxMsgSize: 1024 }).allowList).toEqual([list[0]]);
    expect(plan({ ...KEY, maxMsgSize: 2048, maxCredentialIdLength: 0 }).allowList).toEqual(list);
  });
  test("go to a phone whole", () => {
    const allowCredentials = credentials(40, 200);
    const info = { ...KEY, maxCredentialIdLength: 64 };
    expect(planAuthentication(info, { ...GET, allowCredentials, oneShot: true })).toMatchObject({
      allowList: { length: 40 },
    });
    expect(fitsWhole(allowCredentials, listLimits(session(info, true)), size)).toBe(true);
  });
  test("never become an empty one, which would mean any account", () => {
    const request = { ...GET, allowCredentials: credentials(1, 65) };
    expect(() => planAuthentication({ ...KEY, maxCredentialIdLength: 64 }, request)).toThrow(
      expect.objectContaining({ code: "NO_USABLE_CREDENTIAL" }),
    );
  });
  test("make a registration's token good for a probe, of which the need shows later", () => {
    const plan = (count: number) =>
      planRegistration(keyWith(PIN_SET), { ...CREATE, excludeCredentials: credentials(count) }).uv
        .permissions;
    expect([plan(0), plan(1), plan(9)]).toEqual([0x01, 0x03, 0x03]);
  });
});

describe("how the user is verified when signing in", () => {
  test("a protected key does without when discouraged", () => {
    const plan = planAuthentication(keyWith(PIN_SET), { ...GET, userVerification: "discouraged" });
    expect(plan.uv.method).toBe("none");
  });
  test("a key that always wants it gets it", () => {
    const plan = planAuthentication(keyWith({ ...PIN_SET, alwaysUv: true }), {
      ...GET,
      userVerification: "discouraged",
    });
    expect(plan.uv).toMatchObject({ method: "pin-token", permissions: 0x02 });
  });
});
