import { expect, test } from "vitest";
import { loadVectors } from "../../helpers/vectors.js";
import { judged, type JudgedCase } from "./judged-case.js";

interface Case extends JudgedCase {
  /** A code; or "accepted", with findings or a word on trust behind it. */
  readonly expected: string;
  readonly source: string;
}

test.each(loadVectors<Case>("relying-party"))("$id ($source): $expected", (one) => {
  expect(judged(one)).toBe(one.expected);
});
