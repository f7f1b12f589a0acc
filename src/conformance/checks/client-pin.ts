import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { equalBytes } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { ClientPinSubcommand } from "../../ctap/messages/client-pin.js";
import { fromCoseMap, toCoseMap } from "../../ctap/messages/cose.js";
import { pinProtocol } from "../../ctap/client/pin-protocol.js";
import { expectMap, expectRefusal, expectStatus } from "../answer.js";
import type { Bench } from "../bench.js";
import type { Check, Need, Use } from "../check.js";
import { CTAP2, CLIENT_PIN, isAtLeast21, optionOn, PIN } from "../needs.js";
import {
  agree,
  clientPin,
  firstProtocol,
  keyMember,
  PIN_MEMBER as M,
  protocolsOf,
  type Secret,
} from "../pin.js";
import { demand, NotApplicable, shown } from "../verdict.js";

const S = ClientPinSubcommand;
const TOKENS = optionOn("pinUvAuthToken");
const UV: Need = {
  lacks: "has no built-in verification",
  holds: ({ info }) => info?.options?.["uv"] !== undefined,
};
const BASE: readonly Need[] = [CTAP2, CLIENT_PIN];

/** Members with values that are well formed and wrong, so that nothing comes of them. */
async function wellFormed(bench: Bench, secret: Secret): Promise<ReadonlyMap<number, CborValue>> {
  const long = secret.protocol.version === 1 ? 0 : 16;
  return new Map<number, CborValue>([
    [M.pinUvAuthProtocol, secret.protocol.version],
    keyMember(secret),
    [M.pinUvAuthParam, bench.env.entropy.bytes(secret.protocol.version === 1 ? 16 : 32)],
    [M.newPinEnc, bench.env.entropy.bytes(64 + long)],
    [M.pinHashEnc, bench.env.entropy.bytes(16 + long)],
    [M.permissions, 2],
  ]);
}

/** What each subcommand must be sent with. @see CTAP 2.3 §6.5.5 */
const SUBCOMMANDS: readonly {
  readonly name: string;
  readonly subCommand: number;
  readonly section: string;
  readonly needs: readonly Need[];
  readonly members: readonly (keyof typeof M)[];
}[] = [
  {
    name: "get-key-agreement",
    subCommand: S.getKeyAgreement,
    section: "6.5.5.4",
    needs: BASE,
    members: ["pinUvAuthProtocol"],
  },
  {
    name: "set-pin",
    subCommand: S.setPin,
    section: "6.5.5.5",
    needs: [CTAP2, PIN],
    members: ["pinUvAuthProtocol", "keyAgreement", "newPinEnc", "pinUvAuthParam"],
  },
  {
    name: "change-pin",
    subCommand: S.changePin,
    section: "6.5.5.6",
    needs: [CTAP2, PIN],
    members: ["pinUvAuthProtocol", "keyAgreement", "pinHashEnc", "newPinEnc", "pinUvAuthParam"],
  },
  {
    name: "get-pin-token",
    subCommand: S.getPinToken,
    section: "6.5.5.7.1",
    needs: [CTAP2, PIN],
    members: ["pinUvAuthProtocol", "keyAgreement", "pinHashEnc"],
  },
  {
    name: "token-by-pin",
    subCommand: S.getPinUvAuthTokenUsingPinWithPermissions,
    section: "6.5.5.7.2",
    needs: [CTAP2, PIN, TOKENS],
    members: ["pinUvAuthProtocol", "keyAgreement", "pinHashEnc", "permissions"],
  },
  {
    name: "token-by-uv",
    subCommand: S.getPinUvAuthTokenUsingUvWithPermissions,
    section: "6.5.5.7.3",
    needs: [CTAP2, UV, TOKENS],
    members: ["pinUvAuthProtocol", "keyAgreement", "permissions"],
  },
];

/** Subcommands in which a device that checks less than it has to might count a try, or set a PIN. */
const usesOf = (name: string): readonly Use[] =>
  name === "get-key-agreement" || name === "token-by-uv" ? [] : ["pin"];

