import { describe, expect, test } from "vitest";
import { scenarioNamed } from "../../src/scenarios/catalogue.js";
import { toJson, toText } from "../../src/scenarios/reports/report.js";
import { runOfTrace } from "../../src/scenarios/reports/run-of-trace.js";
import { toHtml } from "../../src/scenarios/reports/html.js";
import { runOnSite, type SiteRun } from "../../src/scenarios/run-on-site.js";
import type { UserScenario, Action } from "../../src/scenarios/scenario.js";
import type { KnobOverrides } from "../../src/sim/knobs/knobs.js";
import { parseSiteConfig } from "../../src/sim/attached-rp/site-config.js";
import {
  describeRealSite,
  SIGN_IN_TOKEN,
  startRealSite,
  type Moods,
  type RealSite,
} from "../helpers/real-site.js";

const QUICK: KnobOverrides = { "key.touchDelayMs": 20, "key.processingMs": 5 };
const REGISTER: readonly Action[] = [{ do: "register" }];

interface Play {
  readonly moods?: Moods;
  readonly knobs?: KnobOverrides;
  readonly script?: readonly Action[];
  /** Members of the description that differ. */
  readonly described?: object;
}

function story({ knobs = {}, script = REGISTER }: Play): UserScenario {
  return {
    id: "real",
    group: "own",
    title: "t",
    story: "s",
    sources: [],
    knobs: { ...QUICK, ...knobs },
    script,
  };
}

/** Through JSON, as from a file: what is `undefined` is not there. */
const configOf = (site: RealSite, { described }: Play) =>
  parseSiteConfig(JSON.parse(JSON.stringify({ ...describeRealSite(site.origin), ...described })));

const secret = (name: string): string | undefined => (name === "SHOP_TOKEN" ? SIGN_IN_TOKEN : undefined);

async function played(play: Play) {
  await using site = await startRealSite(play.moods);
  const run = await runOnSite(story(play), { config: configOf(site, play), secret });
  return { run, heard: site.heard, rows: site.rows(), secrets: site.secrets };
}

const mechanisms = ({ explanation }: SiteRun) => explanation.ceremonies.map(({ mechanism }) => mechanism);
const ledgerSection = ({ ledger }: SiteRun) => {
  const { keys, rows, orphans, ghosts } = ledger.toJSON();
  return { keys: keys.length, rows: rows.length, orphans: orphans.length, ghosts: ghosts.length };
};
const HEALTHY = { keys: 1, rows: 1, orphans: 0, ghosts: 0 };

