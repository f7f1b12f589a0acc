import { describe, expect, test } from "vitest";
import { utf8 } from "../../../src/core/bytes.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import { credentialManagement } from "../../../src/ctap/client/credential-manager.js";
import { bioEnrollment } from "../../../src/ctap/client/fingerprint-enroller.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, CLIENT_DATA_HASH, PIN, RP_ID } from "./bench-key.js";

const FINGERPRINT = profileNamed("fingerprint");
const CREDENTIALS = Permission.makeCredential | Permission.getAssertion;

/** A key whose finger earned a token a moment ago, and a credential that was there before. */
async function touched() {
  const bench = new BenchKey({ profile: FINGERPRINT });
  const { authData } = await bench.made();
  const id = authData.subarray(55, 55 + new DataView(authData.buffer, authData.byteOffset + 53).getUint16(0));
  const session = await bench.session();
  const token = await bench.run(session.pinUvAuthToken({ permissions: CREDENTIALS, rpId: RP_ID }));
  const prompts = () => bench.traced("user.prompted").length;
  const proof = {
    pinUvAuthParam: token.authenticate(CLIENT_DATA_HASH),
    pinUvAuthProtocol: token.protocol,
  };
  return { bench, descriptor: { id: id.slice(), type: "public-key" }, prompts, proof };
}

describe("a touch that earned a token", () => {
  test("serves a request that carries the token", async () => {
    const { bench, prompts, proof } = await touched();
    const before = prompts();
    expect(await bench.make(proof)).toBe(CtapStatus.OK);
    expect(prompts()).toBe(before);
  });

  test("serves no makeCredential without pinUvAuthParam, of whatever site", async () => {
    const { bench, prompts } = await touched();
    const before = prompts();
    expect(await bench.make({ rp: { id: "attacker.example", name: "Attacker" } })).toBe(CtapStatus.OK);
    expect(prompts()).toBe(before + 1);
  });

  test("serves no getAssertion without pinUvAuthParam", async () => {
    const { bench, descriptor, prompts } = await touched();
    const before = prompts();
    expect(await bench.get({ allowList: [descriptor] })).toBe(CtapStatus.OK);
    expect(prompts()).toBe(before + 1);
  });

  test("does not let a site probe its exclude list without one", async () => {
    const { bench, descriptor, prompts } = await touched();
    const before = prompts();
    expect(await bench.make({ excludeList: [descriptor] })).toBe(CtapStatus.CREDENTIAL_EXCLUDED);
    expect(prompts()).toBe(before + 1);
  });

  test("serves the exclude list of a request that carries the token", async () => {
    const { bench, descriptor, prompts, proof } = await touched();
    const before = prompts();
    expect(await bench.make({ ...proof, excludeList: [descriptor] })).toBe(CtapStatus.CREDENTIAL_EXCLUDED);
    expect(prompts()).toBe(before);
  });

  test("is used up by a touch for a request without it", async () => {
    const { bench, proof } = await touched();
    await bench.make({ user: { id: utf8("user-2"), name: "bob", displayName: "Bob" } });
    expect(await bench.make(proof)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });
});

describe("what a request leaves for the next one ends with its token", () => {
  const LIFE_MS = 10_000;
  const profile = { ...GENERIC_PROFILE, timeouts: { ...GENERIC_PROFILE.timeouts, tokenLifeMs: LIFE_MS } };

  async function twoAccounts() {
    const bench = new BenchKey({ profile });
    for (const name of ["ada", "bob"]) {
      await bench.made({ user: { id: utf8(name), name, displayName: name }, options: { rk: true } });
    }
    await bench.setPin();
    return bench;
  }

  test.each([
    [LIFE_MS - 2_000, CtapStatus.OK],
    [LIFE_MS, CtapStatus.NOT_ALLOWED],
  ])("getNextAssertion %i ms after the token was issued: %i", async (ms, status) => {
    const bench = await twoAccounts();
    const proof = await bench.token(Permission.getAssertion);
    await bench.got(proof);
    await bench.env.clock.advance(ms);
    expect(await bench.status(Uint8Array.of(CtapCommand.getNextAssertion))).toBe(status);
  });

  test("an enumeration of credentials does not go on", async () => {
    const bench = await twoAccounts();
    const session = await bench.session();
    const request = { pin: PIN, permissions: Permission.credentialManagement };
    const token = await bench.run(session.pinUvAuthToken(request));
    const manager = credentialManagement(session, token);
    const listed = await bench.run(manager.credentials(defaultCrypto.sha256(utf8(RP_ID))));
    expect(listed).toHaveLength(2);
    const begin = session.device.transact.bind(session.device);
    Object.assign(session.device, {
      async transact(...call: Parameters<typeof begin>) {
        const answer = await begin(...call);
        // The host is slow: the token expires between one entry and the next.
        await bench.env.clock.advance(LIFE_MS);
        return answer;
      },
    });
    await bench.run(manager.credentials(defaultCrypto.sha256(utf8(RP_ID)))).catch(() => undefined);
    expect(bench.traced("ctap.response").at(-1)).toMatchObject({
      command: "credentialManagement",
      status: "NOT_ALLOWED",
    });
  });
});

describe("after a reset", () => {
  test("the finger of the factory is gone, and the device knows no user", async () => {
    const bench = new BenchKey({ profile: FINGERPRINT });
    expect(await bench.status(Uint8Array.of(CtapCommand.reset))).toBe(CtapStatus.OK);
    const session = await bench.session();
    expect(session.info.options).toMatchObject({ uv: false, bioEnroll: false });
    await bench.run(session.setPin(PIN));
    const token = await bench.run(
      session.pinUvAuthToken({ pin: PIN, permissions: Permission.bioEnrollment }),
    );
    expect(await bench.run(bioEnrollment(session, token).templates())).toEqual([]);
  });

  test("a phone keeps its screen lock", async () => {
    const bench = new BenchKey({ profile: profileNamed("phone") });
    await bench.status(Uint8Array.of(CtapCommand.reset));
    expect((await bench.session()).info.options).toMatchObject({ uv: true });
  });
});