const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const MISSING = SUBCOMMANDS.flatMap(({ name, subCommand, section, needs, members }) =>
  members.map((left): Check => ({
    id: `client-pin.${name}-without-${kebab(left)}`,
    title: `clientPIN ${name} without ${left} is refused with MISSING_PARAMETER`,
    section,
    severity: "must",
    needs,
    uses: usesOf(name),
    async run(bench) {
      const all = await wellFormed(bench, await agree(bench));
      const sent = members.filter((member) => member !== left).map((member) => M[member]);
      const values = sent.map((key): [number, CborValue] => [key, all.get(key) ?? 0]);
      expectStatus(await clientPin(bench, subCommand, values), "MISSING_PARAMETER");
    },
  })),
);

const PROTOCOLS = SUBCOMMANDS.map(({ name, subCommand, section, needs, members }): Check => ({
  id: `client-pin.${name}-unknown-protocol`,
  title: `clientPIN ${name} with a protocol that is not spoken is refused with INVALID_PARAMETER`,
  section,
  severity: "must",
  needs,
  uses: usesOf(name),
  async run(bench) {
    const all = await wellFormed(bench, await agree(bench));
    const values = members.map((member): [number, CborValue] => [M[member], all.get(M[member]) ?? 0]);
    const answer = await clientPin(bench, subCommand, [...values, [M.pinUvAuthProtocol, 9]]);
    expectStatus(answer, "INVALID_PARAMETER");
  },
}));

/** A point that lies on no curve: the smallest coordinates there are. */
const OFF_CURVE = {
  kty: "EC",
  crv: "P-256",
  x: new Uint8Array(32).fill(1),
  y: new Uint8Array(32).fill(2),
} as const;

async function sendKey(bench: Bench, key: CborMap) {
  const all = await wellFormed(bench, await agree(bench));
  const subCommand = bench.info.options?.["clientPin"] === false ? S.setPin : S.getPinToken;
  const keys = subCommand === S.setPin ? [1, 4, 5] : [1, 6];
  const values = keys.map((one): [number, CborValue] => [one, all.get(one) ?? 0]);
  return clientPin(bench, subCommand, [...values, [M.keyAgreement, key]]);
}

const KEYS: readonly Check[] = [
  {
    id: "client-pin.key-off-curve",
    title: "a key agreement key that is no point of the curve is refused with INVALID_PARAMETER",
    section: "6.5.6",
    severity: "must",
    needs: [CTAP2, PIN],
    uses: ["pin"],
    async run(bench) {
      const answer = await sendKey(bench, toCoseMap({ alg: -25, key: OFF_CURVE }));
      expectStatus(answer, "INVALID_PARAMETER");
    },
  },
  ...(
    [
      ["without-x", -2],
      ["without-y", -3],
      ["without-curve", -1],
      ["without-kty", 1],
    ] as const
  ).map(([name, label]): Check => ({
    id: `client-pin.key-${name}`,
    title: `a key agreement key ${name.replace("-", " ")} is refused`,
    section: "6.5.6",
    severity: "must",
    needs: [CTAP2, PIN],
    uses: ["pin"],
    async run(bench) {
      const { keyAgreement } = await agree(bench);
      const key = new Map<CborKey, CborValue>(toCoseMap(keyAgreement));
      key.delete(label);
      expectRefusal(await sendKey(bench, key));
    },
  })),
];

