/** python-fido2's own device tests on a key of this machine, which the rig presses and pulls out by their protocol. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { check, outFolder } from "../../../lab/checks.js";
import { isCommandLine, startCommand } from "../../../lab/services/command.js";
import { startUdev } from "../../../lab/services/udev.js";

const CONTROL = "/run/key.control";
const RIG = "/run/rig.json";
const PROFILE = "/run/profile.json";
const PYTHON = "/usr/bin/python3";
/** Fewer passed tests than these mean that most were skipped. */
const PASSED_MIN = 40;

if (isCommandLine()) await import("../../../src/cli/main.js");
else await main(process.argv[2] ?? "");

async function main(clone: string): Promise<void> {
  startUdev();
  // The tests are those of a vendor whose keys say nothing of PIN attempts while no PIN is set; their controller makes no
  // long touches.
  const profile = { extends: "ctap23", name: "key-of-the-tests", quirks: ["refusesRetriesWithoutPin"] };
  writeFileSync(PROFILE, JSON.stringify(profile));
  const seed = ["--seed", "python-fido2"];
  const key = startCommand(["key", "--uhid", "--profile", PROFILE, "--control", `unix:${CONTROL}`, ...seed]);
  await key.hears(/hidraw|uhid/);
  const rigFile = {
    schema: 1,
    keys: [{ label: "key", device: "any", allow: ["reset", "setPin", "deleteCredentials"] }],
    fingers: [{ key: "key", by: "control", path: CONTROL }],
    powerSwitches: [{ key: "key", by: "control", path: CONTROL }],
    state: "/run/rig-state",
  };
  writeFileSync(RIG, JSON.stringify(rigFile));
  const rig = startCommand([
    "rig",
    "serve",
    "--rig",
    RIG,
    "--port",
    "0",
    "--protocol",
    "controller",
    "--key",
    "key",
  ]);
  const url = await rig.hears(/http:\/\/[^\s,]+/);
  await check("python-fido2's device tests pass with the rig as their controller", async () => {
    const results = await pytest(clone, url);
    const told = JSON.stringify(results, undefined, 1);
    process.stdout.write(`${told}\n`);
    assert.deepEqual(results.failed, [], told);
    assert.ok(results.passed >= PASSED_MIN, told);
  });
  key.child.kill("SIGTERM");
  rig.child.kill("SIGTERM");
  await Promise.all([key.ended, rig.ended]);
}

interface Results {
  readonly passed: number;
  readonly skipped: readonly string[];
  readonly failed: readonly string[];
}

async function pytest(clone: string, controller: string): Promise<Results> {
  const report = join(outFolder(), "pytest.xml");
  const args = ["-m", "pytest", "tests/device", "-q", "-p", "no:cacheprovider", `--junitxml=${report}`];
  const child = spawn(PYTHON, [...args, "--controller", controller], {
    cwd: clone,
    env: { ...process.env, PYTHONPATH: clone, PYTHONDONTWRITEBYTECODE: "1" },
    stdio: ["ignore", "inherit", "inherit"],
  });
  await once(child, "close");
  return resultsIn(readFileSync(report, "utf8"));
}

/** Reads a JUnit report through Python's own parser: one line of JSON for each test case. */
function resultsIn(xml: string): Results {
  const script = `
import json, sys, xml.etree.ElementTree as tree
for case in tree.parse(sys.stdin).iter("testcase"):
    ends = [child for child in case if child.tag in ("failure", "error", "skipped")]
    end = ends[0].tag if ends else "passed"
    why = ends[0].get("message", "") if ends else ""
    print(json.dumps([end, case.get("classname") + " " + case.get("name") + (": " + why if why else "")]))
`;
  const lines = execFileSync(PYTHON, ["-c", script], { input: xml, encoding: "utf8" }).trim().split("\n");
  const cases = lines
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as readonly [string, string]);
  const of = (...ends: readonly string[]) =>
    cases.filter(([end]) => ends.includes(end)).map(([, name]) => name);
  return { passed: of("passed").length, skipped: of("skipped"), failed: of("failure", "error") };
}
