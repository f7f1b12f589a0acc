/** What a continuous integration reads of a ceremony on a device. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TraceRecord } from "../../src/core/trace.js";
import { explain } from "../../src/diagnosis/explain.js";
import { systemEnv } from "../../src/env/system-env.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { runCli } from "../helpers/run-cli.js";
import { UsbPorts } from "../helpers/usb-ports.js";

let folder = "";
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "ceremony-reports-"))));
afterEach(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

/** The key gives up before the user touches it. */
const FAILING = ["register", "--touch-ms", "20000", "--up-timeout-ms", "10000"];

const propertiesIn = (xml: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...xml.matchAll(/<property name="([^"]*)" value="([^"]*)"\/>/g)].map(
      ([, name = "", value = ""]) => [name, value] as const,
    ),
  );

describe("JUnit of a ceremony", () => {
  test("names the model, the firmware and the single key by a hash", async () => {
    const ports = new UsbPorts(systemEnv());
    ports.plugIn({ path: "/dev/hidraw3", serialNumber: "A1-secret", profile: "yubikey5" });
    const { exitCode } = await runCli(["register", "--device", "serial:A1-secret", "--junit", at("j.xml")], {
      usb: { host: ports.host },
    });
    expect(exitCode).toBe(0);
    const xml = readFileSync(at("j.xml"), "utf8");
    expect(xml).toContain('tests="1" failures="0" errors="0" skipped="0"');
    expect(xml).toContain('name="register"');
    expect(xml).not.toContain("A1-secret");
    const hash = createHash("sha256").update("A1-secret").digest("hex").slice(0, 16);
    expect(propertiesIn(xml)).toMatchObject({
      "serial-sha256": hash,
      aaguid: profileNamed("yubikey5").aaguid.replaceAll("-", ""),
      transport: "usb",
      "margin-timer": expect.stringMatching(/^(client\.ceremony|key\.up)$/) as string,
      firmware: expect.stringMatching(/^\d/) as string,
    });
    expect(propertiesIn(xml)["margin-ms"]).toMatch(/^\d/);
  });

  test("has the seed of a simulated run, and no serial number", async () => {
    await runCli(["login", "--seed", "seven", "--touch-ms", "12000", "--junit", at("j.xml")]);
    const properties = propertiesIn(readFileSync(at("j.xml"), "utf8"));
    expect(properties).toMatchObject({
      seed: "seven",
      aaguid: profileNamed("generic").aaguid.replaceAll("-", ""),
    });
    // The profile's 30 s for a touch, and the 12 s that the user takes.
    expect(properties).toMatchObject({ "margin-ms": "18000", "margin-timer": "key.up" });
    expect(properties).not.toHaveProperty("serial-sha256");
  });

  test("has a failure with the code where the ceremony failed, and the exit code stays", async () => {
    const { exitCode } = await runCli([
      ...FAILING,
      "--junit",
      at("j.xml"),
      "--html",
      at("page.html"),
      "--json",
    ]);
    expect(exitCode).toBe(1);
    const xml = readFileSync(at("j.xml"), "utf8");
    expect(xml).toContain('tests="1" failures="1"');
    expect(xml).toMatch(
      /<failure type="unexpected" message="page: expected the registration succeeds, found CTAP_OPERATION_DENIED/,
    );
    expect(propertiesIn(xml)).toMatchObject({ "deciding-timer": "key.up", seed: "1" });
    expect(readFileSync(at("page.html"), "utf8")).toContain("A registration on a device");
  });
});

