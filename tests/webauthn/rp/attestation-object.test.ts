import { describe, expect, test } from "vitest";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { fromHex } from "../../../src/core/bytes.js";
import { readAttestationObject } from "../../../src/webauthn/rp/attestation-object.js";
import { refusal } from "./refusal.js";

/** {"fmt": "none", "attStmt": {}, "authData": h'01'} in CTAP2's order. */
const GOOD = "a363666d74646e6f6e656761747453746d74a068617574684461746141 01".replace(" ", "");

describe("readAttestationObject", () => {
  test("reads the three members", () => {
    expect(readAttestationObject(fromHex(GOOD))).toEqual({
      fmt: "none",
      attStmt: new Map(),
      authData: Uint8Array.of(1),
      findings: [],
    });
  });

  test("names each broken encoding rule and where", () => {
    const indefinite = `bf${GOOD.slice(2)}ff`;
    expect(readAttestationObject(fromHex(indefinite)).findings).toEqual([
      { code: "CBOR_INDEFINITE_LENGTH", detail: "attestation object, offset 0" },
    ]);
  });

  test.each([
    ["nothing", ""],
    ["an array", "80"],
    ["the object cut short", GOOD.slice(0, -2)],
    ["a byte after the object", `${GOOD}00`],
    ["a member twice", `a463666d74646e6f6e6563666d74646e6f6e65${GOOD.slice("a363666d74646e6f6e65".length)}`],
    ["a format that is no text", GOOD.replace("63666d74646e6f6e65", "63666d7401")],
    ["authenticator data as text", GOOD.replace(/4101$/, "6101")],
  ])("%s is refused", (_what, hex) => {
    expect(() => readAttestationObject(fromHex(hex))).toThrow(refusal("RP_ATTESTATION_OBJECT"));
  });

  test.each(["fmt", "attStmt", "authData"])("an object without %s is refused", (missing) => {
    const members = new Map<CborKey, CborValue>([
      ["fmt", "none"],
      ["attStmt", new Map()],
      ["authData", Uint8Array.of(1)],
    ]);
    members.delete(missing);
    expect(() => readAttestationObject(encodeCbor(members))).toThrow(refusal("RP_ATTESTATION_OBJECT"));
  });
});
