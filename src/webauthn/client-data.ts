import { utf8 } from "../core/bytes.js";
import type { Env } from "../core/env.js";

export interface ClientDataInput {
  readonly type: "webauthn.create" | "webauthn.get";
  /** Base64url without padding, as it stands in the JSON. */
  readonly challenge: string;
  /** Serialised origin such as `https://login.example.com`. */
  readonly origin: string;
  readonly crossOrigin?: boolean | undefined;
  /** Only for a frame within another origin's page. */
  readonly topOrigin?: string | undefined;
}

export interface ClientData {
  readonly json: Uint8Array;
  /** SHA-256 of `json`: what authenticators sign. */
  readonly hash: Uint8Array;
}

/**
 * What the page's answer says about its circumstances, in the one serialisation limited verifiers rely on.
 *
 * @see WebAuthn Level 3 §5.8.1.1 (serialization)
 */
export function buildClientData({ crypto }: Pick<Env, "crypto">, input: ClientDataInput): ClientData {
  const members = [
    `"type":${toCcdString(input.type)}`,
    `"challenge":${toCcdString(input.challenge)}`,
    `"origin":${toCcdString(input.origin)}`,
    `"crossOrigin":${input.crossOrigin === true}`,
    ...(input.topOrigin === undefined ? [] : [`"topOrigin":${toCcdString(input.topOrigin)}`]),
  ];
  const json = utf8(`{${members.join(",")}}`);
  return { json, hash: crypto.sha256(json) };
}

/** JSON string with exactly one spelling per text, unlike `JSON.stringify`: no short escapes such as `\n`. */
function toCcdString(text: string): string {
  let out = '"';
  for (const character of text) {
    const codePoint = character.codePointAt(0) as number;
    if (character === '"' || character === "\\") out += `\\${character}`;
    else if (codePoint < 0x20) out += `\\u${codePoint.toString(16).padStart(4, "0")}`;
    else out += character;
  }
  return `${out}"`;
}
