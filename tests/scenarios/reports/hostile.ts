import type { TraceRecord } from "../../../src/core/trace.js";
import { type ReportedRun, runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";

/** What somebody would write into a trace who wants more than to be read. */
export const HOSTILE =
  `</style></title></script><script>document.title="owned"</script><img src=x onerror=alert(1)>` +
  `" onmouseover="alert(2)" x='` +
  `&lt;b&gt; ]]> \u0000\u001b[31m \u202Edlrow \uD800 \uFFFE \n::error::owned\r\n| a | b |\n# head [x](javascript:1) @you`;

/** A run whose every text is hostile, in every kind that reports tell of. */
export function hostileRun(): ReportedRun {
  const t = HOSTILE;
  const records: readonly TraceRecord[] = [
    { atMs: 0, actor: "x", span: "run", kind: "run.started", scenario: t, seed: t, schema: 2 },
    { atMs: 0, actor: t, span: "run", kind: "rp.request", call: "registration/options", ceremony: t },
    {
      atMs: 1,
      actor: t,
      span: "run",
      kind: "rp.response",
      call: t,
      ceremony: t,
      status: 400,
      code: t,
      credentials: [t],
    },
    {
      atMs: 2,
      actor: t,
      span: "run",
      kind: "page.called",
      method: "create",
      effectiveMs: Infinity,
      ceremony: t,
    },
    { atMs: 2, actor: t, span: "run", kind: "timer.armed", timer: t, budgetMs: 10, id: "t1", ceremony: t },
    { atMs: 3, actor: t, span: "run", kind: "ctap.request", command: "makeCredential", bytes: 1 },
    { atMs: 4, actor: t, span: "run", kind: "ctap.response", command: "makeCredential", status: t, bytes: 1 },
    {
      atMs: 5,
      actor: t,
      span: "run",
      kind: "ctap.credential",
      change: "created",
      credential: t,
      rpId: t,
      user: t,
    },
    { atMs: 6, actor: t, span: "run", kind: "user.prompted", prompt: t },
    { atMs: 7, actor: t, span: "run", kind: "user.answered", prompt: t, answer: t },
    { atMs: 8, actor: t, span: "run", kind: "user.saw", where: "page", text: t, tone: "failure" },
    { atMs: 9, actor: t, span: "run", kind: "rp.row", credential: t, change: "created" },
    { atMs: 9, actor: t, span: "run", kind: "rp.flag", flag: t, value: true },
    { atMs: 9, actor: t, span: "run", kind: "rp.mail", subject: t, stage: "delivered" },
    { atMs: 10, actor: t, span: "run", kind: "link.lost", link: t, reason: t },
    { atMs: 11, actor: t, span: "run", kind: "fault.injected", rule: t, effect: t },
    { atMs: 12, actor: t, span: "run", kind: "timer.fired", timer: t, budgetMs: 10, id: "t1", ceremony: t },
    {
      atMs: 13,
      actor: t,
      span: "run",
      kind: "page.settled",
      method: "create",
      outcome: "rejected",
      name: t,
      reason: t,
      ceremony: t,
    },
  ];
  const run = runOfTrace(records, { reproduction: t });
  const decidedBy = { timer: t, owner: t, budgetMs: 10, firedAtMs: 12 };
  const { ceremonies } = run.explanation;
  return {
    ...run,
    scenario: { ...run.scenario, title: t, story: t, sources: [t] },
    knobs: { [t]: t },
    verdict: "unexpected",
    findings: [{ layer: "rp", expected: t, found: t }],
    explanation: {
      ...run.explanation,
      decidedBy,
      marginMs: -1,
      verdict: t,
      ceremonies: ceremonies.map((one) => ({
        ...one,
        verdict: t,
        evidence: [t],
        prevention: [t],
        decidedBy,
        marginMs: -1,
      })),
    },
  };
}
