/** What a process acknowledged outlives it: keys that are killed at any moment, and processes that share a file. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seededEntropy } from "../../../src/core/entropy.js";
import { runCli } from "../../helpers/run-cli.js";
import { spawnCli, startCli } from "../../helpers/spawn-cli.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "crash-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface StoreFile {
  readonly credentials: readonly { readonly id: string; readonly userName: string }[];
}
const namesIn = (file: string) =>
  (JSON.parse(readFileSync(file, "utf8")) as StoreFile).credentials.map(({ userName }) => userName);

async function startKey(store: string, socket: string) {
  const key = startCli(["key", "--unix", socket, "--store", store, "--touch-ms", "0"]);
  await once(key.stderr, "data");
  return key;
}

const register = (socket: string, user: string) =>
  runCli(["register", "--device", `unix:${socket}`, "--user", user, "--timeout-ms", "5000"]);

test("a key that is killed at random loses nothing that it acknowledged", { timeout: 120_000 }, async () => {
  const store = join(folder, "killed.json");
  const socket = join(folder, "killed.sock");
  const chance = seededEntropy("kill -9");
  const acknowledged: string[] = [];
  for (let round = 0; round < 4; round++) {
    const key = await startKey(store, socket);
    const dead = once(key, "exit");
    // Counted in registrations, not in time: which command the kill meets is then the same on every machine.
    const before = (chance.bytes(1)[0] as number) % 3;
    for (let at = 0; at < before; at++) {
      const user = `r${round}-${at}`;
      if ((await register(socket, user)).exitCode === 0) acknowledged.push(user);
    }
    const last = register(socket, `r${round}-last`);
    const met = once(key.stderr, "data").catch(() => undefined);
    await Promise.race([last, met, new Promise((resolve) => setImmediate(resolve))]);
    key.kill("SIGKILL");
    await dead;
    if ((await last).exitCode === 0) acknowledged.push(`r${round}-last`);
    // The next key need not wait until the lock of the dead one is stale.
    if (existsSync(`${store}.lock`)) utimesSync(`${store}.lock`, 1, 1);
  }
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(namesIn(store)).toEqual(expect.arrayContaining(acknowledged));
});

test(
  "two keys on one store: the second says who is in the way, and the first loses nothing",
  { timeout: 60_000 },
  async () => {
    const store = join(folder, "shared.json");
    const socket = join(folder, "a.sock");
    const key = await startKey(store, socket);
    const second = spawnCli(["key", "--unix", join(folder, "b.sock"), "--store", store]);
    expect(await register(socket, "alice")).toMatchObject({ exitCode: 0 });
    expect(await second).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /^FILE_LOCKED: .*shared\.json is in use by another process\n {2}hint: /,
      ) as string,
    });
    expect(await register(socket, "carol")).toMatchObject({ exitCode: 0 });
    key.kill("SIGTERM");
    await once(key, "exit");
    expect(namesIn(store)).toEqual(["alice", "carol"]);
    expect(existsSync(`${store}.lock`)).toBe(false);
  },
);

test(
  "registrations in parallel processes all stay in the credentials file",
  { timeout: 60_000 },
  async () => {
    const file = join(folder, "site.json");
    const users = ["u1", "u2", "u3"];
    const ended = await Promise.all(
      users.map((user, seed) =>
        spawnCli(["register", "--seed", String(seed), "--user", user, "--credentials", file, "--json"]),
      ),
    );
    expect(ended.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    const ids = ended.map(({ stdout }) => (JSON.parse(stdout) as { response: { id: string } }).response.id);
    const book = JSON.parse(readFileSync(file, "utf8")) as { credentials: { credential: { id: string } }[] };
    expect(book.credentials.map(({ credential }) => credential.id).sort()).toEqual(ids.sort());
  },
);
