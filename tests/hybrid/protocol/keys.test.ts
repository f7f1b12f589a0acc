import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { deriveKey, KeyPurpose } from "../../../src/hybrid/protocol/keys.js";
import { casesOf, PROVIDERS } from "../vectors.js";

interface DeriveCase {
  readonly name: string;
  readonly secret: string;
  readonly salt: string;
  readonly purpose: KeyPurpose;
  readonly length: number;
  readonly output: string;
}

interface HierarchyCase {
  readonly name: string;
  readonly rootSecret: string;
  readonly contactId: string;
  readonly pairingId: string;
  readonly identityKeySeed: string;
  readonly perContactIdSecret: string;
  readonly pairedSecret: string;
}

describe.each(PROVIDERS)("$name", (crypto) => {
  test.each(casesOf<DeriveCase>("derive"))("$nr: $name", ({ secret, salt, purpose, length, output }) => {
    const options = { purpose, salt: fromHex(salt) };
    expect(toHex(deriveKey(fromHex(secret), { ...options, length }, crypto))).toBe(output);
    expect(toHex(deriveKey(fromHex(secret), options, crypto))).toBe(output);
  });

  test.each(casesOf<HierarchyCase>("phoneKeyHierarchy"))("$name", (row) => {
    const root = fromHex(row.rootSecret);
    const seed = deriveKey(root, { purpose: KeyPurpose.IDENTITY_KEY_SEED }, crypto);
    expect(toHex(seed)).toBe(row.identityKeySeed);
    const contact = deriveKey(
      root,
      { purpose: KeyPurpose.PER_CONTACT_SECRET, salt: fromHex(row.contactId) },
      crypto,
    );
    expect(toHex(contact)).toBe(row.perContactIdSecret);
    const link = deriveKey(
      contact,
      { purpose: KeyPurpose.LINK_SECRET, salt: fromHex(row.pairingId) },
      crypto,
    );
    expect(toHex(link)).toBe(row.pairedSecret);
  });

  test("each purpose gives another key", () => {
    const secret = new Uint8Array(16);
    const keys = Object.values(KeyPurpose).map((purpose) =>
      deriveKey(secret, { purpose, length: 32 }, crypto),
    );
    expect(new Set(keys.map(toHex)).size).toBe(keys.length);
  });

  test("no salt is the empty salt", () => {
    const secret = new Uint8Array(16).fill(7);
    const purpose = KeyPurpose.TUNNEL_ID;
    expect(deriveKey(secret, { purpose }, crypto)).toEqual(
      deriveKey(secret, { purpose, salt: new Uint8Array(0) }, crypto),
    );
  });
});