describe("a run against a real site", () => {
  test("registers and logs in, and another library accepts both", async () => {
    const { run, rows, heard } = await played({ script: [{ do: "register" }, { do: "login" }] });
    expect(mechanisms(run)).toEqual(["success", "success"]);
    expect(ledgerSection(run)).toEqual(HEALTHY);
    expect(rows).toHaveLength(1);
    expect(run.errors).toEqual([]);
    const finish = heard.find(({ path }) => path === "/login/finish");
    expect(finish?.headers.origin).toMatch(/^http:\/\/localhost:\d+$/);
    expect(finish?.headers.cookie).toMatch(/^sid=sid-secret-1-c0ffee; lang=ja$/);
  });

  test("tells of the same kinds of things in the same words", async () => {
    const { run } = await played({ script: [{ do: "register" }, { do: "login" }] });
    const kinds = new Set(run.records.map(({ kind }) => kind));
    expect([...kinds]).toEqual(
      expect.arrayContaining([
        "rp.attached",
        "rp.request",
        "rp.response",
        "rp.row",
        "rp.login",
        "page.settled",
        "ctap.credential",
      ]),
    );
    expect(toText(run)).toContain("Verdict");
    expect(runOfTrace(run.records).explanation).toEqual(run.explanation);
    expect(runOfTrace(run.records).ledger.toJSON()).toMatchObject({ orphans: [], ghosts: [] });
  });

  test("names the page's guard when the site commits behind its back, and the login that came too early", async () => {
    const { run } = await played({
      moods: { commitDelayMs: 1_000 },
      knobs: { "page.guardMs": 60, "key.touchDelayMs": 120 },
      script: [
        { do: "register" },
        // Real time on a busy machine: the guard would cut logins short as well.
        { do: "set", knobs: { "page.guardMs": null } },
        { do: "login" },
        { do: "wait", forMs: 1_500 },
        { do: "login" },
      ],
    });
    expect(mechanisms(run)).toEqual(["late-delivery", "late-commit", "success"]);
    expect(run.explanation.decidedBy?.timer).toBe("page.guard");
    expect(ledgerSection(run)).toEqual(HEALTHY);
  });

  test.each([
    ["SITE_HUNG_UP", "cut"],
    ["SITE_TIMEOUT", "silence"],
  ] as const)(
    "a finish answer that is lost (%s) is no lost passkey: the site has it",
    async (code, finishAnswer) => {
      const { run, rows } = await played({ moods: { finishAnswer }, described: { timeoutMs: 1_000 } });
      expect(run.errors).toMatchObject([{ code, aftermath: "unknown", call: "registration/finish" }]);
      expect(mechanisms(run)).toEqual(["finish-answer-lost"]);
      expect(ledgerSection(run)).toEqual(HEALTHY);
      expect(rows).toHaveLength(1);
      expect(run.records).toContainEqual(expect.objectContaining({ kind: "user.saw", tone: "failure" }));
    },
  );

  test("a server error behind the commit is told like a lost answer", async () => {
    const { run } = await played({ moods: { finishAnswer: "500" } });
    expect(mechanisms(run)).toEqual(["finish-answer-lost"]);
    expect(run.explanation.verdict).toContain("500");
  });

  test("a finish call that made no row leaves an orphan", async () => {
    const { run } = await played({ moods: { finishAnswer: "cut", forgets: true } });
    expect(mechanisms(run)).toEqual(["site-silent"]);
    expect(ledgerSection(run)).toEqual({ keys: 1, rows: 0, orphans: 1, ghosts: 0 });
  });

  test("without a list of credentials it is undecided, and the probe that is missing has a name", async () => {
    const { run } = await played({ moods: { finishAnswer: "cut" }, described: { credentials: undefined } });
    expect(run.explanation).toMatchObject({ mechanism: "undecided", missingProbes: ["rp.probe"] });
    expect(run.explanation.orphans).toEqual([]);
    expect(run.ledger.toJSON()).toMatchObject({ unknown: ["rows"], orphans: [] });
    expect(toText(run)).toContain("not known: the site was not asked");
  });

  test("a list that the site refuses to give is no list", async () => {
    const { run } = await played({ moods: { finishAnswer: "cut", hides: true } });
    expect(run.explanation).toMatchObject({ mechanism: "undecided", missingProbes: ["rp.probe"] });
    expect(run.records).toContainEqual(expect.objectContaining({ kind: "rp.probe", outcome: "failed" }));
  });

  test("without that list a plain success is still one", async () => {
    const { run } = await played({ described: { credentials: undefined } });
    expect(mechanisms(run)).toEqual(["success"]);
    expect(run.explanation.orphans).toEqual([]);
  });

  test.each([
    ["201", "success"],
    ["202", "accepted-not-kept"],
  ] as const)("a %s is taken for what it says", async (finishAnswer, mechanism) => {
    const forgets = finishAnswer === "202";
    const { run } = await played({ moods: { finishAnswer, forgets }, knobs: { "rp.pollMs": 100 } });
    expect(mechanisms(run)).toEqual([mechanism]);
  });

  test("a site that says yes and keeps nothing is caught", async () => {
    const { run } = await played({ moods: { forgets: true } });
    expect(mechanisms(run)).toEqual(["accepted-not-kept"]);
    expect(ledgerSection(run).orphans).toBe(1);
  });

  test("a refusal is told in the site's own word", async () => {
    const { run } = await played({ moods: { refuses: "before", refusal: () => "ORIGIN_MISMATCH" } });
    expect(mechanisms(run)).toEqual(["site-refused"]);
    expect(run.explanation.verdict).toContain("400 ORIGIN_MISMATCH");
    expect(ledgerSection(run).orphans).toBe(1);
  });

  test("a no in the body of a 200 is a no", async () => {
    const { run } = await played({ moods: { saysNoIn200: true } });
    expect(mechanisms(run)).toEqual(["site-refused"]);
  });

  test("a row behind a refusal is a row before the checks", async () => {
    const { run } = await played({ moods: { refuses: "after" } });
    expect(mechanisms(run)).toEqual(["side-effects-before-validation"]);
  });

  test("a gateway cut in front of the site leaves the call going on behind it", async () => {
    const { run } = await played({ knobs: { "gw.idleMs": 60, "rp.finishMs": 150 } });
    expect(mechanisms(run)).toEqual(["gateway-504-late-commit"]);
    expect(run.explanation.decidedBy?.timer).toBe("gw.idle");
    expect(ledgerSection(run)).toEqual(HEALTHY);
  });

  test("a lost answer injected on the way is not blamed on the site", async () => {
    const { run } = await played({ knobs: { "net.loses": "finish-answer" } });
    expect(mechanisms(run)).toEqual(["mail-queue-only"]);
  });

  test("a page that asks before it despairs learns of the commit", async () => {
    const knobs = { "rp.pollMs": 300 };
    const { run } = await played({ moods: { finishAnswer: "202" }, knobs });
    expect(mechanisms(run)).toEqual(["success"]);
  });

  test("a person who refuses is the same person as ever", async () => {
    const { run, heard } = await played({ knobs: { "key.decision": "decline", "key.profile": "phone" } });
    expect(mechanisms(run)).toEqual(["user-refused"]);
    expect(heard.filter(({ path }) => path.endsWith("/finish"))).toEqual([]);
  });

  test("the timeout of the story takes the place of the site's", async () => {
    const { run } = await played({ knobs: { "client.timeoutMs": 77_000 } });
    expect(run.records).toContainEqual(expect.objectContaining({ kind: "page.called", timeoutMs: 77_000 }));
  });

  test("a helper's browser has cookies of its own", async () => {
    const { run, heard } = await played({
      script: [{ do: "register" }, { do: "login", by: "helper" }],
      knobs: { "user.cancelMs": 20, "user.closeSheetMs": 20 },
    });
    expect(heard.filter(({ path }) => path === "/sign-in")).toHaveLength(2);
    expect(mechanisms(run)[0]).toBe("success");
  });
});

