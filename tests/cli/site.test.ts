import { once } from "node:events";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { describeRealSite, SIGN_IN_TOKEN, startRealSite } from "../helpers/real-site.js";
import { runCli } from "../helpers/run-cli.js";
import { bundled, spawnCli, startNode, type PipedProcess } from "../helpers/spawn-cli.js";

const SHOP = { SHOP_TOKEN: SIGN_IN_TOKEN };
const QUICK = ["--set", "key.touchDelayMs=20"];

function siteFile(content: object): string {
  const file = join(mkdtempSync(join(tmpdir(), "site-file-")), "my-site.json");
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe("run --site", () => {
  test("plays a story against a real site, tells its verdict and leaves a trace without secrets", async () => {
    await using site = await startRealSite();
    const file = siteFile(describeRealSite(site.origin));
    const trace = `${file}.jsonl`;
    const args = ["run", "plain-registration", "--site", file, ...QUICK, "--trace", trace, "--json"];
    const { exitCode, stdout } = await spawnCli(args, SHOP);
    expect(exitCode).toBe(0);
    const told = JSON.parse(stdout) as { explanation: { mechanism: string }; reproduction: string };
    expect(told).toMatchObject({ ok: true, errors: [], explanation: { mechanism: "success", orphans: [] } });
    expect(told.reproduction).toContain(`--site ${file}`);
    expect(site.rows()).toHaveLength(1);
    const written = readFileSync(trace, "utf8");
    expect(written).toContain('"rp.attached"');
    expect([...site.secrets, SIGN_IN_TOKEN].filter((one) => `${stdout}${written}`.includes(one))).toEqual([]);

    const replayed = await runCli(["replay", trace, "--json"]);
    expect(JSON.parse(replayed.stdout)).toMatchObject({ explanation: { mechanism: "success" } });
  });

  test("says what may remain when the answer was lost", async () => {
    await using site = await startRealSite({ finishAnswer: "cut" });
    const file = siteFile(describeRealSite(site.origin));
    const { stdout } = await spawnCli(["run", "plain-registration", "--site", file, ...QUICK], SHOP);
    expect(stdout).toContain("SITE_HUNG_UP: registration/finish (/register/finish)");
    expect(stdout).toContain("the site may still have acted on the request");
    expect(stdout).toContain("finish-answer-lost");
  });

  test("tells on Ctrl-C how far it came and what may remain, and writes the trace", async () => {
    const children: PipedProcess[] = [];
    await using site = await startRealSite({
      finishAnswer: "silence",
      refusal: ({ url }) => {
        if (url === "/register/finish") children[0]?.kill("SIGINT");
        return "REFUSED";
      },
    });
    const file = siteFile(describeRealSite(site.origin));
    const trace = `${file}.jsonl`;
    const args = ["run", "plain-registration", "--site", file, ...QUICK, "--trace", trace];
    const child = startNode([bundled("cli.js"), ...args], SHOP);
    children.push(child);
    let stdout = "";
    child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
    const [exitCode] = (await once(child, "close")) as [number];
    expect(exitCode).toBe(130);
    expect(stdout).toContain("interrupted by SIGINT\n");
    expect(stdout).toContain("the site may still act on a request that it got");
    const written = readFileSync(trace, "utf8");
    expect(written).toContain('"reason":"program-quit"');
    expect(written).toContain('"kind":"run.ended"');
    expect(site.rows()).toHaveLength(1);
  });

  const config = describeRealSite("http://localhost:1");
  test.each<readonly [string, object, readonly string[], string]>([
    ["knobs of a simulated site", config, ["late-delivery"], "SITE_KNOB_REFUSED: mail.delayMs"],
    ["a seed", config, ["plain-registration", "--seed", "7"], "--seed is for simulated sites"],
    ["a grid", config, ["plain-registration", "--sweep", "gw.idleMs=1,2"], "--sweep is for simulated sites"],
    ["a file with a hole in it", { ...config, login: undefined }, ["plain-login"], "site.login: is missing"],
    [
      "a secret that is not set",
      config,
      ["plain-login"],
      "SITE_SECRET_MISSING: the environment variable SHOP_TOKEN",
    ],
  ])("refuses %s with exit code 2", async (_, content, args, wanted) => {
    const { exitCode, stderr } = await runCli(["run", ...args, "--site", siteFile(content)]);
    expect(stderr).toContain(wanted);
    expect(exitCode).toBe(2);
  });
});
