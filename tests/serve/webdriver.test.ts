/** WebDriver's commands for virtual authenticators, with Debian's chromedriver behind the server. */
import { spawn, type ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { controlServer, type ControlServer } from "../../src/serve/control-server.js";
import { programNamed } from "../helpers/programs.js";
import { casesSite, type CasesSite } from "../page/semantics/two-browsers.js";

const driver = programNamed("chromedriver");
if (driver === undefined) {
  console.log(
    "tests/serve/webdriver.test.ts skips: chromedriver is not installed (Debian package chromium-driver)",
  );
}

const USB = { protocol: "ctap2", transport: "usb", hasResidentKey: true };

/** A P-256 key of nobody's, as WebDriver wants it. */
const PRIVATE_KEY =
  "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg8_zMDQDYAxlU-Q_Nk5e3GGO_jzpLxYFQe1cRBfMmO4ChRANCAAQ";

describe.skipIf(driver === undefined)("a WebDriver client", () => {
  let child: ChildProcess;
  let server: ControlServer;
  let site: CasesSite;
  let session = "";
  const added: string[] = [];

  beforeAll(async () => {
    child = spawn(driver ?? "", ["--port=0"], { stdio: ["ignore", "pipe", "ignore"] });
    const port = await portOf(child);
    server = await controlServer({ driverUrl: `http://127.0.0.1:${port}` });
    site = await casesSite();
    const capabilities = {
      alwaysMatch: { browserName: "chrome", "goog:chromeOptions": { args: ["--headless", "--no-sandbox"] } },
    };
    const made = await command("POST", "/session", { capabilities });
    session = (made.value as { readonly sessionId: string }).sessionId;
    await within("POST", "/url", { url: site.url });
  }, 60_000);

  afterAll(async () => {
    if (session !== "") await command("DELETE", `/session/${session}`);
    child.kill();
    await server[Symbol.asyncDispose]();
    await site[Symbol.asyncDispose]();
  });

  afterEach(async () => {
    for (const id of added.splice(0)) await within("DELETE", `/webauthn/authenticator/${id}`);
  });

  async function command(method: string, path: string, body?: object) {
    const answer = await fetch(`${server.webDriverUrl}${path}`, {
      method,
      ...(method === "POST" && { body: JSON.stringify(body ?? {}) }),
    });
    return { status: answer.status, ...((await answer.json()) as { readonly value: unknown }) };
  }

  const within = (method: string, path: string, body?: object) =>
    command(method, `/session/${session}${path}`, body);
  const add = async (more: object = {}) => {
    const answer = await within("POST", "/webauthn/authenticator", { ...USB, ...more });
    if (typeof answer.value === "string") added.push(answer.value);
    return answer;
  };
  const run = async (script: string) =>
    (
      await within("POST", "/execute/async", {
        script: `const done = arguments[0]; (async () => ${script})().then(done, (error) => done(String(error)));`,
        args: [],
      })
    ).value;

  test("registers and logs in with an authenticator of the harness, in documents old and new", async () => {
    const { value: id } = await add();
    expect(id).toMatch(/^rig-/);
    const here = `make().catch((error) => error.message)`;
    expect(await run(here), "the policy of a document that was there before").toContain("connect-src");
    await within("POST", "/url", { url: site.url });
    expect(await run(`ended(make({ authenticatorSelection: { residentKey: "required" } }))`)).toBe("ok");
    await within("POST", "/url", { url: site.url });
    expect(await run(`ended(ask())`)).toBe("ok");
    const { value: listed } = await within("GET", `/webauthn/authenticator/${String(id)}/credentials`);
    expect(listed).toMatchObject([{ rpId: "localhost", isResidentCredential: true, signCount: 1 }]);
    const verdict = await fetch(`${server.url}/rigs/${String(id)}/verdict`, {
      headers: { authorization: `Bearer ${server.token}` },
    });
    expect(await verdict.text()).toContain(`"promise":"resolved"`);
    expect((await within("DELETE", `/webauthn/authenticator/${String(id)}`)).value).toBeNull();
    expect(await run(`ended(ask())`)).toBe("DOMException NotAllowedError");
  });

  test("moves a credential from one authenticator to another, and removes it", async () => {
    const { value: first } = await add();
    await within("POST", "/url", { url: site.url });
    await run(
      `ended(make({ authenticatorSelection: { residentKey: "required" }, user: { id: bytes(7), name: "a", displayName: "a" } }))`,
    );
    const [credential] = (await within("GET", `/webauthn/authenticator/${String(first)}/credentials`))
      .value as object[];
    await within("DELETE", `/webauthn/authenticator/${String(first)}`);
    const { value: second } = await add();
    expect(
      (await within("POST", `/webauthn/authenticator/${String(second)}/credential`, credential)).value,
    ).toBeNull();
    await within("POST", "/url", { url: site.url });
    expect(await run(`ask().then((got) => new Uint8Array(got.response.userHandle)[0])`)).toBe(7);
    const bad = await within("POST", `/webauthn/authenticator/${String(second)}/credential`, {
      ...credential,
      privateKey: PRIVATE_KEY,
    });
    expect([bad.status, JSON.stringify(bad.value)]).toEqual([400, expect.stringContaining("SERVE_BODY")]);
    expect(JSON.stringify(bad.value)).not.toContain(PRIVATE_KEY.slice(40));
    await within("DELETE", `/webauthn/authenticator/${String(second)}/credentials`);
    expect((await within("GET", `/webauthn/authenticator/${String(second)}/credentials`)).value).toEqual([]);
    await within("DELETE", `/webauthn/authenticator/${String(second)}`);
  });

  test("has user verification that works, and that does not", async () => {
    const { value: id } = await add({ hasUserVerification: true, isUserVerified: true });
    await within("POST", "/url", { url: site.url });
    const script = `ended(make({ authenticatorSelection: { userVerification: "required" } }))`;
    expect(await run(script)).toBe("ok");
    await within("POST", `/webauthn/authenticator/${String(id)}/uv`, { isUserVerified: false });
    expect(await run(script)).toBe("DOMException NotAllowedError");
    await within("POST", `/webauthn/authenticator/${String(id)}/uv`, { isUserVerified: true });
    expect(await run(script)).toBe("ok");
    await within("DELETE", `/webauthn/authenticator/${String(id)}`);
  });

  test("has the browser's own authenticator where it asks for it, and hears at once what that cannot do", async () => {
    const { value: id } = await add({ "passkey-harness:backend": "browser" });
    expect(id).not.toMatch(/^rig-/);
    expect((await within("GET", `/webauthn/authenticator/${String(id)}/credentials`)).value).toEqual([]);
    await within("DELETE", `/webauthn/authenticator/${String(id)}`);
    const late = {
      "passkey-harness:backend": "browser",
      "passkey-harness:knobs": { "key.touchDelayMs": 98_000 },
    };
    const { status, value } = await add(late);
    expect([status, value]).toMatchObject([500, { error: "unsupported operation" }]);
    expect(JSON.stringify(value)).toContain("SERVE_CANNOT");
  });

  test("has credentials with the backup flags of their authenticator, and none that was removed", async () => {
    const { value: id } = await add({ defaultBackupEligibility: true, defaultBackupState: true });
    await within("POST", "/url", { url: site.url });
    const FLAGS = `new Uint8Array(made.response.getAuthenticatorData())[32] & 0x18`;
    const MAKE = `make({ authenticatorSelection: { residentKey: "discouraged" } })`;
    expect(await run(`${MAKE}.then((made) => { globalThis.made = made; return ${FLAGS}; })`)).toBe(0x18);
    const ASK = `ended(ask({ allowCredentials: [{ type: "public-key", id: made.rawId }] }))`;
    expect(await run(ASK)).toBe("ok");
    const credential = String(await run("made.id"));
    const path = `/webauthn/authenticator/${String(id)}/credentials/${credential}`;
    expect((await within("DELETE", path)).status).toBe(200);
    expect(await run(ASK), "its id carries its key, and it is removed all the same").toBe(
      "DOMException NotAllowedError",
    );
  });

  test("is told what it did wrong in WebDriver's words", async () => {
    for (const transport of ["ble", "internal"])
      expect((await add({ transport })).value).toMatchObject({ error: "unsupported operation" });
    expect(await within("PUT", "/webauthn/authenticator/rig/nothing", {})).toMatchObject({ status: 404 });
    expect((await add({ extensions: ["telepathy"] })).value).toMatchObject({ error: "invalid argument" });
    expect((await add({ protocol: "ctap9" })).value).toMatchObject({ error: "invalid argument" });
    expect((await add({ "passkey-harness:knobs": { nothing: 1 } })).value).toMatchObject({
      error: "invalid argument",
    });
    const unknown = await within("DELETE", "/webauthn/authenticator/nobody");
    expect(unknown.status).toBe(400);
  });
});

/** chromedriver says on which port it listens. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) return reject(new Error("no output"));
    child.once("exit", () => reject(new Error("chromedriver ended")));
    createInterface(child.stdout).on("line", (line) => {
      const [, port] = /successfully on port (\d+)/.exec(line) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
  });
}
