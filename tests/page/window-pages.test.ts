/** Real pages of a real site in windows of this process: jsdom's and happy-dom's. */
import { describe, expect, test } from "vitest";
import { passkeyMatchers } from "../../src/page/matchers/matchers.js";
import type { PasskeyOptions } from "../../src/page/passkeys.js";
import { openPage } from "../../src/page/window/open-page.js";
import { WindowPasskeys } from "../../src/page/window/window-passkeys.js";
import { startNode } from "../helpers/spawn-cli.js";

expect.extend(passkeyMatchers);

/** Has no types of its own. */
const JSDOM_PACKAGE: string = "jsdom";

/** happy-dom draws a frame before the test can click. */
const FRAME_MS = 16;

/** As much of a window as these tests touch. */
interface TestWindow {
  readonly document: {
    querySelector(selector: string): { click(): void; readonly textContent: string };
  };
  readonly eval: (code: string) => unknown;
}

/** Starts the shop of the examples: happy-dom loads scripts while this process stands still. */
async function shop(...options: readonly string[]) {
  const site = startNode(["examples/passkey-shop/site.mjs", "--port", "0", ...options]);
  const url = await new Promise<string>((resolve, reject) => {
    site.stdout.once("data", (text) => resolve(/http:\S+/.exec(String(text))?.[0] ?? ""));
    site.once("exit", (code) => reject(new Error(`the shop ended with ${code}`)));
  });
  return { url, close: () => site.kill() };
}

async function opened(url: string, library: "jsdom" | "happy-dom", options: PasskeyOptions = {}) {
  const passkeys = new WindowPasskeys(options);
  const window = await passkeys.open<TestWindow>(url, library);
  const says = () => window.document.querySelector("#says").textContent;
  const create = () => window.document.querySelector("#create").click();
  return { passkeys, window, says, create, [Symbol.asyncDispose]: () => passkeys.close() };
}

async function blankWindow(): Promise<Record<string, unknown>> {
  const { JSDOM } = (await import(JSDOM_PACKAGE)) as {
    readonly JSDOM: new (html: string, options: object) => { readonly window: Record<string, unknown> };
  };
  return new JSDOM("<p>", { url: "http://localhost/", runScripts: "outside-only" }).window;
}

describe.each(["jsdom", "happy-dom"] as const)("a page in %s", (library) => {
  test("that gives up too early is told apart from the one with the fix", async () => {
    const site = await shop();
    await using run = await opened(site.url, library);
    run.passkeys.lateFinger(98_000);
    const story = await run.passkeys.register(run.create);
    expect(run.says()).toBe("Your passkey could not be created.");
    expect(story).toEndAs("late-delivery");
    expect(story).toHaveEndedBy("page.guard", { atMs: 60_000, toleranceMs: FRAME_MS });
    expect(story).not.toTellTruth();
    site.close();

    const fixed = await shop("--fixed");
    await using other = await opened(fixed.url, library);
    other.passkeys.lateFinger(98_000);
    expect(await other.passkeys.register(other.create)).toTellTruth();
    expect(other.says()).toBe("Your passkey is ready.");
    fixed.close();
  });

  test("gets objects of the window's own interfaces", async () => {
    const site = await shop("--fixed");
    await using run = await opened(site.url, library);
    await run.passkeys.register(() =>
      run.window.eval(
        `navigator.credentials.create({ publicKey: {
          rp: { name: "Shop" }, user: { id: new Uint8Array(3), name: "a", displayName: "a" },
          challenge: new Uint8Array(16), pubKeyCredParams: [{ type: "public-key", alg: -7 }] } })
        .then((made) => { globalThis.made = made; })`,
      ),
    );
    expect(
      run.window.eval(`JSON.stringify([
        made instanceof PublicKeyCredential, made.response instanceof AuthenticatorAttestationResponse,
        made.rawId instanceof ArrayBuffer, made.response.getPublicKey() instanceof ArrayBuffer,
        made.response.getTransports().join(), made.toJSON().id === made.id, String(made)])`),
    ).toBe('[true,true,true,true,"usb",true,"[object PublicKeyCredential]"]');
    site.close();
  });

  test("waits for calls that are held back in the test's time", async () => {
    const site = await shop();
    await using run = await opened(site.url, library);
    run.passkeys.delayCalls("/register/finish", { answerMs: 65_000 });
    const story = await run.passkeys.register(run.create);
    expect(story).toHaveEndedBy("page.guard", { atMs: 60_000, toleranceMs: FRAME_MS });
    expect(story).not.toTellTruth();
    site.close();
  });
});

