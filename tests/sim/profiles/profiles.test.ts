import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { toHex } from "../../../src/core/bytes.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { INFO_MEMBERS, parseInfo, type AuthenticatorInfo } from "../../../src/ctap/messages/get-info.js";
import { CredentialStore, type DeviceMemory } from "../../../src/sim/authenticator/store/credential-store.js";
import { learnProfile } from "../../../src/sim/profile-files/learn-profile.js";
import { parseProfile } from "../../../src/sim/profile-files/profile-file.js";
import {
  hasQuirk,
  QUIRKS,
  speaksCtap2,
  type AuthenticatorProfile,
} from "../../../src/sim/profiles/profile.js";
import { PROFILES } from "../../../src/sim/profiles/profiles.js";
import { hexOf, loadVectors } from "../../helpers/vectors.js";
import { BenchKey, bodyOf } from "../authenticator/bench-key.js";

interface Row {
  readonly id: string;
  readonly device: string;
  readonly cbor: string;
}

const ROWS = loadVectors<Row>("getinfo");
const GET_INFO = Uint8Array.of(0x04);
/** Differs on every call, by design. */
const FRESH: readonly string[] = ["encIdentifier", "encCredStoreState"];

const rowOf = (profile: AuthenticatorProfile) =>
  ROWS.find(({ id }) => profile.sources?.some((source) => source.startsWith(`${id} `)));
const infoOf = (row: Row) => parseInfo(hexOf(row.cbor), () => undefined);
const BUILT_FROM_ROWS = [...PROFILES.values()].flatMap((profile) => {
  const row = rowOf(profile);
  return row === undefined ? [] : [{ name: profile.name, profile, row }];
});

/** Puts the simulated device into the state the captured one was in: PIN set, finger enrolled or not. */
function stateOf(info: AuthenticatorInfo): DeviceMemory {
  const { options = {} } = info;
  return {
    ...(options["clientPin"] === true && { pinHash: new Uint8Array(16), pinCodePoints: 4 }),
    ...(options["uv"] !== undefined && { uvConfigured: options["uv"] }),
    ...(options["ep"] !== undefined && { enterpriseAttestation: options["ep"] }),
    ...(info.forcePinChange !== undefined && { forcePinChange: info.forcePinChange }),
  };
}

async function simulatedInfo(
  profile: AuthenticatorProfile,
  memory: DeviceMemory,
): Promise<AuthenticatorInfo> {
  const bench = new BenchKey({ profile, store: new CredentialStore({ credentials: [], memory }) });
  return parseInfo(bodyOf(await bench.send(GET_INFO)));
}

/** Members and options, one name each, with values that compare. */
function flat(info: AuthenticatorInfo): Map<string, unknown> {
  const plain = (value: unknown) => (value instanceof Uint8Array ? toHex(value) : value);
  const { options, ...members } = info;
  return new Map<string, unknown>([
    ...Object.entries(members).map(
      ([name, value]) => [name, FRESH.includes(name) ? "" : plain(value)] as const,
    ),
    ...(options === undefined ? [] : [["options", "present"] as const]),
    ...Object.entries(options ?? {}).map(([id, value]) => [`options.${id}`, value] as const),
  ]);
}

const text = (value: unknown) =>
  JSON.stringify(value, (_, inner: unknown) => (typeof inner === "bigint" ? `${inner}n` : inner));

function differences(one: AuthenticatorInfo, other: AuthenticatorInfo): readonly string[] {
  const [a, b] = [flat(one), flat(other)];
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((name) => text(a.get(name)) !== text(b.get(name)))
    .sort();
}

/** Where a shipped profile says something else than the row it was built from, and why. */
const DIFFERENCES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "yubikey-ctap23": {
    extensions: "previewSign is no standard and not simulated",
    authenticatorConfigCommands: "4 is enableLongTouchForReset, which comes with longTouchForReset here",
  },
  "atkey-pros": { versions: "U2F_V2 is not listed while it always verifies and nobody is enrolled" },
  "pico-fido": {
    maxCredentialIdLength: "the row says 1024, WebAuthn allows 1023",
    authenticatorConfigCommands: "the row lists enableEnterpriseAttestation without the option ep",
  },
  "windows-hello": { "options.uv": "it verifies through the platform's own API; over CTAP it has to say so" },
};

describe("a profile built from a captured or published getInfo", () => {
  test("there are at least twelve", () => {
    expect(BUILT_FROM_ROWS.length).toBeGreaterThanOrEqual(12);
  });

  test.each(BUILT_FROM_ROWS)(
    "$name says what $row.id said, but for the differences listed",
    async ({ profile, row }) => {
      const published = infoOf(row);
      const simulated = await simulatedInfo(profile, stateOf(published));
      expect(differences(simulated, published)).toEqual(Object.keys(DIFFERENCES[profile.name] ?? {}).sort());
    },
  );

  test("the iPhone says what an iPhone of iOS 16 said over hybrid", async () => {
    const { postHandshake } = JSON.parse(
      readFileSync(new URL("../../vectors/hybrid.json", import.meta.url), "utf8"),
    ) as { postHandshake: readonly { readonly name: string; readonly getInfo: string }[] };
    const published = parseInfo(hexOf(postHandshake.find(({ name }) => name === "iOS 16")?.getInfo));
    const simulated = await simulatedInfo(PROFILES.get("iphone") as AuthenticatorProfile, {});
    expect(differences(simulated, published)).toEqual([]);
  });

  test("no difference is listed for a profile that is gone", () => {
    expect(Object.keys(DIFFERENCES).filter((name) => !PROFILES.has(name))).toEqual([]);
  });
});

