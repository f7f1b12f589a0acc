/** Options a site might send that are not what the specification asks for: each differs from plain ones at one place. */

type Json = unknown;

interface Plain {
  readonly method: "create" | "get";
  readonly options: Json;
}

export interface OddOptions extends Plain {
  /** Where it differs and how, such as `user.displayName = null`. */
  readonly name: string;
}

/** The passkey that the authenticator asked by get() holds. */
export const HELD_ID = "AAECAwQFBgcICQoLDA0ODw";

const ID = HELD_ID;
const OTHER_ID = "8PHy8_T19vf4-fr7_P3-_w";
const SALT = "c2FsdC1vZi10aGlydHktdHdvLWJ5dGVzLTAwMDAwMDA";

const CREATE = {
  rp: { id: "example.com", name: "Example" },
  user: { id: "dXNlci0x", name: "user@example.com", displayName: "User" },
  challenge: "Y2hhbGxlbmdlLW9mLXNpeHRlZW4",
  pubKeyCredParams: [
    { type: "public-key", alg: -7 },
    { type: "public-key", alg: -8 },
  ],
  timeout: 60_000,
  excludeCredentials: [{ type: "public-key", id: ID, transports: ["usb"] }],
  authenticatorSelection: {
    authenticatorAttachment: "cross-platform",
    residentKey: "preferred",
    requireResidentKey: false,
    userVerification: "preferred",
  },
  hints: ["security-key"],
  attestation: "none",
  attestationFormats: ["packed"],
  extensions: {
    credProps: true,
    minPinLength: true,
    credBlob: "YmxvYg",
    largeBlob: { support: "preferred" },
    prf: { eval: { first: SALT, second: SALT } },
  },
};

const GET = {
  rpId: "example.com",
  challenge: CREATE.challenge,
  timeout: 60_000,
  allowCredentials: [
    { type: "public-key", id: ID, transports: ["usb"] },
    { type: "public-key", id: OTHER_ID },
  ],
  userVerification: "preferred",
  hints: ["security-key"],
  extensions: {
    getCredBlob: true,
    largeBlob: { read: true },
    prf: { eval: { first: SALT }, evalByCredential: { [ID]: { first: SALT, second: SALT } } },
  },
};

const PLAIN: readonly Plain[] = [
  { method: "create", options: CREATE },
  { method: "get", options: GET },
];

/** Put at every place; `undefined` removes the member. */
const ANYWHERE: readonly Json[] = [
  undefined,
  null,
  "",
  "-7",
  true,
  0,
  7.9,
  1e20,
  [],
  [null],
  ["public-key"],
  {},
];

/** Put where base64url stands. */
const ENCODED = ["AAEC=", "AAE=", "AAE==", "AA E", "AA\nE", "A", "AAAAA", "+/+/", "AAF", "AAE\u00e9"];

/** Put where a number stands; JSON knows neither NaN nor an infinity, but texts that convert to them. */
const NUMBERS = [
  "0x10",
  " 5 ",
  "NaN",
  "Infinity",
  "1e3",
  -1,
  4294967296,
  4294967301.5,
  -4294967296,
  [5],
  "5.9",
];

/** Put where a word of an enumeration stands. */
const WORDS = ["required", "unknown-word", ["required"], { required: 1 }];

