/** What test runners print of a test that fails: each is run as a process on tests that are meant to fail. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseTrace } from "../../src/scenarios/reports/parse-trace.js";
import { programNamed } from "../helpers/programs.js";
import { PROJECT } from "../helpers/project.js";
import { bundled } from "../helpers/spawn-cli.js";

const SHOP = JSON.stringify(join(PROJECT, "examples/passkey-shop/site.mjs"));
const executablePath = programNamed("chromium");
if (executablePath === undefined) {
  console.log("suite-runners.test.ts skips Playwright: Chromium is not installed (Debian package chromium)");
}

/** A runner and a browser are started, on machines that have other things to do. */
const STARTS_MS = 240_000;

let folder = "";
beforeAll(() => {
  // Inside the project, from which the runners are resolved.
  folder = mkdtempSync(join(PROJECT, "artifacts-suites-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command in a folder of its own. Names of packages stand for what the global setup bundled. */
function run(name: string, args: readonly string[], files: Readonly<Record<string, string>>) {
  const cwd = join(folder, name);
  mkdirSync(cwd);
  for (const [file, text] of Object.entries(files)) {
    const code = text
      .replaceAll(/"passkey-harness\/([\w-]+)"/g, (_, entry: string) =>
        JSON.stringify(bundled(`${entry}.js`)),
      )
      .replaceAll("SHOP", SHOP);
    writeFileSync(join(cwd, file), code);
  }
  const { FORCE_COLOR: _, VITEST: __, NODE_TEST_CONTEXT: ___, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(process.execPath, args, {
    cwd,
    encoding: "utf8",
    env: { ...env, NO_COLOR: "1", CHROMIUM: executablePath ?? "" },
  });
  return { cwd, stdout, stderr, status };
}

interface PlaywrightReport {
  readonly suites: readonly {
    readonly specs: readonly {
      readonly title: string;
      readonly tests: readonly {
        readonly results: readonly {
          readonly status: string;
          readonly errors: readonly { readonly message: string }[];
          readonly attachments: readonly { readonly name: string; readonly body?: string }[];
        }[];
      }[];
    }[];
  }[];
}

const SPEC = `
import { test as base, mergeTests } from "@playwright/test";
import { expect, passkeyFixtures, test } from "passkey-harness/playwright";
import { startShop } from SHOP;

const both = mergeTests(test, base.extend({ other: async ({}, use) => use(1) }));
const own = base.extend(passkeyFixtures);

test("an assertion of its own fails", async ({ page, passkeys }) => {
  const shop = await startShop();
  await page.goto(shop.url);
  passkeys.lateFinger(98_000);
  await passkeys.register(page.getByRole("button"));
  shop.close();
  expect(await page.getByRole("status").textContent()).toBe("Your passkey is ready.");
});

both("a page is left waiting", async ({ page, passkeys, other }) => {
  const shop = await startShop();
  await page.goto(shop.url);
  passkeys.nobodyTouches();
  await page.getByRole("button").click();
  await passkeys.advance(other);
  shop.close();
});

own.describe("a phone", () => {
  own.use({ passkeyOptions: { device: "phone", client: "gecko", pendingAtEnd: "reported" } });
  own("is used, and all is well", async ({ page, passkeys }) => {
    const shop = await startShop({ fixed: true });
    await page.goto(shop.url);
    expect(await passkeys.register(page.getByRole("button"))).toTellTruth();
    expect(passkeys).toEndAs("success");
    shop.close();
  });
});
`;

describe.skipIf(executablePath === undefined)("Playwright Test", () => {
  test(
    "has the verdict in the message, and timeline and trace as attachments",
    { timeout: STARTS_MS },
    () => {
      const { stdout, stderr } = run(
        "playwright",
        [
          join(PROJECT, "node_modules/@playwright/test/cli.js"),
          "test",
          "--output=results",
          "--reporter=json",
          "--timeout=120000",
        ],
        {
          "shop.spec.mjs": SPEC,
          "playwright.config.mjs": `export default { workers: 1, use: { launchOptions: { executablePath: process.env.CHROMIUM } } };`,
        },
      );
      const { suites } = JSON.parse(stdout || stderr) as PlaywrightReport;
      const specs = suites.flatMap((suite) => [
        ...suite.specs,
        ...((suite as { suites?: PlaywrightReport["suites"] }).suites ?? []).flatMap((inner) => inner.specs),
      ]);
      const resultOf = (title: string) => specs.find((spec) => spec.title === title)?.tests[0]?.results[0];

      const failed = resultOf("an assertion of its own fails");
      expect(failed?.status).toBe("failed");
      expect(failed?.errors).toHaveLength(1);
      expect(failed?.errors[0]?.message).toMatch(/toBe[\s\S]*page\.guard fired first/);
      const bodyOf = (name: string) => {
        const body = failed?.attachments.find((attachment) => attachment.name === name)?.body ?? "";
        return Buffer.from(body, "base64").toString();
      };
      expect(bodyOf("passkeys-timeline.html")).toMatch(/^<!doctype html>[\s\S]*page\.guard/);
      const { records } = parseTrace(bodyOf("passkeys-trace.jsonl"));
      expect(records.at(-1)?.kind).toBe("run.ended");
      expect(records.some(({ kind }) => kind === "page.gave-up")).toBe(true);

      const waiting = resultOf("a page is left waiting");
      expect(waiting?.status).toBe("failed");
      expect(waiting?.errors[0]?.message).toMatch(
        /waits for navigator\.credentials\.create\(\)[\s\S]*Passkeys: registration/,
      );

      const fine = resultOf("is used, and all is well");
      expect(fine).toMatchObject({ status: "passed", attachments: [] });
    },
  );
});

const VITEST = `
import { expect, test } from "passkey-harness/vitest";
import { startShop } from SHOP;

test.override({ passkeyOptions: { reportFolder: "reports" } });
test("an assertion of its own fails", async ({ passkeys }) => {
  const shop = await startShop();
  const { document } = await passkeys.open(shop.url);
  passkeys.lateFinger(98_000);
  await passkeys.register(() => document.querySelector("button").click());
  shop.close();
  expect(document.querySelector("#says").textContent).toBe("Your passkey is ready.");
});

test("a key, a phone and a site without a page", async ({ key, phone, site, clock }) => {
  for (const device of [key, phone]) {
    site.finishRegistration(await device.register(site.registrationOptions(device === key ? "a" : "b"), site));
    site.finishLogin(await device.logIn(site.loginOptions(), site));
  }
  expect(site.credentials).toHaveLength(2);
  expect(clock.nowMs()).toBeGreaterThan(3_000);
  const refused = key.cancelled().logIn(site.loginOptions(), site);
  await expect(refused).rejects.toMatchObject({ name: "NotAllowedError" });
});
`;

test(
  "vitest has the verdict in the message, and files where a folder is named",
  { timeout: STARTS_MS },
  () => {
    const { cwd, stdout, stderr, status } = run(
      "vitest",
      [join(PROJECT, "node_modules/vitest/vitest.mjs"), "run", "--root", ".", "--reporter=json"],
      { "shop.test.mjs": VITEST, "vitest.config.mjs": `export default { test: { testTimeout: 60_000 } };` },
    );
    expect(status, stderr).toBe(1);
    const { testResults } = JSON.parse(stdout.slice(stdout.indexOf("{"))) as {
      readonly testResults: readonly [
        {
          readonly assertionResults: readonly {
            readonly title: string;
            readonly status: string;
            readonly failureMessages: readonly string[];
          }[];
        },
      ];
    };
    const [failed, passed] = testResults[0].assertionResults;
    expect(failed?.failureMessages.join("\n")).toMatch(/Your passkey is ready[\s\S]*page\.guard fired first/);
    expect(passed, JSON.stringify(passed?.failureMessages)).toMatchObject({ status: "passed" });
    const files = readdirSync(join(cwd, "reports")).sort();
    expect(files).toEqual([
      expect.stringMatching(/^an-assertion-of-its-own-fails-[0-9a-f]{8}\.html$/),
      expect.stringMatching(/^an-assertion-of-its-own-fails-[0-9a-f]{8}\.jsonl$/),
    ]);
    const trace = readFileSync(join(cwd, "reports", files[1] ?? ""), "utf8");
    expect(parseTrace(trace).records.length).toBeGreaterThan(20);
  },
);

const NODE_TEST = `
import { test } from "node:test";
import { assertPasskeys, usePasskeys } from "passkey-harness/node-test";
import { startShop } from SHOP;

const passkeys = usePasskeys();
test("a page that does not tell the truth", async () => {
  const shop = await startShop();
  const { document } = await passkeys.open(shop.url);
  passkeys.lateFinger(98_000);
  const story = await passkeys.register(() => document.querySelector("button").click());
  shop.close();
  assertPasskeys.endedBy(story, "page.guard", { atMs: 60_000 });
  assertPasskeys.endsAs(story, "late-delivery");
  assertPasskeys.tellsTruth(story);
});
test("a page that is left waiting", async () => {
  const shop = await startShop();
  const { document } = await passkeys.open(shop.url);
  passkeys.nobodyTouches();
  document.querySelector("button").click();
  await passkeys.advance(5_000);
  shop.close();
});
`;

test("node:test has the verdict in the message", { timeout: STARTS_MS }, () => {
  const { stdout } = run("node-test", ["--test", "--test-reporter=tap", "shop.test.mjs"], {
    "shop.test.mjs": NODE_TEST,
  });
  expect(stdout).toContain("# fail 2");
  expect(stdout).toContain("a failure shown for a registration that succeeded");
  expect(stdout).toContain("page.guard fired first");
  expect(stdout).toContain("the test ended while a page waits for navigator.credentials.create()");
});
