/**
 * Runs the programs of README.md as a user meets them: an empty folder, `npm init -y`, the packed tarball, each
 * program saved as a `.mjs` file. Fails when one fails, or does not print what its comments say.
 *
 * Usage: node scripts/readme-examples.mjs TARBALL FOLDER
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

const [tarball, folder] = process.argv.slice(2).map((path) => resolve(path));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const programs = [...readme.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

/** Comments behind a `console.log` say what it prints; the start of it must be there. */
const promised = (code) =>
  [...code.matchAll(/(?:; |^)\/\/ (.+?)( \.\.\.)?$/gm)]
    .map(([, text]) => text)
    .filter((text) => !text.includes("virtual milliseconds"));

function run(command, args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}

mkdirSync(folder, { recursive: true });
run("npm", ["init", "-y"]);
run("npm", ["install", "--save-dev", "--silent", "--ignore-scripts", tarball]);
if (programs.length < 3) throw new Error(`README.md has ${programs.length} programs`);
for (const [index, code] of programs.entries()) {
  const name = `program-${index + 1}.mjs`;
  writeFileSync(join(folder, name), code);
  const printed = run(process.execPath, [name]);
  const missing = promised(code).filter((text) => !printed.includes(text));
  if (missing.length > 0) throw new Error(`${name} printed\n${printed}and not ${missing.join("\n")}`);
  console.log(`${name}: ${printed.split("\n")[0].slice(0, 100)}`);
}
console.log(run("npx", ["passkey-harness", "--version"]).trim());
console.log(`${programs.length} programs of README.md ran`);
