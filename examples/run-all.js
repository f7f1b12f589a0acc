// Runs every example beside this file as its own process; fails if one fails.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const examples = readdirSync(here).filter((name) => /\.(mjs|cjs)$/.test(name));
const failed = examples.filter((name) => {
  console.log(`\n--- ${name}`);
  return spawnSync(process.execPath, [name], { cwd: here, stdio: "inherit" }).status !== 0;
});
console.log(`\n${examples.length - failed.length} examples ran, ${failed.length} failed ${failed.join(" ")}`);
process.exitCode = failed.length > 0 ? 1 : 0;
