import { expect, test } from "vitest";
import { check, type RunResult } from "../../src/scenarios/check.js";
import type { Expectation } from "../../src/scenarios/expectation.js";
import { explain } from "../../src/diagnosis/explain.js";
import { foldLedger } from "../../src/diagnosis/facts/fold-ledger.js";
import { REGISTRATION } from "../diagnosis/hand-written-trace.js";

const GOOD: RunResult = {
  records: REGISTRATION,
  ledger: foldLedger(REGISTRATION),
  explanation: explain(REGISTRATION),
};

const KEPT: Expectation = {
  ctap: [{ kind: "ctap.response", where: { command: "makeCredential", status: "OK" }, times: 1 }],
  page: [{ kind: "page.settled", where: { outcome: "resolved" }, atMs: [2_000, 3_000] }],
  rp: [{ kind: "rp.row", where: { change: "created" }, actor: "site" }],
  link: [{ kind: "link.lost", times: 0 }],
  ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0, mails: 1 },
  decidedBy: null,
  mechanisms: ["success"],
};

test("promises that were kept give no finding", () => {
  expect(check(KEPT, GOOD)).toEqual([]);
});

test.each([
  ["a status that did not come", "ctap", { ctap: [{ kind: "ctap.response", where: { status: "OTHER" } }] }],
  ["too many of a kind", "ctap", { ctap: [{ kind: "ctap.response", times: 2 }] }],
  ["one that must not be there", "ctap", { ctap: [{ kind: "ctap.response", times: 0 }] }],
  ["a link that was never lost", "link", { link: [{ kind: "link.lost" }] }],
  ["the right thing a millisecond early", "page", { page: [{ kind: "page.settled", atMs: [2_001, 9_000] }] }],
  ["the right thing a millisecond late", "page", { page: [{ kind: "page.settled", atMs: [0, 1_999] }] }],
  ["the right thing by somebody else", "rp", { rp: [{ kind: "rp.row", actor: "key" }] }],
  ["another number of keys", "ledger", { ledger: { ...KEPT.ledger, keys: 2 } }],
  ["another number of orphans", "ledger", { ledger: { ...KEPT.ledger, orphans: 1 } }],
  ["another number of mails", "ledger", { ledger: { ...KEPT.ledger, mails: 0 } }],
  ["a timer that did not decide", "timer", { decidedBy: "gw.idle" }],
  ["another mechanism", "mechanism", { mechanisms: ["late-delivery"] }],
  ["a ceremony too many", "mechanism", { mechanisms: ["success", "success"] }],
] as const)("%s is a finding", (_, layer, change) => {
  const findings = check({ ...KEPT, ...change }, GOOD);
  expect(findings.map((finding) => finding.layer)).toEqual([layer]);
});

test("a finding says what was wanted and what there was", () => {
  const [finding] = check({ ...KEPT, ctap: [{ kind: "ctap.response", where: { status: "OTHER" } }] }, GOOD);
  expect(finding?.expected).toBe('at least one ctap.response {"status":"OTHER"}');
  expect(finding?.found).toContain('"status":"OK"');
});
