import type { CborValue } from "../../../cbor/value.js";
import { VerificationError } from "../verification-error.js";
import type { AttestationInput, AttestationResult, AttestationType } from "./attestation-input.js";

const STATEMENTS_MIN = 2;
const STATEMENTS_MAX = 8;

/** From the strongest claim to the weakest; a compound counts as its strongest part. */
const STRENGTH: readonly AttestationType[] = ["attca", "basic", "anonca", "self", "none"];

/**
 * Several statements about one credential. All must hold, or one, as the policy says.
 *
 * The trust path is that of the strongest part.
 *
 * @throws {VerificationError} `RP_ATTESTATION_COMPOUND` for a malformed list; the first part's own refusal
 *   when too few hold.
 * @see WebAuthn Level 3 §8.9
 */
export function verifyCompound(input: AttestationInput): AttestationResult {
  const statements = readParts(input.attStmt);
  const held: (AttestationResult & { readonly fmt: string })[] = [];
  const refusals: VerificationError[] = [];
  for (const { fmt, attStmt } of statements) {
    const verify = input.formats.get(fmt);
    try {
      if (verify === undefined) throw new VerificationError("RP_UNKNOWN_FORMAT", `compound: format ${fmt}`);
      held.push({ fmt, ...verify({ ...input, attStmt }) });
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error;
      refusals.push(error);
    }
  }
  const [refusal] = refusals;
  const enough = input.policy.compound === "any" ? held.length > 0 : refusal === undefined;
  if (!enough && refusal !== undefined) throw refusal;
  const [strongest] = [...held].sort((a, b) => STRENGTH.indexOf(a.type) - STRENGTH.indexOf(b.type));
  if (strongest === undefined) throw new VerificationError("RP_ATTESTATION_COMPOUND", "no statement holds");
  return {
    type: strongest.type,
    trustPath: strongest.trustPath,
    findings: [
      ...held.flatMap(({ findings }) => findings),
      ...refusals.map(({ code, message }) => ({ code: `COMPOUND_PART_${code}`, detail: message })),
    ],
    parts: held,
  };
}

function readParts(attStmt: CborValue): readonly { readonly fmt: string; readonly attStmt: CborValue }[] {
  const refuse = (what: string): never => {
    throw new VerificationError("RP_ATTESTATION_COMPOUND", `compound: ${what}`);
  };
  if (!Array.isArray(attStmt)) return refuse("the statement is no array");
  const list = attStmt as readonly CborValue[];
  if (list.length < STATEMENTS_MIN || list.length > STATEMENTS_MAX)
    return refuse(`${list.length} statements`);
  return list.map((part) => {
    if (!(part instanceof Map)) return refuse("a part is no map");
    const members = part as ReadonlyMap<unknown, CborValue>;
    const fmt = members.get("fmt");
    const inner = members.get("attStmt");
    if (typeof fmt !== "string" || inner === undefined) return refuse("a part lacks fmt or attStmt");
    if (fmt === "compound") return refuse("a part is itself compound");
    return { fmt, attStmt: inner };
  });
}
