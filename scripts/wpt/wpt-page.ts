/** Writes docs/wpt.md from docs/wpt.json, which `npm run wpt` records. */
import { readFileSync } from "node:fs";
import type { WptFailure, WptRecord } from "./wpt-record.js";

/** Why tests of a file fail, where Chromium with its own authenticator fails them too. */
const IN_BOTH: Readonly<Record<string, string>> = {
  "createcredential-badargs-attestation.https.html":
    "the tests want TypeError for words that no enumeration has; Level 3 reads such members as text and passes over unknown words",
  "createcredential-badargs-authnrselection.https.html":
    "as with attestation: unknown words and empty text are passed over since Level 3",
  "createcredential-badargs-rp.https.html":
    "the tests are about `rp.icon`, which Level 2 took out, and a missing name is found before a wrong id",
  "createcredential-pubkeycredparams.https.html":
    "the tests want TypeError for credential types of other names; Level 2 and later have NotSupportedError",
  "getcredential-badargs-userverification.https.html":
    "as with attestation: unknown words are passed over since Level 3",
};

/** Why tests fail with the harness alone. */
const IN_HARNESS: Readonly<Record<string, string>> = {
  "getcredential-timeout.https.html":
    "the test puts a passkey on the authenticator from outside, which the runner does not do for the harness",
};

/** Returns the page. @throws {Error} for a failure that nothing explains. */
export function wptPage(): string {
  const { revision, chromium, files } = JSON.parse(
    readFileSync(new URL("../../docs/wpt.json", import.meta.url), "utf8"),
  ) as WptRecord;
  const sum = (of: (file: WptRecord["files"][number]) => number) =>
    files.reduce((total, file) => total + of(file), 0);
  return [
    "# web-platform-tests",
    "",
    "The tests of `webauthn/` in [web-platform-tests](https://github.com/web-platform-tests/wpt), run in Chromium twice: with its own virtual authenticator, and with",
    "the harness in its place. The tests are not part of this repository; a checkout of them is run by",
    "`npm run wpt -- FOLDER REVISION`, which writes `docs/wpt.json`; this page is made from it by `npm run docs`.",
    "",
    `Revision ${revision}, Chromium ${chromium}: of ${sum(({ tests }) => tests)} tests ${sum(({ passedWithHarness }) => passedWithHarness)} pass with the harness and ${sum(({ passedInChromium }) => passedInChromium)} in the unmodified browser.`,
    "",
    "Left out: a manual file, and one for insecure origins, which the runner does not serve.",
    "",
    "| File | Tests | Chromium | Harness |",
    "| --- | --- | --- | --- |",
    ...files.map(
      (one) => `| \`${one.file}\` | ${one.tests} | ${one.passedInChromium} | ${one.passedWithHarness} |`,
    ),
    "",
    "## Failures",
    "",
    "| File | In both | With the harness alone | Why |",
    "| --- | --- | --- | --- |",
    ...files.filter(({ failed }) => failed.length > 0).map(({ file, failed }) => failureRow(file, failed)),
    "",
  ].join("\n");
}

function failureRow(file: string, failed: readonly WptFailure[]): string {
  const alone = failed.filter(({ inChromium }) => inChromium === null);
  const both = failed.filter(({ inChromium, withHarness }) => inChromium !== null && withHarness !== null);
  const why = [both.length > 0 ? IN_BOTH[file] : "", alone.length > 0 ? IN_HARNESS[file] : ""];
  if (why.includes(undefined)) throw new Error(`docs/wpt.json: nothing explains the failures of ${file}`);
  return `| \`${file}\` | ${both.length} | ${alone.length} | ${why.filter(Boolean).join("; ")} |`;
}
