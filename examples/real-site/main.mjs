// Drives a real relying party (site.mjs) in real time with a simulated person and key, and holds it to three stories.
// Wants `npm install passkey-harness @simplewebauthn/server`.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSiteConfig } from "passkey-harness/sim";
import { runOnSite } from "passkey-harness/scenarios";
import { startSite } from "./site.mjs";

const description = JSON.parse(readFileSync(new URL("site.json", import.meta.url), "utf8"));

/** Small numbers: what takes minutes in the field takes a second here. */
const WORKER_MS = 1_000;
const quick = { "key.touchDelayMs": 50, "key.processingMs": 5 };

const stories = [
  {
    id: "all-is-well",
    title: "A passkey is created, then used",
    story: "Nothing is in the way; the row is there after the worker's second.",
    knobs: quick,
    script: [{ do: "register" }, { do: "wait", forMs: 1_500 }, { do: "login" }],
    expect: {
      mechanisms: ["success", "success"],
      decidedBy: null,
      ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0 },
    },
  },
  {
    id: "late-delivery",
    title: "The page gives up, the site commits later, the first login is refused, the second works",
    story: "The page's guard is shorter than the person is slow, and the row is written behind the answer.",
    knobs: { ...quick, "page.guardMs": 100, "key.touchDelayMs": 250 },
    // The guard is the registration's story: on a busy machine it would cut logins short as well.
    script: [
      { do: "register" },
      { do: "set", knobs: { "page.guardMs": null } },
      { do: "login" },
      { do: "wait", forMs: 1_500 },
      { do: "login" },
    ],
    expect: {
      mechanisms: ["late-delivery", "late-commit", "success"],
      decidedBy: "page.guard",
      ledger: { keys: 1, rows: 1, orphans: 0, ghosts: 0 },
    },
  },
  {
    id: "lost-answer",
    title: "The site says yes, and the page never hears it",
    story:
      "The answer to the finish call is lost on the way. The page tells of a failure; the passkey works.",
    knobs: { ...quick, "net.loses": "finish-answer" },
    script: [{ do: "register" }],
    expect: { mechanisms: ["mail-queue-only"], decidedBy: null, ledger: { rows: 1, orphans: 0 } },
  },
];

const folder = mkdtempSync(join(tmpdir(), "real-site-"));
const site = await startSite({ file: join(folder, "site.db.json"), workerMs: WORKER_MS, mailMs: 100 });
let failed = 0;
try {
  const config = parseSiteConfig({ ...description, baseUrl: site.origin });
  for (const { ...story } of stories) {
    const scenario = { group: "own", sources: [], ...story };
    const run = await runOnSite(scenario, { config, secret: (name) => process.env[name] });
    console.log(`\n${scenario.id}: ${run.verdict}\n  ${scenario.title}`);
    for (const { kind, mechanism, verdict } of run.explanation.ceremonies) {
      console.log(`  ${kind}: ${mechanism}\n    ${verdict}`);
    }
    for (const { layer, expected, found } of run.findings) {
      console.log(`  NOT AS EXPECTED, ${layer}: expected ${expected}, found ${found}`);
    }
    if (run.verdict !== "as-expected") failed += 1;
  }
} finally {
  await site.close();
}
const { users, mails } = site.read();
const rows = Object.values(users).flatMap(({ passkeys }) => passkeys).length;
console.log(
  `\nthe site holds ${rows} passkeys and sent ${mails.length} mails; ${failed} verdicts were wrong`,
);
if (rows !== stories.length || mails.length !== stories.length) failed += 1;
rmSync(folder, { recursive: true });
process.exitCode = failed > 0 ? 1 : 0;
