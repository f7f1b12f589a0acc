// Bundles typical imports of the built package for a browser, prints what each costs, and fails when one needs Node, costs
// more than its bar, or behaves otherwise than on Node. The bars are a tenth above what was measured when they were set.
import { build } from "esbuild";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

/** Largest size of the minified bundle after gzip, in bytes, by entry point and name. */
const BARS = [
  ["passkey-harness", "toBase64url", 400],
  ["passkey-harness", "verifyRegistration", 77_000],
  ["passkey-harness/sim", "SimAuthenticator", 38_000],
  ["passkey-harness/scenarios", "runScenario", 275_000],
  ["passkey-harness", "register", 43_000],
  // Whoever creates an environment chooses its cryptography.
  ["passkey-harness", "systemEnv", 46_000],
];

/** Scenarios over USB and over a phone: played by the browser's bundle and by Node's build, byte for byte alike. */
const PLAYED = ["plain-login", "pin-registration", "late-delivery", "late-delivery/hybrid"];

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "passkey-harness-size-"));
let failures = 0;

try {
  console.log("import                                        minified      gzip       bar");
  for (const [entry, name, bar] of BARS) {
    const { bytes, offences } = await bundle(`export { ${name} } from "${entry}";`);
    const gzip = gzipSync(bytes, { level: 9 }).length;
    if (gzip > bar) offences.push(`costs more than ${bar} bytes`);
    const columns = [bytes.length, gzip, bar].map((size) => String(size).padStart(10));
    console.log(`${`${name} from ${entry}`.padEnd(44)}${columns.join("")}`);
    report(name, offences);
  }
  await compareRuns();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
process.exitCode = failures > 0 ? 1 : 0;

async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: PROJECT },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const [output] = Object.values(metafile.outputs);
  const used = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  const offences = used
    .filter(([path]) => path.endsWith("core/node-only.js") || path.startsWith("(disabled)"))
    .map(([path]) => `needs Node: ${path}`);
  if (output.imports.length > 0)
    offences.push(`imports ${output.imports.map(({ path }) => path).join(", ")}`);
  const bytes = outputFiles[0].contents;
  if (/\bBuffer\b/.test(new TextDecoder().decode(bytes))) offences.push("uses Buffer");
  return { bytes, offences };
}

async function compareRuns() {
  const { bytes } = await bundle(`export { runScenario, scenarioNamed } from "passkey-harness/scenarios";`);
  const inBrowser = join(scratch, "scenarios.mjs");
  writeFileSync(inBrowser, bytes);
  const browser = play(inBrowser, ["Buffer", "process", "setImmediate", "clearImmediate", "global"]);
  const node = play(join(PROJECT, "dist/scenarios.js"), []);
  const same = browser === node;
  console.log(
    `${PLAYED.join(", ")}: ${same ? "the same bytes as on Node" : "NOT as on Node"} (${node.length})`,
  );
  report("traces", same ? [] : ["the browser's bundle gives another trace than Node's build"]);
}

/** Plays the scenarios in a process of their own. @param hidden globals to take away, so that a bundle that leans on them fails. */
function play(module, hidden) {
  const program = `
    const write = process.stdout.write.bind(process.stdout);
    for (const name of ${JSON.stringify(hidden)}) delete globalThis[name];
    const { runScenario, scenarioNamed } = await import(${JSON.stringify(module)});
    const runs = [];
    for (const id of ${JSON.stringify(PLAYED)}) {
      const { records, explanation } = await runScenario(scenarioNamed(id), { seed: "size" });
      runs.push({ id, records, verdict: explanation.verdict });
    }
    write(JSON.stringify(runs));
  `;
  const options = { encoding: "utf8", maxBuffer: 2 ** 27 };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "-e", program],
    options,
  );
  // The first lines show the minified source.
  if (status !== 0)
    report(module, [
      stderr
        .split("\n")
        .filter((line) => line.length < 300)
        .join("\n"),
    ]);
  return stdout;
}

function report(name, offences) {
  for (const offence of offences) console.error(`${name}: ${offence}`);
  failures += offences.length;
}