describe("a shipped profile", () => {
  test.each([...PROFILES.values()])("$name reads back from its own JSON", (profile) => {
    expect(parseProfile(JSON.parse(JSON.stringify(profile)))).toEqual(profile);
  });

  test("names a source wherever it carries the AAGUID of a product", () => {
    const ours = (aaguid: string) => /^(7f1b0e5c|00000000)-/.test(aaguid);
    const unsourced = [...PROFILES.values()].filter(
      ({ aaguid, sources }) => !ours(aaguid) && !sources?.length,
    );
    expect(unsourced.map(({ name }) => name)).toEqual([]);
  });

  test("every quirk has a source", () => {
    expect(Object.entries(QUIRKS).filter(([, { source }]) => source.length === 0)).toEqual([]);
  });

  const usable = [...PROFILES.values()].filter(speaksCtap2);
  test.each(usable)("$name makes a credential and signs in with it", async (profile) => {
    const memory = { ...(profile.builtInUv && { uvConfigured: true }) };
    const bench = new BenchKey({ profile, store: new CredentialStore({ credentials: [], memory }) });
    const alg = profile.algorithms[0] as number;
    const uv = profile.builtInUv !== undefined;
    const options = { ...(profile.options.rk && { rk: true }), ...(uv && { uv }) };
    const { authData } = await bench.made({ pubKeyCredParams: [{ type: "public-key", alg }], options });
    expect(authData.length).toBeGreaterThan(37);
    expect(await bench.get(uv ? { options: { uv } } : {})).toBe(CtapStatus.OK);
  });
});

describe("quirks of the way keys are chosen before CTAP 2.1", () => {
  const probe = { pinUvAuthParam: new Uint8Array(0), pinUvAuthProtocol: 1 } as const;

  test.each([
    ["google-titan", "MISSING_PARAMETER", 0],
    ["token2", "MISSING_PARAMETER", 1],
    ["yubikey5-nfc", "PIN_NOT_SET", 1],
  ] as const)("%s answers %s after %i touches", async (name, status, touches) => {
    const profile = PROFILES.get(name) as AuthenticatorProfile;
    const bench = new BenchKey({ profile });
    expect(await bench.make(probe)).toBe(CtapStatus[status]);
    expect(bench.traced("user.prompted")).toHaveLength(touches);
  });
});

describe("a profile learned from a device", () => {
  test.each([...PROFILES.values()].filter(speaksCtap2))(
    "$name: what was learned says the same",
    async (profile) => {
      const original = await simulatedInfo(profile, {});
      const learned = learnProfile(original);
      expect(learned.notes).toEqual([]);
      const read = parseProfile(JSON.parse(JSON.stringify(learned.profile)));
      expect(differences(await simulatedInfo(read, {}), original)).toEqual([]);
    },
  );

  test.each(ROWS)(
    "$id ($device): says what the device said, and notes tell of every difference",
    async (row) => {
      const published = infoOf(row);
      const { profile, notes } = learnProfile(published);
      const read = parseProfile(JSON.parse(JSON.stringify(profile)));
      const simulated = await simulatedInfo(read, stateOf(published));
      expect(differences(simulated, published)).toEqual(notes.map(({ member }) => member).sort());
    },
  );

  test("an empty getInfo makes a plain CTAP 2.0 key", () => {
    const { profile } = learnProfile({ versions: ["FIDO_2_0"], aaguid: new Uint8Array(16) });
    expect(profile).toMatchObject({
      algorithms: [-7],
      limits: { maxMsgSize: 1024, discoverableCredentials: 0 },
    });
    expect(profile.builtInUv).toBeUndefined();
    expect(hasQuirk(profile, "answers3aOnTouchTimeout")).toBe(false);
  });

  test("a PIN protocol that nothing here speaks is left out, with a note", () => {
    const said = {
      versions: ["FIDO_2_0"],
      aaguid: new Uint8Array(16),
      options: { clientPin: false },
      pinUvAuthProtocols: [2, 9],
    };
    const { profile, notes } = learnProfile(said);
    expect(profile.pinUvAuthProtocols).toEqual([2]);
    expect(notes).toContainEqual({ member: "pinUvAuthProtocols", text: "not simulated: 9" });
  });

  test("what HID says of the device gets into the description and the notes", () => {
    const said = { versions: ["U2F_V2", "FIDO_2_0"], aaguid: new Uint8Array(16) };
    const hid = {
      deviceVersion: { major: 5, minor: 4, build: 3 },
      capabilities: { wink: true, cbor: true, msg: false, raw: 0x0d },
    };
    const { profile, notes } = learnProfile(said, hid);
    expect(profile.description).toContain("5.4.3");
    expect(notes).toEqual([
      { member: "versions", text: "the device lists U2F_V2 but takes no U2F messages" },
    ]);
    expect(learnProfile(said).notes).toEqual([]);
  });

  test("every member of getInfo has a name of its own", () => {
    expect(new Set(INFO_MEMBERS).size).toBe(31);
  });
});
