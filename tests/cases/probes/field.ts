/** Cases of public bug reports, played against this build. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeCbor } from "../../../src/cbor/encode.js";
import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { concat, fromBase64url, toBase64url, utf8 } from "../../../src/core/bytes.js";
import { isHarnessError } from "../../../src/core/errors.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { fromEcdsaDer } from "../../../src/crypto/ecdsa-der.js";
import { credentialManagement } from "../../../src/ctap/client/credential-manager.js";
import { openSession } from "../../../src/ctap/client/session.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { parseScenarioFile } from "../../../src/scenarios/files/define-scenario.js";
import { runScenario } from "../../../src/scenarios/run.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { toPageError } from "../../../src/webauthn/client/page-error.js";
import type { CreationOptionsInput } from "../../../src/webauthn/json-input.js";
import { SPEC_L3 } from "../../../src/webauthn/profiles/client-profiles.js";
import { verifyAssertion, type ExpectedAssertion } from "../../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration } from "../../../src/webauthn/rp/verify-registration.js";
import { creationOptions, ORIGIN, RP_ID } from "../../helpers/ceremony-options.js";
import { runCli } from "../../helpers/run-cli.js";
import { bench, type Intercept } from "../../helpers/webauthn-bench.js";
import { cameOf, inputOf, inputPath, type Case, type Probe } from "../case.js";

const PAGE = { challenge: creationOptions().challenge, origins: [ORIGIN], rpId: RP_ID };

/** A login of a simulated key, and a site that judges it with some members replaced. */
async function login() {
  const { create, get } = await bench();
  const created = await create({ authenticatorSelection: { residentKey: "required" } });
  const { credential } = verifyRegistration(created, PAGE);
  const response = await get({ allowCredentials: [{ type: "public-key", id: created.id }] });
  const judge = (members: object, more: Partial<ExpectedAssertion> = {}) =>
    cameOf(() => {
      const sent = { ...response, response: { ...response.response, ...members } };
      const { userHandle } = verifyAssertion(sent, { ...PAGE, credential, ...more });
      return `accepted${userHandle ? `, handle of ${userHandle.length} bytes` : ""}`;
    });
  return { judge, signature: fromBase64url(response.response.signature) };
}

const POINT = defaultCrypto.publicKeyOf(defaultCrypto.sha256(utf8("cases")));
const X = POINT.subarray(1, 33);
const Y = POINT.subarray(33);
const ok = (entries: readonly (readonly [CborKey, CborValue])[]) =>
  concat(Uint8Array.of(0), encodeCbor(new Map(entries)));
const info = (version: string, ...options: string[]) =>
  ok([
    [1, [version]],
    [3, new Uint8Array(16)],
    [4, new Map(["rk", "clientPin", ...options].map((name) => [name, true]))],
    [6, [1]],
  ]);

/** Answers each command by its number. */
function answering(answers: Readonly<Record<number, () => Uint8Array>>) {
  return {
    transport: "usb" as const,
    oneShot: false,
    label: "scripted",
    transact: async (request: Uint8Array) => answers[request[0] ?? 0]?.() ?? Uint8Array.of(1),
    [Symbol.asyncDispose]: async () => {},
  };
}

/** Authenticator data of a credential with these flags and this key. */
function authData(flags: number, key: ReadonlyMap<CborKey, CborValue>): Uint8Array {
  const id = utf8("0123456789abcdef");
  const counted = Uint8Array.of(flags, 0, 0, 0, 0);
  return concat(
    defaultCrypto.sha256(utf8(RP_ID)),
    counted,
    new Uint8Array(16),
    Uint8Array.of(0, id.length),
    id,
    encodeCbor(key),
  );
}

const GOOD_KEY = new Map<CborKey, CborValue>([
  [1, 2],
  [3, -7],
  [-1, 1],
  [-2, X],
  [-3, Y],
]);
const SM2_KEY = new Map<CborKey, CborValue>([
  [1, 2],
  [3, -54],
  [-1, 9],
  [-2, new Uint8Array(32)],
  [-3, new Uint8Array(32)],
]);

async function registered(intercept: Intercept): Promise<string> {
  const { create } = await bench({ intercept });
  try {
    const { response } = await create();
    return `resolved${response.publicKey === undefined ? " without publicKey" : ""}`;
  } catch (error) {
    if (!isHarnessError(error)) throw error;
    return `${error.code}, aftermath ${error.aftermath}`;
  }
}

