import type { CborValue } from "../../../../src/cbor/value.js";
import { utf8 } from "../../../../src/core/bytes.js";
import { defaultCrypto } from "../../../../src/crypto/default.js";
import { encodeAuthenticatorData } from "../../../../src/ctap/messages/authenticator-data.js";
import { encodeCoseKey, type CoseKey } from "../../../../src/ctap/messages/cose.js";
import type { AttestationPolicy } from "../../../../src/webauthn/rp/attestation/attestation-input.js";
import { verifyAttestation } from "../../../../src/webauthn/rp/verify-attestation.js";
import { testKey } from "../certificate-maker.js";

export const AAGUID = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
export const CLIENT_DATA_HASH = defaultCrypto.sha256(utf8("client data"));
export const CREDENTIAL_KEY = testKey("credential key");
export const CREDENTIAL_ID = utf8("a credential id");

const { publicKey } = CREDENTIAL_KEY;
export const COSE_KEY: CoseKey = {
  alg: -7,
  key: { kty: "EC", crv: "P-256", x: publicKey.subarray(1, 33), y: publicKey.subarray(33) },
};

export const RP_ID_HASH = defaultCrypto.sha256(utf8("example.org"));

/** Authenticator data of the one credential all format tests are about. */
export function authDataWith(aaguid: Uint8Array = AAGUID, key: CoseKey = COSE_KEY): Uint8Array {
  return encodeAuthenticatorData({
    rpIdHash: RP_ID_HASH,
    userPresent: true,
    userVerified: true,
    backupEligible: false,
    backedUp: false,
    signCount: 1,
    attested: {
      aaguid,
      credentialId: CREDENTIAL_ID,
      publicKey: key,
      publicKeyCose: encodeCoseKey(key),
    },
  });
}

export const AUTH_DATA = authDataWith();

export interface StatementUnderTest {
  readonly fmt: string;
  readonly attStmt: CborValue;
  readonly authData?: Uint8Array;
  readonly policy?: AttestationPolicy;
  readonly atEpochMs?: number;
  readonly trustAnchors?: readonly Uint8Array[];
}

export function verifyStatement({ fmt, attStmt, authData = AUTH_DATA, ...request }: StatementUnderTest) {
  return verifyAttestation({
    attestationObject: { fmt, attStmt, authData },
    clientDataHash: CLIENT_DATA_HASH,
    ...request,
  });
}