/** What an XMLHttpRequest tells its page, and when. */
const ASK_BY_XHR = `
  globalThis.told = [];
  const xhr = new XMLHttpRequest();
  const began = Date.now();
  const tell = (event) => told.push(event.type + " " + xhr.status + " " + (Date.now() - began));
  xhr.onload = tell; xhr.onerror = tell; xhr.onloadend = tell;
  xhr.open("GET", "/");
  xhr.send();`;

describe.each(["jsdom", "happy-dom"] as const)("an XMLHttpRequest in %s", (library) => {
  test.each([
    [{ answerMs: 65_000 }, ["load 200 65000", "loadend 200 65000"]],
    [{ requestMs: 5_000 }, ["load 200 5000", "loadend 200 5000"]],
    [{ losesAnswer: true }, ["error 0 0", "loadend 0 0"]],
  ])("held back by %j", async (delay, told) => {
    const site = await shop();
    await using run = await opened(site.url, library);
    run.passkeys.delayCalls(/^http:.*\/$/g, delay);
    run.window.eval(ASK_BY_XHR);
    await run.passkeys.advance(70_000);
    expect(run.window.eval("told")).toEqual(told);
    site.close();
  });

  test("of fetch whose answer is lost fails as in a browser", async () => {
    const site = await shop();
    await using run = await opened(site.url, library);
    run.passkeys.delayCalls("/", { losesAnswer: true });
    run.window.eval(
      `fetch("/").catch((error) => { globalThis.failed = error instanceof TypeError && error.message; })`,
    );
    await run.passkeys.advance(1_000);
    expect(run.window.eval("failed")).toBe("Failed to fetch");
    site.close();
  });
});

