import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readQrImage } from "../../src/cli/device/read-qr.js";
import { CredentialFile } from "../../src/cli/files/credential-file.js";
import { LinkFile } from "../../src/cli/files/link-file.js";
import { openPhoneLinks } from "../../src/cli/files/phone-links-file.js";
import { utf8 } from "../../src/core/bytes.js";
import { envFor } from "../../src/core/env.js";
import { TimeoutError } from "../../src/core/errors.js";
import { virtualEnv } from "../../src/env/virtual-env.js";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";
import { parseScenarioFile } from "../../src/scenarios/files/define-scenario.js";
import { CookieJar } from "../../src/sim/attached-rp/cookie-jar.js";
import { jsonOf } from "../../src/sim/attached-rp/answer-text.js";
import {
  creationOptionsIn,
  idsIn,
  offeredIn,
  requestOptionsIn,
} from "../../src/sim/attached-rp/read-answer.js";
import { parseSiteConfig } from "../../src/sim/attached-rp/site-config.js";
import { SimAuthenticator } from "../../src/sim/authenticator/authenticator.js";
import { CredentialStore } from "../../src/sim/authenticator/store/credential-store.js";
import { encodeStore, parseStore } from "../../src/sim/authenticator/store/store-file.js";
import { LoopbackDevice } from "../../src/sim/loopback.js";
import { parseProfile } from "../../src/sim/profile-files/profile-file.js";
import { profileNamed } from "../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../src/sim/user.js";
import { toPageError } from "../../src/webauthn/client/page-error.js";
import { register } from "../../src/webauthn/client/register.js";
import {
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from "../../src/webauthn/idl/parse-options.js";
import type { ClientProfile } from "../../src/webauthn/profiles/client-profile.js";
import { CLIENT_PROFILES, SPEC_L3 } from "../../src/webauthn/profiles/client-profiles.js";
import { creationOptions, ORIGIN, requestOptions } from "../helpers/ceremony-options.js";
import { violated } from "./boundary.js";
import { mutateJson } from "./mutate-json.js";
import { mutatePng, picturesOfCodes } from "./pictures.js";
import { targetsBoundary, type FuzzTarget } from "./targets.js";

const json = (value: unknown) => utf8(JSON.stringify(value));
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** Passes JSON on; text that is none has been refused before. */
function parsed(bytes: Uint8Array, take: (value: unknown) => unknown): unknown {
  let value: unknown;
  try {
    value = JSON.parse(textOf(bytes));
  } catch {
    return undefined;
  }
  return take(value);
}

/** What a page may see of options that cannot be converted. */
const PAGE_ERRORS = ["TypeError", "EncodingError", "NotSupportedError"];

function converted(
  method: "create" | "get",
  convert: (value: unknown) => unknown,
): (bytes: Uint8Array) => unknown {
  return (bytes) =>
    parsed(bytes, (value) => {
      try {
        convert(value);
      } catch (error) {
        const { name } = toPageError(error, { method, profile: SPEC_L3 });
        if (!PAGE_ERRORS.includes(name)) violated(`a page sees ${name}`);
        throw error;
      }
    });
}

const EXTENSIONS = {
  prf: { eval: { first: "AAAA" } },
  credProps: true,
  largeBlob: { support: "preferred" },
  credBlob: "AQID",
} as const;
const DESCRIPTOR = { type: "public-key", id: "AAECAw", transports: ["usb"] } as const;

export const optionsBoundary = targetsBoundary(
  { name: "options", what: "options of a page, converted as browsers convert them", share: 1 },
  [
    {
      name: "creation options",
      seeds: [
        json(creationOptions({ extensions: EXTENSIONS, excludeCredentials: [DESCRIPTOR], timeout: 60_000 })),
        json(creationOptions()),
      ],
      spoil: mutateJson,
      hand: converted("create", parseCreationOptionsFromJSON),
    },
    {
      name: "request options",
      seeds: [
        json(
          requestOptions({
            allowCredentials: [DESCRIPTOR],
            extensions: { prf: { evalByCredential: { AAECAw: { first: "AAAA" } } } },
          }),
        ),
      ],
      spoil: mutateJson,
      hand: converted("get", parseRequestOptionsFromJSON),
    },
  ],
);

const CALL = {
  options: { path: "/o", keep: { flow: "flow" } },
  finish: { path: "/f", body: { flow: "{flow}", response: "{response}" } },
};
const SITE_FILE = {
  schema: 1,
  baseUrl: "https://shop.example.com/api",
  headers: { authorization: "Bearer {env:T}" },
  registration: CALL,
  login: CALL,
};
const SITE_URL = new URL("https://shop.example.com/api/x");
const place = { call: "options", path: "publicKey" };

export const siteBoundary = targetsBoundary(
  { name: "site", what: "answers and cookies of a real site, and the file that describes one", share: 0.2 },
  [
    {
      name: "answer",
      seeds: [
        json({ publicKey: creationOptions() }),
        json({ publicKey: requestOptions({ allowCredentials: [DESCRIPTOR] }) }),
        json({ list: [{ id: "AAAA" }] }),
      ],
      spoil: mutateJson,
      async hand(bytes) {
        const body = await jsonOf(new Response(bytes as Uint8Array<ArrayBuffer>), "options");
        const tries = [
          () => creationOptionsIn(body, place),
          () => offeredIn(requestOptionsIn(body, place)),
          () => idsIn(body, { call: "list", list: "list", id: "id" }),
        ];
        tries[bytes.length % 3]?.();
      },
    },
    {
      name: "cookie",
      seeds: [
        utf8("sid=abc; Path=/; HttpOnly; Secure; Max-Age=60"),
        utf8("__Host-a=b; Path=/; Secure; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Domain=example.com"),
      ],
      hand(bytes) {
        const jar = new CookieJar(() => 1_700_000_000_000);
        jar.store(textOf(bytes), SITE_URL);
        const header = jar.header(SITE_URL);
        if (header !== undefined && /[\r\n]/.test(header)) violated("a line break in a header");
      },
    },
    {
      name: "site file",
      seeds: [json(SITE_FILE)],
      spoil: mutateJson,
      hand: (bytes) => parsed(bytes, (value) => parseSiteConfig(value)),
    },
  ],
);

/** The store of a key with a passkey. */
async function storeText(): Promise<Uint8Array> {
  const env = virtualEnv("fuzz store");
  const store = new CredentialStore();
  const user = simulatedUser(envFor(env, "user"));
  const key = new SimAuthenticator(envFor(env, "key"), { profile: profileNamed("ctap23"), store, user });
  const device = new LoopbackDevice(env, key.handle);
  const options = creationOptions({
    authenticatorSelection: { residentKey: "required" },
    extensions: EXTENSIONS,
  });
  await env.clock.run(register(env, device, options, { origin: ORIGIN }));
  return utf8(encodeStore(store));
}

const PROFILE = {
  extends: "generic",
  name: "own",
  timeouts: { upTimeoutMs: 10 },
  options: { rk: true },
  attestation: { formats: ["packed"], packed: "basic" },
  quirks: ["neverSaysUpNeeded"],
};
const STORIES = CATALOGUE.slice(0, 40).map(({ title, knobs, script }) => json({ title, knobs, script }));

const LINK = { name: "Pixel", contactId: "AAEC", linkId: "AAECAwQFBgc", linkSecret: "A".repeat(43) };
const LINKS = { schema: 1, phones: [{ ...LINK, tunnelCode: 0, phoneKey: "A".repeat(87) }] };
const CLIENTS = { schema: 1, identityKey: "A".repeat(43), clients: [LINK] };
const CREDENTIALS = {
  schema: 1,
  credentials: [
    {
      rpId: "example.com",
      userHandle: "AAEC",
      credential: { id: "AAEC", publicKeyCose: "pQECAyYgASFYIA", signCount: 1, backupEligible: null },
    },
  ],
};

/** The files that are read by their path. */
const folder = mkdtempSync(join(tmpdir(), "fuzz-files-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

function onDisk(bytes: Uint8Array): string {
  const path = join(folder, "file.json");
  writeFileSync(path, bytes);
  return path;
}

/** A registration by a client of the caller's own making, on a key that is touched at once. */
async function withClientProfile(profile: ClientProfile): Promise<void> {
  const env = virtualEnv("fuzz client profile");
  const user = simulatedUser(envFor(env, "user"));
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed("generic"),
    store: new CredentialStore(),
    user,
  });
  const device = new LoopbackDevice(env, key.handle);
  const client = { origin: ORIGIN, profile };
  const options = creationOptions({ timeout: 60_000 });
  await env.clock.run(register(env, device, options, client));
  const { name } = toPageError(
    new TimeoutError({ timer: "client.ceremony", budgetMs: 1, aftermath: "none" }),
    {
      method: "create",
      profile,
    },
  );
  if (typeof name !== "string") violated("a page error without a name");
}

const FILES: readonly FuzzTarget[] = [
  {
    name: "key store",
    seeds: [await storeText()],
    spoil: mutateJson,
    hand: (bytes) =>
      parsed(bytes, (value) => {
        // What is read can be written, and read again as the same.
        const once = encodeStore(parseStore(value));
        if (encodeStore(parseStore(JSON.parse(once))) !== once)
          violated("a store that changes when it is read");
      }),
  },
  {
    name: "profile",
    seeds: [json(PROFILE), json(profileNamed("token2")), json(profileNamed("fingerprint"))],
    spoil: mutateJson,
    hand: (bytes) => parsed(bytes, (value) => parseProfile(value)),
  },
  {
    name: "client profile",
    seeds: [json(CLIENT_PROFILES["chrome-floor3m"]), json(CLIENT_PROFILES["extension-shim"])],
    spoil: mutateJson,
    hand: (bytes) => parsed(bytes, (profile) => withClientProfile(profile as ClientProfile)),
  },
  {
    name: "links",
    seeds: [json(LINKS)],
    spoil: mutateJson,
    hand: (bytes) => new LinkFile(onDisk(bytes)).phones,
  },
  {
    name: "clients",
    seeds: [json(CLIENTS)],
    spoil: mutateJson,
    async hand(bytes) {
      await using file = await openPhoneLinks(onDisk(bytes));
      file.save(file.links);
    },
  },
  {
    name: "credentials",
    seeds: [json(CREDENTIALS)],
    spoil: mutateJson,
    hand: (bytes) => new CredentialFile(onDisk(bytes)).entries,
  },
  { name: "scenario", seeds: STORIES, spoil: mutateJson, hand: (bytes) => parseScenarioFile(textOf(bytes)) },
];

export const filesBoundary = targetsBoundary(
  {
    name: "files",
    what: "stores of keys, links and passkeys, profiles of authenticators and clients, scenario files",
    share: 0.2,
  },
  FILES,
);

const SCREENSHOT = new Uint8Array(
  readFileSync(join(import.meta.dirname, "../vectors/chromium-156-passkey-dialog.png")),
);
const CODES = picturesOfCodes();

export const picturesBoundary = targetsBoundary(
  { name: "pictures", what: "PNG pictures that a QR code is to be read from", share: 0.005 },
  [
    { name: "picture", seeds: CODES, spoil: mutatePng, hand: (bytes) => readQrImage(bytes, "code.png") },
    {
      name: "screenshot head",
      seeds: [SCREENSHOT.slice(0, 4_000)],
      spoil: mutatePng,
      hand: (bytes) => readQrImage(bytes, "code.png"),
    },
  ],
);