const answersWith =
  (data: Uint8Array): Intercept =>
  async (request, pass) =>
    request[0] === 1
      ? ok([
          [1, "none"],
          [2, data],
          [3, new Map()],
        ])
      : pass();

/** Works in a folder that is gone afterwards. */
async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "cases-"));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What each ceremony of a story came to, and what its page was told. */
async function story(one: Case): Promise<string[]> {
  const { explanation, records } = await runScenario(parseScenarioFile(inputOf(one)), { seed: "1" });
  const settled = records.flatMap((record) =>
    record.kind === "page.settled"
      ? [
          `${(record.atMs / 1000).toFixed(2)} s ${record.method} ${record.outcome}${"name" in record ? ` ${record.name}` : ""}${"reason" in record ? ` (${record.reason})` : ""}`,
        ]
      : [],
  );
  return [
    ...settled,
    ...explanation.ceremonies.map(
      ({ mechanism, decidedBy }) => `${mechanism}${decidedBy ? ` by ${decidedBy.timer}` : ""}`,
    ),
  ];
}

/** Registers with the options of the case as a page would, and says what the key was asked for. */
async function optionsOf(one: Case): Promise<string> {
  const options = JSON.parse(inputOf(one)) as CreationOptionsInput;
  const { create, store, requests } = await bench();
  try {
    await create(options, { origin: "https://example.com" });
    const [made] = store.credentials;
    return `created, displayName ${JSON.stringify(made?.userDisplayName ?? null)}`;
  } catch (error) {
    const { name } = toPageError(error, { method: "create", profile: SPEC_L3 });
    return `${name}, ${requests().length === 0 ? "nothing asked" : requests().join(", ")}`;
  }
}

const der = (tag: number, content: Uint8Array) => concat(Uint8Array.of(tag, content.length), content);

/** The ways in which r and s reach sites, each with what it is. */
function encodings(signature: Uint8Array): Readonly<Record<string, Uint8Array>> {
  const raw = fromEcdsaDer(signature, 32) as Uint8Array;
  const half = (from: number) => raw.subarray(from, from + 32);
  const padded = (bytes: Uint8Array) => der(2, concat(Uint8Array.of(0, 0), bytes));
  const bare = (bytes: Uint8Array) => der(2, concat(Uint8Array.of(0x80), bytes.subarray(1)));
  return {
    good: signature,
    "raw r and s": raw,
    "r with needless zeros": der(0x30, concat(padded(half(0)), padded(half(32)))),
    "s negative": der(0x30, concat(padded(half(0)), bare(half(32)))),
    "trailing byte": concat(signature, Uint8Array.of(0)),
    "long-form length": concat(Uint8Array.of(0x30, 0x81), signature.subarray(1)),
    empty: new Uint8Array(0),
  };
}

