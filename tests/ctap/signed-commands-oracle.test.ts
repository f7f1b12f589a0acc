import { describe, expect, test } from "vitest";
import { defaultCrypto } from "../../src/crypto/default.js";
import { fromHex, toHex, utf8 } from "../../src/core/bytes.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { authenticatorConfig, type Configurator } from "../../src/ctap/client/authenticator-config.js";
import { credentialManagement, type CredentialManager } from "../../src/ctap/client/credential-manager.js";
import { encodeInfo } from "../../src/ctap/messages/get-info.js";
import { pinProtocol } from "../../src/ctap/client/pin-protocol.js";
import { openSession } from "../../src/ctap/client/session.js";
import { scriptedDevice } from "../helpers/scripted-device.js";

/**
 * Whole requests as python-fido2 0.9.1 makes them (`Config` and `CredentialManagement`) with this token;
 * protocol one differs in its number and in a signature of half the length.
 */
const TOKEN = fromHex("0125fecfd8bf3f679bd9ec221324baa74f3cade0314b4fba8029500a320612ad");
const HASH = new Uint8Array(32).fill(0x11);
const ID = Uint8Array.of(0xc1, 0xc2);
const DESCRIPTOR = "a262696442c1c264747970656a7075626c69632d6b6579";

interface Row {
  readonly what: string;
  /** Command, then members 1 and 2. */
  readonly start: string;
  /** Members 1 to 4 have this head: three without parameters, four with. */
  readonly head: "a3" | "a4";
  readonly signature: string;
}

const CONFIG: readonly (Row & { readonly run: (config: Configurator) => Promise<void> })[] = [
  {
    what: "enableEnterpriseAttestation",
    run: (config) => config.enableEnterpriseAttestation(),
    head: "a3",
    start: "0101",
    signature: "4e724bc8af8776d0e92a3961c28bf9980b7b3962c610ba7abf07c74a0972b074",
  },
  {
    what: "toggleAlwaysUv",
    run: (config) => config.toggleAlwaysUv(),
    head: "a3",
    start: "0102",
    signature: "40d0d64f5030fa46d8e27c1bb358d5eb7b0da88fd4955b83ed19335bb35d886c",
  },
  {
    what: "setMinPINLength to 16",
    run: (config) => config.setMinPinLength({ newMinPinLength: 16 }),
    head: "a4",
    start: "010302a10110",
    signature: "b7367f4325aa321665bdba75da1e7fd49476454977d21a8002e177e453b0a93e",
  },
  {
    what: "setMinPINLength with a list and a force",
    run: (config) =>
      config.setMinPinLength({
        newMinPinLength: 6,
        minPinLengthRpIds: ["a.example"],
        forceChangePin: true,
      }),
    head: "a4",
    start: "010302a30106028169612e6578616d706c6503f5",
    signature: "4e5200b860e9b9b042c50e53ee135d981bcfdcc6b932d049559beabd1dbc746a",
  },
];

const CREDENTIALS: readonly (Row & { readonly run: (manager: CredentialManager) => Promise<unknown> })[] = [
  {
    what: "enumerateRPsBegin",
    run: (manager) => manager.relyingParties(),
    head: "a3",
    start: "0102",
    signature: "fbfb518d519d9f4138b4997ea57492af7d1e2dbc9cd7d80d318980b1b9e9943b",
  },
  {
    what: "enumerateCredentialsBegin",
    run: (manager) => manager.credentials(HASH),
    head: "a4",
    start: `010402a1015820${"11".repeat(32)}`,
    signature: "11b26d416f51d319546a7ccabad09a25958abef07df6adc0c03a052dda0be2b6",
  },
  {
    what: "deleteCredential",
    run: (manager) => manager.delete(ID),
    head: "a4",
    start: `010602a102${DESCRIPTOR}`,
    signature: "49405c76d4e192e2cea54b7c1a428f7fd4c6fa01ae7aea3602754f52addcb0ac",
  },
  {
    what: "updateUserInformation",
    run: (manager) => manager.updateUser(ID, { id: utf8("u"), name: "n" }),
    head: "a4",
    start: `010702a202${DESCRIPTOR}03a26269644175646e616d65616e`,
    signature: "9fb504107ea54f3ffbc439885495fb28f51361c195df1eee2498b3327bf5ebb4",
  },
];

describe.each([1, 2] as const)("signed with protocol %i, as python-fido2 signs", (version) => {
  async function bench() {
    const options = { authnrCfg: true, credMgmt: true };
    const info = encodeInfo({ versions: ["FIDO_2_1"], aaguid: new Uint8Array(16), options });
    const device = scriptedDevice([Uint8Array.of(0, ...info), Uint8Array.of(0)]);
    const session = await openSession(virtualEnv("oracle"), device);
    const authenticate = (message: Uint8Array) =>
      pinProtocol(version, defaultCrypto).authenticate(TOKEN, message);
    return { device, session, token: { protocol: version, token: TOKEN, authenticate } };
  }

  const expected = (command: string, { head, start, signature }: Row) =>
    command + head + start + (version === 2 ? `0302045820${signature}` : `03010450${signature.slice(0, 32)}`);

  test.each(CONFIG)("$what", async (row) => {
    const { device, session, token } = await bench();
    await row.run(authenticatorConfig(session, token));
    expect(device.requests.slice(1).map(toHex)).toEqual([expected("0d", row)]);
  });

  test.each(CREDENTIALS)("$what", async (row) => {
    const { device, session, token } = await bench();
    await row.run(credentialManagement(session, token));
    expect(device.requests.slice(1).map(toHex)).toEqual([expected("0a", row)]);
  });
});
