// Installs the native packages the lab and real devices need, in the versions of lab/native-packages.json, into
// node_modules without touching package.json or package-lock.json. The next `npm install` or `npm ci` removes them.
// --save-dev is needed beside --no-save: npm installs no optional peer dependency of the project itself without it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const versions = JSON.parse(readFileSync(new URL("../lab/native-packages.json", import.meta.url), "utf8"));
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => versions[name] === undefined);
if (unknown.length > 0) {
  console.error(
    `unknown: ${unknown.join(", ")}; the native packages are ${Object.keys(versions).join(", ")}`,
  );
  process.exit(2);
}
const names = wanted.length > 0 ? wanted : Object.keys(versions);
const packages = names.map((name) => `${name}@${versions[name]}`);
const command = ["install", "--no-save", "--save-dev", "--no-audit", "--no-fund", ...packages];
console.log(`npm ${command.join(" ")}`);
const { status } = spawnSync("npm", command, {
  stdio: "inherit",
  shell: process.platform === "win32",
});
process.exit(status ?? 1);
