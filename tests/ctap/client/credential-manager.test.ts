import { describe, expect, test } from "vitest";
import { concat, toHex } from "../../../src/core/bytes.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { authenticatorConfig } from "../../../src/ctap/client/authenticator-config.js";
import { encodeCredentialManagementResponse } from "../../../src/ctap/messages/credential-management.js";
import { credentialManagement } from "../../../src/ctap/client/credential-manager.js";
import { encodeInfo } from "../../../src/ctap/messages/get-info.js";
import { openSession } from "../../../src/ctap/client/session.js";
import type { PinUvAuthToken } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { CtapStatus } from "../../../src/ctap/status.js";
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
    expect(found.map(({ rp }) => rp.id)).toEqual(["a", "b"]);
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

  test("an entry without its hash is no answer, though the device gave one", async () => {
    const { session } = await managed({ credMgmt: true }, [said({ rp: { id: "a" }, totalRps: 1 })]);
    await expect(credentialManagement(session, TOKEN).relyingParties()).rejects.toMatchObject({
      code: "MESSAGE_MISSING_FIELD",
    });
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
