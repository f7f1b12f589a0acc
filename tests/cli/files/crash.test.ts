/** What a process acknowledged outlives it: keys that are killed at any moment, and processes that share a file. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { seededEntropy } from "../../../src/core/entropy.js";
import { fullRuns } from "../../helpers/full-runs.js";
import { runCli } from "../../helpers/run-cli.js";
import { bundled, spawnCli, startCli } from "../../helpers/spawn-cli.js";

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

/** Kills of a key with FULL=1; fewer otherwise. */
const KILLS = 40;

test("a key that is killed at random loses nothing that it acknowledged", { timeout: 600_000 }, async () => {
  const store = join(folder, "killed.json");
  const socket = join(folder, "killed.sock");
  const chance = seededEntropy("kill -9");
  const acknowledged: string[] = [];
  const kills = fullRuns(KILLS);
  let unanswered = 0;
  for (let round = 0; round < kills; round++) {
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
    else unanswered += 1;
    // The next key need not wait until the lock of the dead one is stale.
    if (existsSync(`${store}.lock`)) utimesSync(`${store}.lock`, 1, 1);
  }
  const kept = namesIn(store);
  const lost = acknowledged.filter((user) => !kept.includes(user));
  console.info(
    `kill -9: ${kills} kills, ${unanswered} of them in the middle of a registration; ` +
      `${acknowledged.length} passkeys acknowledged, ${kept.length} in the store, ${lost.length} lost`,
  );
  expect(acknowledged.length).toBeGreaterThan(0);
  expect(lost).toEqual([]);
});

/** Blocks of 512 bytes that a file of the key may have: some passkeys fit in, and no more. */
const BLOCKS = 8;

test.skipIf(process.platform === "win32")(
  "a key whose disk is full refuses what it cannot keep, and loses nothing that it acknowledged",
  { timeout: 120_000 },
  async () => {
    const store = join(folder, "full.json");
    const socket = join(folder, "full.sock");
    const words = [bundled("cli.js"), "key", "--unix", socket, "--store", store, "--touch-ms", "0"];
    const limited = ["-c", `ulimit -f ${BLOCKS}; exec "$@"`, "sh", process.execPath, ...words];
    const key = spawn("sh", limited, { stdio: ["pipe", "pipe", "pipe"] });
    onTestFinished(() => void key.kill("SIGKILL"));
    let told = "";
    key.stderr.on("data", (chunk: Buffer) => (told += chunk.toString()));
    await once(key.stderr, "data");
    const acknowledged: string[] = [];
    let refused = 0;
    for (let nr = 0; refused < 3 && nr < 40; nr++) {
      if ((await register(socket, `u${nr}`)).exitCode === 0) acknowledged.push(`u${nr}`);
      else refused += 1;
    }
    key.kill("SIGTERM");
    await once(key, "exit");
    const kept = namesIn(store);
    const lost = acknowledged.filter((user) => !kept.includes(user));
    console.info(
      `full disk: ${acknowledged.length} passkeys acknowledged, ${refused} registrations refused, ` +
        `${kept.length} in the store, ${lost.length} lost`,
    );
    expect({ refused, lost, kept }).toEqual({ refused: 3, lost: [], kept: acknowledged });
    expect(acknowledged.length).toBeGreaterThan(0);
    expect(told.match(/full\.json cannot be written \(EFBIG\)\n {2}the command was undone/g)).toHaveLength(3);
  },
);

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
