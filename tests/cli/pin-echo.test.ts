import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openSession } from "../../src/ctap/client/session.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { encodeStore } from "../../src/sim/authenticator/store/store-file.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { replaceFile } from "../../src/cli/files/replace-file.js";
import { outputOf, programNamed } from "../helpers/programs.js";
import { bundled } from "../helpers/spawn-cli.js";
import { BenchKey } from "../sim/authenticator/bench-key.js";

/** Types a PIN at the prompt on a pseudo-terminal, and prints what the terminal showed. */
const TYPIST = `
import os, pty, select, sys, time
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:-1])
shown, typed, end = b"", False, time.time() + 30
while time.time() < end:
    if not select.select([terminal], [], [], 0.2)[0]: continue
    try: part = os.read(terminal, 4096)
    except OSError: break
    if not part: break
    shown += part
    if b"PIN of the key" in shown and not typed:
        time.sleep(0.2)
        os.write(terminal, sys.argv[-1].encode() + b"\\r")
        typed = True
sys.stdout.write(shown.decode("utf-8", "replace"))
`;

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pin-echo-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const python = programNamed("python3");

test.skipIf(python === undefined)("a PIN typed at the prompt is not on the screen", async () => {
  const PIN = "73915826";
  const bench = new BenchKey();
  const env = virtualEnv("pin echo");
  const session = await env.clock.run(openSession(env, new LoopbackDevice(env, bench.key.handle)));
  await env.clock.run(session.setPin(PIN));
  const store = join(folder, "key.json");
  replaceFile(store, encodeStore(bench.key.store));
  const args = [process.execPath, bundled("cli.js"), "credentials", "list", "--store", store, PIN];
  const shown = outputOf(python as string, ["-c", TYPIST, ...args]);
  expect(shown).toContain("PIN of the key");
  expect(shown).toContain("0 passkeys");
  expect(shown).not.toContain(PIN);
  for (let from = 0; from + 3 <= PIN.length; from += 1)
    expect(shown).not.toContain(PIN.slice(from, from + 3));
});
