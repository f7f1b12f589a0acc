/** Writes the licences of the packages whose code the published bundles hold: `THIRD-PARTY-NOTICES.md`. */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "..");

/** Packages inside the bundles: the CommonJS build holds those that are ES modules only, the page script WebIDL's types. */
const BUNDLED = [
  "@noble/ciphers",
  "@noble/curves",
  "@noble/hashes",
  "@noble/post-quantum",
  "webidl-conversions",
];

const FENCE = "```";

/** Returns the page: a section for each package, with its licence as the package has it. */
export function thirdPartyNotices(): string {
  const sections = BUNDLED.map((name) => {
    const folder = join(ROOT, "node_modules", name);
    const { license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { license: string };
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence file`);
    const text = readFileSync(join(folder, file), "utf8").trimEnd();
    return [`## ${name} (${license})`, "", `${FENCE}text`, text, FENCE].join("\n");
  });
  return [
    "# Third-party notices",
    "",
    "The published bundles hold code of these packages. `npm run docs` writes this page from the installed packages.",
    "",
    sections.join("\n\n"),
    "",
  ].join("\n");
}
