// Runs every example beside this file, and every folder's main.mjs, as its own process; fails if one fails.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const names = readdirSync(here);
const examples = [
  ...names.filter((name) => /\.(mjs|cjs)$/.test(name)),
  ...names.map((name) => join(name, "main.mjs")).filter((name) => existsSync(join(here, name))),
];
const failed = examples.filter((name) => {
  console.log(`\n--- ${name}`);
  return spawnSync(process.execPath, [name], { cwd: here, stdio: "inherit" }).status !== 0;
});
console.log(`\n${examples.length - failed.length} examples ran, ${failed.length} failed ${failed.join(" ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
