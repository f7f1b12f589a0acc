import { expect, test } from "vitest";
import { refusal } from "../refusal.js";
import { verifyStatement } from "./ceremony.js";

test("an empty statement is no attestation, and nothing is trusted", () => {
  expect(verifyStatement({ fmt: "none", attStmt: new Map() })).toMatchObject({
    type: "none",
    trustPath: [],
    trust: { anchored: undefined, datesJudged: false },
    findings: [],
  });
});

test("a statement with a member is refused", () => {
  expect(() => verifyStatement({ fmt: "none", attStmt: new Map([["alg", -7]]) })).toThrow(
    refusal("RP_ATTESTATION_STATEMENT"),
  );
});

test("a statement that is no map is refused", () => {
  expect(() => verifyStatement({ fmt: "none", attStmt: [] })).toThrow(refusal("RP_ATTESTATION_STATEMENT"));
});
