/** Serves a checkout of web-platform-tests, with the two files a vendor is to replace. */
import { createServer } from "node:http";
import { readFileSync, existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";

/** The tests report through this global. */
export const RESULT = "wptResult";
/** Their authenticators come from this one. */
export const DRIVER = "wptDriver";

const REPORT = `add_completion_callback((tests, status) => { window.${RESULT} = { status: status.status, message: status.message, tests: tests.map(({ name, status, message }) => ({ name, status, message })) }; });`;

const VENDOR = `Object.assign(window.test_driver_internal, {
  add_virtual_authenticator: (config) => window.${DRIVER}("add", config),
  remove_virtual_authenticator: (id) => window.${DRIVER}("remove", id),
  add_credential: (id, credential) => window.${DRIVER}("addCredential", { id, credential }),
  get_credentials: (id) => window.${DRIVER}("getCredentials", id),
  remove_credential: (id, credential) => window.${DRIVER}("removeCredential", { id, credential }),
  remove_all_credentials: (id) => window.${DRIVER}("removeAllCredentials", id),
  set_user_verified: (id, { isUserVerified }) => window.${DRIVER}("setUserVerified", { id, isUserVerified }),
});`;

const REPLACED: Readonly<Record<string, string>> = {
  "/resources/testharnessreport.js": REPORT,
  "/resources/testdriver-vendor.js": VENDOR,
};

const TYPES: Readonly<Record<string, string>> = { html: "text/html", js: "text/javascript" };

/** @param root folder of the checkout. */
export async function wptSite(root: string): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer(({ url = "/" }, response) => {
    const path = normalize(new URL(url, "http://localhost").pathname);
    // The server of web-platform-tests has it under a second name.
    const named = path === "/resources/WebIDLParser.js" ? "/resources/webidl2/lib/webidl2.js" : path;
    const text =
      REPLACED[path] ?? (path.endsWith(".window.html") ? wrapper(root, path) : fileText(root, named));
    response.statusCode = text === undefined ? 404 : 200;
    response.setHeader("content-type", TYPES[path.split(".").at(-1) ?? ""] ?? "text/plain");
    response.end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function fileText(root: string, path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/** The page around a test that is a script alone: its META lines name further scripts. */
function wrapper(root: string, path: string): string | undefined {
  const script = path.replace(/\.html$/, ".js");
  const source = fileText(root, script);
  if (source === undefined) return undefined;
  const further = [...source.matchAll(/^\/\/ META: script=(.+)$/gm)].map(([, name]) => name);
  const scripts = [
    "/resources/testharness.js",
    "/resources/testharnessreport.js",
    "/resources/testdriver.js",
    "/resources/testdriver-vendor.js",
  ];
  return [
    "<!doctype html><meta charset=utf-8><body>",
    ...[...scripts, ...further, script].map((name) => `<script src="${name}"></script>`),
  ].join("\n");
}
