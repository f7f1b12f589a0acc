import { fromHex, toBase64url } from "../../../src/core/bytes.js";
import type { AuthenticationResponseJSON } from "../../../src/webauthn/json.js";
import type { CredentialRecord } from "../../../src/webauthn/rp/stored-credential.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";

/** One row of assertion.json; binary members in hex. */
export interface AssertionCase {
  readonly id: string;
  readonly kind?: string;
  readonly authenticatorData: string;
  readonly clientDataJSON?: string;
  readonly clientDataHash?: string;
  readonly signature: string;
  readonly publicKeyCose?: string;
  readonly credentialId?: string;
  readonly alg?: number;
  readonly signCount?: number;
  readonly rpIdHash?: string;
  readonly verified: boolean | null;
}

export const ASSERTIONS = loadVectors<AssertionCase>("assertion");

export function assertionCase(id: string): AssertionCase {
  const found = ASSERTIONS.find((row) => row.id === id);
  if (found === undefined) throw new Error(`no vector ${id}`);
  return found;
}

/** A complete response around the row; a row without a credential id gets one. */
export function assertionResponse(row: AssertionCase): AuthenticationResponseJSON {
  const id = toBase64url(fromHex(row.credentialId ?? "00"));
  return {
    id,
    rawId: id,
    type: "public-key",
    clientExtensionResults: {},
    response: {
      clientDataJSON: toBase64url(hexOf(row.clientDataJSON)),
      authenticatorData: toBase64url(hexOf(row.authenticatorData)),
      signature: toBase64url(hexOf(row.signature)),
    },
  };
}

/** The record a site would hold before this sign-in. */
export function recordOf(row: AssertionCase): CredentialRecord {
  return {
    id: toBase64url(fromHex(row.credentialId ?? "00")),
    publicKeyCose: hexOf(row.publicKeyCose),
    signCount: Math.max(0, (row.signCount ?? 0) - 1),
  };
}
