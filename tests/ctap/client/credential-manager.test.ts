import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { concat, toHex } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { authenticatorConfig } from "../../../src/ctap/client/authenticator-config.js";
import { encodeCredentialManagementResponse } from "../../../src/ctap/messages/credential-management.js";
import { credentialManagement } from "../../../src/ctap/client/credential-manager.js";
import { encodeInfo } from "../../../src/ctap/messages/get-info.js";
import { openSession } from "../../../src/ctap/client/session.js";
import type { PinUvAuthToken } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { TransportError } from "../../../src/ctap/transport-error.js";
import { scriptedDevice, type Reply } from "../../helpers/scripted-device.js";

const HASH = new Uint8Array(32).fill(0x11);
const TOKEN: PinUvAuthToken = {
  protocol: 2,
  token: new Uint8Array(32),
  authenticate: (message) => Uint8Array.of(0xee, message.length),
};

const ok = (body: Uint8Array) => concat(Uint8Array.of(0), body);
const said = (...response: Parameters<typeof encodeCredentialManagementResponse>) =>
  ok(encodeCredentialManagementResponse(...response));
const site = (id: string) => ({ rp: { id }, rpIdHash: HASH });

const map = (...entries: readonly (readonly [CborKey, CborValue])[]) => new Map(entries);
const KNOWN_KEY = map([1, 2], [3, -7], [-1, 1], [-2, HASH], [-3, HASH]);

/** Answers with credential number `n` of three, as raw members. */
const entry = (n: number, ...more: readonly (readonly [CborKey, CborValue])[]) =>
  ok(
    encodeCbor(
      map(
        [6, map(["id", Uint8Array.of(n)], ["name", `user ${n}`])],
        [7, map(["id", Uint8Array.of(n)], ["type", "public-key"])],
        ...more,
      ),
    ),
  );

async function managed(options: Readonly<Record<string, boolean>>, replies: readonly Reply[]) {
  const info = ok(encodeInfo({ versions: ["FIDO_2_1"], aaguid: new Uint8Array(16), options }));
  const device = scriptedDevice([info, ...replies]);
  const session = await openSession(virtualEnv("manager"), device);
  return { device, session, asked: () => device.requests.slice(1).map(toHex) };
}