describe("a site that is not there", () => {
  test("was never reached, and that is said", async () => {
    const site = await startRealSite();
    await site[Symbol.asyncDispose]();
    const config = parseSiteConfig({ ...describeRealSite(site.origin), signIn: [] });
    const run = await runOnSite(story({}), { config, secret });
    expect(run.errors).toMatchObject([{ code: "SITE_UNREACHABLE", aftermath: "none" }]);
    expect(mechanisms(run)).toEqual(["site-silent"]);
  });
});

describe("what cannot be played is refused before anything is sent", () => {
  const refused = async (play: Play, options: { readonly secret?: typeof secret } = {}) => {
    await using site = await startRealSite();
    const config = configOf(site, play);
    const error: unknown = await runOnSite(story(play), { config, secret, ...options }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, heard: site.heard };
  };

  test.each<readonly [string, Play, object]>([
    [
      "knobs of a simulated site",
      { knobs: { "rp.workerMs": 5 } },
      { code: "SITE_KNOB_REFUSED", refused: ["rp.workerMs"] },
    ],
    [
      "such knobs turned in the middle of a script",
      { script: [...REGISTER, { do: "set", knobs: { "rp.replicaLagMs": 5 } }] },
      { code: "SITE_KNOB_REFUSED", refused: ["rp.replicaLagMs"] },
    ],
    [
      "other doors",
      { script: [{ do: "call-centre" }, { do: "enter-password" }] },
      { code: "SITE_VERB_REFUSED", refused: ["call-centre", "enter-password"] },
    ],
  ])("%s", async (_, play, wanted) => {
    const { error, heard } = await refused(play);
    expect(error).toMatchObject(wanted);
    expect(heard).toEqual([]);
  });

  test("a secret that is not in the environment", async () => {
    const { error, heard } = await refused({}, { secret: () => undefined });
    expect(error).toMatchObject({
      code: "SITE_SECRET_MISSING",
      message: expect.stringContaining("SHOP_TOKEN") as string,
    });
    expect(heard).toEqual([]);
  });

  test("a sign-in the site does not accept ends the run", async () => {
    const { error } = await refused({}, { secret: () => "wrong-token" });
    expect(error).toMatchObject({ code: "SITE_SIGN_IN_REFUSED", call: "sign-in/1" });
    expect(JSON.stringify(error)).not.toContain("wrong-token");
  });

  test("options that are not where the file says they are end the run, and the hint says what is there", async () => {
    const { registration } = describeRealSite("http://localhost");
    const elsewhere = { ...registration, options: { ...registration.options, publicKey: "nowhere" } };
    const { error } = await refused({ described: { registration: elsewhere } });
    expect(error).toMatchObject({ code: "SITE_BAD_ANSWER", hint: "the answer has the members data" });
  });
});

