import { toBase64url, utf8 } from "../../core/bytes.js";
import { sha256 } from "../../core/host-crypto.js";
import type { Asked } from "../importer.js";
import { type Counter, credentialTag, tagOf, tagOfBytes } from "../tags.js";
import { bytesOf } from "./bytes-of.js";
import { isObject, listIn, numberIn, objectIn, objectsIn, parsed, textIn, type JsonObject } from "./walk.js";

/** Options that a site sent to its page. Nothing in it is secret. */
export interface FoundOptions {
  readonly what: "options";
  readonly kind: "registration" | "login";
  /** Tag of the challenge's bytes. */
  readonly challenge: string;
  /** Tag of the RP ID, where the options name one. */
  readonly rp?: string | undefined;
  readonly asked: Asked;
  /** Tags of the credentials that are named, as trace records hold them. */
  readonly credentials: readonly string[];
  /** Every transport that they are named with. */
  readonly transports: readonly string[];
  /** Tags of the client data hashes that a browser makes of this challenge on a page of each origin. */
  readonly clientDataFor: (origins: readonly string[]) => readonly string[];
}

/** An authenticator's answer that a page sent to its site. */
export interface FoundAnswer {
  readonly what: "answer";
  readonly kind: "registration" | "login";
  /** Tag of the SHA-256 of clientDataJSON. */
  readonly clientData: string;
  readonly challenge?: string | undefined;
  /** Tag of the credential id, as trace records hold it. */
  readonly credential?: string | undefined;
  /** Tag of the origin in clientDataJSON. */
  readonly attachment?: "platform" | "cross-platform" | undefined;
}

export type Found = FoundOptions | FoundAnswer;

/** Words that a body with something to find has in it: cheap to look for. */
export const WEBAUTHN_WORDS = /challenge|clientDataJSON/;

/**
 * Finds options and answers of WebAuthn anywhere in a JSON body, by their shape.
 *
 * @param redacted where the values that became tags are counted.
 * @see WebAuthn Level 3 §5.1.8 to §5.1.10
 */
export function findWebauthn(body: unknown, redacted: Counter): readonly Found[] {
  const found: Found[] = [];
  const taken = new Set<unknown>();
  for (const object of objectsIn(body)) {
    if (taken.has(object)) continue;
    const one = answerIn(object, redacted) ?? optionsIn(object, redacted);
    if (one === undefined) continue;
    found.push(one);
    // The answer's own part would be found again.
    taken.add(object["response"]);
  }
  return found;
}

function optionsIn(object: JsonObject, redacted: Counter): FoundOptions | undefined {
  const challenge = bytesOf(object["challenge"]);
  if (challenge === undefined) return undefined;
  const isCreation =
    Array.isArray(object["pubKeyCredParams"]) || (isObject(object["rp"]) && isObject(object["user"]));
  const isRequest =
    "allowCredentials" in object || typeof object["rpId"] === "string" || "userVerification" in object;
  if (!isCreation && !isRequest) return undefined;
  const rpId = isCreation ? textIn(objectIn(object, "rp") ?? {}, "id") : textIn(object, "rpId");
  const named = listIn(object, isCreation ? "excludeCredentials" : "allowCredentials").filter(isObject);
  redacted.add("challenge");
  if (named.length > 0) redacted.add("credential id", named.length);
  if (isCreation) redacted.add("user of a registration");
  const timeoutMs = numberIn(object, "timeout");
  const challengeText = toBase64url(challenge);
  const type = isCreation ? "webauthn.create" : "webauthn.get";
  return {
    what: "options",
    kind: isCreation ? "registration" : "login",
    challenge: tagOfBytes(challenge),
    ...(rpId !== undefined && { rp: tagOf(rpId) }),
    asked: timeoutMs === undefined ? {} : { timeoutMs },
    credentials: named.flatMap(({ id }) => {
      const bytes = bytesOf(id);
      return bytes === undefined ? [] : [credentialTag(bytes)];
    }),
    transports: [
      ...new Set(
        named.flatMap((one) =>
          listIn(one, "transports").filter((word) => TRANSPORTS.includes(word as string)),
        ),
      ),
    ] as readonly string[],
    clientDataFor: (origins) =>
      origins.map((origin) => predicted({ type, challenge: challengeText, origin })),
  };
}

const TRANSPORTS: readonly string[] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal", "cable"];

/** What a browser makes of a challenge on a top-level page. @see WebAuthn Level 3 §5.8.1.1 */
function predicted(members: {
  readonly type: string;
  readonly challenge: string;
  readonly origin: string;
}): string {
  const { type, challenge, origin } = members;
  const json = `{"type":"${type}","challenge":"${challenge}","origin":${JSON.stringify(origin)},"crossOrigin":false}`;
  return tagOfBytes(sha256(utf8(json)));
}

function answerIn(object: JsonObject, redacted: Counter): FoundAnswer | undefined {
  const inner = objectIn(object, "response") ?? object;
  const clientData = bytesOf(inner["clientDataJSON"]);
  if (clientData === undefined) return undefined;
  const isCreation = "attestationObject" in inner;
  if (!isCreation && !("authenticatorData" in inner) && !("signature" in inner)) return undefined;
  redacted.add("client data");
  redacted.add(isCreation ? "attestation" : "signature");
  const id = bytesOf(object["rawId"] ?? object["id"] ?? inner["credentialId"] ?? object["credentialId"]);
  if (id !== undefined) redacted.add("credential id");
  const said = parsed(new TextDecoder().decode(clientData));
  const challenge = isObject(said) ? bytesOf(said["challenge"]) : undefined;
  const attachment = textIn(object, "authenticatorAttachment");
  return {
    what: "answer",
    kind: isCreation ? "registration" : "login",
    clientData: tagOfBytes(sha256(clientData)),
    ...(challenge !== undefined && { challenge: tagOfBytes(challenge) }),
    ...(id !== undefined && { credential: credentialTag(id) }),
    ...((attachment === "platform" || attachment === "cross-platform") && { attachment }),
  };
}
