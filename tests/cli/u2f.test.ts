import { describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

describe("a key that knows only U2F", () => {
  test("tells the command line what there is to tell", async () => {
    const { exitCode, stdout } = await runCli(["info", "--profile", "u2f-only", "--json"]);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      hid: { capabilities: { cbor: false, msg: true } },
      info: { versions: ["U2F_V2"] },
    });
  });

  test("registers, and the report says how often it was asked for what", async () => {
    const { exitCode, stdout } = await runCli(["register", "--profile", "u2f-only", "--uv", "discouraged"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/0\.000 .*sends the U2F command register, answered CONDITIONS_NOT_SATISFIED/);
    expect(stdout).toMatch(/0\.600 .*sends the U2F command register, answered NO_ERROR/);
  });
});
