import { describe, expect, test } from "vitest";
import { toHex, utf8 } from "../../../src/core/bytes.js";
import { Permission } from "../../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../../src/ctap/command.js";
import {
  credentialManagementMessage,
  credentialManagementParameters,
  CredentialManagementSubcommand as Sub,
  encodeCredentialManagementRequest,
  parseCredentialManagementResponse,
  type CredentialManagementCommand,
  type CredentialManagementParameters,
  type CredentialManagementRequest,
} from "../../../src/ctap/messages/credential-management.js";
import { credentialManagement } from "../../../src/ctap/client/credential-manager.js";
import type { PinUvAuthToken } from "../../../src/ctap/client/pin-uv-auth-token.js";
import { CtapStatus } from "../../../src/ctap/status.js";
import { defaultCrypto } from "../../../src/crypto/default.js";
import { GENERIC_PROFILE, profileNamed } from "../../../src/sim/profiles/profiles.js";
import { BenchKey, bodyOf, CLIENT_DATA_HASH, PIN, RP_ID, type BenchOptions } from "./bench-key.js";

const CM = Permission.credentialManagement;
const PCMR = Permission.persistentCredentialManagementReadOnly;
const OTHER_RP = "other.example";
const STATE_LIFE_MS = 30_000;
const FULL = profileNamed("ctap23");

const hashOf = (rpId: string) => defaultCrypto.sha256(utf8(rpId));
const withOptions = (options: object): BenchOptions => ({
  profile: { options: { ...GENERIC_PROFILE.options, ...options } },
});

/** A key with a PIN and, unless told otherwise, two accounts at one site and one at another. */
class ManagedKey extends BenchKey {
  /** Earned last; signs what follows. */
  held!: PinUvAuthToken;

  static async with(options: BenchOptions = {}, { empty = false } = {}): Promise<ManagedKey> {
    const key = new ManagedKey(options);
    if (!empty) {
      for (const name of ["ada", "bob"]) await key.resident(name, RP_ID);
      await key.resident("cyd", OTHER_RP);
    }
    await key.setPin();
    await key.earn();
    return key;
  }

  async resident(name: string, rpId: string): Promise<void> {
    await this.made({
      rp: { id: rpId, name: `Site ${rpId}` },
      user: { id: utf8(name), name, displayName: name.toUpperCase() },
      options: { rk: true },
    });
  }

  async earn(permissions: number = CM, rpId?: string): Promise<PinUvAuthToken> {
    const session = await this.session();
    const request = { pin: PIN, permissions, ...(rpId !== undefined && { rpId }) };
    return (this.held = await this.run(session.pinUvAuthToken(request)));
  }

  /** What makeCredential wants of a key that has a PIN; for the token that was earned last. */
  proof(): { readonly pinUvAuthParam: Uint8Array; readonly pinUvAuthProtocol: number } {
    return {
      pinUvAuthParam: this.held.authenticate(CLIENT_DATA_HASH),
      pinUvAuthProtocol: this.held.protocol,
    };
  }

  signed(subCommand: number, parameters?: CredentialManagementParameters): CredentialManagementRequest {
    const request = {
      subCommand,
      ...(parameters && { subCommandParams: credentialManagementParameters(parameters) }),
    };
    return {
      ...request,
      pinUvAuthProtocol: this.held.protocol,
      pinUvAuthParam: this.held.authenticate(credentialManagementMessage(request)),
    };
  }

  ask(request: CredentialManagementRequest, command?: CredentialManagementCommand) {
    return this.send(encodeCredentialManagementRequest(request, command));
  }

  async answers(request: CredentialManagementRequest, command?: CredentialManagementCommand) {
    return (await this.ask(request, command))[0];
  }

  async said(request: CredentialManagementRequest) {
    return parseCredentialManagementResponse(bodyOf(await this.ask(request)));
  }

  idOf(name: string): Uint8Array {
    const found = this.key.store.credentials.find(({ userId }) => toHex(userId) === toHex(utf8(name)));
    if (found === undefined) throw new Error(`nobody is called ${name}`);
    return found.id;
  }

  descriptor(name: string) {
    return { type: "public-key", id: this.idOf(name) };
  }
}

