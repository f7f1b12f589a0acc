/** No secret of a real site reaches an output, whatever is wrong with it, with the site file or with the site's answers. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { runCli } from "../helpers/run-cli.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "site-secrets-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(() => {
  delete process.env["SITE_T"];
});

const SECRET = "TOPSECRET-c0ffee";
const OPTIONS = { path: "/o" };
const FINISH = { path: "/f" };
const describeSite = (baseUrl: string, more: object = {}) => ({
  schema: 1,
  baseUrl,
  timeoutMs: 5_000,
  registration: { options: OPTIONS, finish: FINISH },
  login: { options: OPTIONS, finish: FINISH },
  ...more,
});
const AUTHORIZED = { headers: { authorization: "Bearer {env:SITE_T}" } };

/** Everything that a run printed and wrote. */
async function outputsOf(site: object) {
  const at = (name: string) => join(folder, name);
  writeFileSync(at("site.json"), JSON.stringify(site));
  const files = ["t.jsonl", "r.html", "r.xml"].map(at);
  for (const file of files) rmSync(file, { force: true });
  const args = ["run", "plain-registration", "--site", at("site.json"), "--set", "key.touchDelayMs=1"];
  const outputs = [
    "--trace",
    files[0] as string,
    "--html",
    files[1] as string,
    "--junit",
    files[2] as string,
  ];
  const plain = await runCli([...args, ...outputs]);
  const written = files.filter((file) => existsSync(file)).map((file) => readFileSync(file, "utf8"));
  const json = await runCli([...args, "--json"]);
  const texts = [plain.stdout, plain.stderr, json.stdout, json.stderr, ...written];
  return { exitCode: json.exitCode, document: JSON.parse(json.stdout) as Told, texts };
}

interface Told {
  readonly error?: { readonly code: string; readonly message: string; readonly aftermath: string };
}

/** A secret as it is, and as encodings spell it. */
function spellings(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const whole = [secret, encodeURIComponent(bytes.toString()), JSON.stringify(secret).slice(1, -1)];
  return [...whole, ...(["base64", "base64url", "hex"] as const).map((form) => bytes.toString(form))];
}

function leaksIn(texts: readonly string[], secrets: readonly string[]): readonly string[] {
  return secrets.flatMap(spellings).filter((one) => texts.some((text) => text.includes(one)));
}

describe("a value that cannot be sent is refused before anything is sent", () => {
  test.each<[string, string, object, string, string]>([
    ["a line break in a secret", `${SECRET}\nline2`, AUTHORIZED, "SITE_SECRET_UNFIT", "SITE_T"],
    ["a character beyond Latin-1", `${SECRET}-☃`, AUTHORIZED, "SITE_SECRET_UNFIT", "SITE_T"],
    ["a control character", `${SECRET}\u0007`, AUTHORIZED, "SITE_SECRET_UNFIT", "SITE_T"],
    [
      "a secret in the header of one request",
      `${SECRET}\r\nx: y`,
      { signIn: [{ path: "/s", headers: { "x-key": "{env:SITE_T}" } }] },
      "SITE_SECRET_UNFIT",
      "site.signIn[0].headers.x-key",
    ],
    [
      "user and password in the URL",
      "unused",
      { baseUrl: `http://user:${SECRET}@localhost:1` },
      "SITE_CONFIG",
      "site.baseUrl",
    ],
    ["a header name that is none", "unused", { headers: { "bad name": SECRET } }, "SITE_CONFIG", "bad name"],
    ["a header of the connection", "unused", { headers: { Upgrade: SECRET } }, "SITE_CONFIG", "Upgrade"],
    ["a line break in a header", "unused", { headers: { "x-a": `a\n${SECRET}` } }, "SITE_CONFIG", "x-a"],
    ["an origin that is none", "unused", { origin: SECRET }, "SITE_CONFIG", "site.origin"],
    [
      "an origin with a path",
      "unused",
      { origin: `https://a.example/${SECRET}` },
      "SITE_CONFIG",
      "site.origin",
    ],
    [
      "an account that no header carries",
      "unused",
      { account: "花子", headers: { "x-user": "{account}" } },
      "SITE_CONFIG",
      "site.account",
    ],
  ])("%s", async (_, secret, more, code, named) => {
    process.env["SITE_T"] = secret;
    const { exitCode, document, texts } = await outputsOf(describeSite("http://localhost:1", more));
    expect(document.error).toMatchObject({ code, aftermath: "none" });
    expect(document.error?.message).toContain(named);
    expect(exitCode).toBe(2);
    expect(leaksIn(texts, [secret === "unused" ? SECRET : secret, SECRET])).toEqual([]);
  });
});