const ALONE: Readonly<Record<Plain["method"], readonly (readonly [path: string, value: Json])[]>> = {
  create: [
    ["pubKeyCredParams", [{ type: "unknown", alg: -7 }]],
    [
      "pubKeyCredParams",
      [
        { type: "unknown", alg: -7 },
        { type: "public-key", alg: -7 },
      ],
    ],
    ["pubKeyCredParams", { 0: { type: "public-key", alg: -7 }, length: 1 }],
    ["pubKeyCredParams", [{ type: ["public-key"], alg: ["-7"] }]],
    ["pubKeyCredParams", [{ type: "public-key", alg: -65543 }]],
    ["pubKeyCredParams", [{ type: "public-key", alg: 4294967289 }]],
    ["user.id", ""],
    ["user.id", "A".repeat(86)],
    ["user.id", "A".repeat(87)],
    ["user.name", "\ud800"],
    ["user.displayName", ["a", "b"]],
    ["rp.icon", "https://example.com/icon.png"],
    ["rp.id", "other.example"],
    ["rp.id", "com"],
    ["rp.name", ""],
    ["challenge", "A".repeat(90_000)],
    ["excludeCredentials", Array.from({ length: 64 }, () => ({ type: "public-key", id: ID }))],
    ["excludeCredentials", Array.from({ length: 65 }, () => ({ type: "public-key", id: ID }))],
    ["excludeCredentials", [{ type: "unknown", id: ID }]],
    ["excludeCredentials", [{ type: "public-key", id: "" }]],
    ["excludeCredentials", [{ type: "public-key", id: ID, transports: ["carrier-pigeon", null, 7] }]],
    ["authenticatorSelection", { requireResidentKey: true }],
    ["authenticatorSelection", { requireResidentKey: "false" }],
    ["authenticatorSelection", { residentKey: "unknown-word", requireResidentKey: true }],
    ["authenticatorSelection", { residentKey: "discouraged", requireResidentKey: true }],
    ["authenticatorSelection", { residentKey: "required" }],
    ["extensions", { appid: "https://example.com" }],
    ["extensions", { appidExclude: "https://example.com" }],
    ["extensions", { appidExclude: "no url" }],
    ["extensions", { appidExclude: null }],
    ["extensions", { uvm: true }],
    ["extensions", { credProps: "no" }],
    ["extensions", { credProps: 0 }],
    [
      "extensions",
      { credentialProtectionPolicy: "userVerificationRequired", enforceCredentialProtectionPolicy: 1 },
    ],
    ["extensions", { credentialProtectionPolicy: "userverificationrequired" }],
    ["extensions", { credentialProtectionPolicy: "userVerificationOptionalWithCredentialIDList" }],
    ["extensions", { credentialProtectionPolicy: "userVerificationOptional" }],
    ["extensions", { credentialProtectionPolicy: null }],
    ["extensions", { enforceCredentialProtectionPolicy: null }],
    ["extensions", { minPinLength: null }],
    ["extensions", { largeBlob: {} }],
    ["extensions", { largeBlob: { support: "required" } }],
    ["extensions", { largeBlob: { read: false } }],
    ["extensions", { largeBlob: { write: "AAEC" } }],
    ["extensions", { largeBlob: { write: "no base64url!" } }],
    ["extensions", { prf: {} }],
    ["extensions", { prf: { eval: null } }],
    ["extensions", { prf: { evalByCredential: {} } }],
    ["extensions", { prf: { evalByCredential: null } }],
    ["extensions", { prf: { evalByCredential: { [ID]: { first: SALT } } } }],
    ["extensions", { prf: { eval: { second: SALT } } }],
    ["extensions", { prf: { eval: { first: "" } } }],
    ["extensions", { prf: { eval: { first: SALT, second: null } } }],
    ["extensions", { prf: { eval: { first: SALT, second: "=" } } }],
    ["extensions", { payment: { isPayment: true } }],
    ["extensions", { payment: { isPayment: 0 } }],
    ["extensions", { payment: null }],
    ["extensions", { hmacCreateSecret: true }],
    ["extensions", { unknownExtension: { deep: [1] } }],
    ["extensions", { getCredBlob: true }],
    ["unknown", { anything: 1 }],
    ["rp", { name: "Example" }],
  ],
  get: [
    ["rpId", "other.example"],
    ["rpId", "com"],
    ["challenge", "A".repeat(90_000)],
    ["allowCredentials", Array.from({ length: 64 }, () => ({ type: "public-key", id: ID }))],
    ["allowCredentials", Array.from({ length: 65 }, () => ({ type: "public-key", id: ID }))],
    ["allowCredentials", [{ type: "unknown", id: ID }]],
    ["allowCredentials", [{ type: "public-key", id: "" }]],
    ["extensions", { appid: "https://example.com" }],
    ["extensions", { appid: "no url" }],
    ["extensions", { appid: null }],
    ["extensions", { appidExclude: "https://example.com" }],
    ["extensions", { credProps: true }],
    ["extensions", { credProps: null }],
    ["extensions", { credBlob: "AAEC" }],
    ["extensions", { getCredBlob: "false" }],
    ["extensions", { largeBlob: {} }],
    ["extensions", { largeBlob: { read: false } }],
    ["extensions", { largeBlob: { read: false, write: "AAEC" } }],
    [
      "",
      {
        allowCredentials: [{ type: "public-key", id: ID }],
        extensions: { largeBlob: { read: false, write: "AAEC" } },
      },
    ],
    [
      "",
      {
        allowCredentials: [{ type: "public-key", id: ID }],
        extensions: { largeBlob: { read: true, write: "AAEC" } },
      },
    ],
    [
      "",
      { allowCredentials: [{ type: "public-key", id: ID }], extensions: { largeBlob: { write: "AAEC" } } },
    ],
    ["", { allowCredentials: [], extensions: { prf: { evalByCredential: {} } } }],
    ["", { allowCredentials: [], extensions: { prf: { evalByCredential: { "!": { first: SALT } } } } }],
    ["", { allowCredentials: [], extensions: { prf: { eval: { first: SALT } } } }],
    ["extensions", { largeBlob: { read: true, write: "AAEC" } }],
    ["extensions", { largeBlob: { write: "AAEC" } }],
    ["extensions", { largeBlob: { support: "preferred" } }],
    ["extensions", { prf: {} }],
    ["extensions", { prf: { evalByCredential: {} } }],
    ["extensions", { prf: { evalByCredential: { "": { first: SALT } } } }],
    ["extensions", { prf: { evalByCredential: { "AA=": { first: SALT } } } }],
    ["extensions", { prf: { evalByCredential: { [SALT]: { first: SALT } } } }],
    ["extensions", { prf: { evalByCredential: { [ID]: null } } }],
    ["extensions", { prf: { evalByCredential: { [ID]: { first: SALT, second: "A" } } } }],
    ["extensions", { prf: { eval: { first: "" } } }],
    ["extensions", { payment: { isPayment: true } }],
    ["extensions", { uvm: true }],
    ["extensions", { minPinLength: true }],
    ["unknown", { anything: 1 }],
  ],
};

