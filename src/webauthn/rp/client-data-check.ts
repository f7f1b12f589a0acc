import { fromBase64url, toBase64url } from "../../core/bytes.js";
import { defaultCrypto } from "../../crypto/default.js";
import type { Finding } from "./finding.js";
import { VerificationError } from "./verification-error.js";

/** What a site knows about the page the ceremony ran on. */
export interface ExpectedPage {
  /** As issued, base64url or bytes. */
  readonly challenge: string | Uint8Array;
  /** Accepted origins, such as `https://example.org` or `android:apk-key-hash:...`; compared letter by letter. */
  readonly origins: readonly string[];
  /** Origins of pages that may embed this one. Absent: the ceremony must not have run in a foreign iframe. */
  readonly topOrigins?: readonly string[];
}

export interface CheckedClientData {
  /** SHA-256 of the JSON as received. */
  readonly hash: Uint8Array;
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin?: string;
  readonly findings: readonly Finding[];
}

/**
 * The rules both ceremonies share about client data.
 *
 * @throws {VerificationError} `RP_CLIENT_DATA`, `RP_TYPE`, `RP_CHALLENGE`, `RP_ORIGIN`, `RP_CROSS_ORIGIN`, `RP_TOP_ORIGIN`.
 * @see WebAuthn Level 3 §7.1 and §7.2, steps on client data
 */
export function checkClientData(
  json: Uint8Array,
  type: "webauthn.create" | "webauthn.get",
  expected: ExpectedPage,
): CheckedClientData {
  const data = parseJson(json);
  const stated = data["type"];
  if (stated !== type) {
    throw new VerificationError("RP_TYPE", `type ${JSON.stringify(stated)}, not ${type}`);
  }
  demandChallenge(data["challenge"], expected.challenge);
  const origin = data["origin"];
  if (typeof origin !== "string" || !expected.origins.includes(origin)) {
    throw new VerificationError("RP_ORIGIN", `origin ${JSON.stringify(origin)} is not expected`);
  }
  const { crossOrigin, topOrigin } = embedding(data, expected.topOrigins);
  const findings: Finding[] = [];
  if (topOrigin !== undefined && !crossOrigin) {
    findings.push({
      code: "TOP_ORIGIN_WITHOUT_CROSS_ORIGIN",
      detail: "topOrigin is stated, crossOrigin is not true",
    });
  }
  return {
    hash: defaultCrypto.sha256(json),
    origin,
    crossOrigin,
    ...(topOrigin !== undefined && { topOrigin }),
    findings,
  };
}

function parseJson(json: Uint8Array): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    // As "UTF-8 decode" has it: a byte order mark is dropped, wrong bytes are replaced. The hash covers them as they are.
    value = JSON.parse(new TextDecoder().decode(json));
  } catch (cause) {
    throw new VerificationError("RP_CLIENT_DATA", "clientDataJSON is not JSON", { cause });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new VerificationError("RP_CLIENT_DATA", "clientDataJSON is no object");
  }
  return value as Readonly<Record<string, unknown>>;
}

function demandChallenge(stated: unknown, issued: string | Uint8Array): void {
  const wanted = typeof issued === "string" ? fromBase64url(issued) : issued;
  // Compared as the text a client writes: other spellings of the same bytes are no client's. An empty challenge would
  // be answered by any replay.
  if (wanted.length === 0 || stated !== toBase64url(wanted)) {
    throw new VerificationError("RP_CHALLENGE", "the client data answers another challenge");
  }
}

function embedding(data: Readonly<Record<string, unknown>>, topOrigins: readonly string[] | undefined) {
  const crossOrigin = data["crossOrigin"] === true;
  if (crossOrigin && topOrigins === undefined) {
    throw new VerificationError("RP_CROSS_ORIGIN", "the ceremony ran in an iframe of another site");
  }
  const topOrigin = data["topOrigin"];
  // Clients that have none to state write null, too.
  if (topOrigin === undefined || topOrigin === null) return { crossOrigin, topOrigin: undefined };
  if (typeof topOrigin !== "string" || topOrigins?.includes(topOrigin) !== true) {
    throw new VerificationError("RP_TOP_ORIGIN", `top origin ${JSON.stringify(topOrigin)} is not expected`);
  }
  return { crossOrigin, topOrigin };
}
