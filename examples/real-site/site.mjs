// A small relying party, real in every part: node:http, @simplewebauthn/server, a JSON file as its database and an
// outbox. A finished registration waits in the outbox until a worker writes the row; the mail goes out after that.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from "@simplewebauthn/server";

const RP_ID = "localhost";

/** Starts the site on a free port. `workerMs`: from the accepted finish to the row; `mailMs`: from there to the mail. */
export async function startSite({ file, workerMs = 0, mailMs = 0 }) {
  const store = new FileStore(file);
  const site = { store, workerMs, mailMs, sessions: new Map(), jobs: new Set(), origin: "" };
  const server = createServer((request, response) => void handle(site, request, response));
  server.listen(0, "localhost");
  await once(server, "listening");
  site.origin = `http://localhost:${server.address().port}`;
  return {
    origin: site.origin,
    /** What the database holds now. */
    read: () => store.read(),
    /** Waits for the outbox and the mails, then stops. */
    async close() {
      while (site.jobs.size > 0) await Promise.all(site.jobs);
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A database in a file: whole or not at all, because a rename is. */
class FileStore {
  constructor(file) {
    this.file = file;
    this.write({ users: {}, outbox: [], mails: [] });
  }

  read() {
    return JSON.parse(readFileSync(this.file, "utf8"));
  }

  write(content) {
    writeFileSync(`${this.file}.new`, JSON.stringify(content, null, 2));
    renameSync(`${this.file}.new`, this.file);
  }

  change(work) {
    const content = this.read();
    work(content);
    this.write(content);
  }
}

const ROUTES = {
  "POST /register/options": registerOptions,
  "POST /register/finish": registerFinish,
  "POST /login/options": loginOptions,
  "POST /login/finish": loginFinish,
  "GET /passkeys": listPasskeys,
};

async function handle(site, request, response) {
  const url = new URL(request.url, site.origin);
  const route = ROUTES[`${request.method} ${url.pathname}`];
  const session = sessionOf(site, request, response);
  let answer;
  try {
    const body = request.method === "POST" ? await bodyOf(request) : Object.fromEntries(url.searchParams);
    answer = route ? await route(site, session, body) : [404, { error: "NO_SUCH_PAGE" }];
  } catch (error) {
    // What the library refuses is the caller's fault, and says so in words for the log.
    answer = [400, { error: "NOT_VERIFIED", detail: error.message }];
  }
  response.writeHead(answer[0], { "content-type": "application/json" });
  response.end(JSON.stringify(answer[1]));
}

/** A cookie names the session; the challenge stays here. */
function sessionOf(site, request, response) {
  const known = /(?:^|; )sid=([^;]+)/.exec(request.headers.cookie ?? "")?.[1];
  const id = site.sessions.has(known) ? known : randomUUID();
  if (id !== known) {
    site.sessions.set(id, {});
    response.setHeader("set-cookie", `sid=${id}; Path=/; HttpOnly; SameSite=Strict`);
  }
  return site.sessions.get(id);
}

async function bodyOf(request) {
  let text = "";
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

const userNamed = (content, name) => content.users[name] ?? { passkeys: [] };

async function registerOptions(site, session, { username }) {
  const { passkeys } = userNamed(site.store.read(), username);
  const options = await generateRegistrationOptions({
    rpName: "Example",
    rpID: RP_ID,
    userName: username,
    userID: Buffer.from(`user ${username}`),
    excludeCredentials: passkeys.map(({ id, transports }) => ({ id, transports })),
    authenticatorSelection: { residentKey: "required", userVerification: "preferred" },
  });
  Object.assign(session, { username, challenge: options.challenge });
  return [200, { options }];
}

async function registerFinish(site, session, { credential }) {
  const { username } = session;
  const { verified, registrationInfo } = await verifyRegistrationResponse({
    response: credential,
    expectedChallenge: spend(session),
    expectedOrigin: site.origin,
    expectedRPID: RP_ID,
    requireUserVerification: false,
  });
  if (!verified) return [400, { error: "NOT_VERIFIED" }];
  const { id, publicKey, counter, transports = [] } = registrationInfo.credential;
  const passkey = { id, publicKey: Buffer.from(publicKey).toString("base64url"), counter, transports };
  site.store.change((content) => content.outbox.push({ username, passkey }));
  const job = work(site).finally(() => site.jobs.delete(job));
  site.jobs.add(job);
  return [200, { verified }];
}

/** The worker: row first, mail behind it. */
async function work(site) {
  await wait(site.workerMs);
  site.store.change((content) => {
    const { username, passkey } = content.outbox.shift();
    content.users[username] = { passkeys: [...userNamed(content, username).passkeys, passkey] };
  });
  await wait(site.mailMs);
  site.store.change((content) => content.mails.push({ subject: "Your passkey was created" }));
}

async function loginOptions(site, session, { username }) {
  const { passkeys } = userNamed(site.store.read(), username);
  if (passkeys.length === 0) return [404, { error: "NO_PASSKEY" }];
  const allowCredentials = passkeys.map(({ id, transports }) => ({ id, transports }));
  const options = await generateAuthenticationOptions({ rpID: RP_ID, allowCredentials });
  Object.assign(session, { username, challenge: options.challenge });
  return [200, { options }];
}

async function loginFinish(site, session, { credential }) {
  const { username } = session;
  const passkey = userNamed(site.store.read(), username).passkeys.find(({ id }) => id === credential.id);
  if (passkey === undefined) return [404, { error: "UNKNOWN_CREDENTIAL" }];
  const { verified, authenticationInfo } = await verifyAuthenticationResponse({
    response: credential,
    expectedChallenge: spend(session),
    expectedOrigin: site.origin,
    expectedRPID: RP_ID,
    requireUserVerification: false,
    credential: { ...passkey, publicKey: Buffer.from(passkey.publicKey, "base64url") },
  });
  if (!verified) return [400, { error: "NOT_VERIFIED" }];
  site.store.change((content) => {
    const stored = userNamed(content, username).passkeys.find(({ id }) => id === credential.id);
    stored.counter = authenticationInfo.newCounter;
  });
  return [200, { verified }];
}

async function listPasskeys(site, session, { username }) {
  const { passkeys } = userNamed(site.store.read(), username);
  return [200, { passkeys: passkeys.map(({ id }) => ({ id })) }];
}

/** A challenge is good once. */
function spend(session) {
  const { challenge } = session;
  delete session.challenge;
  if (challenge === undefined) throw new Error("there is no ceremony under way");
  return challenge;
}