const AGREEMENT: readonly Check[] = [
  {
    id: "client-pin.key-agreement-form",
    title:
      "getKeyAgreement gives a P-256 key of the algorithm -25, members in canonical order, for each protocol",
    section: "6.5.6",
    severity: "must",
    needs: BASE,
    async run(bench) {
      for (const version of protocolsOf(bench)) {
        const map = expectMap(await clientPin(bench, S.getKeyAgreement, [[M.pinUvAuthProtocol, version]]));
        const key = map.get(1);
        demand(key instanceof Map, "a COSE key", "none");
        const keys = [...(key as CborMap).keys()].join();
        demand(keys === "1,3,-1,-2,-3", "members 1, 3, -1, -2, -3", keys);
        const { alg, key: point } = fromCoseMap(key as CborMap);
        demand(alg === -25 && point.kty === "EC" && point.crv === "P-256", "P-256, algorithm -25", `${alg}`);
      }
    },
  },
  {
    id: "client-pin.key-agreement-on-curve",
    title: "the key of getKeyAgreement lies on the curve",
    section: "6.5.6",
    severity: "must",
    needs: BASE,
    async run(bench) {
      for (const version of protocolsOf(bench)) {
        const map = expectMap(await clientPin(bench, S.getKeyAgreement, [[M.pinUvAuthProtocol, version]]));
        try {
          pinProtocol(version, bench.env.crypto).encapsulate(
            bench.env.entropy,
            fromCoseMap(map.get(1) as CborMap),
          );
        } catch (error) {
          demand(false, "a point of P-256", error instanceof Error ? error.message : "another key");
        }
      }
    },
  },
  {
    id: "client-pin.protocols-have-own-keys",
    title: "each protocol has a key pair of its own",
    section: "6.5.5.4",
    severity: "should",
    needs: BASE,
    async run(bench) {
      if (protocolsOf(bench).length < 2) throw new NotApplicable("the device speaks one protocol");
      const points = [];
      for (const version of [1, 2]) {
        const map = expectMap(await clientPin(bench, S.getKeyAgreement, [[M.pinUvAuthProtocol, version]]));
        points.push((map.get(1) as CborMap).get(-2));
      }
      demand(!equalBytes(points[0] as Uint8Array, points[1] as Uint8Array), "two keys", "one key");
    },
  },
  {
    id: "client-pin.key-changes-with-power",
    title: "the key agreement key is another one after the power was gone",
    section: "6.5.6",
    severity: "must",
    needs: BASE,
    uses: ["power"],
    async run(bench) {
      const read = async () => {
        const map = expectMap(
          await clientPin(bench, S.getKeyAgreement, [[M.pinUvAuthProtocol, firstProtocol(bench)]]),
        );
        return (map.get(1) as CborMap).get(-2) as Uint8Array;
      };
      const before = await read();
      await bench.powerCycle();
      demand(!equalBytes(before, await read()), "another key", "the same key");
    },
  },
  {
    id: "client-pin.retries-answered",
    title: "getPINRetries is answered with 1 to 8 and nothing secret",
    section: "6.5.5.2",
    severity: "must",
    needs: [CTAP2, PIN],
    async run(bench) {
      const map = expectMap(
        await clientPin(bench, S.getPinRetries, [[M.pinUvAuthProtocol, firstProtocol(bench)]]),
      );
      const retries = map.get(3);
      demand(typeof retries === "number" && retries >= 1 && retries <= 8, "1 to 8", shown(retries));
      return { retries };
    },
  },
  {
    id: "client-pin.retries-without-protocol",
    title: "CTAP 2.1 answers getPINRetries without a protocol",
    section: "6.5.5.2",
    severity: "must",
    needs: [CTAP2, PIN],
    async run(bench) {
      if (!isAtLeast21({ info: bench.info }))
        throw new NotApplicable("the device does not claim CTAP 2.1 or later");
      expectStatus(await clientPin(bench, S.getPinRetries), "OK");
    },
  },
  {
    id: "client-pin.uv-retries-answered",
    title: "getUVRetries is answered with 0 to 25",
    section: "6.5.5.3",
    severity: "must",
    needs: [CTAP2, UV, CLIENT_PIN],
    async run(bench) {
      const retries = expectMap(await clientPin(bench, S.getUvRetries)).get(5);
      demand(typeof retries === "number" && retries >= 0 && retries <= 25, "0 to 25", shown(retries));
      return { retries };
    },
  },
  ...[0x00, 0x08, 0x0a, 0x7f].map((subCommand): Check => ({
    id: `client-pin.unknown-subcommand-${subCommand.toString(16).padStart(2, "0")}`,
    title: `subcommand 0x${subCommand.toString(16).padStart(2, "0")}, which is not defined, is refused with INVALID_SUBCOMMAND`,
    section: "6.5.5",
    severity: "must",
    needs: BASE,
    async run(bench) {
      const older = isAtLeast21({ info: bench.info })
        ? []
        : (["INVALID_PARAMETER", "INVALID_COMMAND"] as const);
      const answer = await bench.send(
        CtapCommand.clientPin,
        new Map([
          [1, firstProtocol(bench)],
          [2, subCommand],
        ]),
      );
      expectStatus(answer, "INVALID_SUBCOMMAND", ...older);
    },
  })),
];

/** clientPIN without a PIN being tried or set. */
export const CLIENT_PIN_CHECKS: readonly Check[] = [...AGREEMENT, ...MISSING, ...PROTOCOLS, ...KEYS];
