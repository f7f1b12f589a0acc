import { PageRigError } from "../page-rig-error.js";
import type { WindowLike } from "./window-like.js";
import { membersOf } from "./window-like.js";

/** Which package makes the window of a page that a test opens. */
export type DomLibrary = "jsdom" | "happy-dom";

export interface OpenedPage {
  readonly window: WindowLike;
  readonly close: () => Promise<void> | void;
}

type Install = (window: WindowLike) => void;

interface JsdomModule {
  readonly JSDOM: {
    fromURL(
      url: string,
      options: {
        readonly runScripts: "dangerously";
        readonly resources: "usable";
        readonly pretendToBeVisual: true;
        readonly beforeParse: (window: WindowLike) => void;
        readonly cookieJar: JsdomCookies;
      },
    ): Promise<{ readonly window: WindowLike & { readonly close: () => void } }>;
  };
  readonly CookieJar: new () => JsdomCookies;
}

interface JsdomCookies {
  getCookieString(url: string): Promise<string>;
  setCookie(cookie: string, url: string, options: { readonly ignoreError: true }): Promise<unknown>;
}

interface HappyDomModule {
  readonly Browser: new (options: { readonly settings: object }) => {
    newPage(): {
      readonly mainFrame: { readonly window: WindowLike };
      goto(
        url: string,
        options: { readonly beforeContentCallback: (window: WindowLike) => void },
      ): Promise<unknown>;
      waitUntilComplete(): Promise<void>;
    };
    close(): Promise<void>;
  };
}

type Load = (name: DomLibrary) => Promise<unknown>;

export interface OpenOptions {
  readonly library: DomLibrary;
  readonly install: Install;
  /** Imports a package. */
  readonly load?: Load;
}

type Parts = Required<Omit<OpenOptions, "library">>;

const loadPackage: Load = (name) => import(name);

/**
 * Opens a page with its scripts in a window of this process; `install` gets the window before they run.
 *
 * @throws {PageRigError} `NO_WINDOW` where the package is not installed.
 */
export function openPage(
  url: string,
  { library, install, load = loadPackage }: OpenOptions,
): Promise<OpenedPage> {
  const open = library === "jsdom" ? openInJsdom : openInHappyDom;
  return open(url, { install, load: (name) => imported(name, load) });
}

async function openInJsdom(url: string, { install, load }: Parts): Promise<OpenedPage> {
  if (typeof Request === "undefined") {
    throw new PageRigError("NO_WINDOW", "this test environment has no fetch for the page", {
      hint: 'write "@jest-environment node" at the top of the test file, or use the window that the environment has',
    });
  }
  const { JSDOM, CookieJar } = (await load("jsdom")) as JsdomModule;
  const cookieJar = new CookieJar();
  const { window } = await JSDOM.fromURL(url, {
    runScripts: "dangerously",
    resources: "usable",
    pretendToBeVisual: true,
    cookieJar,
    beforeParse: (made) => {
      giveFetch(made, cookieJar);
      install(made);
    },
  });
  await loaded(window);
  return { window, close: () => window.close() };
}

async function openInHappyDom(url: string, { install, load }: Parts): Promise<OpenedPage> {
  const { Browser } = (await load("happy-dom")) as HappyDomModule;
  const browser = new Browser({
    settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true },
  });
  const page = browser.newPage();
  await page.goto(url, { beforeContentCallback: install });
  await loaded(page.mainFrame.window);
  return { window: page.mainFrame.window, close: () => browser.close() };
}

/** jsdom has no fetch: a page gets Node's, with the page's cookies and addresses relative to the page. */
function giveFetch(window: WindowLike, cookies: JsdomCookies): void {
  const members = membersOf(window);
  if ("fetch" in members) return;
  members["fetch"] = async (input: unknown, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(new URL(String(input), window.document.baseURI), {
      ...init,
      // Signals of the window's own make are not Node's.
      signal: null,
    });
    const cookie = await cookies.getCookieString(request.url);
    if (cookie !== "") request.headers.set("cookie", cookie);
    const origin = new URL(window.location.href).origin;
    if (request.method !== "GET") request.headers.set("origin", origin);
    const answer = await aborting(fetch(request), init.signal);
    for (const one of answer.headers.getSetCookie())
      await cookies.setCookie(one, request.url, { ignoreError: true });
    return answer;
  };
  Object.assign(members, { Request, Response, Headers, TextEncoder, TextDecoder });
}

function aborting<T>(work: Promise<T>, signal: AbortSignal | null | undefined): Promise<T> {
  if (signal === null || signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject);
  });
}

function loaded(window: WindowLike): Promise<void> {
  if (window.document.readyState === "complete") return Promise.resolve();
  return new Promise((resolve) => window.addEventListener("load", () => resolve(), { once: true }));
}

async function imported(name: DomLibrary, load: Load): Promise<unknown> {
  try {
    return await load(name);
  } catch (cause) {
    throw new PageRigError("NO_WINDOW", `the package ${name} cannot be loaded`, {
      hint: `npm install --save-dev ${name}`,
      cause,
    });
  }
}
