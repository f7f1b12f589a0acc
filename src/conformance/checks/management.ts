import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { Permission } from "../../ctap/messages/client-pin.js";
import { type Answer, expectMap, expectStatus, isOk, wrongAnswer } from "../answer.js";
import type { Bench } from "../bench.js";
import { create, type Created, descriptor, sendGet } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { CTAP2, hasOption, isAtLeast21, optionOn } from "../needs.js";
import { firstProtocol, type Token, tokenFor, sendSigned } from "../pin.js";
import { demand, shown } from "../verdict.js";

const BYTE = CtapCommand.credentialManagement;
const CM = Permission.credentialManagement;
const NEEDS: readonly Need[] = [
  CTAP2,
  optionOn("credMgmt"),
  hasOption("clientPin"),
  optionOn("pinUvAuthToken"),
];

type Params = ReadonlyMap<CborKey, CborValue>;

/** Sends a subcommand signed with a token. */
function signed(bench: Bench, token: Token, subCommand: number, params?: Params): Promise<Answer> {
  return sendSigned(bench, BYTE, { subCommand, params, signed: Uint8Array.of(subCommand), token });
}

const asked = async (bench: Bench, subCommand: number, params?: Params) =>
  signed(bench, await tokenFor(bench, { permissions: CM }), subCommand, params);

const plain = (bench: Bench, subCommand: number) => bench.send(BYTE, new Map([[1, subCommand]]));

/** The accounts that all checks share, so that a device is never filled up. */
async function stored(bench: Bench, count: number): Promise<readonly Created[]> {
  const made: Created[] = [];
  for (let index = 0; index < count; index++) {
    const userId = bench.sha256(`user ${index}`);
    made.push(await create(bench, { rpId: "managed.invalid", rk: true, userId }));
  }
  return made;
}

const ofRp = (bench: Bench): Params => new Map([[1, bench.sha256("managed.invalid")]]);

type Rule = Omit<Check, "severity" | "needs" | "uses" | "pin"> & Partial<Check>;

