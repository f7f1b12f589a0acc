import { readFileSync } from "node:fs";
import { fromHex } from "../../src/core/bytes.js";

interface VectorFile<Case> {
  readonly count: number;
  readonly cases: readonly Case[];
}

/** The cases of tests/vectors/`name`.json. A file that lost some is refused. The caller says what a case holds. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- a cast at every caller says no more
export function loadVectors<Case>(name: string): readonly Case[] {
  const url = new URL(`../vectors/${name}.json`, import.meta.url);
  const { count, cases } = JSON.parse(readFileSync(url, "utf8")) as VectorFile<Case>;
  if (cases.length !== count) throw new Error(`${name}: ${cases.length} cases, ${count} announced`);
  return cases;
}

/** The bytes of a member that must be there. */
export function hexOf(member: string | undefined): Uint8Array {
  if (member === undefined) throw new Error("the vector lacks a member its test needs");
  return fromHex(member);
}
