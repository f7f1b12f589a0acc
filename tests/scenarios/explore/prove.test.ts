import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ROOT_CAUSE_IDS } from "../../../src/diagnosis/rules/registry.js";
import { CATALOGUE, scenarioNamed } from "../../../src/scenarios/catalogue.js";
import { holds, type CeremonyProof, type Proof } from "../../../src/scenarios/explore/proof.js";
import { proofLine, proofToText } from "../../../src/scenarios/explore/proof-text.js";
import { prove, ProofError } from "../../../src/scenarios/explore/prove.js";
import { withProvenAdvice } from "../../../src/scenarios/explore/proven-run.js";
import { changesFor, REMEDIES } from "../../../src/scenarios/explore/remedies.js";
import { runScenario, type Run } from "../../../src/scenarios/run.js";
import { parseKnobs } from "../../../src/sim/knobs/knobs.js";
import { FULL } from "../../helpers/full-runs.js";
import { PROJECT } from "../../helpers/project.js";

const proven = new Map<string, Promise<{ run: Run; proof: Proof }>>();

async function playAndProve(id: string): Promise<{ run: Run; proof: Proof }> {
  const run = await runScenario(scenarioNamed(id), { seed: "1" });
  return { run, proof: await prove(run) };
}

function proofOf(id: string) {
  const known = proven.get(id) ?? playAndProve(id);
  proven.set(id, known);
  return known;
}

async function troubleOf(id: string): Promise<CeremonyProof> {
  const { proof } = await proofOf(id);
  const trouble = proof.ceremonies.find(({ status }) => status !== "went-well");
  if (trouble === undefined) throw new Error(`${id} has no trouble`);
  return trouble;
}

describe("a proof", { timeout: 120_000 }, () => {
  test("says what heals the outcome, what changes it and what does nothing", async () => {
    const trouble = await troubleOf("late-delivery");
    expect(trouble).toMatchObject({ ceremony: "c1", verdict: "late-delivery", status: "proven" });
    expect(trouble.heals).toEqual(expect.arrayContaining(["page.guardMs=60000", "key.touchDelayMs=94750"]));
    expect(trouble.nothing).toContain("rp.finishMs=950");
    expect(trouble.smallestSets.flat()).toContain("page.guardMs=60000");
    expect(trouble.timer).toEqual({ name: "page.guard", lengthened: "heals" });
  });

  test("follows each advice, and gives for this run what heals it", async () => {
    const { run, proof } = await proofOf("late-delivery");
    const { advice } = await troubleOf("late-delivery");
    expect(advice).toContainEqual({
      text: "Do not show a failure while the promise is pending.",
      change: { "page.guardMs": null },
      effect: "heals",
    });
    expect(advice.map(({ text }) => text)).toEqual(run.explanation.prevention);
    const { explanation } = withProvenAdvice(run, proof);
    const healing = advice.filter(({ effect }) => effect === "heals").map(({ text }) => text);
    expect(explanation.prevention).toEqual(healing);
    expect(explanation.ceremonies[0]?.prevention).toEqual(healing);
  });

  test("takes other ceremonies away where the faults explain nothing", async () => {
    const trouble = await troubleOf("rp-retry-excluded-credential");
    expect(trouble).toMatchObject({ verdict: "already-registered", status: "proven" });
    expect(trouble.heals).toEqual(["register (action 1)"]);
  });

  test("changes what the verdict names where that is a default", async () => {
    const trouble = await troubleOf("fallback-provider-not-linked");
    expect(trouble).toMatchObject({ status: "proven", why: "changing idp.google heals it" });
  });

  test("takes the caller's knobs away as well", async () => {
    const run = await runScenario(scenarioNamed("plain-login"), {
      seed: "1",
      knobs: { "key.decision": "decline" },
    });
    const { ceremonies } = await prove(run);
    expect(ceremonies[0]).toMatchObject({ verdict: "user-refused", heals: ["key.decision=decline"] });
  });

  test("of a run that went well has nothing to prove", async () => {
    const { proof } = await proofOf("plain-login");
    expect(proof.proven).toBe(true);
    expect(proof.ceremonies.map(({ status }) => status)).toEqual(["went-well", "went-well"]);
    expect(proofLine(proof)).toBe("nothing to prove");
  });

  test("corrects a verdict that names what makes no difference", async () => {
    const run = await runScenario(scenarioNamed("late-delivery"), { seed: "1" });
    const wrong = run.explanation.ceremonies.map((one) => ({
      ...one,
      mechanism: "store-full" as const,
      decidedBy: undefined,
      conditions: [],
    }));
    const proof = await prove({ ...run, explanation: { ...run.explanation, ceremonies: wrong } });
    expect(proof.proven).toBe(false);
    expect(proof.ceremonies[0]).toMatchObject({ status: "corrected", named: [] });
    expect(proof.ceremonies[0]?.heals).toContain("page.guardMs=60000");
    expect(proofLine(proof)).toMatch(/^c1 store-full corrected: healed without page\.guardMs=60000/);
  });

  test("is refused for a run that does not come out the same", async () => {
    const { run } = await proofOf("late-delivery");
    const other = { ...run, records: run.records.filter(({ kind }) => kind !== "page.settled") };
    await expect(prove(other)).rejects.toThrow(ProofError);
    await expect(prove(other)).rejects.toMatchObject({ code: "PROOF_NOT_SIMULATED" });
  });

  test("is plain JSON, and reads in words", async () => {
    const { proof } = await proofOf("late-delivery");
    expect(JSON.parse(JSON.stringify(proof))).toEqual(proof);
    const text = proofToText(proof);
    expect(text).toContain("c1 registration: late-delivery, proven");
    expect(text).toMatch(/advice, followed:\n.*Do not show a failure .*\n +page\.guardMs=never: heals/);
  });
});

describe("remedies", () => {
  const folder = join(PROJECT, "src/diagnosis/rules");
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");

  test.each(Object.entries(REMEDIES))(
    "of %s belong to a cause and to sentences that there are",
    (cause, remedies) => {
      expect(ROOT_CAUSE_IDS).toContain(cause);
      const missing = Object.keys(remedies).filter((text) => !sources.includes(text));
      expect(missing).toEqual([]);
    },
  );

  test.each(Object.entries(REMEDIES))("of %s are values that their knobs take", (_, remedies) => {
    for (const change of Object.values(remedies).flat()) expect(() => parseKnobs(change)).not.toThrow();
  });

  test("are none for an advice that the simulation cannot follow", () => {
    expect(changesFor("user-refused", "anything")).toEqual([]);
    expect(changesFor("toString", "anything")).toEqual([]);
  });
});

/** A fixed sample of the catalogue, one of every group that is quick to prove. */
const SAMPLE = [
  "usb-cancel-race",
  "rp-async-outbox",
  "rp-503-maintenance",
  "password-forgotten/locked",
  "call-centre-factor-reset",
  "otp-screen-code-renewed",
  "ext-vault-saves-passkey",
  "rp-link-consumed-first-click",
  "win-os-dialog-usb-only",
];

describe("verdicts of the catalogue", { timeout: 120_000 }, () => {
  const scenarios = FULL ? CATALOGUE.map(({ id }) => id) : SAMPLE;

  test.each(scenarios)("%s is proven", async (id) => {
    const { ceremonies } = (await playAndProve(id)).proof;
    const fallen = ceremonies
      .filter((one) => !holds(one))
      .map(({ ceremony, verdict }) => `${ceremony} ${verdict}`);
    expect(fallen).toEqual([]);
  });
});
