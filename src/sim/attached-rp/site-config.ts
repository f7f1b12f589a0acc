import { withoutTrailing } from "../../core/bytes.js";
import { dottedPath } from "../../core/place.js";
import { readAs } from "../../core/read-shape.js";
import { shape, type ReadBy } from "../../core/shape.js";
import { SiteError } from "./site-error.js";
import { faultOfName, fitsHeader } from "./header-value.js";
import { fillText, placeholdersIn, type Json } from "./template.js";

/** Version of the site file's shape. */
export const SITE_SCHEMA = 1;

/** One request to the site. Texts may hold placeholders. */
export interface SiteRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Behind the base URL, beginning with a slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: no body. */
  readonly body?: Json | undefined;
  readonly encoding: "json" | "form";
  /** Members of the answer to remember under a name, for later placeholders. */
  readonly keep: Readonly<Record<string, string>>;
}

export interface OptionsRequest extends SiteRequest {
  /** Where in the answer the options lie: `data.publicKey`; empty for the answer itself. */
  readonly publicKey: string;
}

export interface FinishRequest extends SiteRequest {
  /** Member of the answer that says `true` for yes, for sites that answer 200 to both. */
  readonly accepted?: string | undefined;
}

export interface CredentialsRequest extends SiteRequest {
  /** Where in the answer the list is. */
  readonly list: string;
  /** Where in an entry its id is, base64url; empty when the entry is the id. */
  readonly id: string;
  /** How often the site is asked while a credential has not shown up. */
  readonly everyMs: number;
  /** How long it is asked. */
  readonly forMs: number;
}

/** A real site as its owner describes it. Holds no secret: those are named, and come from the environment. */
export interface SiteConfig {
  readonly baseUrl: string;
  /** What browsers would say of the page; of the base URL when the file leaves it out. */
  readonly origin: string;
  /** The account that a scenario is about; `{random}` makes it another one each run. */
  readonly account: string;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Time-out of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Where in a refusal its code is. */
  readonly code?: string | undefined;
  /** What makes a session, once for every browser. */
  readonly signIn: readonly SiteRequest[];
  readonly registration: { readonly options: OptionsRequest; readonly finish: FinishRequest };
  readonly login: { readonly options: OptionsRequest; readonly finish: FinishRequest };
  readonly credentials?: CredentialsRequest | undefined;
  /** Knobs of a scenario that the site obeys by its own nature. */
  readonly siteDecides: readonly string[];
}

const TIMEOUT_MS = 30_000;
const WATCH_EVERY_MS = 1_000;
const WATCH_FOR_MS = 30_000;
const DAY_MS = 86_400_000;

const json = shape.custom((value) => value as Json);
const span = shape.between({ min: 1, max: DAY_MS });
const texts = shape.record(shape.text);