const AUTHORISED: readonly (readonly [
  name: string,
  subCommand: number,
  parameters: (key: ManagedKey) => CredentialManagementParameters | undefined,
])[] = [
  ["getCredsMetadata", Sub.getCredsMetadata, () => undefined],
  ["enumerateRPsBegin", Sub.enumerateRpsBegin, () => undefined],
  ["enumerateCredentialsBegin", Sub.enumerateCredentialsBegin, () => ({ rpIdHash: hashOf(RP_ID) })],
  ["deleteCredential", Sub.deleteCredential, (key) => ({ credentialId: key.descriptor("ada") })],
  [
    "updateUserInformation",
    Sub.updateUserInformation,
    (key) => ({ credentialId: key.descriptor("ada"), user: { id: utf8("ada"), name: "Ada L." } }),
  ],
];
const ALL_SITES: readonly number[] = [Sub.getCredsMetadata, Sub.enumerateRpsBegin];
const READING: readonly number[] = [...ALL_SITES, Sub.enumerateCredentialsBegin];

describe("before any subcommand", () => {
  test("a key without the option does not know the command", async () => {
    const bench = new ManagedKey(withOptions({ credMgmt: false }));
    expect(await bench.answers({ subCommand: 1 })).toBe(CtapStatus.INVALID_COMMAND);
  });

  test("no subcommand is MISSING_PARAMETER", async () => {
    const bench = new ManagedKey();
    expect(await bench.status(Uint8Array.of(0x0a, 0xa0))).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test.each([0x00, 0x08, 0xff])("subcommand %i is INVALID_SUBCOMMAND", async (subCommand) => {
    expect(await new ManagedKey().answers({ subCommand })).toBe(CtapStatus.INVALID_SUBCOMMAND);
  });

  test("on a key older than 2.1 it is INVALID_PARAMETER", async () => {
    const options = { ...GENERIC_PROFILE.options, credentialMgmtPreview: true };
    const bench = new ManagedKey({ profile: { versions: ["FIDO_2_0", "FIDO_2_1_PRE"], options } });
    const status = await bench.answers({ subCommand: 0x08 }, CtapCommand.credentialManagementPreview);
    expect(status).toBe(CtapStatus.INVALID_PARAMETER);
  });
});

describe.each(AUTHORISED)("%s", (_, subCommand, parametersOf) => {
  const good = (bench: ManagedKey) => bench.signed(subCommand, parametersOf(bench));

  test("with everything in order is answered", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.answers(good(bench))).toBe(CtapStatus.OK);
  });

  test("without pinUvAuthParam is PUAT_REQUIRED, whatever else is missing", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.answers({ subCommand })).toBe(CtapStatus.PUAT_REQUIRED);
  });

  test("without a protocol is MISSING_PARAMETER", async () => {
    const bench = await ManagedKey.with();
    const { pinUvAuthProtocol: _protocol, ...request } = good(bench);
    expect(await bench.answers(request)).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test("with a protocol nobody speaks is INVALID_PARAMETER", async () => {
    const bench = await ManagedKey.with();
    const request = { ...good(bench), pinUvAuthProtocol: 3 };
    expect(await bench.answers(request)).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("with a wrong signature is PIN_AUTH_INVALID", async () => {
    const bench = await ManagedKey.with();
    const request = { ...good(bench), pinUvAuthParam: new Uint8Array(32) };
    expect(await bench.answers(request)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with the signature of another subcommand is PIN_AUTH_INVALID", async () => {
    const bench = await ManagedKey.with();
    const { pinUvAuthParam } = bench.signed(0x42, parametersOf(bench));
    const request = { ...good(bench), ...(pinUvAuthParam && { pinUvAuthParam }) };
    expect(await bench.answers(request)).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with a token for something else is PIN_AUTH_INVALID", async () => {
    const bench = await ManagedKey.with();
    await bench.earn(Permission.makeCredential, RP_ID);
    expect(await bench.answers(good(bench))).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with a token that ran out is PIN_AUTH_INVALID", async () => {
    const bench = await ManagedKey.with();
    await bench.env.clock.advance(GENERIC_PROFILE.timeouts.tokenFirstUseMs);
    expect(await bench.answers(good(bench))).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with a token of the site is for the site's own business only", async () => {
    const bench = await ManagedKey.with();
    await bench.earn(CM, RP_ID);
    const expected = ALL_SITES.includes(subCommand) ? CtapStatus.PIN_AUTH_INVALID : CtapStatus.OK;
    expect(await bench.answers(good(bench))).toBe(expected);
  });

  test("with a token of another site is PIN_AUTH_INVALID", async () => {
    const bench = await ManagedKey.with();
    await bench.earn(CM, OTHER_RP);
    expect(await bench.answers(good(bench))).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("with the persistent token is for reading only, also after a power cycle", async () => {
    const bench = await ManagedKey.with({ profile: FULL });
    await bench.earn(PCMR);
    bench.key.powerCycle();
    const expected = READING.includes(subCommand) ? CtapStatus.OK : CtapStatus.PIN_AUTH_INVALID;
    expect(await bench.answers(good(bench))).toBe(expected);
  });

  test("a refused one changes nothing", async () => {
    const bench = await ManagedKey.with();
    const before = bench.key.store.credentials;
    await bench.ask({ ...good(bench), pinUvAuthParam: new Uint8Array(32) });
    expect(bench.key.store.credentials).toEqual(before);
  });
});

describe("the persistent token", () => {
  test("is worthless after the PIN was changed", async () => {
    const bench = await ManagedKey.with({ profile: FULL });
    await bench.earn(PCMR);
    const session = await bench.session();
    await bench.run(session.changePin({ from: PIN, to: "27182818" }));
    expect(await bench.answers(bench.signed(Sub.getCredsMetadata))).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("is the same for everybody who earns it", async () => {
    const bench = await ManagedKey.with({ profile: FULL });
    const [first, second] = [await bench.earn(PCMR), await bench.earn(PCMR)];
    expect(second.token).toEqual(first.token);
  });

  test("leaves the ordinary token in use", async () => {
    const bench = await ManagedKey.with({ profile: FULL });
    const ordinary = bench.held;
    await bench.earn(PCMR);
    bench.held = ordinary;
    expect(await bench.answers(bench.signed(Sub.getCredsMetadata))).toBe(CtapStatus.OK);
  });
});

describe("parameters", () => {
  test.each([
    ["enumerateCredentialsBegin", Sub.enumerateCredentialsBegin],
    ["deleteCredential", Sub.deleteCredential],
    ["updateUserInformation", Sub.updateUserInformation],
  ])("%s without any is MISSING_PARAMETER, before the signature is looked at", async (_, subCommand) => {
    const bench = await ManagedKey.with();
    const request = { ...bench.signed(subCommand), pinUvAuthParam: new Uint8Array(32) };
    expect(await bench.answers(request)).toBe(CtapStatus.MISSING_PARAMETER);
  });

  test("updateUserInformation without a user is MISSING_PARAMETER", async () => {
    const bench = await ManagedKey.with();
    const request = bench.signed(Sub.updateUserInformation, { credentialId: bench.descriptor("ada") });
    expect(await bench.answers(request)).toBe(CtapStatus.MISSING_PARAMETER);
  });
});

describe("getCredsMetadata", () => {
  test("counts discoverable credentials alone, and the room that is left", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.make()).toBe(CtapStatus.OK);
    await bench.earn();
    expect(await bench.said(bench.signed(Sub.getCredsMetadata))).toEqual({
      existingResidentCredentialsCount: 3,
      maxPossibleRemainingResidentCredentialsCount: 22,
    });
  });

  test("spends nothing of the token", async () => {
    const bench = await ManagedKey.with();
    const request = bench.signed(Sub.getCredsMetadata);
    expect([await bench.answers(request), await bench.answers(request)]).toEqual([0, 0]);
  });
});

describe("enumerating sites", () => {
  const next = { subCommand: Sub.enumerateRpsGetNextRp };

  test("each once, the number of them in the first answer only", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.said(bench.signed(Sub.enumerateRpsBegin))).toEqual({
      rp: { id: RP_ID, name: `Site ${RP_ID}` },
      rpIdHash: hashOf(RP_ID),
      totalRps: 2,
    });
    expect(await bench.said(next)).toEqual({
      rp: { id: OTHER_RP, name: `Site ${OTHER_RP}` },
      rpIdHash: hashOf(OTHER_RP),
    });
    expect(await bench.answers(next)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("a device with little room shortens the id, never the hash", async () => {
    const rpId = "myfidousingwebsite.hostingprovider.net";
    const bench = await ManagedKey.with({ profile: FULL }, { empty: true });
    await bench.earn(Permission.makeCredential, rpId);
    await bench.made({ ...bench.proof(), rp: { id: rpId }, options: { rk: true } });
    await bench.earn();
    expect(await bench.said(bench.signed(Sub.enumerateRpsBegin))).toEqual({
      rp: { id: "\u2026ngwebsite.hostingprovider.net" },
      rpIdHash: hashOf(rpId),
      totalRps: 1,
    });
  });

  test("an empty key has NO_CREDENTIALS", async () => {
    const bench = await ManagedKey.with({}, { empty: true });
    expect(await bench.answers(bench.signed(Sub.enumerateRpsBegin))).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test.each([
    ["countsNoRpsWhenEmpty", "00a10500"],
    ["answersEmptyMapWhenNoRps", "00a0"],
  ] as const)("an empty key with %s says so differently", async (quirk, answer) => {
    const bench = await ManagedKey.with({ profile: { quirks: [quirk] } }, { empty: true });
    expect(toHex(await bench.ask(bench.signed(Sub.enumerateRpsBegin)))).toBe(answer);
  });
});

describe("enumerating credentials", () => {
  const begin = (bench: ManagedKey, rpId = RP_ID) =>
    bench.signed(Sub.enumerateCredentialsBegin, { rpIdHash: hashOf(rpId) });
  const next = { subCommand: Sub.enumerateCredentialsGetNextCredential };

  test("newest first, names and all, the number of them in the first answer only", async () => {
    const bench = await ManagedKey.with();
    const [first, second] = [await bench.said(begin(bench)), await bench.said(next)];
    expect(first).toMatchObject({
      user: { id: utf8("bob"), name: "bob", displayName: "BOB" },
      credentialId: { id: bench.idOf("bob"), type: "public-key" },
      totalCredentials: 2,
      credProtect: 1,
    });
    expect(second).toMatchObject({ user: { id: utf8("ada") }, credProtect: 1 });
    expect(second.totalCredentials).toBeUndefined();
    expect(await bench.answers(next)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("the public key is the one the site got", async () => {
    const bench = await ManagedKey.with({}, { empty: true });
    await bench.earn(Permission.makeCredential, RP_ID);
    const { authData } = await bench.made({ ...bench.proof(), options: { rk: true } });
    await bench.earn();
    const { publicKey } = await bench.said(begin(bench));
    const { key } = publicKey ?? {};
    if (key?.kty !== "EC") throw new Error("an EC key was asked for");
    expect(toHex(authData)).toContain(toHex(key.x));
    expect(toHex(authData)).toContain(toHex(key.y));
  });

  test("a credential of level 3 is listed, with its level", async () => {
    const bench = await ManagedKey.with({}, { empty: true });
    await bench.earn(Permission.makeCredential, RP_ID);
    const extensions = new Map([["credProtect", 3]]);
    await bench.made({ ...bench.proof(), options: { rk: true }, extensions });
    await bench.earn();
    expect((await bench.said(begin(bench))).credProtect).toBe(3);
  });

  test("a site without any has NO_CREDENTIALS", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.answers(begin(bench, "nowhere.example"))).toBe(CtapStatus.NO_CREDENTIALS);
  });
});

describe("going on with an enumeration", () => {
  const nextRp = { subCommand: Sub.enumerateRpsGetNextRp };
  const nextCredential = { subCommand: Sub.enumerateCredentialsGetNextCredential };

  test.each([
    ["sites", nextRp],
    ["credentials", nextCredential],
  ])("of %s that nobody began is NOT_ALLOWED", async (_, request) => {
    const bench = await ManagedKey.with();
    expect(await bench.answers(request)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("of the other kind is NOT_ALLOWED, and ends the one there was", async () => {
    const bench = await ManagedKey.with();
    await bench.ask(bench.signed(Sub.enumerateRpsBegin));
    expect(await bench.answers(nextCredential)).toBe(CtapStatus.NOT_ALLOWED);
    expect(await bench.answers(nextRp)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("is still possible at the last moment", async () => {
    const bench = await ManagedKey.with();
    await bench.ask(bench.signed(Sub.enumerateRpsBegin));
    await bench.env.clock.advance(STATE_LIFE_MS);
    expect(await bench.answers(nextRp)).toBe(CtapStatus.OK);
  });

  test("is NOT_ALLOWED a moment later", async () => {
    const bench = await ManagedKey.with();
    await bench.ask(bench.signed(Sub.enumerateRpsBegin));
    await bench.env.clock.advance(STATE_LIFE_MS + 1);
    expect(await bench.answers(nextRp)).toBe(CtapStatus.NOT_ALLOWED);
    expect(bench.traced("timer.fired")).toMatchObject([{ timer: "key.nextEntry", budgetMs: STATE_LIFE_MS }]);
  });

  test.each([
    ["getInfo", (bench: ManagedKey) => bench.send(Uint8Array.of(CtapCommand.getInfo))],
    ["a command nobody knows", (bench: ManagedKey) => bench.send(Uint8Array.of(0x7f))],
    ["its own metadata", (bench: ManagedKey) => bench.ask(bench.signed(Sub.getCredsMetadata))],
    ["a subcommand nobody knows", (bench: ManagedKey) => bench.ask({ subCommand: 0x42 })],
  ])("is NOT_ALLOWED after %s", async (_, interrupt) => {
    const bench = await ManagedKey.with();
    await bench.ask(bench.signed(Sub.enumerateRpsBegin));
    await interrupt(bench);
    expect(await bench.answers(nextRp)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("is NOT_ALLOWED after a power cycle", async () => {
    const bench = await ManagedKey.with();
    await bench.ask(bench.signed(Sub.enumerateRpsBegin));
    bench.key.powerCycle();
    expect(await bench.answers(nextRp)).toBe(CtapStatus.NOT_ALLOWED);
  });

  test("is not for the preview's byte", async () => {
    const bench = await ManagedKey.with(withOptions({ credentialMgmtPreview: true }));
    await bench.ask(bench.signed(Sub.enumerateRpsBegin));
    const status = await bench.answers(nextRp, CtapCommand.credentialManagementPreview);
    expect(status).toBe(CtapStatus.NOT_ALLOWED);
  });
});

describe("deleteCredential", () => {
  const deletion = (bench: ManagedKey, id: Uint8Array, type = "public-key") =>
    bench.signed(Sub.deleteCredential, { credentialId: { type, id } });

  test("deletes that one and says so in the trace", async () => {
    const bench = await ManagedKey.with();
    expect(toHex(await bench.ask(deletion(bench, bench.idOf("ada"))))).toBe("00");
    expect(bench.key.store.credentials.map(({ userName }) => userName)).toEqual(["bob", "cyd"]);
    const changes = bench.traced("ctap.credential") as readonly { readonly change: string }[];
    expect(changes.filter(({ change }) => change === "deleted")).toMatchObject([{ rpId: RP_ID }]);
  });

  test("the deleted one signs no more", async () => {
    const bench = await ManagedKey.with();
    const id = bench.idOf("cyd");
    await bench.ask(deletion(bench, id));
    const allowList = [{ type: "public-key", id }];
    expect(await bench.get({ rpId: OTHER_RP, allowList })).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("an unknown id is NO_CREDENTIALS, for a token of one site too", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.answers(deletion(bench, utf8("nobody's")))).toBe(CtapStatus.NO_CREDENTIALS);
    await bench.earn(CM, RP_ID);
    expect(await bench.answers(deletion(bench, utf8("nobody's")))).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("a descriptor of a type nobody knows is NO_CREDENTIALS", async () => {
    const bench = await ManagedKey.with();
    const status = await bench.answers(deletion(bench, bench.idOf("ada"), "private-key"));
    expect(status).toBe(CtapStatus.NO_CREDENTIALS);
  });

  test("one that is not discoverable is NO_CREDENTIALS: it is not on the key", async () => {
    const bench = await ManagedKey.with();
    await bench.made();
    await bench.earn();
    const id = bench.key.store.credentials.find(({ discoverable }) => !discoverable)?.id;
    expect(await bench.answers(deletion(bench, id ?? new Uint8Array(0)))).toBe(CtapStatus.NO_CREDENTIALS);
  });
});

describe("updateUserInformation", () => {
  const update = (bench: ManagedKey, user: { name?: string; displayName?: string }, id = "ada") =>
    bench.signed(Sub.updateUserInformation, {
      credentialId: bench.descriptor("ada"),
      user: { id: utf8(id), ...user },
    });
  const namesOf = (bench: ManagedKey) => {
    const found = bench.key.store.find(bench.idOf("ada"));
    return [found?.userName, found?.userDisplayName];
  };

  test.each([
    ["both names", { name: "A", displayName: "B" }, ["A", "B"]],
    ["one left out is removed", { name: "A" }, ["A", undefined]],
    ["an empty one is removed", { name: "", displayName: "B" }, [undefined, "B"]],
    ["none at all", {}, [undefined, undefined]],
    ["a long one is cut", { name: "é".repeat(40), displayName: "B" }, ["é".repeat(32), "B"]],
  ])("%s", async (_, user, expected) => {
    const bench = await ManagedKey.with();
    expect(toHex(await bench.ask(update(bench, user)))).toBe("00");
    expect(namesOf(bench)).toEqual(expected);
  });

  test("keeps key, order and everything else", async () => {
    const bench = await ManagedKey.with();
    const before = bench.key.store.find(bench.idOf("ada"));
    await bench.ask(update(bench, { name: "A", displayName: "B" }));
    expect(bench.key.store.find(bench.idOf("ada"))).toEqual({
      ...before,
      userName: "A",
      userDisplayName: "B",
    });
  });

  test("another user's id is INVALID_PARAMETER", async () => {
    const bench = await ManagedKey.with();
    expect(await bench.answers(update(bench, { name: "A" }, "bob"))).toBe(CtapStatus.INVALID_PARAMETER);
    expect(namesOf(bench)).toEqual(["ada", "ADA"]);
  });

  test("an unknown credential is NO_CREDENTIALS", async () => {
    const bench = await ManagedKey.with();
    const credentialId = { type: "public-key", id: utf8("nobody's") };
    const request = bench.signed(Sub.updateUserInformation, { credentialId, user: { id: utf8("ada") } });
    expect(await bench.answers(request)).toBe(CtapStatus.NO_CREDENTIALS);
  });
});

describe("the preview", () => {
  const PREVIEW = CtapCommand.credentialManagementPreview;
  const old = {
    versions: ["FIDO_2_0", "FIDO_2_1_PRE"],
    options: {
      ...GENERIC_PROFILE.options,
      pinUvAuthToken: false,
      credMgmt: false,
      credentialMgmtPreview: true,
    },
  };

  test("is unknown to keys that do not offer it", async () => {
    const bench = await ManagedKey.with();
    const status = await bench.answers(bench.signed(Sub.getCredsMetadata), PREVIEW);
    expect(status).toBe(CtapStatus.INVALID_COMMAND);
  });

  test("takes the token of CTAP 2.0, which has no permissions", async () => {
    const bench = await ManagedKey.with({ profile: old });
    expect(await bench.answers(bench.signed(Sub.getCredsMetadata), PREVIEW)).toBe(CtapStatus.OK);
  });

  test("wants the permission where there are permissions", async () => {
    const bench = await ManagedKey.with(withOptions({ credentialMgmtPreview: true }));
    await bench.earn(Permission.makeCredential, RP_ID);
    const status = await bench.answers(bench.signed(Sub.getCredsMetadata), PREVIEW);
    expect(status).toBe(CtapStatus.PIN_AUTH_INVALID);
  });

  test("cannot change names", async () => {
    const bench = await ManagedKey.with({ profile: old });
    const request = bench.signed(Sub.updateUserInformation, {
      credentialId: bench.descriptor("ada"),
      user: { id: utf8("ada") },
    });
    expect(await bench.answers(request, PREVIEW)).toBe(CtapStatus.INVALID_PARAMETER);
  });

  test("can change names on a key that knows the command by its later number too", async () => {
    const bench = await ManagedKey.with(withOptions({ credentialMgmtPreview: true }));
    const request = bench.signed(Sub.updateUserInformation, {
      credentialId: bench.descriptor("ada"),
      user: { id: utf8("ada"), name: "Ada L." },
    });
    expect(await bench.answers(request, PREVIEW)).toBe(CtapStatus.OK);
  });
});

describe("client and simulated key together", () => {
  test.each(["generic", "ctap23"])("list, rename and delete on %s", async (name) => {
    const bench = await ManagedKey.with({ profile: profileNamed(name) });
    const session = await bench.session();
    const manager = credentialManagement(session, bench.held);
    expect(await bench.run(manager.metadata())).toMatchObject({ existing: 3 });
    const sites = await bench.run(manager.relyingParties());
    expect(sites.map(({ rp }) => rp?.id)).toEqual([RP_ID, OTHER_RP]);

    const [bob, ada] = await bench.run(manager.credentials(hashOf(RP_ID)));
    expect([bob?.user?.name, ada?.user?.name]).toEqual(["bob", "ada"]);
    const id = ada?.id ?? new Uint8Array(0);
    await bench.run(manager.updateUser(id, { id: utf8("ada"), name: "Ada L." }));
    const renamed = await bench.run(manager.credentials(hashOf(RP_ID)));
    expect(renamed.find(({ user }) => user?.name === "Ada L.")?.user).toEqual({
      id: utf8("ada"),
      name: "Ada L.",
    });

    for (const site of sites) {
      for (const credential of await bench.run(manager.credentials(site.rpIdHash))) {
        await bench.run(manager.delete(credential.id));
      }
    }
    expect(await bench.run(manager.relyingParties())).toEqual([]);
    expect(await bench.run(manager.metadata())).toMatchObject({ existing: 0 });
  });
});