describe("stories of the catalogue", () => {
  test("are held to their verdict and their books", async () => {
    await using site = await startRealSite();
    const config = parseSiteConfig(describeRealSite(site.origin));
    const scenario = scenarioNamed("plain-registration");
    const { id, knobs } = scenario;
    const run = await runOnSite(
      { ...scenario, knobs: { ...knobs, ...QUICK } },
      { config, secret, siteFile: "my site.json" },
    );
    expect(run.findings).toEqual([]);
    expect(run.verdict).toBe("as-expected");
    expect(run.reproduction).toBe(`passkey-harness run ${id} --site 'my site.json'`);
    expect(runOfTrace(run.records).verdict).toBe("as-expected");
  });

  test("a story of the user's own is held to every word", async () => {
    await using site = await startRealSite({ refuses: "before" });
    const config = parseSiteConfig(describeRealSite(site.origin));
    const expect_ = { mechanisms: ["success" as const], ledger: { rows: 1 } };
    const run = await runOnSite({ ...story({}), expect: expect_ }, { config, secret });
    expect(run.verdict).toBe("unexpected");
    expect(run.findings.map(({ layer }) => layer).sort()).toEqual(["ledger", "mechanism"]);
  });
});

describe("secrets", () => {
  test("no cookie, token or header is in any trace, report or error", async () => {
    const spills: Moods[] = [
      {},
      { finishAnswer: "cut" },
      { refuses: "before", refusal: ({ headers }) => String(headers["x-csrf"]) },
      { refuses: "before", refusal: ({ headers }) => /sid=([^;]+)/.exec(headers.cookie ?? "")?.[1] ?? "" },
      { refuses: "before", refusal: () => SIGN_IN_TOKEN },
    ];
    for (const moods of spills) {
      const { run, secrets } = await played({ moods, script: [{ do: "register" }, { do: "login" }] });
      const told = [toText(run), JSON.stringify(toJson(run)), toHtml(run), JSON.stringify(run.errors)].join(
        "\n",
      );
      expect(secrets.length).toBeGreaterThan(1);
      expect([...secrets, SIGN_IN_TOKEN].filter((one) => told.includes(one))).toEqual([]);
    }
  });
});
