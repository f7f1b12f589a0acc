import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  type WebAuthnCredential,
} from "@simplewebauthn/server";

/** What is wrong with the site today. */
export interface Moods {
  /** From the accepted finish to the row. */
  readonly commitDelayMs?: number;
  /** What becomes of the answer to a registration's finish: cut off, never sent, or a server error; the row is written. */
  readonly finishAnswer?: "cut" | "silence" | "500" | "202" | "201";
  /** The row is never written. */
  readonly forgets?: boolean;
  /** Says 200, and no in the body. */
  readonly saysNoIn200?: boolean;
  /** What a refusal says of itself, made of the request. */
  readonly refusal?: (request: IncomingMessage) => string;
  /** Refuses the finish of a registration, before or after writing the row. */
  readonly refuses?: "before" | "after";
  /** Does not tell what it holds. */
  readonly hides?: boolean;
}

export interface HeardRequest {
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

/** A relying party over HTTP, with a session in a cookie and a token against forgery; verifies with another library. */
export interface RealSite extends AsyncDisposable {
  readonly origin: string;
  readonly heard: readonly HeardRequest[];
  /** Ids of the rows. */
  readonly rows: () => readonly string[];
  /** Every secret it ever handed out. */
  readonly secrets: readonly string[];
}

export const SIGN_IN_TOKEN = "token-4f1c0ffee-for-signing-in";

type Body = Readonly<Record<string, unknown>>;
type Answer = readonly [status: number, body: object] | "cut" | "silence";

class Site {
  readonly heard: HeardRequest[] = [];
  readonly rows = new Map<string, WebAuthnCredential>();
  readonly secrets: string[] = [];
  origin = "";
  #challenge = "";
  #made = 0;
  readonly #moods: Moods;

  constructor(moods: Moods) {
    this.#moods = moods;
  }

  async answer(request: IncomingMessage, response: ServerResponse, body: Body): Promise<Answer> {
    const path = (request.url ?? "").split("?")[0] as string;
    this.heard.push({ path: request.url ?? "", headers: request.headers, body });
    const refusal = this.#moods.refusal?.(request) ?? "REFUSED";
    if (path === "/sign-in") return this.#signIn(request, response);
    if (!/sid=sid-/.test(request.headers.cookie ?? "")) return [401, { error: { code: "NO_SESSION" } }];
    if (path === "/passkeys" && this.#moods.hides !== true) {
      return [200, { data: [...this.rows.keys()].map((id) => ({ credential: { id } })) }];
    }
    if (path.endsWith("/options")) return this.#options(path);
    if (path.endsWith("/finish") && request.headers["x-csrf"] !== this.secrets.at(-1)) {
      return [403, { error: { code: "CSRF" } }];
    }
    try {
      if (path === "/register/finish") return await this.#register(body["credential"], refusal);
      if (path === "/login/finish") return await this.#login(body["credential"]);
    } catch {
      return [400, { error: { code: refusal } }];
    }
    return [404, { error: { code: "NOWHERE" } }];
  }

  #signIn(request: IncomingMessage, response: ServerResponse): Answer {
    if (request.headers.authorization !== `Bearer ${SIGN_IN_TOKEN}`) return [401, { error: { code: "WHO" } }];
    const sid = this.#secret("sid");
    response.setHeader("set-cookie", [`sid=${sid}; HttpOnly; Path=/`, `lang=ja; Path=/`]);
    return [200, {}];
  }

  async #options(path: string): Promise<Answer> {
    const descriptors = [...this.rows.keys()].map((id) => ({ id }));
    if (path === "/login/options" && descriptors.length === 0)
      return [404, { error: { code: "NO_PASSKEY" } }];
    const rp = { rpName: "Real", rpID: "localhost", userName: "hanako" };
    const publicKey =
      path === "/login/options"
        ? await generateAuthenticationOptions({ rpID: rp.rpID, allowCredentials: descriptors })
        : await generateRegistrationOptions({ ...rp, userID: Buffer.from("a stable handle") });
    this.#challenge = publicKey.challenge;
    return [200, { data: { publicKey, csrf: this.#secret("csrf") } }];
  }

  async #register(credential: unknown, refusal: string): Promise<Answer> {
    const { refuses, finishAnswer, saysNoIn200, forgets, commitDelayMs = 0 } = this.#moods;
    if (refuses === "before") return [400, { error: { code: refusal } }];
    const { registrationInfo } = await verifyRegistrationResponse({
      response: credential as RegistrationResponseJSON,
      ...this.#expected,
    });
    const made = registrationInfo?.credential;
    if (made === undefined || saysNoIn200 === true) return [200, { ok: false, error: { code: refusal } }];
    const commit = () => void this.rows.set(made.id, made);
    if (forgets !== true) {
      if (commitDelayMs > 0) setTimeout(commit, commitDelayMs);
      else commit();
    }
    if (refuses === "after") return [400, { error: { code: refusal } }];
    if (finishAnswer === "cut" || finishAnswer === "silence") return finishAnswer;
    return [finishAnswer === undefined ? 200 : Number(finishAnswer), { ok: true }];
  }

  async #login(response: unknown): Promise<Answer> {
    const { id } = response as AuthenticationResponseJSON;
    const credential = this.rows.get(id);
    if (credential === undefined) return [404, { error: { code: "UNKNOWN_CREDENTIAL" } }];
    const { verified } = await verifyAuthenticationResponse({
      response: response as AuthenticationResponseJSON,
      ...this.#expected,
      credential,
    });
    return [200, { ok: verified }];
  }

  get #expected() {
    return {
      expectedChallenge: this.#challenge,
      expectedOrigin: this.origin,
      expectedRPID: "localhost",
      requireUserVerification: false,
    };
  }

  #secret(kind: string): string {
    this.#made += 1;
    const secret = `${kind}-secret-${this.#made}-c0ffee`;
    this.secrets.push(secret);
    return secret;
  }
}

export async function startRealSite(moods: Moods = {}): Promise<RealSite> {
  const site = new Site(moods);
  const server = createServer((request, response) => void serve(site, request, response));
  server.listen(0, "localhost");
  await once(server, "listening");
  site.origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin: site.origin,
    heard: site.heard,
    secrets: site.secrets,
    rows: () => [...site.rows.keys()],
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function serve(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  const answer = await site.answer(request, response, (text === "" ? {} : JSON.parse(text)) as Body);
  if (answer === "silence") return;
  if (answer === "cut") return void request.socket.destroy();
  response.writeHead(answer[0], { "content-type": "application/json" });
  response.end(JSON.stringify(answer[1]));
}

/** The site's description, as its owner would write it. */
export function describeRealSite(origin: string) {
  const csrf = { "x-csrf": "{csrf}" };
  const ceremony = (name: string) => ({
    options: {
      path: `/${name}/options`,
      body: { user: "{account}" },
      publicKey: "data.publicKey",
      keep: { csrf: "data.csrf" },
    },
    finish: { path: `/${name}/finish`, headers: csrf, body: { credential: "{response}" }, accepted: "ok" },
  });
  return {
    schema: 1,
    baseUrl: origin,
    timeoutMs: 5_000,
    code: "error.code",
    signIn: [{ path: "/sign-in", headers: { authorization: "Bearer {env:SHOP_TOKEN}" } }],
    registration: ceremony("register"),
    login: ceremony("login"),
    credentials: {
      path: "/passkeys?user={account}",
      list: "data",
      id: "credential.id",
      everyMs: 20,
      forMs: 1_000,
    },
  };
}
