// Installs the packed package and jest 30 into an empty project and runs a CommonJS test there: jest's own module loader
// cannot require ES modules, so a dependency that is published as ES modules only fails here and nowhere else.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const JEST = "30.5.2";

const TEST = `
const { virtualEnv } = require("passkey-harness/sim");
const { runScenario, scenarioNamed } = require("passkey-harness/scenarios");
const { CredentialStore, simulatedUser, LoopbackDevice, profileNamed, register, SimAuthenticator } =
  require("passkey-harness");

const options = {
  rp: { id: "example.com", name: "Example" },
  user: { id: "dXNlcg", name: "hanako", displayName: "Hanako" },
  challenge: "Y2hhbGxlbmdl",
  pubKeyCredParams: [{ type: "public-key", alg: -7 }],
};

test("a scenario is played to its verdict", async () => {
  const { explanation } = await runScenario(scenarioNamed("late-delivery"), { seed: "jest" });
  expect(explanation.mechanism).toBe("late-delivery");
});

test.each(["real", "fake"])("a passkey is registered under %s timers", async (timers) => {
  if (timers === "fake") jest.useFakeTimers();
  const env = virtualEnv("jest");
  const store = new CredentialStore();
  const key = new SimAuthenticator(env, { profile: profileNamed("generic"), store, user: simulatedUser(env) });
  const device = new LoopbackDevice(env, key.handle.bind(key));
  await env.clock.run(register(env, device, options, { origin: "https://example.com" }));
  expect(store.credentials).toHaveLength(1);
});
`;

const project = mkdtempSync(join(tmpdir(), "passkey-harness-jest-"));
const npm = (...args) => execFileSync("npm", args, { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
try {
  const [tarball = undefined] = process.argv.slice(2).map((path) => resolve(path));
  const packed = tarball ?? join(project, pack());
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
  writeFileSync(join(project, "harness.test.js"), TEST);
  npm("install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", packed, `jest@${JEST}`);
  execFileSync(process.execPath, [join("node_modules", "jest", "bin", "jest.js"), "--ci"], {
    cwd: project,
    stdio: "inherit",
  });
} finally {
  rmSync(project, { recursive: true, force: true });
}

function pack() {
  const output = execFileSync("npm", ["pack", "--silent", "--pack-destination", project], {
    encoding: "utf8",
  });
  return output.trim().split("\n").at(-1);
}
