import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CredentialsPage } from "../../helpers/credentials-page.js";
import { programNamed } from "../../helpers/programs.js";
import { judge } from "./explained-differences.js";
import { answerHere } from "./harness-answer.js";
import { HELD_ID, oddOptions } from "./odd-options.js";
import { answersFrom } from "./recorded-answers.js";

// It is started by its name.
const CHROMIUM = programNamed("chromium");
if (CHROMIUM === undefined) {
  console.log("chromium-live.test.ts skips: Chromium is not installed (Debian package chromium)");
}

/** All of them take minutes on a busy machine; `scripts/record-chromium-options.ts` asks for all. */
const EVERY = 9;

describe.skipIf(CHROMIUM === undefined)("the Chromium of this machine", () => {
  let page: CredentialsPage;

  beforeAll(async () => {
    page = await CredentialsPage.open(HELD_ID);
  });

  afterAll(() => page.close());

  test("makes of odd options what this library makes of them", async () => {
    const chosen = oddOptions().filter((_, at) => at % EVERY === 0);
    const theirs = await answersFrom((odd) => page.ask(odd), chosen);
    const ours = await answersFrom(({ method, options }) => answerHere(method, options), chosen);
    expect(judge(theirs, ours).unexplained, page.version).toEqual([]);
  });
});
