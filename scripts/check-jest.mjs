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

/** In jest's own jsdom environment: a page that tells of a failure after 60 s, and a finger that comes at 98 s. */
const PAGE_TEST = `/** @jest-environment jsdom */
const { passkeyLab, usePasskeys } = require("passkey-harness/jest");
const passkeys = usePasskeys();

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

function startPage() {
  document.body.innerHTML = '<button>Create</button><p role="status"></p>';
  document.querySelector("button").addEventListener("click", async () => {
    setTimeout(() => {
      document.querySelector("p").textContent = "Your passkey could not be created.";
    }, 60_000);
    const { user, challenge, ...rest } = await (await fetch("/options")).json();
    const publicKey = { ...rest, challenge: bytes(challenge), user: { ...user, id: bytes(user.id) } };
    const made = await navigator.credentials.create({ publicKey });
    if (!(made instanceof PublicKeyCredential)) throw new Error("no PublicKeyCredential");
    await fetch("/finish", { method: "POST", body: JSON.stringify(made) });
  });
}

// Twice: the window is the same, and the second test must find it as the first did.
test.each([1, 2])("a page in jsdom tells of a failure that is none (%i)", async () => {
  const { site } = passkeyLab({ origin: location.origin });
  globalThis.fetch = async (url, { body } = {}) => {
    const isOptions = String(url).endsWith("/options");
    if (!isOptions) site.finishRegistration(JSON.parse(body));
    return { ok: true, status: 200, json: async () => site.registrationOptions("hanako") };
  };
  startPage();
  passkeys.lateFinger(98_000);
  const story = await passkeys.register(() => document.querySelector("button").click());
  expect(site.credentials).toHaveLength(1);
  expect(document.querySelector("p").textContent).toBe("Your passkey could not be created.");
  expect(story).toHaveEndedBy("page.guard", { atMs: 60_000 });
  expect(story).toEndAs("late-delivery");
  expect(() => expect(story).toTellTruth()).toThrow("page.guard fired first");
});

test("a page in a window of its own wants another environment, and says which", async () => {
  await expect(passkeys.open("http://localhost/")).rejects.toThrow(/jest-environment node/);
});

test("a window has its own timers back, and no credentials, when no test has passkeys", async () => {
  const led = setTimeout;
  expect(navigator.credentials).toBeDefined();
  await passkeys.close();
  expect(navigator.credentials).toBeUndefined();
  expect(setTimeout).not.toBe(led);
  expect(globalThis.PublicKeyCredential).toBeUndefined();
});
`;

/** In jest's environment without a window: jsdom is opened by the harness. */
const OPEN_TEST = `/** @jest-environment node */
const { usePasskeys } = require("passkey-harness/jest");
const passkeys = usePasskeys();

test("a page in a window of its own is opened with its scripts", async () => {
  const { createServer } = require("node:http");
  const page = '<p></p><script>document.querySelector("p").textContent = typeof PublicKeyCredential;</script>';
  const server = createServer((_, response) => response.setHeader("content-type", "text/html").end(page));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const opened = await passkeys.open("http://localhost:" + server.address().port + "/");
  expect(opened.document.querySelector("p").textContent).toBe("function");
  // The window keeps its connection open, for which jest would wait.
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
`;

const project = mkdtempSync(join(tmpdir(), "passkey-harness-jest-"));
const npm = (...args) => execFileSync("npm", args, { cwd: project, stdio: ["ignore", "pipe", "inherit"] });
try {
  const [tarball = undefined] = process.argv.slice(2).map((path) => resolve(path));
  const packed = tarball ?? join(project, pack());
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
  writeFileSync(join(project, "harness.test.js"), TEST);
  writeFileSync(join(project, "page.test.js"), PAGE_TEST);
  writeFileSync(join(project, "open.test.js"), OPEN_TEST);
  writeFileSync(
    join(project, "jest.config.js"),
    `module.exports = { setupFiles: ["passkey-harness/jest-globals"] };`,
  );
  const jest = [`jest@${JEST}`, `jest-environment-jsdom@${JEST}`];
  npm("install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", packed, ...jest);
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
