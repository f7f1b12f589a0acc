// A shop with passkeys: its own server, @simplewebauthn/server, an SQLite file, and a page with a bug. Its page tells of an
// error after 60 s, whatever the phone still does; what the phone makes later is registered all the same.
//
//   node site.mjs [--port 3000] [--fixed]
//
// Wants `npm install @simplewebauthn/server node-sqlite3-wasm`.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { generateRegistrationOptions, verifyRegistrationResponse } from "@simplewebauthn/server";
import sqlite from "node-sqlite3-wasm";

const RP_ID = "localhost";
/** The mail about a new passkey goes out this long after it. */
const MAIL_MS = 120_000;

/** Starts the shop. `fixed`: its page is the repaired one. */
export async function startShop({
  port = 0,
  fixed = false,
  file = join(tmpdir(), `shop-${randomUUID()}.db`),
} = {}) {
  const db = new sqlite.Database(file);
  db.exec("CREATE TABLE passkeys (id TEXT PRIMARY KEY, public_key BLOB, counter INTEGER, made_at INTEGER)");
  db.exec("CREATE TABLE mails (subject TEXT, due_at INTEGER)");
  const challenges = new Map();
  const site = { db, challenges, fixed };
  const server = createServer((request, response) => {
    answer(site, request, response).catch((error) => {
      response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: error.message }));
    });
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  site.url = `http://localhost:${server.address().port}/`;
  return {
    url: site.url,
    file,
    passkeys: () => db.all("SELECT id FROM passkeys").map(({ id }) => id),
    mails: () => db.all("SELECT subject, due_at FROM mails"),
    /** Deletes every passkey and mail. Returns how many passkeys there were. */
    forget() {
      const [{ count }] = db.all("SELECT count(*) AS count FROM passkeys");
      db.exec("DELETE FROM passkeys; DELETE FROM mails");
      return count;
    },
    close() {
      server.closeAllConnections();
      server.close();
      db.close();
    },
  };
}

async function answer(site, request, response) {
  const path = new URL(request.url, site.url).pathname;
  // No inline script, no eval: the harness works under it.
  response.setHeader("content-security-policy", "default-src 'self'");
  if (path === "/register/options") return sendJson(response, await options(site, request, response));
  if (path === "/register/finish") return sendJson(response, await finish(site, request));
  if (path === "/passkeys") return sendJson(response, site.db.all("SELECT id FROM passkeys"));
  const script = site.fixed ? "page-fixed.js" : "page.js";
  const name = path === "/" ? "index.html" : path === "/page.js" ? script : undefined;
  if (name === undefined) return response.writeHead(404).end();
  response.setHeader("content-type", name.endsWith(".js") ? "text/javascript" : "text/html; charset=utf-8");
  response.end(readFileSync(new URL(`public/${name}`, import.meta.url)));
}

async function options({ challenges }, _request, response) {
  const made = await generateRegistrationOptions({ rpName: "Shop", rpID: RP_ID, userName: "hanako" });
  const session = randomUUID();
  challenges.set(session, made.challenge);
  response.setHeader("set-cookie", `session=${session}; HttpOnly; SameSite=Strict`);
  return made;
}

async function finish({ db, challenges, url }, request) {
  const session = /session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1];
  const expectedChallenge = challenges.get(session);
  if (expectedChallenge === undefined) throw new Error("no registration is under way");
  challenges.delete(session);
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: JSON.parse(await bodyOf(request)),
    expectedChallenge,
    expectedOrigin: new URL(url).origin,
    expectedRPID: RP_ID,
    requireUserVerification: false,
  });
  if (!verified) throw new Error("the answer is not genuine");
  const { id, publicKey, counter } = registrationInfo.credential;
  db.run("INSERT INTO passkeys VALUES (?, ?, ?, ?)", [id, publicKey, counter, Date.now()]);
  db.run("INSERT INTO mails VALUES (?, ?)", ["Your passkey was created", Date.now() + MAIL_MS]);
  return { verified };
}

async function bodyOf(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return body;
}

function sendJson(response, value) {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(value));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({
    options: { port: { type: "string", default: "3000" }, fixed: { type: "boolean" } },
  });
  const { url } = await startShop({ port: Number(values.port), fixed: values.fixed });
  console.log(`the shop is open at ${url}`);
}