describe("a device that cannot be opened", () => {
  test.each(["register", "login"])(
    "is an error of %s in JUnit and a page, and the exit code stays",
    async (name) => {
      const ports = new UsbPorts(systemEnv());
      ports.plugIn({ path: "/dev/hidraw3", serialNumber: "B2-other" });
      const args = [name, "--device", "serial:A1-secret", "--junit", at("j.xml"), "--html", at("page.html")];
      const { exitCode, stderr } = await runCli(args, { usb: { host: ports.host } });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/^DEVICE_NOT_FOUND: /);
      const xml = readFileSync(at("j.xml"), "utf8");
      expect(xml).toContain('tests="1" failures="0" errors="1" skipped="0"');
      expect(xml).toMatch(
        /<error type="DEVICE_NOT_FOUND" message="DEVICE_NOT_FOUND: no FIDO key has the serial number XYZ">/,
      );
      expect(xml).toContain(`name="${name}"`);
      const page = readFileSync(at("page.html"), "utf8");
      expect(page).toContain("DEVICE_NOT_FOUND");
      expect(xml + page).not.toMatch(/A1-secret|B2-other|undecided/i);
    },
  );

  test("is an error where a key at a socket is not there, and --json stays one document", async () => {
    const { stdout, exitCode } = await runCli(
      ["register", "--device", `unix:${at("nobody")}`, "--junit", at("j.xml"), "--json"],
      { variables: { GITHUB_ACTIONS: "true" } },
    );
    expect(exitCode).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { code: "ENVIRONMENT" } });
    expect(readFileSync(at("j.xml"), "utf8")).toContain('<error type="ENVIRONMENT"');
  });

  test("a command line that is wrong writes no report", async () => {
    const { exitCode } = await runCli([
      "register",
      "--device",
      "sim",
      "--bind",
      "x:1",
      "--junit",
      at("j.xml"),
    ]);
    expect(exitCode).toBe(2);
    expect(existsSync(at("j.xml"))).toBe(false);
  });
});

describe("the site's part", () => {
  const causesIn = (stdout: string) => {
    const { trace } = JSON.parse(stdout) as { readonly trace: readonly TraceRecord[] };
    return explain(trace).ceremonies.map(({ kind, mechanism }) => `${kind} ${mechanism}`);
  };
  const kept = () => ["--store", at("store.json"), "--credentials", at("credentials.json"), "--json"];

  test("of a response that was verified is explained as success", async () => {
    expect(causesIn((await runCli(["login", "--json"])).stdout)).toEqual([
      "registration success",
      "login success",
    ]);
    expect(causesIn((await runCli(["register", ...kept()])).stdout)).toEqual(["registration success"]);
    expect(causesIn((await runCli(["login", ...kept()])).stdout)).toEqual(["login success"]);
  });

  test("is not made up where nothing says what to verify against", async () => {
    await runCli(["register", ...kept()]);
    const { stdout } = await runCli(["login", "--store", at("store.json"), "--json"]);
    expect(causesIn(stdout)).toEqual(["login undecided"]);
    expect(stdout).not.toContain('"rp.');
  });

  test("has the refusal of a response that breaks a rule", async () => {
    await runCli(["register", ...kept()]);
    const file = JSON.parse(readFileSync(at("credentials.json"), "utf8")) as object;
    writeFileSync(at("none.json"), JSON.stringify({ ...file, credentials: [] }));
    const { stdout, exitCode } = await runCli([
      ...["login", "--store", at("store.json"), "--credentials", at("none.json"), "--json"],
    ]);
    expect(exitCode).toBe(1);
    const { trace } = JSON.parse(stdout) as { readonly trace: readonly TraceRecord[] };
    expect(trace).toContainEqual(
      expect.objectContaining({ actor: "site", kind: "rp.response", status: 400, code: "RP_CREDENTIAL_ID" }),
    );
    expect(explain(trace).ceremonies.map(({ mechanism }) => mechanism)).not.toContain("success");
  });
});

describe("on GitHub", () => {
  test("a ceremony that fails is annotated by itself, and summed up in the job's file", async () => {
    const variables = { GITHUB_ACTIONS: "true", GITHUB_STEP_SUMMARY: at("summary.md") };
    const { exitCode, stdout } = await runCli(FAILING, { variables });
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(
      /^::error title=passkey-harness register::page: expected the registration succeeds, found CTAP_OPERATION_DENIED/m,
    );
    expect(readFileSync(at("summary.md"), "utf8")).toContain("| register |");
  });

  test("elsewhere nothing is annotated unless it is asked for", async () => {
    expect((await runCli(FAILING, { variables: {} })).stdout).not.toContain("::error");
    expect((await runCli([...FAILING, "--github"], { variables: {} })).stdout).toContain("::error");
  });

  test("with --json the document is all there is on stdout", async () => {
    const { stdout, stderr } = await runCli([...FAILING, "--json"], {
      variables: { GITHUB_ACTIONS: "true" },
    });
    expect(JSON.parse(stdout)).toMatchObject({ ok: false });
    expect(stderr).toContain("::error");
  });
});
