import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { utf8 } from "../../src/core/bytes.js";
import { isHarnessError } from "../../src/core/errors.js";
import { explain } from "../../src/diagnosis/explain.js";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { toGitHub } from "../../src/scenarios/reports/github.js";
import { toHtml } from "../../src/scenarios/reports/html.js";
import { toJUnit } from "../../src/scenarios/reports/junit.js";
import { parseTrace } from "../../src/scenarios/reports/parse-trace.js";
import { toPcapng } from "../../src/scenarios/reports/pcapng.js";
import { toText } from "../../src/scenarios/reports/report.js";
import { runOfTrace } from "../../src/scenarios/reports/run-of-trace.js";
import { runScenario } from "../../src/scenarios/run.js";
import { violated } from "./boundary.js";
import { mutateJsonLines } from "./mutate-json.js";
import { targetsBoundary } from "./targets.js";

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const lines = (records: readonly object[]) =>
  utf8(records.map((record) => JSON.stringify(record)).join("\n"));

const STORIES = ["late-delivery", "plain-login", "call-in-number-withheld", "ext-hands-on-without-internal"];

/** Traces of our own, with and without whole frames, and a few of schema 1. */
async function seeds(): Promise<readonly Uint8Array[]> {
  const own: Uint8Array[] = [];
  for (const id of STORIES) {
    const { records } = await runScenario(scenarioNamed(id), { seed: "fuzz" });
    own.push(lines(records.slice(0, 120)));
  }
  const folder = join(import.meta.dirname, "../scenarios/reports/schema-1");
  const old = readdirSync(folder)
    .slice(0, 3)
    .map((name) => utf8(readFileSync(join(folder, name), "utf8").split("\n").slice(0, 80).join("\n")));
  return [...own, ...old];
}

const SEEDS = await seeds();

function traceIn(bytes: Uint8Array): ReturnType<typeof parseTrace> {
  const trace = parseTrace(textOf(bytes));
  for (const { message } of trace.notes) checkText("a note", message);
  return trace;
}

/** No text of somebody else's steers a terminal, or begins a command of a workflow. */
function checkText(where: string, text: string): void {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  const found = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.exec(text);
  if (found) violated(`${where} has the sign ${found[0].codePointAt(0)}`);
}

/** Elements that no report of ours has, and every hostile text wants. */
const FOREIGN = /<script>alert|<img|<iframe|javascript:/i;

function reported(bytes: Uint8Array): void {
  const run = runOfTrace(traceIn(bytes));
  checkText("the text report", toText(run));
  const html = toHtml(run);
  if (FOREIGN.test(html)) violated("a foreign element in the page");
  const junit = toJUnit([run]);
  checkText("JUnit", junit);
  if (FOREIGN.test(junit)) violated("a foreign element in JUnit");
  const { summary, annotations } = toGitHub([run]);
  checkText("the summary", summary);
  for (const line of annotations.flatMap((one) => one.split("\n"))) {
    if (line.startsWith("::") && !/^::(error|warning|notice) /.test(line))
      violated("a foreign workflow command");
  }
  try {
    toPcapng(run.records);
  } catch (error) {
    if (!isHarnessError(error)) throw error;
  }
}

export const tracesBoundary = targetsBoundary(
  { name: "traces", what: "stored traces, read and explained", share: 0.02 },
  [
    {
      name: "trace",
      seeds: SEEDS,
      spoil: mutateJsonLines,
      hand(bytes) {
        const { records, schema } = traceIn(bytes);
        const { ceremonies } = explain(records, { schema });
        for (const { verdict } of ceremonies) if (verdict === "") violated("a ceremony without a verdict");
      },
    },
  ],
);

export const reportsBoundary = targetsBoundary(
  { name: "reports", what: "text, HTML, JUnit, GitHub and pcapng of hostile traces", share: 0.01 },
  [{ name: "reports", seeds: SEEDS, spoil: mutateJsonLines, hand: reported }],
);