describe("a client that manages credentials", () => {
  test("signs the first question of an enumeration and none of the others", async () => {
    const replies = [said({ ...site("a"), totalRps: 2 }), said(site("b"))];
    const { session, asked } = await managed({ credMgmt: true }, replies);
    const found = await credentialManagement(session, TOKEN).relyingParties();
    expect(found.map(({ rp }) => rp?.id)).toEqual(["a", "b"]);
    expect(asked()).toEqual(["0aa30102030204" + "42ee01", "0aa10103"]);
  });

  test.each([
    ["2E", Uint8Array.of(CtapStatus.NO_CREDENTIALS)],
    ["a count of none", said({ totalRps: 0 })],
    ["an empty map", said({})],
    ["no body", Uint8Array.of(0)],
  ])("an empty key may say so with %s", async (_, reply) => {
    const { session } = await managed({ credMgmt: true }, [reply]);
    expect(await credentialManagement(session, TOKEN).relyingParties()).toEqual([]);
  });

  test("a site without credentials has none", async () => {
    const { session } = await managed({ credMgmt: true }, [Uint8Array.of(CtapStatus.NO_CREDENTIALS)]);
    expect(await credentialManagement(session, TOKEN).credentials(HASH)).toEqual([]);
  });

  test("any other refusal is one", async () => {
    const { session } = await managed({ credMgmt: true }, [Uint8Array.of(CtapStatus.PIN_AUTH_INVALID)]);
    await expect(credentialManagement(session, TOKEN).relyingParties()).rejects.toMatchObject({
      code: "CTAP_PIN_AUTH_INVALID",
    });
  });

  test.each([
    ["SM2", map([1, 2], [3, -54], [-1, 9], [-2, HASH], [-3, HASH])],
    ["a kind nobody knows", map([1, 9], [3, -70000], [-1, new Uint8Array(48)])],
    ["no key at all", map([1, "x"])],
  ])("a credential with a key of %s is listed with its bytes, between the others", async (_, odd) => {
    const replies = [entry(1, [8, KNOWN_KEY], [9, 3]), entry(2, [8, odd]), entry(3, [8, KNOWN_KEY])];
    const { session } = await managed({ credMgmt: true }, replies);
    const found = await credentialManagement(session, TOKEN).credentials(HASH);
    expect(found.map(({ id }) => id[0])).toEqual([1, 2, 3]);
    expect(found.map(({ publicKey }) => publicKey?.alg)).toEqual([-7, undefined, -7]);
    expect(found[1]?.publicKeyCose).toEqual(encodeCbor(odd));
    expect(found.missing).toBeUndefined();
  });

  test("a credential without user and a site without id are listed", async () => {
    const nameless = map([7, map(["id", HASH], ["type", "public-key"])], [9, 1]);
    const { session } = await managed({ credMgmt: true }, [
      ok(encodeCbor(map([3, map(["name", "x"])], [4, HASH], [5, 1]))),
      ok(encodeCbor(nameless)),
    ]);
    const manager = credentialManagement(session, TOKEN);
    expect(await manager.relyingParties()).toEqual([{ rpIdHash: HASH }]);
    expect(await manager.credentials(HASH)).toEqual([{ id: HASH }]);
  });

  test("a refusal half way keeps what was fetched, and says what is missing", async () => {
    const replies = [said({ ...site("a"), totalRps: 3 }), Uint8Array.of(CtapStatus.NOT_ALLOWED)];
    const { session } = await managed({ credMgmt: true }, replies);
    const found = await credentialManagement(session, TOKEN).relyingParties();
    expect(found.map(({ rp }) => rp?.id)).toEqual(["a"]);
    expect(found.missing).toMatchObject({ count: 2, cause: { code: "CTAP_NOT_ALLOWED" } });
  });

  test.each([
    ["identifies nothing", said({ rp: { id: "b" } })],
    ["is no CBOR", ok(Uint8Array.of(0xff))],
  ])("an entry that %s is missing, and those after it are not", async (_, reply) => {
    const replies = [said({ ...site("a"), totalRps: 3 }), reply, said(site("c"))];
    const { session } = await managed({ credMgmt: true }, replies);
    const found = await credentialManagement(session, TOKEN).relyingParties();
    expect(found.map(({ rp }) => rp?.id)).toEqual(["a", "c"]);
    expect(found.missing).toMatchObject({ count: 1, cause: { name: "MessageError" } });
  });

  test("a key that does not count is asked until it refuses", async () => {
    const replies = [said(site("a")), said(site("b")), Uint8Array.of(CtapStatus.NO_CREDENTIALS)];
    const { session } = await managed({ credMgmt: true }, replies);
    const found = await credentialManagement(session, TOKEN).relyingParties();
    expect(found.map(({ rp }) => rp?.id)).toEqual(["a", "b"]);
    expect(found.missing).toBeUndefined();
  });

  test("counts that the key does not say are left open", async () => {
    const reply = said({ existingResidentCredentialsCount: 2 });
    const { session } = await managed({ credMgmt: true }, [reply]);
    expect(await credentialManagement(session, TOKEN).metadata()).toEqual({ existing: 2 });
  });

  test("an answer that does not come at all fails the listing", async () => {
    const gone = new TransportError("DEVICE_GONE", "unplugged");
    const replies = [said({ ...site("a"), totalRps: 2 }), () => Promise.reject(gone)];
    const { session } = await managed({ credMgmt: true }, replies);
    await expect(credentialManagement(session, TOKEN).relyingParties()).rejects.toBe(gone);
  });

  test("speaks the preview to keys that know only that", async () => {
    const reply = said({
      existingResidentCredentialsCount: 0,
      maxPossibleRemainingResidentCredentialsCount: 9,
    });
    const { session, asked } = await managed({ credentialMgmtPreview: true }, [reply]);
    const manager = credentialManagement(session, TOKEN);
    expect(await manager.metadata()).toEqual({ existing: 0, remaining: 9 });
    expect(asked()).toEqual(["41a3010103020442ee01"]);
  });

  test("prefers the command to its preview", async () => {
    const { session, asked } = await managed({ credMgmt: true, credentialMgmtPreview: true }, [
      Uint8Array.of(0),
    ]);
    await credentialManagement(session, TOKEN).delete(Uint8Array.of(1));
    expect(asked()[0]?.slice(0, 2)).toBe("0a");
  });

  test("does not ask the preview to change names", async () => {
    const { session, device } = await managed({ credentialMgmtPreview: true }, []);
    const update = credentialManagement(session, TOKEN).updateUser(HASH, { id: HASH });
    await expect(update).rejects.toMatchObject({ code: "FEATURE_UNSUPPORTED", aftermath: "none" });
    expect(device.requests).toHaveLength(1);
  });

  test("says so when a key cannot be managed", async () => {
    const { session } = await managed({ rk: true }, []);
    expect(() => credentialManagement(session, TOKEN)).toThrow(
      expect.objectContaining({
        code: "FEATURE_UNSUPPORTED",
        hint: expect.stringContaining("credMgmt") as string,
      }),
    );
  });
});

describe("a client that configures", () => {
  test("signs what it sends when it has a token", async () => {
    const { session, asked } = await managed({ authnrCfg: true }, [Uint8Array.of(0)]);
    await authenticatorConfig(session, TOKEN).toggleAlwaysUv();
    expect(asked()).toEqual(["0da3010203020442ee22"]);
  });

  test("signs nothing without one", async () => {
    const { session, asked } = await managed({ authnrCfg: true }, [Uint8Array.of(0)]);
    await authenticatorConfig(session).setMinPinLength({ newMinPinLength: 8 });
    expect(asked()).toEqual(["0da2010302a10108"]);
  });

  test("has a call for each subcommand", async () => {
    const { session, asked } = await managed(
      { authnrCfg: true },
      Array.from({ length: 3 }, () => Uint8Array.of(0)),
    );
    const config = authenticatorConfig(session);
    await config.enableEnterpriseAttestation();
    await config.enableLongTouchForReset();
    await config.vendorPrototype({ vendorCommandId: 5, more: new Map([[2, "x"]]) });
    expect(asked()).toEqual(["0da10101", "0da10104", "0da20118ff02a20105026178"]);
  });

  test("says so when a key cannot be configured", async () => {
    const { session } = await managed({ credMgmt: true }, []);
    expect(() => authenticatorConfig(session)).toThrow(
      expect.objectContaining({ code: "FEATURE_UNSUPPORTED" }),
    );
  });
});