describe("a window", () => {
  test("of a package that is not there is named", async () => {
    const passkeys = new WindowPasskeys();
    await expect(passkeys.open("http://localhost/", "no-such-dom" as "jsdom")).rejects.toMatchObject({
      code: "ARGUMENT_BAD_VALUE",
    });
    for (const library of ["jsdom", "happy-dom"] as const) {
      const load = () => Promise.reject(new Error("not found"));
      const opening = openPage("http://localhost/", { library, install: () => {}, load });
      await expect(opening).rejects.toMatchObject({
        code: "NO_WINDOW",
        hint: `npm install --save-dev ${library}`,
      });
    }
  });

  test("leaves a request pending: the end of the test says so, with the verdict so far", async () => {
    const site = await shop();
    await using run = await opened(site.url, "jsdom");
    run.passkeys.nobodyTouches();
    run.create();
    await run.passkeys.advance(10_000);
    expect(() => run.passkeys.end()).toThrow(
      /navigator\.credentials\.create\(\)[\s\S]*await passkeys\.settled/,
    );
    const reported = new WindowPasskeys({ pendingAtEnd: "reported" });
    expect(() => reported.end()).not.toThrow();
  });

  test("is put back as it was", async () => {
    const window = await blankWindow();
    const names = () => Object.getOwnPropertyNames(window).sort();
    const before = { names: names(), timer: window["setTimeout"], date: window["Date"] };
    for (const _ of [1, 2]) {
      const passkeys = new WindowPasskeys();
      passkeys.install(window);
      expect(window["setTimeout"]).not.toBe(before.timer);
      expect(window["PublicKeyCredential"]).toBeDefined();
      await passkeys.close();
      expect({ names: names(), timer: window["setTimeout"], date: window["Date"] }).toEqual(before);
    }
  });

  test("has the passkeys of one test at a time", async () => {
    const window = await blankWindow();
    const first = new WindowPasskeys();
    first.install(window);
    expect(() => new WindowPasskeys().install(window)).toThrow(
      expect.objectContaining({ code: "WINDOW_TAKEN" }),
    );
    await first.close();
    const second = new WindowPasskeys();
    second.install(window);
    await second.close();
  });

  test("keeps what others have put into it meanwhile, and no listener of the harness", async () => {
    const window = await blankWindow();
    const { addEventListener } = window;
    const listening: string[] = [];
    const removed: string[] = [];
    window["addEventListener"] = function (type: string, ...rest: readonly unknown[]) {
      listening.push(type);
      Reflect.apply(addEventListener as () => void, window, [type, ...rest]);
    };
    const { removeEventListener } = window;
    window["removeEventListener"] = function (type: string, ...rest: readonly unknown[]) {
      removed.push(type);
      Reflect.apply(removeEventListener as () => void, window, [type, ...rest]);
    };
    const passkeys = new WindowPasskeys();
    passkeys.install(window);
    const own = () => "a test's own";
    window["shopSettings"] = { locale: "ja" };
    window["setInterval"] = own;
    await passkeys.close();
    expect(window["shopSettings"]).toEqual({ locale: "ja" });
    expect(window["setInterval"]).toBe(own);
    expect(listening.length).toBeGreaterThan(5);
    expect(removed.sort()).toEqual(listening.sort());
  });

  test("that comes later is told of from the time at which it comes", async () => {
    const passkeys = new WindowPasskeys();
    await passkeys.advance(100_000);
    const window = await blankWindow();
    passkeys.install(window);
    // At once: before the harness can have said what time it is.
    (window["eval"] as (code: string) => void)(
      `setTimeout(() => { globalThis.lateMs = performance.now(); }, 5_000);
       navigator.credentials.get({ publicKey: { challenge: new Uint8Array(16) } }).catch(() => {});
       document.body.innerHTML = "<p>It failed</p>";`,
    );
    const { records } = await passkeys.advance(10_000);
    const seen = records.filter(({ kind }) => kind === "user.saw" || kind === "timer.armed");
    expect(seen.length).toBeGreaterThan(1);
    for (const { kind, atMs } of seen) expect([kind, Math.floor(atMs / 1_000)]).toEqual([kind, 100]);
    expect(window["lateMs"]).toBe(5_000);
    await passkeys.close();
  });

  test("that a test gave a fetch keeps that fetch, and the next test's is watched again", async () => {
    const window = await blankWindow();
    for (const answer of ["one", "two"]) {
      const passkeys = new WindowPasskeys();
      passkeys.install(window);
      const own = () => Promise.resolve({ status: 200, json: () => Promise.resolve(answer) });
      window["fetch"] = own;
      await passkeys.advance(0);
      (window["eval"] as (code: string) => void)(`fetch("/" + ${JSON.stringify(answer)})`);
      await passkeys.advance(1_000);
      expect(passkeys.rig.http.seen.map(({ path }) => path)).toEqual([`/${answer}`]);
      await passkeys.close();
      expect(window["fetch"]).toBe(own);
    }
  });

  test("shows its scripts the text of functions of the browser's own", async () => {
    const window = await blankWindow();
    const passkeys = new WindowPasskeys();
    passkeys.install(window);
    const text = (window["eval"] as (code: string) => string)(
      `[setTimeout, clearTimeout, performance.now, AbortSignal.timeout, XMLHttpRequest.prototype.send]
        .map((one) => Function.prototype.toString.call(one)).join("\\n")`,
    );
    await passkeys.close();
    expect(text.split("\n")).toEqual(
      Array(5).fill(expect.stringMatching(/^function \w*\(\) \{ \[native code\] \}$/)),
    );
  });

  test("with options that do not exist is refused with the nearest name", () => {
    expect(() => new WindowPasskeys({ tiem: "real" } as PasskeyOptions)).toThrow(/tiem/);
    expect(() => new WindowPasskeys({ device: "phon" as "phone" })).toThrow(/no device "phon"/);
    expect(() => new WindowPasskeys({ knobs: { "key.touchDelay": 1 } as object })).toThrow(/key\.touchDelay/);
  });
});
