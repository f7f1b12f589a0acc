/** What the page on real sites shows is run as it stands there, and so is the example it points to. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSiteConfig } from "../../src/sim/attached-rp/site-config.js";
import { ROOT_CAUSE_IDS } from "../../src/diagnosis/rules/registry.js";
import { describeRealSite, SIGN_IN_TOKEN, startRealSite } from "../helpers/real-site.js";
import { PROJECT } from "../helpers/project.js";
import { bundled, runProgram, spawnCli } from "../helpers/spawn-cli.js";

const EXAMPLE = join(PROJECT, "examples/real-site");
const PAGE = readFileSync(join(PROJECT, "docs/real-site.md"), "utf8");

function block(language: string): string {
  return new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "m").exec(PAGE)?.[1] ?? "";
}

/** Imports what the global setup bundled, because the package need not be built to be tested. */
const fromBundle = (code: string) =>
  code.replace(/"passkey-harness(\/\w+)?"/g, (_, entry: string | undefined) =>
    JSON.stringify(bundled(`${entry?.slice(1) ?? "index"}.js`)),
  );

/** A program beside the files of the example. */
async function runBeside(code: string) {
  const folder = mkdtempSync(join(PROJECT, "artifacts-real-site-"));
  try {
    cpSync(EXAMPLE, folder, { recursive: true });
    writeFileSync(join(folder, "program.mjs"), fromBundle(code));
    return await runProgram([join(folder, "program.mjs")]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("docs/real-site.md", () => {
  test("its site file is one", () => {
    const config = parseSiteConfig(JSON.parse(block("json")));
    expect(config.signIn).toHaveLength(1);
    expect(config.credentials).toMatchObject({ everyMs: 1_000, forMs: 30_000 });
  });

  test("its program runs and prints what its comments say", async () => {
    const database = join(mkdtempSync(join(tmpdir(), "docs-site-")), "site.db.json");
    // A reader's program runs where its files are.
    const program = block("js")
      .replace('"site.json"', JSON.stringify(join(EXAMPLE, "site.json")))
      .replace('"site.db.json"', JSON.stringify(database));
    const { exitCode, stdout, stderr } = await runBeside(program);
    expect(stderr).toBe("");
    expect(stdout).toContain("as-expected page.guard\n{ orphans: [], ghosts: [] }");
    expect(exitCode).toBe(0);
  });

  test("its command plays a story", async () => {
    await using site = await startRealSite();
    const file = join(mkdtempSync(join(tmpdir(), "docs-site-")), "my-site.json");
    writeFileSync(file, JSON.stringify(describeRealSite(site.origin)));
    const [, ...args] = block("sh").trim().replace("my-site.json", file).split(" ");
    const { exitCode, stdout } = await spawnCli(args, { SHOP_TOKEN: SIGN_IN_TOKEN });
    expect(stdout).toContain("registration c1: success");
    expect(exitCode).toBe(0);
  });

  test("has every error code, and no other", () => {
    const source = readFileSync(join(PROJECT, "src/sim/attached-rp/site-error.ts"), "utf8");
    const codes = (text: string, pattern: RegExp) => [
      ...new Set([...text.matchAll(pattern)].map(([, code]) => code)),
    ];
    expect(codes(PAGE, /`(SITE_[A-Z_]+)`/g).sort()).toEqual(codes(source, /"(SITE_[A-Z_]+)"/g).sort());
  });

  test("names mechanisms that there are", () => {
    const table = PAGE.slice(PAGE.indexOf("## What it finds"), PAGE.indexOf("## In a program"));
    const named = [...table.matchAll(/^\| `([\w-]+)`/gm)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(7);
    expect(named.filter((name) => !ROOT_CAUSE_IDS.some((id) => id === name))).toEqual([]);
  });
});

describe("examples/real-site", () => {
  test("drives a relying party of its own, gets three right verdicts and says so", async () => {
    const { exitCode, stdout, stderr } = await runBeside(readFileSync(join(EXAMPLE, "main.mjs"), "utf8"));
    expect(stderr).toBe("");
    expect(stdout.match(/: as-expected$/gm)).toHaveLength(3);
    expect(stdout).toContain("page.guard fired first");
    expect(stdout).toContain("the site holds 3 passkeys and sent 3 mails; 0 verdicts were wrong");
    expect(exitCode).toBe(0);
  });

  test("a wrong verdict makes it fail", async () => {
    const patient = readFileSync(join(EXAMPLE, "main.mjs"), "utf8").replace(
      '"page.guardMs": 100',
      '"page.guardMs": 5000',
    );
    const { exitCode, stdout } = await runBeside(patient);
    expect(stdout).toContain("late-delivery: unexpected");
    expect(exitCode).toBe(1);
  });
});