type Path = readonly string[];

/** Every place in plain options: members of objects, and the first entry of lists. */
function placesIn(value: Json, above: Path = []): readonly Path[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value)
    .slice(0, Array.isArray(value) ? 1 : undefined)
    .flatMap(([name, member]) => [[...above, name], ...placesIn(member, [...above, name])]);
}

function valueAt(value: Json, path: Path): Json {
  return path.reduce<Json>((inner, name) => (inner as Record<string, Json>)[name], value);
}

function changed(options: Json, [name = "", ...rest]: Path, value: Json): Json {
  const copy = structuredClone(options) as Record<string, Json>;
  if (rest.length > 0) copy[name] = changed(copy[name], rest, value);
  else copy[name] = value;
  // Neither a hole in a list nor a member without a value is JSON.
  return Array.isArray(copy)
    ? copy.filter((element) => element !== undefined)
    : Object.fromEntries(Object.entries(copy).filter(([, member]) => member !== undefined));
}

function fitting(value: Json): readonly Json[] {
  if (typeof value === "number") return NUMBERS;
  if (typeof value !== "string") return [];
  return /^[A-Za-z0-9_-]{6,}$/.test(value) && !/-key$|^preferred$|^userVer/.test(value) ? ENCODED : WORDS;
}

/** All of them, in an order that does not change: some hundred for each method. */
export function oddOptions(): readonly OddOptions[] {
  return PLAIN.flatMap(({ method, options }) => {
    const single = placesIn(options).flatMap((path) =>
      [...ANYWHERE, ...fitting(valueAt(options, path))].map((value) => [path, value] as const),
    );
    const alone = ALONE[method].map(([path, value]) => [path.split("."), value] as const);
    const whole = [null, [], "text", 7, {}].map((value) => ({
      method,
      name: `${method}: options = ${JSON.stringify(value)}`,
      options: value,
    }));
    return [
      { method, name: `${method}: plain`, options },
      ...whole,
      ...[...single, ...alone].map(([path, value]) => ({
        method,
        name: `${method}: ${path.join(".") || "several"} = ${value === undefined ? "absent" : shortened(JSON.stringify(value))}`,
        options:
          path[0] === "" ? { ...(options as object), ...(value as object) } : changed(options, path, value),
      })),
    ];
  });
}

function shortened(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 60)}... (${text.length} characters)`;
}
