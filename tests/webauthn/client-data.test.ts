import { describe, expect, test } from "vitest";
import { createHash } from "node:crypto";
import { defaultCrypto } from "../../src/crypto/default.js";
import { buildClientData } from "../../src/webauthn/client-data.js";
import { hexOf, loadVectors } from "../helpers/vectors.js";

interface VectorCase {
  readonly id: string;
  readonly clientDataJSON?: string;
  readonly source?: string;
}

interface ClientDataJson {
  readonly type: "webauthn.create" | "webauthn.get";
  readonly challenge: string;
  readonly origin: string;
  readonly crossOrigin: boolean;
  readonly topOrigin?: string;
  readonly extraData?: string;
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** The cases the W3C publishes: their client data was made by the algorithm under test. */
const published = ["assertion", "attestation"].flatMap((file) =>
  loadVectors<VectorCase>(file)
    .filter(({ source, clientDataJSON }) => source?.startsWith("w3c/") && clientDataJSON !== undefined)
    .map(({ id, clientDataJSON }) => ({ name: `${file} ${id}`, json: text(hexOf(clientDataJSON)) })),
);

test("the published vectors are there", () => {
  expect(published.length).toBeGreaterThanOrEqual(20);
});

test.each(published)("is serialised as in $name", ({ json }) => {
  const { extraData, ...input } = JSON.parse(json) as ClientDataJson;
  const { json: ours } = buildClientData({ crypto: defaultCrypto }, input);
  // Members of the future follow ours; everything up to them is fixed.
  const suffix = extraData === undefined ? "" : `,"extraData":${JSON.stringify(extraData)}`;
  expect(text(ours).replace(/\}$/, `${suffix}}`)).toBe(json);
});

test("the hash is SHA-256 of exactly these bytes", () => {
  const { json, hash } = buildClientData(
    { crypto: defaultCrypto },
    {
      type: "webauthn.get",
      challenge: "AAAA",
      origin: "https://example.com",
    },
  );
  expect(hash).toEqual(new Uint8Array(createHash("sha256").update(json).digest()));
});

describe("text within it", () => {
  /** Input and its one spelling, WebAuthn Level 3 §5.8.1.1 (CCDToString). */
  const SPELLINGS: readonly (readonly [name: string, origin: string, spelled: string])[] = [
    ["a quotation mark is escaped", 'a"b', 'a\\"b'],
    ["a backslash is escaped", "a\\b", "a\\\\b"],
    ["a line feed has no short form", "a\nb", "a\\u000ab"],
    ["the last control character is escaped in lower case", "a\u001fb", "a\\u001fb"],
    ["a slash stays", "a/b", "a/b"],
    ["delete stays, unlike other control characters", "a\u007fb", "a\u007fb"],
    ["characters beyond ASCII stay", "ü\u2028😀", "ü\u2028😀"],
    ["half a surrogate pair becomes the replacement character", "a\ud800b", "a\ufffdb"],
  ];

  test.each(SPELLINGS)("%s", (_, origin, spelled) => {
    const { json } = buildClientData(
      { crypto: defaultCrypto },
      { type: "webauthn.get", challenge: "AAAA", origin },
    );
    expect(text(json)).toBe(
      `{"type":"webauthn.get","challenge":"AAAA","origin":"${spelled}","crossOrigin":false}`,
    );
  });
});