const REQUEST = {
  method: shape.oneOf(["GET", "POST", "PUT", "DELETE"] as const),
  headers: texts,
  body: json,
  encoding: shape.oneOf(["json", "form"] as const),
  keep: texts,
};
const PATH = { path: shape.matching(/^\/[^\s#]*$/, "a path that begins with a slash") };
const ceremony = shape.object(
  {
    options: shape.object(PATH, { ...REQUEST, publicKey: shape.text }),
    finish: shape.object(PATH, { ...REQUEST, accepted: shape.text }),
  },
  {},
);

const SITE = shape.object(
  {
    schema: shape.oneOf([SITE_SCHEMA] as const),
    baseUrl: shape.matching(/^https?:\/\/[^\s?#]+$/, "a URL with http or https, without query"),
    registration: ceremony,
    login: ceremony,
  },
  {
    origin: shape.text,
    account: shape.text,
    headers: texts,
    timeoutMs: span,
    code: shape.text,
    signIn: shape.list(shape.object(PATH, REQUEST)),
    credentials: shape.object(PATH, {
      ...REQUEST,
      list: shape.text,
      id: shape.text,
      everyMs: span,
      forMs: span,
    }),
    siteDecides: shape.list(shape.text),
  },
);

/**
 * Reads the description of a real site.
 *
 * @throws {SiteError} `SITE_CONFIG`, naming the member; never repeating what it holds.
 */
export function parseSiteConfig(input: unknown): SiteConfig {
  const given = readAs(SITE, input, {
    codes: {
      unknownMember: "SITE_CONFIG",
      missingMember: "SITE_CONFIG",
      wrongType: "SITE_CONFIG",
      badValue: "SITE_CONFIG",
    },
    at: "site",
    toError: ({ path, text, hint }) => wrong(dottedPath(path), text, hint),
  });
  const { baseUrl, registration, login, credentials } = given;
  checkBaseUrl(baseUrl);
  if (given.origin !== undefined) checkOrigin(given.origin);
  const config: SiteConfig = {
    baseUrl: withoutTrailing(baseUrl, "/"),
    origin: given.origin ?? new URL(baseUrl).origin,
    account: given.account ?? "hanako",
    headers: given.headers ?? {},
    timeoutMs: given.timeoutMs ?? TIMEOUT_MS,
    code: given.code,
    signIn: (given.signIn ?? []).map((step) => requestOf(step)),
    registration: ceremonyOf(registration),
    login: ceremonyOf(login),
    credentials: credentials && {
      ...requestOf({ method: "GET", ...credentials }),
      list: credentials.list ?? "",
      id: credentials.id ?? "id",
      everyMs: credentials.everyMs ?? WATCH_EVERY_MS,
      forMs: credentials.forMs ?? WATCH_FOR_MS,
    },
    siteDecides: given.siteDecides ?? [],
  };
  checkPlaceholders(config);
  return config;
}

function checkBaseUrl(text: string): void {
  if (!URL.canParse(text)) throw wrong("site.baseUrl", "not a URL");
  const { username, password } = new URL(text);
  if (username === "" && password === "") return;
  throw wrong(
    "site.baseUrl",
    "a user and a password do not belong in the URL",
    'send them as a header: "authorization": "Basic {env:SITE_BASIC}", the variable holding base64 of user:password',
  );
}

function checkOrigin(text: string): void {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text) return;
  throw wrong("site.origin", "not the origin of a page", "scheme, host and port alone: https://shop.example");
}

type GivenRequest = Pick<SiteRequest, "path"> & Partial<SiteRequest>;
type GivenCeremony = ReadBy<typeof ceremony>;

function ceremonyOf({ options, finish }: GivenCeremony) {
  return {
    options: { ...requestOf(options), publicKey: options.publicKey ?? "" },
    finish: { ...requestOf({ body: "{response}", ...finish }), accepted: finish.accepted },
  };
}

function requestOf({
  path,
  method = "POST",
  headers = {},
  body,
  encoding = "json",
  keep = {},
}: GivenRequest) {
  return { method, path, headers, body, encoding, keep };
}

/** Headers that carry a secret by their very name. */
const SECRET_HEADERS: readonly string[] = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

function checkPlaceholders(config: SiteConfig): void {
  const { registration, login, credentials, headers } = config;
  const always = ["account", ...namesKept(config.signIn)];
  checkHeaders("site.headers", headers, always);
  config.signIn.forEach((step, at) => checkRequest(`site.signIn[${at}]`, step, always));
  for (const [name, { options, finish }] of Object.entries({ registration, login })) {
    checkRequest(`site.${name}.options`, options, always);
    checkRequest(`site.${name}.finish`, finish, [...always, ...namesKept([options]), "response"]);
  }
  if (credentials) {
    checkRequest("site.credentials", credentials, [
      ...always,
      ...namesKept([registration.options, registration.finish, login.options, login.finish]),
    ]);
  }
  for (const name of placeholdersIn(config.account)) {
    if (name !== "random") throw wrong("site.account", `{${name}} stands for nothing here`, "{random} does");
  }
}

const namesKept = (requests: readonly SiteRequest[]) => requests.flatMap(({ keep }) => Object.keys(keep));

function checkRequest(member: string, request: SiteRequest, known: readonly string[]): void {
  checkHeaders(`${member}.headers`, request.headers, known);
  checkTemplate(`${member}.path`, request.path, known);
  checkTemplate(`${member}.body`, request.body ?? null, known);
}

function checkHeaders(
  member: string,
  headers: Readonly<Record<string, string>>,
  known: readonly string[],
): void {
  for (const [name, value] of Object.entries(headers)) {
    const fault = faultOfName(name);
    if (fault !== undefined) throw wrong(`${member}.${name}`, fault);
    if (!fitsHeader(fillText(value, () => ""))) {
      throw wrong(`${member}.${name}`, "a header is one line of Latin-1 characters");
    }
    checkTemplate(`${member}.${name}`, value, known);
    if (!SECRET_HEADERS.includes(name.toLowerCase()) || placeholdersIn(value).length > 0) continue;
    throw wrong(
      `${member}.${name}`,
      "a secret does not belong in this file",
      'name an environment variable: "Bearer {env:SITE_TOKEN}"',
    );
  }
}

function checkTemplate(member: string, template: Json, known: readonly string[]): void {
  for (const name of placeholdersIn(template)) {
    if (known.includes(name) || /^(env|cookie):/.test(name)) continue;
    const all = [...known, "env:NAME", "cookie:NAME"].map((one) => `{${one}}`);
    throw wrong(member, `{${name}} stands for nothing here`, `known here: ${all.join(", ")}`);
  }
}

function wrong(member: string, text: string, hint?: string): SiteError {
  return new SiteError("SITE_CONFIG", `${member}: ${text}`, hint === undefined ? {} : { hint });
}
