import { expect, test } from "vitest";
import { EXPLAINED, judge } from "./explained-differences.js";
import { answerHere } from "./harness-answer.js";
import { oddOptions } from "./odd-options.js";
import { answersFrom, recordedAnswers } from "./recorded-answers.js";

test("the recording has an answer to every odd option, in their order", () => {
  expect(recordedAnswers().map(({ name }) => name)).toEqual(oddOptions().map(({ name }) => name));
});

test("options are converted and refused as in Chromium, but for differences with a reason", async () => {
  const ours = await answersFrom(({ method, options }) => answerHere(method, options));
  const { unexplained, used } = judge(recordedAnswers(), ours);
  expect(unexplained).toEqual([]);
  expect(
    EXPLAINED.filter((difference) => !used.has(difference)).map(({ why }) => why),
    "reasons nothing needs any more",
  ).toEqual([]);
});