export const FIELD: Readonly<Record<string, Probe>> = {
  async "01-empty-user-handle"() {
    const { judge } = await login();
    return [
      await judge({ userHandle: "" }, { userHandle: utf8("user-77") }),
      await judge({ userHandle: "" }, { discoverable: true }),
    ];
  },
  "02-display-name-null": optionsOf,
  "02-alg-as-text": optionsOf,
  "02-display-name-missing": optionsOf,
  "02-exclude-null": optionsOf,
  async "03-aftermath-after-creation"() {
    return [
      await registered(answersWith(authData(0x55, GOOD_KEY))),
      await registered(answersWith(authData(0xc5, GOOD_KEY))),
      await registered(answersWith(authData(0x45, SM2_KEY))),
    ];
  },
  "03-site-refuses": (one) =>
    inFolder(async (folder) => {
      const store = join(folder, "s.json");
      const { stdout } = await runCli([
        ...["register", "--profile", inputPath(one), "--attestation", "direct", "--store", store],
      ]);
      const kept = (JSON.parse(readFileSync(store, "utf8")) as { credentials: object[] }).credentials.length;
      return [
        `on the key: ${kept}`,
        `says that the device holds a new passkey: ${stdout.includes("the device holds a new passkey")}`,
        `says that nothing was left behind: ${stdout.includes("nothing was left behind")}`,
        `tells of a page's UnknownError: ${stdout.includes("UnknownError")}`,
      ];
    }),
  async "04-unknown-key-in-list"() {
    const kinds = {
      SM2: SM2_KEY,
      "kty 9": new Map<CborKey, CborValue>([
        [1, 9],
        [3, -70_000],
        [-1, new Uint8Array(48)],
      ]),
    };
    const lines: string[] = [];
    for (const [name, odd] of Object.entries(kinds)) {
      let count = 0;
      const credential = () => {
        count += 1;
        return ok([
          [
            6,
            new Map<CborKey, CborValue>([
              ["id", Uint8Array.of(count)],
              ["name", `n${count}`],
            ]),
          ],
          [
            7,
            new Map<CborKey, CborValue>([
              ["id", Uint8Array.of(1, count)],
              ["type", "public-key"],
            ]),
          ],
          [8, count === 2 ? odd : GOOD_KEY],
          [9, 3],
          [10, 1],
        ]);
      };
      const env = virtualEnv("cases");
      const device = answering({ 4: () => info("FIDO_2_1", "credMgmt"), 0x0a: credential });
      const list = await env.clock.run(
        openSession(env, device).then((session) =>
          credentialManagement(session, {
            protocol: 1,
            token: new Uint8Array(16),
            authenticate: () => new Uint8Array(16),
          } as never).credentials(new Uint8Array(32)),
        ),
      );
      lines.push(
        `${name}: ${list.length} credentials; the second has ${Object.keys(list[1] ?? {})
          .sort()
          .join(" ")}`,
      );
    }
    return lines;
  },
  async "05-key-agreement-without-alg"() {
    const env = virtualEnv("cases");
    const key = new Map<CborKey, CborValue>([
      [1, 2],
      [-1, 1],
      [-2, X],
      [-3, Y],
    ]);
    const device = answering({ 4: () => info("FIDO_2_0"), 6: () => ok([[1, key]]) });
    const came = await cameOf(() =>
      env.clock.run(
        openSession(env, device)
          .then((session) => session.keyAgreement())
          .then(() => "agreed"),
      ),
    );
    const findings = env.records.filter(({ kind }) => kind === "ctap.finding").length;
    return `${came}, findings ${findings}`;
  },
  async "11-signature-that-is-no-der"() {
    const { judge, signature } = await login();
    const lines: string[] = [];
    for (const [name, bytes] of Object.entries(encodings(signature)))
      lines.push(`${name}: ${await judge({ signature: toBase64url(bytes) })}`);
    return lines;
  },
  "12-backup-eligibility-changes": (one) =>
    inFolder(async (folder) => {
      const files = ["--store", join(folder, "s.json"), "--credentials", join(folder, "c.json")];
      const before = inputPath(one);
      const after = before.replace("none", "backed-up");
      await runCli(["register", "--profile", before, ...files]);
      const { exitCode, stdout } = await runCli(["login", "--profile", after, ...files]);
      return [
        `exit ${exitCode}`,
        `code ${/RP_[A-Z_]+/.exec(stdout)?.[0] ?? "none"}`,
        `says that the record is of another key: ${stdout.includes("of another key")}`,
        `tells of a page's UnknownError: ${stdout.includes("UnknownError")}`,
      ];
    }),
  "13-virtual-authenticator-picks-by-itself": story,
  "14-user-activation": story,
  "15-library-aborts-the-pending-request": story,
  "18-call-in-factor": story,
  async "19-token2-hmac-secret-protocol-2"() {
    const { create, get, statuses } = await bench({ profile: profileNamed("token2") });
    const made = await create({ extensions: { prf: {} } });
    const came = await cameOf(() =>
      get({
        userVerification: "discouraged",
        allowCredentials: [{ type: "public-key", id: made.id }],
        extensions: { prf: { eval: { first: toBase64url(utf8("salt")) } } },
      }).then(
        ({ clientExtensionResults }) => `prf ${Object.keys(clientExtensionResults["prf"] ?? {}).join(" ")}`,
      ),
    );
    return [came, `getAssertion: ${statuses("getAssertion").join(", ")}`];
  },
  "20-extension-hands-on": story,
  async "21-empty-display-name"() {
    const lines: string[] = [];
    for (const quirk of ["rejectsMissingDisplayName", "rejectsEmptyDisplayName"]) {
      const profile = { ...profileNamed("generic"), quirks: [quirk] } as never;
      const { create } = await bench({ profile });
      const user = { id: "dXNlcg", name: "n", displayName: "" };
      lines.push(`${quirk}: ${await cameOf(() => create({ user }).then(() => "created"))}`);
    }
    return lines;
  },
};
