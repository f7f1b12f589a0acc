/**
 * Goes from an empty folder to a red test and then a green one, with nothing but what README.md shows under "In your test
 * suite": its commands, its files. Prints how many lines were pasted and how many seconds each took; fails when a test is
 * green before the fix, red for another reason than the stated one, or red after it.
 *
 * Usage: node scripts/suite-from-empty.mjs TARBALL FOLDER
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { delimiter, join, resolve } from "node:path";
import { performance } from "node:perf_hooks";

const LINES_MAX = 10;
const TEST_MS = 120_000;
const REASONS = ["a failure shown for a registration that succeeded", "page.guard fired first"];

const [tarball, folder] = process.argv.slice(2).map((path) => resolve(path));
const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const { devDependencies } = JSON.parse(read("package.json"));
const section = /^## In your test suite\n([\s\S]*?)^## /m.exec(read("README.md"))?.[1] ?? "";
const blocks = [...section.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, language, code]) => ({
  language,
  code,
}));
const files = new Map(
  blocks.flatMap(({ language, code }) => {
    const name = /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];
    return language === "ts" && name !== undefined ? [[name, code]] : [];
  }),
);
const commands = blocks[0].code.trim().split("\n");
const chromium = process.env.PATH.split(delimiter)
  .map((path) => join(path, "chromium"))
  .find((path) => existsSync(path));
const port = await freePort();

const RUNNERS = [
  {
    name: "Playwright",
    install: "npm install --save-dev @playwright/test",
    files: ["late-finger.spec.ts", "playwright.config.ts"],
    command: "npx playwright test late-finger.spec",
    missing: chromium === undefined ? "Chromium is not installed (Debian package chromium)" : undefined,
  },
  {
    name: "vitest",
    install: "npm install --save-dev vitest jsdom",
    files: ["late-finger.test.ts"],
    command: "npx vitest run late-finger.test",
  },
];

mkdirSync(folder, { recursive: true });
const [init, install, copy, start] = commands;
for (const command of [init, install, copy]) run(pinned(command));
for (const runner of RUNNERS) {
  if (runner.missing !== undefined) console.log(`${runner.name}: skipped, ${runner.missing}`);
  else await fromRedToGreen(runner);
}

async function fromRedToGreen({ name, install: command, files: names, command: test }) {
  // As README.md has it: shown in its text.
  for (const shown of [command, test])
    if (!section.includes(`\`${shown}\``)) throw new Error(`README.md does not show ${shown}`);
  run(pinned(command));
  const pasted = names.map((file) => [file, files.get(file)]);
  for (const [file, code] of pasted) {
    if (code === undefined) throw new Error(`README.md does not show ${file}`);
    writeFileSync(join(folder, file), atPort(code));
  }
  const lines = pasted.flatMap(([, code]) => code.split("\n").slice(1)).filter((line) => line.trim() !== "");
  const red = await withSite("", () => timed(test));
  if (red.status === 0) throw new Error(`${name}: green before the fix\n${red.output}`);
  const unsaid = REASONS.filter((reason) => !red.output.includes(reason));
  if (unsaid.length > 0) throw new Error(`${name}: red, and not because of ${unsaid}\n${red.output}`);
  const green = await withSite(" --fixed", () => timed(test));
  if (green.status !== 0) throw new Error(`${name}: red after the fix\n${green.output}`);
  console.log(
    `${name}: ${lines.length} lines pasted; red in ${red.seconds} s for the stated reason, green in ${green.seconds} s after the fix`,
  );
  if (lines.length > LINES_MAX) throw new Error(`${name}: more than ${LINES_MAX} lines`);
}

/** Installs the packed tarball for the package itself, and of the others what this repository is tested with. */
function pinned(command) {
  return command
    .split(" ")
    .map((word) => {
      if (word === "passkey-harness") return tarball;
      return word in devDependencies ? `${word}@${devDependencies[word]}` : word;
    })
    .join(" ");
}

function run(command) {
  const { status, stdout, stderr } = spawnSync(command, { cwd: folder, shell: true, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ended with ${status}\n${stdout}${stderr}`);
}

function timed(command) {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: folder,
    shell: true,
    encoding: "utf8",
    timeout: TEST_MS,
    env: { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0", CHROMIUM: chromium ?? "" },
  });
  return {
    status,
    output: `${stdout}${stderr}`,
    seconds: ((performance.now() - began) / 1_000).toFixed(1),
  };
}

/** Serves the shop in a process of its own, as the README's line with `&` does. */
async function withSite(options, work) {
  const [program, ...args] = atPort(`${start.replace(/ &$/, "")}${options}`).split(" ");
  const site = spawn(program, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  try {
    await new Promise((resolve, reject) => {
      site.stdout.once("data", resolve);
      site.once("exit", (code) => reject(new Error(`the site ended with ${code}`)));
    });
    return work();
  } finally {
    site.kill();
  }
}

function atPort(text) {
  return text.replaceAll("3000", String(port));
}

/** The README's port may be taken where many things run. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