/** Serves until the work is done. */
async function served<T>(listener: RequestListener, work: (origin: string) => Promise<T>): Promise<T> {
  const server = createServer(listener).listen(0, "localhost");
  await once(server, "listening");
  try {
    return await work(`http://localhost:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const KEEPING = {
  signIn: [{ path: "/s", keep: { token: "token" } }],
  registration: { options: { path: "/o", headers: { "x-csrf": "{token}" } }, finish: FINISH },
};

describe("an answer of the site", () => {
  test.each<[string, string]>([
    ["with a line break", `${SECRET}\nline2`],
    ["with characters beyond Latin-1", `${SECRET}☃`],
    ["with half a character", `${SECRET}\ud800`],
  ])("whose kept value comes %s is refused without it", async (_, token) => {
    const { exitCode, document, texts } = await served(
      (_request, response) => response.end(JSON.stringify({ token })),
      (origin) => outputsOf(describeSite(origin, KEEPING)),
    );
    expect(document.error?.code).toBe("SITE_BAD_ANSWER");
    expect(document.error?.message).toContain('what is at "token" cannot be sent where {token} stands');
    expect(exitCode).toBe(2);
    expect(leaksIn(texts, [token, SECRET])).toEqual([]);
  });

  test("may be kept and sent, together with cookies, and stays out of every output", async () => {
    process.env["SITE_T"] = `${SECRET}-env`;
    const heard: (string | string[] | undefined)[] = [];
    const { texts } = await served(
      (request, response) => {
        heard.push(request.headers.authorization, request.headers["x-csrf"], request.headers.cookie);
        if (request.url === "/s") {
          response.setHeader("set-cookie", [`sid=${SECRET}-sid`, `bad=${SECRET}\tx`]);
          return response.end(JSON.stringify({ token: `${SECRET}-csrf` }));
        }
        response.statusCode = 400;
        response.end(JSON.stringify({ code: `${SECRET}-csrf`, error: `${SECRET}-env` }));
      },
      (origin) => outputsOf(describeSite(origin, { ...KEEPING, ...AUTHORIZED, code: "code" })),
    );
    expect(heard).toContain(`Bearer ${SECRET}-env`);
    expect(heard).toContain(`${SECRET}-csrf`);
    expect(leaksIn(texts, [SECRET, `${SECRET}-env`, `${SECRET}-csrf`, `${SECRET}-sid`])).toEqual([]);
  });

  test.each<[string, RequestListener]>([
    [
      "that never ends",
      (_, response) => {
        const chunk = Buffer.alloc(1 << 20, " ");
        const more = () => {
          if (!response.destroyed) response.write(chunk, more);
        };
        more();
      },
    ],
    [
      "that states its length",
      (_, response) => {
        response.writeHead(200, { "content-length": String(600e6) });
        response.write("{");
      },
    ],
  ])("%s is refused at SITE_ANSWER_BYTES_MAX", async (_, listener) => {
    const { document } = await served(listener, (origin) => outputsOf(describeSite(origin)));
    expect(document.error).toMatchObject({ code: "SITE_ANSWER_TOO_LARGE", aftermath: "unknown" });
    expect(document.error?.message).toContain("SITE_ANSWER_BYTES_MAX");
  });

  test("that nests without end is refused at SITE_ANSWER_DEPTH_MAX", async () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    const { document } = await served(
      (_request, response) => response.end(deep),
      (origin) => outputsOf(describeSite(origin)),
    );
    expect(document.error).toMatchObject({ code: "SITE_ANSWER_TOO_LARGE" });
    expect(document.error?.message).toContain("SITE_ANSWER_DEPTH_MAX");
  });
});

test("a port that fetch refuses was never asked: nothing was left behind", async () => {
  const { texts } = await outputsOf(describeSite("http://localhost:6000", { timeoutMs: 2_000 }));
  expect(texts[0]).toContain("SITE_UNREACHABLE: registration/options (/o): fetch refuses the port");
  expect(texts[0]).not.toContain("may still have acted");
});
