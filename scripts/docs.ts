/** `npm run docs`: writes every generated document anew and names those that changed. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { generatedDocs } from "./generated-docs.js";

const ROOT = resolve(import.meta.dirname, "..");

for (const { path, text } of await generatedDocs()) {
  const file = join(ROOT, path);
  if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
  writeFileSync(file, text);
  console.log(`${path} written`);
}