const PARAMETERS: readonly Rule[] = [
  ...([1, 2, 4, 6, 7] as const).map((subCommand): Rule => ({
    id: `credential-management.without-token-${subCommand}`,
    title: `subcommand ${subCommand} without pinUvAuthParam is refused with PUAT_REQUIRED`,
    section: "6.8",
    needs: [CTAP2, optionOn("credMgmt")],
    pin: undefined,
    uses: [],
    run: async (bench) => expectStatus(await plain(bench, subCommand), "PUAT_REQUIRED"),
  })),
  ...[0x00, 0x08, 0x7f].map((subCommand): Rule => ({
    id: `credential-management.unknown-subcommand-${subCommand.toString(16).padStart(2, "0")}`,
    title: `subcommand 0x${subCommand.toString(16)}, which is not defined, is refused with INVALID_SUBCOMMAND`,
    section: "6.8",
    needs: [CTAP2, optionOn("credMgmt")],
    pin: undefined,
    uses: [],
    async run(bench) {
      const older = isAtLeast21({ info: bench.info }) ? [] : (["INVALID_PARAMETER"] as const);
      expectStatus(await plain(bench, subCommand), "INVALID_SUBCOMMAND", ...older);
    },
  })),
  ...([3, 5] as const).map((subCommand): Rule => ({
    id: `credential-management.next-without-begin-${subCommand}`,
    title: `subcommand ${subCommand}, which goes on, is refused with NOT_ALLOWED where nothing was begun`,
    section: "6.8",
    needs: [CTAP2, optionOn("credMgmt")],
    pin: undefined,
    uses: [],
    async run(bench) {
      await bench.call(Uint8Array.of(CtapCommand.getInfo));
      expectStatus(await plain(bench, subCommand), "NOT_ALLOWED");
    },
  })),
  {
    id: "credential-management.without-protocol",
    title: "a pinUvAuthParam without its protocol is refused with MISSING_PARAMETER",
    section: "6.8",
    needs: [CTAP2, optionOn("credMgmt")],
    pin: undefined,
    uses: [],
    async run(bench) {
      expectStatus(
        await bench.send(
          BYTE,
          new Map<CborKey, CborValue>([
            [1, 1],
            [4, new Uint8Array(16)],
          ]),
        ),
        "MISSING_PARAMETER",
      );
    },
  },
  {
    id: "credential-management.wrong-param",
    title: "a wrong pinUvAuthParam is refused with PIN_AUTH_INVALID",
    section: "6.8",
    needs: [CTAP2, optionOn("credMgmt")],
    pin: undefined,
    uses: [],
    async run(bench) {
      const version = firstProtocol(bench);
      const parameters = new Map<CborKey, CborValue>([
        [1, 1],
        [3, version],
        [4, new Uint8Array(version === 1 ? 16 : 32)],
      ]);
      expectStatus(await bench.send(BYTE, parameters), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "credential-management.other-permission",
    title: "a token without the permission is refused with PIN_AUTH_INVALID",
    section: "6.8",
    async run(bench) {
      const token = await tokenFor(bench, { permissions: Permission.getAssertion, rpId: "managed.invalid" });
      expectStatus(await signed(bench, token, 1), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "credential-management.token-of-one-rp",
    title: "a token that is bound to an RP ID is refused for what concerns all",
    section: "6.8.2",
    async run(bench) {
      const token = await tokenFor(bench, { permissions: CM, rpId: "managed.invalid" });
      expectStatus(await signed(bench, token, 1), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "credential-management.enumerate-without-rp",
    title: "enumerateCredentialsBegin without an RP ID hash is refused with MISSING_PARAMETER",
    section: "6.8.4",
    run: async (bench) => expectStatus(await asked(bench, 4), "MISSING_PARAMETER"),
  },
  {
    id: "credential-management.enumerate-unknown-rp",
    title: "credentials of an RP ID that has none get NO_CREDENTIALS",
    section: "6.8.4",
    run: async (bench) => expectStatus(await asked(bench, 4, new Map([[1, bench.hash()]])), "NO_CREDENTIALS"),
  },
  {
    id: "credential-management.delete-unknown",
    title: "deleting an unknown credential gets NO_CREDENTIALS",
    section: "6.8.5",
    run: async (bench) =>
      expectStatus(await asked(bench, 6, new Map([[2, descriptor(bench.hash())]])), "NO_CREDENTIALS"),
  },
  {
    id: "credential-management.delete-without-id",
    title: "deleteCredential without a credential is refused with MISSING_PARAMETER",
    section: "6.8.5",
    run: async (bench) => expectStatus(await asked(bench, 6, new Map()), "MISSING_PARAMETER"),
  },
];

const STORE = { uses: ["pin", "presence", "store"] } as const;

const STORED: readonly Rule[] = [
  {
    id: "credential-management.metadata",
    title: "the number of credentials grows by one with each discoverable one",
    section: "6.8.2",
    ...STORE,
    async run(bench) {
      await stored(bench, 1);
      const count = async () => expectMap(await asked(bench, 1));
      const before = await count();
      await create(bench, { rpId: "managed.invalid", rk: true, userId: bench.sha256("user for a while") });
      const after = await count();
      const params = new Map([[2, (await found(bench))[0] as CborMap]]);
      await asked(bench, 6, params);
      demand(after.get(1) === Number(before.get(1)) + 1, `${Number(before.get(1)) + 1}`, shown(after.get(1)));
      demand(typeof after.get(2) === "number", "room that is left", shown(after.get(2)));
    },
  },
  {
    id: "credential-management.rps-listed",
    title: "enumerateRPs gives each RP ID with its hash, and their number",
    section: "6.8.3",
    ...STORE,
    async run(bench) {
      await stored(bench, 1);
      const first = expectMap(await asked(bench, 2));
      const total = first.get(5);
      demand(typeof total === "number" && total > 0, "totalRPs", shown(total));
      const hashes = [first.get(4)];
      while (hashes.length < total) hashes.push(expectMap(await plain(bench, 3)).get(4));
      const wanted = bench.sha256("managed.invalid");
      demand(
        hashes.some((hash) => hash instanceof Uint8Array && equalBytes(hash, wanted)),
        "managed.invalid",
        `${total} others`,
      );
      expectStatus(await plain(bench, 3), "NOT_ALLOWED");
    },
  },
  {
    id: "credential-management.credentials-listed",
    title: "enumerateCredentials gives user, id and key of each credential, and their number",
    section: "6.8.4",
    ...STORE,
    async run(bench) {
      const made = await stored(bench, 2);
      const first = expectMap(await asked(bench, 4, ofRp(bench)));
      demand(first.get(9) === 2, "2 credentials", shown(first.get(9)));
      const ids = [first, expectMap(await plain(bench, 5))].map((map) =>
        (map.get(7) as CborMap | undefined)?.get("id"),
      );
      const all = made.every(({ id }) => ids.some((one) => one instanceof Uint8Array && equalBytes(one, id)));
      demand(all, "both ids", "others");
      const missing = [6, 7, 8].find((key) => !first.has(key));
      demand(missing === undefined, "user, credentialID and publicKey", `no member ${missing}`);
      expectStatus(await plain(bench, 5), "NOT_ALLOWED");
    },
  },
  {
    id: "credential-management.delete",
    title: "a deleted credential is gone",
    section: "6.8.5",
    ...STORE,
    async run(bench) {
      const [one] = await stored(bench, 1);
      if (one === undefined) return;
      expectStatus(await asked(bench, 6, new Map([[2, descriptor(one.id)]])), "OK");
      const answer = await sendGet(bench, { rpId: one.rpId, list: [one.id] });
      if (isOk(answer)) throw wrongAnswer(answer, "NO_CREDENTIALS");
    },
  },
  {
    id: "credential-management.update",
    title: "updateUserInformation changes the names of the account",
    section: "6.8.6",
    ...STORE,
    async run(bench) {
      const [one] = await stored(bench, 1);
      if (one === undefined) return;
      const user = new Map<CborKey, CborValue>([
        ["id", bench.sha256("user 0")],
        ["name", "renamed"],
        ["displayName", "Renamed"],
      ]);
      expectStatus(
        await asked(
          bench,
          7,
          new Map<CborKey, CborValue>([
            [2, descriptor(one.id)],
            [3, user],
          ]),
        ),
        "OK",
      );
      const names = (await found(bench, "users")).map((map) => map.get("name"));
      demand(names.includes("renamed"), "the new name", "the old one");
    },
  },
  {
    id: "credential-management.update-other-user",
    title: "updateUserInformation with another user.id is refused with INVALID_PARAMETER",
    section: "6.8.6",
    ...STORE,
    async run(bench) {
      const [one] = await stored(bench, 1);
      if (one === undefined) return;
      const user = new Map<CborKey, CborValue>([
        ["id", bench.hash()],
        ["name", "renamed"],
      ]);
      const params = new Map<CborKey, CborValue>([
        [2, descriptor(one.id)],
        [3, user],
      ]);
      expectStatus(await asked(bench, 7, params), "INVALID_PARAMETER");
    },
  },
];

/** Credentials, or users, of the RP ID that these checks share; the newest first. */
async function found(
  bench: Bench,
  what: "credentials" | "users" = "credentials",
): Promise<readonly CborMap[]> {
  const first = expectMap(await asked(bench, 4, ofRp(bench)));
  const all = [first];
  while (all.length < Number(first.get(9))) all.push(expectMap(await plain(bench, 5)));
  return all.map((map) => map.get(what === "users" ? 6 : 7) as CborMap);
}

/** credentialManagement. */
export const MANAGEMENT_CHECKS: readonly Check[] = [...PARAMETERS, ...STORED].map((rule) => ({
  severity: "must",
  needs: NEEDS,
  uses: ["pin"],
  pin: "set",
  ...rule,
}));
