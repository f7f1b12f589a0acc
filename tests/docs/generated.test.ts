/** Generated documents are what the source makes of them; `npm run docs` writes them anew. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { generatedDocs } from "../../scripts/generated-docs.js";
import { PROJECT } from "../helpers/project.js";

const DOCS = await generatedDocs();

test.each(DOCS)("$path is current", ({ path, text }) => {
  expect(readFileSync(join(PROJECT, path), "utf8"), "run: npm run docs").toBe(text);
});

test("covers the schemas, the injected script, the knobs, the peers, the notices and the table of causes", () => {
  expect(DOCS.map(({ path }) => path)).toEqual([
    "docs/scenario-schema.json",
    "docs/trace-schema.json",
    "docs/rig-schema.json",
    "docs/incident-map-schema.json",
    "src/page/script-text.ts",
    "docs/knobs.md",
    "docs/openapi.json",
    "docs/interop.md",
    "docs/page-semantics.md",
    "docs/wpt.md",
    "docs/comparison.md",
    "THIRD-PARTY-NOTICES.md",
    "docs/verdicts.md",
    "docs/incident.md",
    "docs/conformance.md",
  ]);
  expect(DOCS[12]?.text).toMatch(/\| `late-delivery` +\| [^|]+ \| [^|]+ \| \d+ +\|/);
});
