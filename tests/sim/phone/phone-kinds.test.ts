import { describe, expect, test } from "vitest";
import { decodeCbor } from "../../../src/cbor/decode.js";
import type { CborMap } from "../../../src/cbor/value.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import { encodeGetAssertionRequest } from "../../../src/ctap/messages/get-assertion.js";
import {
  encodeMakeCredentialRequest,
  parseMakeCredentialResponse,
} from "../../../src/ctap/messages/make-credential.js";
import { parseAuthenticatorData } from "../../../src/ctap/messages/authenticator-data.js";
import { phoneMannersOf } from "../../../src/sim/phone/phone-manners.js";
import { SimPhone } from "../../../src/sim/phone/phone.js";
import type { PhoneOptions } from "../../../src/sim/phone/phone-options.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { HybridBench, type HybridBenchOptions } from "../../hybrid/hybrid-bench.js";
import { assertion, creation } from "../authenticator/bench-key.js";

/** Asks a phone one thing, over whatever options; what the phone's platform was asked is kept. */
async function ask(request: Uint8Array, options: HybridBenchOptions = {}) {
  const asked: Uint8Array[] = [];
  const bench = new HybridBench(options);
  const handle: CtapHandler = (message, ...rest) => {
    asked.push(message);
    return bench.handle(message, ...rest);
  };
  const deps = { advertiser: bench.air, dialer: bench.service, handle };
  const phone = new SimPhone(bench.env, deps, options.phone);
  const { device, qr } = bench.invite();
  const session = bench.scan(qr, phone);
  const answer = await bench.run(device.transact(request));
  await device[Symbol.asyncDispose]();
  return { answer, asked, outcome: await bench.run(session) };
}

const optionsIn = (request: Uint8Array, key: number) =>
  Object.fromEntries((decodeCbor(request.subarray(1)) as CborMap).get(key) as ReadonlyMap<string, boolean>);

describe("a phone asks its platform to verify, whatever the client wants (Chromium, v2_authenticator.cc)", () => {
  test.each([
    ["nothing", undefined, { uv: true }],
    ["a resident key", { rk: true }, { rk: true, uv: true }],
    ["no verification", { uv: false }, { uv: true }],
  ])("for a passkey, when it wants %s", async (_, options, platform) => {
    const { answer, asked } = await ask(
      encodeMakeCredentialRequest(creation({ ...(options && { options }) })),
    );
    expect(optionsIn(asked.at(-1) as Uint8Array, 7)).toEqual(platform);
    const { authData } = parseMakeCredentialResponse(answer.subarray(1));
    expect(parseAuthenticatorData(authData)).toMatchObject({ userPresent: true, userVerified: true });
  });

  test.each([
    ["nothing", undefined],
    ["no touch", { up: false }],
    ["no verification", { uv: false }],
  ])("for a signature, when it wants %s", async (_, options) => {
    const handle: CtapHandler = async (message) => {
      if (message[0] === 0x04) return Uint8Array.of(0, 0xa0);
      return Uint8Array.of(0x27, ...new TextEncoder().encode(JSON.stringify(optionsIn(message, 5))));
    };
    const { answer } = await ask(encodeGetAssertionRequest(assertion({ ...(options && { options }) })), {
      handle,
    });
    expect(answer[0]).toBe(0x27);
    expect(JSON.parse(new TextDecoder().decode(answer.subarray(1)))).toEqual({ uv: true });
  });
});

describe("a stranger's old phone", () => {
  const OLD: Partial<PhoneOptions> = { protocolRev: "0", cipher: "old", sendsUpdate: false };

  test("whose cipher is of the first releases is understood by trial", async () => {
    const { answer, outcome } = await ask(encodeMakeCredentialRequest(creation()), { phone: OLD });
    expect(answer[0]).toBe(0);
    expect(outcome).toEqual({ ending: "served" });
  });

  test("and one with today's cipher and the old framing still is", async () => {
    const { answer } = await ask(encodeMakeCredentialRequest(creation()), {
      phone: { ...OLD, cipher: "either" },
    });
    expect(answer[0]).toBe(0);
  });
});

test("what only getInfo was asked of has served nobody (Chromium: 100)", async () => {
  const bench = new HybridBench({ phone: { requests: "as-chrome" } });
  const { device, qr, connect } = bench.invite();
  const session = bench.scan(qr);
  await bench.run(connect());
  await device[Symbol.asyncDispose]();
  expect(await bench.run(session)).toEqual({ ending: "unexpected-eof" });
});

test("profile iphone brings the manners of one, others have none", async () => {
  expect(phoneMannersOf("android-chrome")).toEqual({});
  const asked: string[] = [];
  const bench: HybridBench = new HybridBench({
    phone: phoneMannersOf("iphone"),
    dialer: (dialer) => ({
      open(url, ...rest) {
        asked.push(new URL(url).host);
        return dialer.open(url, ...rest);
      },
    }),
  });
  const { device, qr } = bench.invite({ shutsDown: "when-disposed" });
  const session = bench.scan(qr);
  await bench.run(device.transact(encodeMakeCredentialRequest(creation())));
  // Nobody but the phone hangs up.
  expect(await bench.run(session)).toEqual({ ending: "served" });
  expect(asked).toEqual(["cable.auth.com"]);
  expect(bench.stages()).not.toContain("update");
});

test.each(["phone", "android-chrome", "iphone"])("profile %s takes the lists of any site", (name) => {
  const { limits } = profileNamed(name);
  expect(limits).toMatchObject({ maxCredentialCountInList: 1_000, maxCredentialIdLength: 1_023 });
});
