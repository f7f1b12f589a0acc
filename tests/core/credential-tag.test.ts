import { expect, test } from "vitest";
import { utf8 } from "../../src/core/bytes.js";
import { credentialTag } from "../../src/core/credential-tag.js";

/** Source: the SHA-256 examples of FIPS 180-4, first four bytes. */
test.each([
  ["", "e3b0c442"],
  ["abc", "ba7816bf"],
])("the tag of %j is the beginning of its hash", (text, tag) => {
  expect(credentialTag(utf8(text))).toBe(tag);
});

test("ids that differ in one bit differ in their tags, and no part of the id shows", () => {
  const id = new Uint8Array(64).fill(0xa5);
  const other = id.slice();
  other[63] = 0xa4;
  expect(credentialTag(id)).not.toBe(credentialTag(other));
  expect(credentialTag(id)).not.toContain("a5a5");
});
