import type { CborValue } from "../../../cbor/value.js";
import { CoseAlgorithm } from "../../../ctap/messages/cose.js";
import type { AttestationFault } from "../../profiles/attestation-fault.js";

interface Statement {
  readonly fmt: string;
  readonly attStmt: CborValue;
}

/** Does to a finished statement what the fault says; faults of keys and certificates were done before. */
export function corruptStatement(statement: Statement, fault: AttestationFault | undefined): Statement {
  const { fmt, attStmt } = statement;
  if (fault === "unknown-format") return { fmt: "x-unregistered", attStmt };
  if (!(attStmt instanceof Map)) return statement;
  const members = new Map(attStmt as ReadonlyMap<string, CborValue>);
  switch (fault) {
    case "wrong-signature":
      change(members, "sig", (sig) => (sig instanceof Uint8Array ? withLastBitFlipped(sig) : sig));
      break;
    case "wrong-algorithm":
      change(members, "alg", (alg) =>
        alg === CoseAlgorithm.RS256 ? CoseAlgorithm.ES256 : CoseAlgorithm.RS256,
      );
      break;
    case "no-signature":
      members.delete("sig");
      break;
    case "empty-chain":
      change(members, "x5c", () => []);
      break;
    default:
      return statement;
  }
  return { fmt, attStmt: members };
}

/** A statement of `none` has none of the members, and stays what it is. */
function change(members: Map<string, CborValue>, name: string, mend: (value: CborValue) => CborValue): void {
  const value = members.get(name);
  if (value !== undefined) members.set(name, mend(value));
}

function withLastBitFlipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 1 : byte));
}
