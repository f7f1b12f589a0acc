/** Files are read within limits, pipes too, and no error repeats what is in them. */
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FILE_LIMITS, readBytesFile, readJsonFile } from "../../../src/cli/files/read-file.js";
import { runCli } from "../../helpers/run-cli.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "read-file-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const PIN = { what: "PIN file", limit: "PIN_BYTES_MAX" } as const;

/** A file of a size, which takes no room on the disk. */
function sized(name: string, bytes: number): string {
  const path = join(folder, name);
  writeFileSync(path, "");
  truncateSync(path, bytes);
  return path;
}

test("a file of the very limit is read, one byte more is refused by the limit's name", () => {
  const max = FILE_LIMITS.PIN_BYTES_MAX;
  expect(readBytesFile(sized("fits", max), PIN)).toHaveLength(max);
  expect(() => readBytesFile(sized("larger", max + 1), PIN)).toThrow(
    expect.objectContaining({
      code: "FILE_TOO_LARGE",
      message: expect.stringMatching(/larger has 1025 bytes; PIN_BYTES_MAX is 1024 bytes$/) as string,
    }),
  );
});

test("a file that does not state its size is read to the limit and no further", () => {
  expect(() => readBytesFile("/dev/zero", PIN)).toThrow(expect.objectContaining({ code: "FILE_TOO_LARGE" }));
});

test("text that is not JSON is not repeated", () => {
  const path = join(folder, "secret.json");
  writeFileSync(path, "TOPSECRET");
  expect(() => readJsonFile(path, PIN)).toThrow(
    expect.objectContaining({ code: "ENVIRONMENT", message: `PIN file ${path} is not JSON` }),
  );
});

describe("every input of the command line has its limit", () => {
  test.each<[string, string, (file: string) => readonly string[]]>([
    ["TRACE_BYTES_MAX", "t.jsonl", (file) => ["replay", file]],
    ["STORE_BYTES_MAX", "s.json", (file) => ["info", "--store", file]],
    ["CREDENTIALS_BYTES_MAX", "c.json", (file) => ["register", "--credentials", file]],
    ["SCENARIO_BYTES_MAX", "scenario.json", (file) => ["run", file]],
    ["PROFILE_BYTES_MAX", "p.json", (file) => ["info", "--profile", file]],
    ["SITE_BYTES_MAX", "site.json", (file) => ["run", "plain-login", "--site", file]],
    ["OPTIONS_BYTES_MAX", "o.json", (file) => ["register", "--options", file]],
    ["PIN_BYTES_MAX", "pin", (file) => ["login", "--pin-file", file]],
    ["PICTURE_BYTES_MAX", "code.png", (file) => ["phone", "--qr-image", file, "--radio", "udp:127.0.0.1:9"]],
    ["TABLE_BYTES_MAX", "table.json", (file) => ["confusion", "merge", file]],
    [
      "CERTIFICATE_BYTES_MAX",
      "ca.pem",
      (file) => ["phone", "--qr", "FIDO:/0", "--radio", "udp:127.0.0.1:9", "--tunnel-ca", file],
    ],
  ])("%s", async (limit, name, args) => {
    const file = sized(name, FILE_LIMITS[limit as keyof typeof FILE_LIMITS] + 1);
    const { exitCode, stderr } = await runCli(args(file));
    expect(stderr).toContain(`FILE_TOO_LARGE: `);
    expect(stderr).toContain(`${limit} is `);
    expect(exitCode).toBe(2);
  });
});
