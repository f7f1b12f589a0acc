import { arg, checkArguments, maybe, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { concat, equalBytes, fromBase64url, utf8 } from "../../core/bytes.js";
import type { CborValue } from "../../cbor/value.js";
import { defaultCrypto } from "../../crypto/default.js";
import type { AuthenticatorData } from "../../ctap/messages/authenticator-data.js";
import { CoseKeyError, parseCoseKey, type CoseKey } from "../../ctap/messages/cose.js";
import type { AuthenticationResponseInput } from "../json-input.js";
import { checkClientData, type ExpectedPage } from "./client-data-check.js";
import type { Finding } from "./finding.js";
import { readAuthenticatorData } from "./read-authenticator-data.js";
import { paddedMembers, responseBytes, responseCredentialId } from "./response-bytes.js";
import { demandSignature } from "./signature.js";
import type { CredentialRecord } from "./stored-credential.js";
import { VerificationError } from "./verification-error.js";

export interface ExpectedAssertion extends ExpectedPage {
  readonly rpId: string;
  /** The U2F app id asked for with the appid extension; accepted in place of the rp id only if the client used it. */
  readonly appId?: string;
  readonly credential: CredentialRecord;
  /** The ids asked for; any when absent or empty. */
  readonly allowCredentials?: readonly Uint8Array[];
  /** Owner of the stored credential. */
  readonly userHandle?: Uint8Array;
  /** True when the account is learnt from the response: then it must carry a user handle. */
  readonly discoverable?: boolean;
  /** As asked for; anything but "required" accepts responses without user verification. */
  readonly userVerification?: string;
  /** What a counter that does not rise means: a refusal (default), or a warning in the result. */
  readonly counterPolicy?: "reject" | "warn";
}

const EXPECTED = parameters<ExpectedAssertion>({
  challenge: arg.bytesOrText,
  origins: shape.list(shape.text),
  topOrigins: maybe(shape.list(shape.text)),
  rpId: shape.text,
  appId: maybe(shape.text),
  credential: shape.object(
    { id: shape.text, publicKeyCose: arg.bytes, signCount: arg.count },
    {
      backupEligible: { ...shape.flag, nullable: true },
      backedUp: { ...shape.flag, nullable: true },
      uvInitialized: shape.flag,
      transports: shape.list(shape.text),
    },
  ),
  allowCredentials: maybe(shape.list(arg.bytes)),
  userHandle: maybe(arg.bytes),
  discoverable: maybe(shape.flag),
  userVerification: maybe(shape.text),
  counterPolicy: maybe(shape.oneOf(["reject", "warn"])),
});

export interface VerifiedAssertion {
  /** The record brought up to date, to be stored unless the site distrusts it after a warning. */
  readonly credential: CredentialRecord;
  readonly credentialId: Uint8Array;
  readonly signCount: number;
  /** The counter stood still or fell: the authenticator may have been cloned. */
  readonly cloneWarning: boolean;
  readonly userVerified: boolean;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
  readonly userHandle?: Uint8Array;
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin?: string;
  /** Outputs of authenticator extensions. */
  readonly extensions?: ReadonlyMap<string, CborValue>;
  readonly findings: readonly Finding[];
}

/**
 * Verifies a sign-in as a site does.
 *
 * Left to the site, because both need its store: whether the challenge is still good, and which stored record belongs
 * to the response's id.
 *
 * @param response of any page or of `authenticate`.
 * @param expected challenge, origins, rp id and the stored credential record.
 * @returns the record brought up to date, and what the authenticator said.
 * @throws {VerificationError} with the first rule broken.
 * @see WebAuthn Level 3 §7.2 (verifying an authentication assertion)
 *
 * @example
 * const { credential } = verifyAssertion(response, {
 *   challenge,
 *   origins: ["https://example.com"],
 *   rpId: "example.com",
 *   credential: stored,
 * });
 */
export function verifyAssertion(
  response: AuthenticationResponseInput,
  expected: ExpectedAssertion,
): VerifiedAssertion {
  checkArguments("verifyAssertion", { expected: [EXPECTED, expected] });
  const credentialId = responseCredentialId(response);
  demandKnown(credentialId, expected);
  const userHandle = judgeUserHandle(response, expected);
  const clientDataJson = responseBytes(response.response.clientDataJSON, "clientDataJSON");
  const page = checkClientData(clientDataJson, "webauthn.get", expected);
  const authData = responseBytes(response.response.authenticatorData, "authenticatorData");
  const { parsed, findings } = readAuthenticatorData(authData);
  demandAuthenticatorData(parsed, {
    ...expected,
    appIdUsed: extensionResultOf(response, "appid") === true,
  });
  const { alg, key } = storedKey(expected.credential);
  const signature = responseBytes(response.response.signature, "signature");
  if (signature.length === 0) throw new VerificationError("RP_SIGNATURE_EMPTY", "the signature has no bytes");
  demandSignature(
    { alg, key, message: concat(authData, page.hash), signature },
    { wrong: "RP_SIGNATURE", encoding: "RP_SIGNATURE_ENCODING", mismatch: "RP_SIGNATURE" },
  );
  const cloneWarning = judgeCounter(parsed.signCount, expected);
  return {
    credential: updatedRecord(expected.credential, parsed),
    credentialId,
    signCount: parsed.signCount,
    cloneWarning,
    userVerified: parsed.userVerified,
    backupEligible: parsed.backupEligible,
    backedUp: parsed.backedUp,
    ...(userHandle && { userHandle }),
    origin: page.origin,
    crossOrigin: page.crossOrigin,
    ...(page.topOrigin !== undefined && { topOrigin: page.topOrigin }),
    ...(parsed.extensions && { extensions: parsed.extensions }),
    findings: [...paddedMembers(response), ...page.findings, ...findings],
  };
}

function demandKnown(id: Uint8Array, { credential, allowCredentials = [] }: ExpectedAssertion): void {
  if (!equalBytes(id, fromBase64url(credential.id))) {
    throw new VerificationError(
      "RP_CREDENTIAL_ID",
      "the response is of another credential than the stored one",
    );
  }
  if (allowCredentials.length > 0 && !allowCredentials.some((allowed) => equalBytes(allowed, id))) {
    throw new VerificationError(
      "RP_CREDENTIAL_NOT_ALLOWED",
      "the response is of a credential that was not asked for",
    );
  }
}

function judgeUserHandle(
  response: AuthenticationResponseInput,
  expected: ExpectedAssertion,
): Uint8Array | undefined {
  const stated: unknown = response.response.userHandle;
  // Safari, and keys that hold an empty handle, send "" where they mean none.
  if (stated === undefined || stated === null || stated === "") {
    if (expected.discoverable !== true) return undefined;
    throw new VerificationError("RP_USER_HANDLE", "the response names no account", {
      hint: "only discoverable credentials name one: list the account's credentials in allowCredentials, or ask for residentKey at registration",
    });
  }
  const userHandle = responseBytes(stated, "userHandle");
  if (expected.userHandle !== undefined && !equalBytes(userHandle, expected.userHandle)) {
    throw new VerificationError("RP_USER_HANDLE", "the response names another account");
  }
  return userHandle;
}

function demandAuthenticatorData(
  parsed: AuthenticatorData,
  expected: ExpectedAssertion & { readonly appIdUsed: boolean },
): void {
  const { rpId, appId, appIdUsed } = expected;
  const scope = appIdUsed && appId !== undefined ? appId : rpId;
  if (!equalBytes(parsed.rpIdHash, defaultCrypto.sha256(utf8(scope)))) {
    throw new VerificationError("RP_ID_HASH", `the assertion was not made for ${scope}`);
  }
  if (!parsed.userPresent) throw new VerificationError("RP_USER_PRESENT", "nobody was present");
  if (!parsed.userVerified && expected.userVerification === "required") {
    throw new VerificationError("RP_USER_VERIFIED", "the user was not verified");
  }
  const stored = expected.credential.backupEligible;
  if (stored !== undefined && stored !== null && stored !== parsed.backupEligible) {
    throw new VerificationError(
      "RP_BACKUP_ELIGIBILITY",
      `backup eligible was ${stored} at registration, is ${parsed.backupEligible} now`,
    );
  }
}

/** Absent in responses of older clients, whatever the type says. */
function extensionResultOf(response: AuthenticationResponseInput, name: string): unknown {
  const results = response.clientExtensionResults as Readonly<Record<string, unknown>> | undefined;
  return results?.[name];
}

function storedKey({ publicKeyCose }: CredentialRecord): CoseKey {
  try {
    return parseCoseKey(publicKeyCose);
  } catch (error) {
    if (!(error instanceof CoseKeyError)) throw error;
    const code = error.code === "COSE_UNSUPPORTED" ? "RP_ALGORITHM_UNSUPPORTED" : "RP_SIGNATURE";
    throw new VerificationError(code, `stored public key: ${error.message}`, { cause: error });
  }
}

/** @see WebAuthn Level 3 §6.1.1 (signature counter considerations) */
function judgeCounter(signCount: number, { credential, counterPolicy }: ExpectedAssertion): boolean {
  const rose = signCount > credential.signCount || (signCount === 0 && credential.signCount === 0);
  if (rose) return false;
  if (counterPolicy === "warn") return true;
  throw new VerificationError("RP_COUNTER", `counter ${signCount} after ${credential.signCount}`);
}

/** The new state of the record. @see WebAuthn Level 3 §7.2, last steps */
function updatedRecord(credential: CredentialRecord, parsed: AuthenticatorData): CredentialRecord {
  return {
    ...credential,
    signCount: parsed.signCount,
    backedUp: parsed.backedUp,
    uvInitialized: credential.uvInitialized === true || parsed.userVerified,
  };
}
