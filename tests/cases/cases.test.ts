import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { FULL } from "../helpers/full-runs.js";
import { casesOf, GROUPS, inputPath, type Case } from "./case.js";
import { compared, play, probedNames } from "./play.js";

/** Computes for seconds, or has a test of its own beside its input: `npm run cases` and FULL=1 play these. */
function isLong({ input, name }: Case): boolean {
  return input?.startsWith("tests/") === true || /^f(01|05|09|18)-/.test(name);
}

describe.each(GROUPS)("%s", (group) => {
  const cases = casesOf(group);
  const played = cases.filter((one) => one.test === undefined && (FULL || !isLong(one)));
  const left = cases.filter((one) => one.test === undefined).length - played.length;
  if (left > 0) console.warn(`${group}: ${left} long cases skipped; npm run cases or FULL=1 plays them`);

  test.skipIf(played.length === 0).each(played.map((one) => [one.name, one] as const))(
    "%s",
    async (_, one) => {
      const { right, came } = await play(one);
      if (one.open === undefined) expect(came).toBe(right);
      else expect(came, `${one.open}: it holds now, so it is open no more`).not.toBe(right);
    },
  );

  test("every case is played, every input used, and every test that shows one is there", () => {
    const names = cases.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(probedNames(group).filter((name) => !names.includes(name))).toEqual([]);
    const used = cases.flatMap(({ input }) => input ?? []);
    const inputs = readdirSync(join(import.meta.dirname, group)).filter((name) => name !== "cases.json");
    // One case takes two files, of which the manifest names the first.
    const second = inputs.filter((name) => name === "12-backed-up.json");
    expect(inputs.filter((name) => !used.includes(name))).toEqual(second);
    for (const one of cases) {
      if (one.input !== undefined) readFileSync(inputPath(one));
      if (one.test === undefined) continue;
      const text = readFileSync(join(import.meta.dirname, "..", "..", one.test.file), "utf8");
      expect(text, one.name).toContain(one.test.title);
    }
  });
});

test("an open case that holds is told, and so is one that does not hold", () => {
  const one = { group: "field", name: "x", source: "", right: ["a", "b"] } as const;
  const isAsSaid = (came: readonly string[], open?: string) =>
    compared({ ...one, ...(open !== undefined && { open }) }, came).isAsSaid;
  expect(isAsSaid(["a", "b"])).toBe(true);
  expect(isAsSaid(["a", "c"])).toBe(false);
  expect(isAsSaid(["a", "b"], "why")).toBe(false);
  expect(isAsSaid(["a", "c"], "why")).toBe(true);
});
