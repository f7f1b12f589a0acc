/** Traces of schema 1 that lack a party, or have a log twice: what each ceremony comes to, and what is not claimed. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { explain } from "../../src/diagnosis/explain.js";
import { parseTrace } from "../../src/scenarios/reports/parse-trace.js";

const FOLDER = join(import.meta.dirname, "reduced");

/** The cause of each ceremony; for `undecided` the probes that are named as missing. */
const VERDICTS: Readonly<Record<string, readonly string[]>> = {
  "t1-no-site-log-but-the-mail": ["undecided: rp"],
  "t2-no-phone-probe-platform-timeout": ["undecided: user.answers, link.phone"],
  "t3-no-page-probe": ["undecided: page.script"],
  "t4-site-log-written-twice": ["success", "lost-answer", "no-credential"],
  "t6-no-key-probe-index-lag": ["success", "undecided: ctap.key", "undecided: ctap.key", "success"],
  "t7-no-key-probe-replica-lag-at-finish": ["success", "read-replica-lag", "success"],
};

/** What was said of each before, and is not so. */
const FALSE_SENTENCES =
  /nothing reached the site|The user said no|The authenticator holds none|an earlier, failed registration/;

const NAMES = readdirSync(FOLDER).flatMap((name) =>
  name.endsWith(".trace.jsonl") ? [name.slice(0, -".trace.jsonl".length)] : [],
);

test("every trace has verdicts to come to", () => {
  expect(NAMES.sort()).toEqual(Object.keys(VERDICTS));
});

test.each(NAMES)("%s", (name) => {
  const { records, schema } = parseTrace(readFileSync(join(FOLDER, `${name}.trace.jsonl`), "utf8"));
  const { ceremonies } = explain(records, { schema });
  const said = ceremonies.map(({ mechanism, missingProbes }) =>
    [mechanism, ...(missingProbes.length > 0 ? [missingProbes.join(", ")] : [])].join(": "),
  );
  expect(said).toEqual(VERDICTS[name]);
  const sentences = ceremonies.flatMap(({ verdict, evidence }) => [verdict, ...evidence]);
  expect(sentences.filter((text) => FALSE_SENTENCES.test(text))).toEqual([]);
});
