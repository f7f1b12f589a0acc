/** The credentials file loses no entry that any process was told of, and is written only where it changes. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CredentialFile } from "../../../src/cli/files/credential-file.js";

let folder = "";
let file = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "credential-file-"));
  file = join(folder, "site.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const entry = (id: string, signCount = 0) => ({
  rpId: "example.com",
  userHandle: "AQ",
  credential: { id, publicKeyCose: Uint8Array.of(1), signCount, backedUp: false, backupEligible: false },
});

test("eight writers at once lose nothing, though each read the file when it was empty", async () => {
  const writers = Array.from({ length: 8 }, () => new CredentialFile(file));
  await Promise.all(writers.map((writer, at) => writer.put(entry(`id${at}A`.slice(0, 4)))));
  const ids = new CredentialFile(file).entries.map(({ credential }) => credential.id);
  expect(ids.sort()).toEqual(Array.from({ length: 8 }, (_, at) => `id${at}A`));
});

test("an entry that is there already writes nothing", async () => {
  const known = new CredentialFile(file);
  await known.put(entry("idAA"));
  const before = statSync(file, { bigint: true });
  await known.put(entry("idAA"));
  expect(statSync(file, { bigint: true })).toMatchObject({ ino: before.ino, mtimeNs: before.mtimeNs });
  await known.put(entry("idAA", 7));
  expect(new CredentialFile(file).entries).toMatchObject([{ credential: { id: "idAA", signCount: 7 } }]);
});

test.each([
  ["another schema", { schema: 99, credentials: [] }, "FILE_SCHEMA"],
  ["no schema", { credentials: [] }, "FILE_SCHEMA"],
  ["no list", { schema: 1 }, "ENVIRONMENT"],
  [
    "an id that is no base64url",
    {
      schema: 1,
      credentials: [{ ...entry("!"), credential: { ...entry("!").credential, publicKeyCose: "AQ" } }],
    },
    "ENVIRONMENT",
  ],
])("a file with %s is refused and left alone", (_, content, code) => {
  const text = JSON.stringify(content);
  writeFileSync(file, text);
  expect(() => new CredentialFile(file)).toThrow(expect.objectContaining({ code }));
  expect(readFileSync(file, "utf8")).toBe(text);
});
