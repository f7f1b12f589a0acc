/**
 * Field reports told from scratch: what customers of three companies wrote, as scenario files (`field-reports/`), with
 * the cause of each ceremony. Whatever a verdict advises for such a run heals it when it is followed.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { holds } from "../../src/scenarios/explore/proof.js";
import { prove } from "../../src/scenarios/explore/prove.js";
import { withProvenAdvice } from "../../src/scenarios/explore/proven-run.js";
import { parseScenarioFile } from "../../src/scenarios/files/define-scenario.js";
import { runScenario } from "../../src/scenarios/run.js";

const FOLDER = join(import.meta.dirname, "field-reports");

/** The cause of each ceremony, in the order in which they began; successes are left out. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  "m1-usb-key-demanded": ["transports-internal-only"],
  "m1b-hello-setting": ["hello-setting-diverts"],
  "m2-line-works": ["transports-internal-only", "not-linked"],
  "m3-qr-login-bluetooth-off": ["bluetooth-off"],
  "m4-migrate": ["other-authenticator"],
  "m5-cookies": ["session-lost"],
  "r1-rakuten": ["late-delivery", "link-lost"],
  "r2-rakuten-slow-site": ["async-outbox", "read-replica-lag"],
  "x1-monex": ["code-not-received"],
  "x2-monex-landline": ["code-undeliverable", "factor-needed"],
  "x3-monex-mail-spam": ["code-not-received"],
};

/** Causes that no advice to site or user heals in these runs, with why. */
const WITHOUT_ADVICE: Readonly<Record<string, string>> = {
  "link-lost":
    "a network that breaks breaks for the next code as well; only trying again helps, which the report did",
  "not-linked": "which provider an account is linked with is the user's own choice",
};

/** Attempts that end nowhere in any world, with why: nothing that is taken away can prove their cause. */
const ENDS_NOWHERE: Readonly<Record<string, string>> = {
  "x3-monex-mail-spam f2": "the customer went on by mail and never typed a code from a text message",
};

const files = readdirSync(FOLDER).map((name) => name.replace(/\.json$/, ""));

test("every report has its causes", () => {
  expect(files.sort()).toEqual(Object.keys(CAUSES).sort());
});

describe.each(files)("%s", (name) => {
  const told = async () => {
    const run = await runScenario(parseScenarioFile(readFileSync(join(FOLDER, `${name}.json`), "utf8")), {
      seed: "1",
    });
    return { run, proof: await prove(run) };
  };

  test("is told with its causes, which counterfactual runs prove, and with advice that heals", async () => {
    const { run, proof } = await told();
    const troubled = run.explanation.ceremonies.filter(({ mechanism }) => mechanism !== "success");
    expect(troubled.map(({ mechanism }) => mechanism)).toEqual(CAUSES[name]);
    const fallen = proof.ceremonies.filter((one) => !holds(one)).map(({ ceremony }) => `${name} ${ceremony}`);
    expect(fallen).toEqual(Object.keys(ENDS_NOWHERE).filter((one) => one.startsWith(`${name} `)));
    const given = withProvenAdvice(run, proof).explanation.ceremonies.filter(
      ({ mechanism }) => mechanism !== "success",
    );
    const withoutAdvice = given.filter(
      ({ ceremony, mechanism, prevention }) =>
        prevention.length === 0 && !(mechanism in WITHOUT_ADVICE) && !(`${name} ${ceremony}` in ENDS_NOWHERE),
    );
    expect(withoutAdvice.map(({ mechanism }) => mechanism)).toEqual([]);
  });
});
