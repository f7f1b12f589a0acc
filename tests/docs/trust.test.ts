/** Holds docs/trust.md to the codes, options and findings there are. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { HINTS } from "../../src/webauthn/rp/verification-hints.js";
import { MODEL_TRUST } from "../../src/webauthn/rp/model-trust.js";
import { METADATA_POLICY } from "../../src/webauthn/rp/metadata/judge-metadata.js";
import { PROJECT } from "../helpers/project.js";

const GUIDE = readFileSync(join(PROJECT, "docs/trust.md"), "utf8");

test("names only codes and findings there are", () => {
  const folder = join(PROJECT, "src/webauthn/rp/metadata");
  const sources = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
  const known = [
    ...Object.keys(HINTS),
    ...sources.flatMap((source) => source.match(/\bMETADATA_[A-Z_]+\b/g) ?? []),
  ];
  const named = GUIDE.match(/\b(RP|METADATA)_[A-Z_]+\b/g) ?? [];
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((code) => !known.includes(code))).toEqual([]);
});

test("names every option that says whom to trust, and every policy", () => {
  const names = [...Object.keys(MODEL_TRUST), ...Object.keys(METADATA_POLICY.members)];
  expect(names.filter((name) => !GUIDE.includes(name))).toEqual([]);
});
