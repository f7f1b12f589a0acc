import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CborMap } from "../../../src/cbor/value.js";
import { concat } from "../../../src/core/bytes.js";
import { DerError, readDer } from "../../../src/webauthn/rp/der.js";
import { readCertificate } from "../../../src/webauthn/rp/certificate.js";
import { VerificationError } from "../../../src/webauthn/rp/verification-error.js";
import { verifyAttestation } from "../../../src/webauthn/rp/verify-attestation.js";
import { hexOf } from "../../helpers/vectors.js";
import { der } from "./der-maker.js";
import { attestationCase, objectBytes, objectOf } from "./vector-case.js";
import { fullRuns } from "../../helpers/full-runs.js";

const BASES = [
  "w3c-none-es256",
  "w3c-packed-self-es256",
  "packed-003",
  "fido-u2f-002",
  "tpm-018",
  "android-key-001",
  "android-safetynet-000",
  "apple-000",
];

/** What the call came to. Anything but a verification error is a bug and escapes. */
function outcomeOf(call: () => unknown): "returned" | VerificationError {
  try {
    call();
    return "returned";
  } catch (error) {
    if (error instanceof VerificationError) return error;
    throw error;
  }
}

const edits = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 3 });

function edited(bytes: Uint8Array, changes: readonly (readonly [at: number, xor: number])[]): Uint8Array {
  const out = Uint8Array.from(bytes);
  for (const [at, xor] of changes) out[at % out.length] = (out[at % out.length] as number) ^ xor;
  return out;
}

describe("damaged input", () => {
  test.each(BASES)("%s: a changed object verifies or is refused with a code", (id) => {
    const row = attestationCase(id);
    const bytes = objectBytes(row);
    const clientDataHash = hexOf(row.clientDataHash ?? undefined);
    fc.assert(
      fc.property(edits, (changes) => {
        outcomeOf(() => verifyAttestation({ attestationObject: edited(bytes, changes), clientDataHash }));
      }),
      { numRuns: 300 },
    );
  });

  test.each(BASES)("%s: an object cut short anywhere is refused", (id) => {
    const row = attestationCase(id);
    const bytes = objectBytes(row);
    const clientDataHash = hexOf(row.clientDataHash ?? undefined);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
        const attestationObject = bytes.subarray(0, length);
        expect(outcomeOf(() => verifyAttestation({ attestationObject, clientDataHash }))).toMatchObject({
          code: "RP_ATTESTATION_OBJECT",
        });
      }),
      { numRuns: 200 },
    );
  });

  test.each(["packed-003", "tpm-018", "android-key-001", "apple-000"])(
    "%s: a changed certificate reads or is refused with a code",
    (id) => {
      const [leaf] = (objectOf(attestationCase(id)).attStmt as CborMap).get("x5c") as readonly Uint8Array[];
      fc.assert(
        fc.property(edits, (changes) => {
          outcomeOf(() => readCertificate(edited(leaf as Uint8Array, changes)));
        }),
        { numRuns: fullRuns(500) },
      );
    },
  );
});

describe("DER", () => {
  test("what was written is what is read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.uint8Array({ maxLength: 300 }), (tag, content) => {
        expect(readDer(der(tag, content))).toMatchObject({ tag, content, constructed: false });
      }),
    );
  });

  test("whatever is read has one encoding: rewriting tag, length and content gives the same bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        let item;
        try {
          item = readDer(bytes);
        } catch (error) {
          if (error instanceof DerError) return;
          throw error;
        }
        const head = bytes.subarray(0, item.tag < 31 ? 1 : undefined);
        if (item.tag >= 31) return;
        expect(der(head[0] as number, item.content)).toEqual(concat(bytes));
      }),
      { numRuns: fullRuns(3000) },
    );
  });
});
