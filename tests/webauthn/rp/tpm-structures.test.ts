import { describe, expect, test } from "vitest";
import type { CborMap } from "../../../src/cbor/value.js";
import { fromHex, toHex } from "../../../src/core/bytes.js";
import { parseCoseKey } from "../../../src/ctap/messages/cose.js";
import { sameKey } from "../../../src/webauthn/rp/certificate-key.js";
import { readCertifyInfo, readPublicArea } from "../../../src/webauthn/rp/tpm-structures.js";
import { isTpmVendor } from "../../../src/webauthn/rp/tpm-vendors.js";
import { hexOf } from "../../helpers/vectors.js";
import { refusal } from "./refusal.js";
import { ATTESTATIONS, objectOf } from "./vector-case.js";

const TPM_ROWS = ATTESTATIONS.filter(({ fmt }) => fmt === "tpm");

describe("the structures of published TPM statements", () => {
  test.each(TPM_ROWS)("$id: the public area holds the credential's key, and certInfo its name", (row) => {
    const statement = objectOf(row).attStmt as CborMap;
    const { key, nameAlg } = readPublicArea(statement.get("pubArea") as Uint8Array);
    expect(sameKey(key, parseCoseKey(hexOf(row.expected.publicKeyCose)).key)).toBe(true);
    const { name } = readCertifyInfo(statement.get("certInfo") as Uint8Array);
    expect(toHex(name.subarray(0, 2))).toBe(nameAlg.toString(16).padStart(4, "0"));
  });

  test.each(TPM_ROWS)("$id: every shorter public area is refused, and every shorter certInfo", (row) => {
    const statement = objectOf(row).attStmt as CborMap;
    const pubArea = statement.get("pubArea") as Uint8Array;
    const certInfo = statement.get("certInfo") as Uint8Array;
    for (let length = 0; length < pubArea.length; length++) {
      expect(() => readPublicArea(pubArea.subarray(0, length))).toThrow(refusal("RP_ATTESTATION_TPM"));
    }
    for (let length = 0; length < certInfo.length; length++) {
      expect(() => readCertifyInfo(certInfo.subarray(0, length))).toThrow(refusal("RP_ATTESTATION_TPM"));
    }
  });
});

const ECC_HEAD = "0023000b00060472000000100010000300 10".replace(" ", "");
const Y = "11".repeat(32);

describe("a coordinate", () => {
  test("may lack its leading zeros", () => {
    const { key } = readPublicArea(fromHex(`${ECC_HEAD}001f${"22".repeat(31)}0020${Y}`));
    expect(key).toMatchObject({ kty: "EC", crv: "P-256", x: fromHex(`00${"22".repeat(31)}`), y: fromHex(Y) });
  });

  test("may have a leading zero too many", () => {
    const { key } = readPublicArea(fromHex(`${ECC_HEAD}002100${"22".repeat(32)}0020${Y}`));
    expect(key).toMatchObject({ x: fromHex("22".repeat(32)) });
  });

  test("must not be longer than its curve's field", () => {
    expect(() => readPublicArea(fromHex(`${ECC_HEAD}002101${"22".repeat(32)}0020${Y}`))).toThrow(
      refusal("RP_ATTESTATION_TPM"),
    );
  });
});

describe("an RSA area", () => {
  const N = "33".repeat(16);

  test("with exponent 0 has the default exponent", () => {
    const { key } = readPublicArea(
      fromHex(`0001000b0004000000000010001000800000 00000010${N}`.replace(" ", "")),
    );
    expect(key).toMatchObject({ kty: "RSA", n: fromHex(N), e: fromHex("00010001") });
  });

  test("with a signing scheme states the scheme's hash", () => {
    const { key } = readPublicArea(
      fromHex(`0001000b000400000000001000 14000b0080000100010010${N}`.replace(" ", "")),
    );
    expect(key).toMatchObject({ kty: "RSA", n: fromHex(N), e: fromHex("00010001") });
  });
});

describe("a manufacturer", () => {
  test.each([
    ["id:49465800", true],
    ["id:49465800 ", false],
    ["id:494e5443", true],
    ["Infineon", false],
    ["id:00000000", false],
  ])("%s is registered: %s", (text, registered) => {
    expect(isTpmVendor(text)).toBe(registered);
  });
});
