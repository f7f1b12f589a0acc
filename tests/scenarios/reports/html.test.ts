import { beforeAll, describe, expect, test } from "vitest";
import { scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { toHtml } from "../../../src/scenarios/reports/html.js";
import { drawingOf } from "../../../src/scenarios/reports/lanes.js";
import { runOfTrace } from "../../../src/scenarios/reports/run-of-trace.js";
import { runScenario, type Run } from "../../../src/scenarios/run.js";
import { hostileRun } from "./hostile.js";

let run: Run;
let html: string;
beforeAll(async () => {
  run = await runScenario(scenarioNamed("late-delivery"), { seed: "demo-1" });
  html = toHtml(run);
});

/** The page without its style sheet, as tags and as text. */
const bodyOf = (page: string) => page.slice(page.indexOf("<body>"), page.indexOf("</html>"));
const textOf = (page: string) =>
  bodyOf(page)
    .replace(/<[^>]*>/g, " ")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/\u00A0/g, " ")
    .replace(/\s+/g, " ");

describe("the page of late-delivery", () => {
  test("is the same for the same run", () => expect(toHtml(run)).toBe(html));

  test("says everything the explanation says", () => {
    const text = textOf(html);
    const { verdict, ceremonies } = run.explanation;
    const said = [verdict, ...ceremonies.flatMap(({ evidence, prevention }) => [...evidence, ...prevention])];
    expect(said.length).toBeGreaterThan(8);
    expect(said.filter((line) => !text.includes(line))).toEqual([]);
  });

  test("has a lane for every party, in the order of the story", () => {
    const actors = [...html.matchAll(/data-actor="([^"]+)"/g)].map(([, actor]) => actor);
    expect(actors).toEqual(["user", "page", "browser", "link", "key", "gateway", "site", "mail"]);
  });

  test("leads from every mark to its row in the table", () => {
    const targets = [...html.matchAll(/class="mark [^>]* href="#(event-\d+)"/g)].map(
      ([, id]) => id as string,
    );
    const rows = new Set([...html.matchAll(/<tr id="(event-\d+)"/g)].map(([, id]) => id as string));
    expect(targets.length).toBeGreaterThan(10);
    expect(targets.filter((id) => !rows.has(id))).toEqual([]);
    expect(rows.size).toBe(drawingOf(run).happenings.length);
  });

  test("marks the timer that decided, and no other", () => {
    expect(html.match(/class="bar fired deciding"/g)).toHaveLength(1);
    expect(html.match(/<i class="fired-line"/g)).toHaveLength(1);
    expect(textOf(html)).toContain("page.guard (decided) page page 0 s 60 s fired at 60 s");
  });

  test("tints the 38 s between the deadline and the success it denied", () => {
    expect(html.match(/<i class="late"/g)).toHaveLength(1);
    expect(html).toMatch(/<i class="late"[^>]*><b>38 s too late<\/b>/);
  });

  test("ends with the line that repeats the run", () => {
    expect(textOf(html)).toContain("passkey-harness run late-delivery --seed demo-1");
  });
});

test("ceremonies that overlap have rows of their own, others share one", async () => {
  const rowsOf = async (id: string) =>
    toHtml(await runScenario(scenarioNamed(id), { seed: "1" })).match(/class="spans-row"/g);
  expect(await rowsOf("page-guard-late-mail")).toHaveLength(1);
  expect(await rowsOf("client-request-already-pending")).toHaveLength(2);
});

describe("one file", () => {
  test("loads nothing and runs nothing, and forbids both to itself", () => {
    expect(html).not.toMatch(/<script|<link|<img|<iframe|@import|url\(|https?:\/\/[^<]*["')]|\son\w+=/i);
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
  });

  test("names every id once", () => {
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string);
    expect(ids.length).toBeGreaterThan(20);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test("refers to nothing that is not there", () => {
    const ids = new Set([...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id as string));
    const referred = [...html.matchAll(/(?:href="#|aria-(?:labelledby|describedby)=")([^"]+)"/g)].map(
      ([, id]) => id as string,
    );
    expect(referred.filter((id) => !ids.has(id))).toEqual([]);
  });

  test("has headings without a gap between the levels", () => {
    const levels = [...html.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, index) => index > 0 && level > (levels[index - 1] as number) + 1)).toEqual(
      [],
    );
  });

  test("closes what it opens", () => {
    const open: string[] = [];
    const odd: string[] = [];
    for (const [, close, name = "", rest = ""] of bodyOf(html).matchAll(/<(\/?)([a-z][a-z0-9]*)([^>]*)>/g)) {
      if (close === "") open.push(name);
      else if (open.pop() !== name) odd.push(`</${name}${rest}>`);
    }
    expect([...odd, ...open]).toEqual([]);
  });
});

describe("hostile text", () => {
  test("stays text: no element, attribute or style of its own", () => {
    const page = toHtml(hostileRun());
    const tags = new Set([...bodyOf(page).matchAll(/<\/?([a-z]\w*)/gi)].map(([, name]) => name as string));
    expect([...tags].filter((name) => ["script", "img", "b", "style", "title"].includes(name))).toEqual([
      "b",
    ]);
    expect(page.match(/<style>/g)).toHaveLength(1);
    expect(page).not.toContain(`" onmouseover`);
    const forbidden = ["\u0000", "\u001b", "\u202e", "\ud800", "\ufffe"];
    expect(forbidden.filter((sign) => page.includes(sign))).toEqual([]);
  });

  test("in a style attribute there are numbers only", () => {
    const styles = [...toHtml(hostileRun()).matchAll(/style="([^"]*)"/g)].map(([, style]) => style as string);
    expect(styles.filter((style) => !/^[a-z-]*:?[\w.%,:;()-]*$/.test(style))).toEqual([]);
  });
});

test("a run that broke a promise says which", async () => {
  const story = scenarioNamed("plain-registration");
  const broken = await runScenario(
    { ...story, expect: { ...story.expect, decidedBy: "gw.idle" } },
    { seed: "s" },
  );
  expect(textOf(toHtml(broken))).toContain("timer : expected gw.idle, found no timer");
});

test("a trace without a site says that nobody can know of orphans", () => {
  const page = toHtml(
    runOfTrace([
      {
        atMs: 0,
        actor: "key",
        span: "run",
        kind: "ctap.credential",
        change: "created",
        credential: "aa",
        rpId: "r",
        user: "u",
      },
    ]),
  );
  expect(textOf(page)).toContain("Orphans: keys no site knows not known: no site is in the trace");
});

test("a trace of nothing that has words is a page all the same", () => {
  const page = toHtml(
    runOfTrace([
      { atMs: 0, actor: "x", span: "run", kind: "run.started", scenario: "s", seed: "", schema: 2 },
    ]),
  );
  expect(textOf(page)).toContain("Undecided");
});
