import { topicOf } from "./check.js";
import type { CheckResult, ConformanceResult } from "./result.js";

/** Text as XML and HTML take it; characters that XML 1.0 cannot hold become question marks. */
function escaped(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- the characters that XML forbids
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "?")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
  );
}

function detailOf({ failure, reason }: CheckResult): string {
  if (failure === undefined) return reason ?? "";
  const { expected, seen, request, answer } = failure;
  return [
    `expected ${expected}`,
    `saw ${seen}`,
    ...(request === undefined ? [] : [`request ${request}`]),
    ...(answer === undefined ? [] : [`answer ${answer}`]),
  ].join("\n");
}

/**
 * Writes a run as JUnit XML: a suite for each topic, a case for each check. What was not judged is skipped, with its
 * reason; what was inconclusive is an error.
 */
export function conformanceJUnit({ device, results, counts }: ConformanceResult): string {
  const topics = [...new Set(results.map(topicOf))];
  const suites = topics.map((topic) => {
    const own = results.filter((result) => topicOf(result) === topic);
    const count = (...outcomes: readonly string[]) =>
      own.filter(({ outcome }) => outcomes.includes(outcome)).length;
    const head = `  <testsuite name="${escaped(topic)}" tests="${own.length}" failures="${count("fail")}" errors="${count("inconclusive")}" skipped="${count("not-applicable", "left-out")}">`;
    return [head, ...own.map(caseOf), "  </testsuite>"].join("\n");
  });
  const all = `name="${escaped(device.label)}" tests="${results.length}" failures="${counts.fail}" errors="${counts.inconclusive}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?>`,
    `<testsuites ${all}>`,
    ...suites,
    "</testsuites>",
    "",
  ].join("\n");
}

function caseOf(result: CheckResult): string {
  const { id, title, section, severity, outcome, tookMs } = result;
  const head = `    <testcase classname="${escaped(topicOf(result))}" name="${escaped(id)}" time="${(tookMs / 1_000).toFixed(3)}"`;
  if (outcome === "pass") return `${head}/>`;
  const message = escaped(`${title} (${severity}, ${section})`);
  const detail = escaped(detailOf(result));
  const inner =
    outcome === "fail"
      ? `<failure message="${message}">${detail}</failure>`
      : outcome === "inconclusive"
        ? `<error message="${message}">${detail}</error>`
        : `<skipped message="${detail}"/>`;
  return `${head}>${inner}</testcase>`;
}

const STYLE =
  "body{font:15px/1.5 system-ui,sans-serif;margin:2rem;max-width:75rem}table{border-collapse:collapse;width:100%}" +
  "td,th{border-bottom:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}" +
  "code{white-space:pre-wrap;overflow-wrap:anywhere}.fail td:first-child{color:#b00020;font-weight:600}";

/** Writes a run as one page without anything from elsewhere: failures first, then all checks by topic. */
export function conformanceHtml({ device, results, counts }: ConformanceResult): string {
  const order = ["fail", "inconclusive", "pass", "left-out", "not-applicable"];
  const sorted = [...results].sort((a, b) => order.indexOf(a.outcome) - order.indexOf(b.outcome));
  const rows = sorted.map((result) => {
    const observed = Object.entries(result.observations ?? {}).map(([name, value]) => `${name} ${value}`);
    const detail = [detailOf(result), ...observed].filter((line) => line !== "").join("\n");
    return (
      `<tr class="${result.outcome}"><td>${result.outcome}</td><td>${escaped(result.id)}</td>` +
      `<td>${result.severity}</td><td>${escaped(result.section)}</td>` +
      `<td>${escaped(result.title)}${detail === "" ? "" : `<br><code>${escaped(detail)}</code>`}</td></tr>`
    );
  });
  const summary = Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
  return (
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(device.label)}: conformance</title>` +
    `<style>${STYLE}</style><h1>${escaped(device.label)}</h1><p>${escaped((device.versions ?? []).join(", "))}</p>` +
    `<p>${summary}</p><table><tr><th>outcome</th><th>check</th><th>severity</th><th>CTAP 2.3</th><th>rule</th></tr>` +
    `${rows.join("\n")}</table></html>\n`
  );
}
