// Writes dist/browser: every module of src/ as a file of its own, so that a bundler takes what is used and nothing else.
// Where x.browser.ts stands beside x.ts, it takes its place: the one has no need of Node's modules. What works with files,
// sockets or devices stays, so that the entry points have the same names, and throws NODE_ONLY when it is called.
import { transform } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";

const SRC = fileURLToPath(new URL("../src", import.meta.url));
const OUT = fileURLToPath(new URL("../dist/browser", import.meta.url));

const sources = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter(
  (path) => path.endsWith(".ts") && !path.startsWith("cli"),
);
const replaced = new Set(
  sources.filter((path) => path.endsWith(".browser.ts")).map((path) => path.replace(/\.browser\.ts$/, ".ts")),
);

rmSync(OUT, { recursive: true, force: true });
for (const path of sources.filter((path) => !replaced.has(path))) {
  const { code } = await transform(readFileSync(join(SRC, path), "utf8"), {
    loader: "ts",
    format: "esm",
    target: "es2022",
    legalComments: "none",
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const file = join(OUT, path.replace(/(\.browser)?\.ts$/, ".js"));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, withoutNode(code, path));
}

/** Every name imported from a module of Node becomes a function that throws. */
function withoutNode(code, path) {
  const stub = posix.relative(posix.dirname(path.replaceAll("\\", "/")), "core/node-only.js");
  const from = JSON.stringify(stub.startsWith(".") ? stub : `./${stub}`);
  const result = code.replaceAll(/import \{([^}]*)\} from "node:[^"]+";/g, (_, names) => {
    const bound = names.split(",").map((name) => name.trim().split(" as ").at(-1));
    const stubs = bound.filter((name) => name !== "").map((name) => `nodeOnly as ${name}`);
    return `import { ${stubs.join(", ")} } from ${from};`;
  });
  if (/"node:/.test(result))
    throw new Error(`${path} imports a module of Node in a form this script does not know`);
  return result;
}

console.log(`dist/browser: ${sources.length - replaced.size} modules, ${replaced.size} of them without Node`);
