import type { CborKey, CborValue } from "../../cbor/value.js";
import { concat } from "../../core/bytes.js";
import { CtapCommand } from "../../ctap/command.js";
import { Permission } from "../../ctap/messages/client-pin.js";
import { type Answer, expectMap, expectStatus } from "../answer.js";
import type { Bench } from "../bench.js";
import { create, makeRequest } from "../ceremony.js";
import type { Check, Need } from "../check.js";
import { CTAP2, hasOption, isAtLeast21, optionOn } from "../needs.js";
import { askToken, firstProtocol, type Token, tokenFor, sendSigned } from "../pin.js";
import { demand, shown } from "../verdict.js";

const BYTE = CtapCommand.authenticatorConfig;
const CONFIG: readonly Need[] = [CTAP2, optionOn("authnrCfg")];
const WITH_PIN: readonly Need[] = [...CONFIG, hasOption("clientPin"), optionOn("pinUvAuthToken")];

type Params = ReadonlyMap<CborKey, CborValue>;

async function config(bench: Bench, subCommand: number, params?: Params, given?: Token): Promise<Answer> {
  const token = given ?? (await tokenFor(bench, { permissions: Permission.authenticatorConfig }));
  const signed = concat(new Uint8Array(32).fill(0xff), Uint8Array.of(BYTE, subCommand));
  return sendSigned(bench, BYTE, { subCommand, params, signed, token });
}

type Rule = Omit<Check, "severity" | "needs"> & Partial<Check>;

const CONFIG_RULES: readonly Rule[] = [
  ...[0x00, 0x05, 0x7f].map((subCommand): Rule => ({
    id: `config.unknown-subcommand-${subCommand.toString(16).padStart(2, "0")}`,
    title: `subcommand 0x${subCommand.toString(16)}, which is not defined, is refused with INVALID_SUBCOMMAND`,
    section: "6.11",
    async run(bench) {
      const older = isAtLeast21({ info: bench.info }) ? [] : (["INVALID_PARAMETER"] as const);
      expectStatus(await bench.send(BYTE, new Map([[1, subCommand]])), "INVALID_SUBCOMMAND", ...older);
    },
  })),
  {
    id: "config.without-token",
    title: "with a PIN set, a subcommand without a token is refused with PUAT_REQUIRED",
    section: "6.11",
    pin: "set",
    needs: [...WITH_PIN, optionOn("setMinPINLength")],
    run: async (bench) => expectStatus(await bench.send(BYTE, new Map([[1, 3]])), "PUAT_REQUIRED"),
  },
  {
    id: "config.wrong-param",
    title: "a wrong pinUvAuthParam is refused with PIN_AUTH_INVALID",
    section: "6.11",
    pin: "set",
    needs: [...WITH_PIN, optionOn("setMinPINLength")],
    async run(bench) {
      const version = firstProtocol(bench);
      const param = new Uint8Array(version === 1 ? 16 : 32);
      expectStatus(
        await bench.send(
          BYTE,
          new Map<CborKey, CborValue>([
            [1, 3],
            [3, version],
            [4, param],
          ]),
        ),
        "PIN_AUTH_INVALID",
      );
    },
  },
  {
    id: "config.other-permission",
    title: "a token without the permission is refused with PIN_AUTH_INVALID",
    section: "6.11",
    pin: "set",
    uses: ["pin"],
    needs: [...WITH_PIN, optionOn("setMinPINLength")],
    async run(bench) {
      const token = await tokenFor(bench, { permissions: Permission.getAssertion, rpId: "config.invalid" });
      expectStatus(await config(bench, 3, undefined, token), "PIN_AUTH_INVALID");
    },
  },
  {
    id: "config.min-pin-length-shrinks",
    title: "a minimum length below the present one is refused with PIN_POLICY_VIOLATION",
    section: "6.11.4",
    pin: "set",
    uses: ["pin"],
    needs: [...WITH_PIN, optionOn("setMinPINLength")],
    async run(bench) {
      const now = bench.info.minPinLength ?? 4;
      expectStatus(await config(bench, 3, new Map([[1, now - 1]])), "PIN_POLICY_VIOLATION");
    },
  },
  {
    id: "config.min-pin-length-too-long",
    title: "a minimum length of 64 is refused with PIN_POLICY_VIOLATION",
    section: "6.11.4",
    severity: "should",
    pin: "set",
    uses: ["pin"],
    needs: [...WITH_PIN, optionOn("setMinPINLength")],
    run: async (bench) =>
      expectStatus(await config(bench, 3, new Map([[1, 64]])), "PIN_POLICY_VIOLATION", "INVALID_PARAMETER"),
  },
  {
    id: "config.min-pin-length-told",
    title: "an RP ID that setMinPINLength names is told the length",
    section: "12.5",
    pin: "set",
    uses: ["pin", "config", "reset", "power", "presence"],
    needs: [
      ...WITH_PIN,
      optionOn("setMinPINLength"),
      { lacks: "lets no RP ID be named", holds: ({ info }) => (info?.maxRpIdsForSetMinPinLength ?? 0) > 0 },
    ],
    async run(bench) {
      expectStatus(await config(bench, 3, new Map([[2, ["told.invalid"]]])), "OK");
      const { data } = await create(bench, { rpId: "told.invalid", extensions: [["minPinLength", true]] });
      await bench.resetDevice();
      const told = data.extensions?.get("minPinLength");
      demand(told === (bench.info.minPinLength ?? 4), shown(bench.info.minPinLength ?? 4), shown(told));
    },
  },
  {
    id: "config.force-pin-change",
    title: "after forceChangePin getInfo says so, and the PIN earns no token",
    section: "6.11.4",
    pin: "set",
    uses: ["pin", "config", "reset", "power", "presence"],
    needs: [...WITH_PIN, optionOn("setMinPINLength")],
    async run(bench) {
      expectStatus(await config(bench, 3, new Map([[3, true]])), "OK");
      await bench.look();
      const said = bench.info.forcePinChange;
      const { answer } = await askToken(bench, {
        permissions: Permission.getAssertion,
        rpId: "forced.invalid",
      });
      await bench.resetDevice();
      demand(said === true, "forcePINChange: true", shown(said));
      expectStatus(answer, "PIN_POLICY_VIOLATION", "PIN_INVALID");
    },
  },
  {
    id: "config.always-uv",
    title: "toggleAlwaysUv turns alwaysUv on, and makeCredential then demands verification",
    section: "6.11.2",
    pin: "set",
    uses: ["pin", "config", "reset", "power", "presence"],
    needs: [
      ...WITH_PIN,
      hasOption("alwaysUv"),
      { lacks: "says alwaysUv: true already", holds: ({ info }) => info?.options?.["alwaysUv"] === false },
    ],
    async run(bench) {
      expectStatus(await config(bench, 2), "OK");
      await bench.look();
      const { alwaysUv, makeCredUvNotRqd } = bench.info.options ?? {};
      const parameters = await makeRequest(bench, { auth: "none" });
      const answer = await bench.send(CtapCommand.makeCredential, parameters);
      await bench.resetDevice();
      demand(alwaysUv === true, "alwaysUv: true", shown(alwaysUv));
      demand(makeCredUvNotRqd !== true, "makeCredUvNotRqd false or absent", "true");
      if (bench.info.options?.["uv"] !== true) expectStatus(answer, "PUAT_REQUIRED");
    },
  },
  {
    id: "config.enterprise",
    title: "enableEnterpriseAttestation turns ep on",
    section: "6.11.1",
    pin: "set",
    uses: ["pin", "config", "reset", "power", "presence"],
    needs: [...WITH_PIN, hasOption("ep")],
    async run(bench) {
      expectStatus(await config(bench, 1), "OK");
      await bench.look();
      const { ep } = bench.info.options ?? {};
      await bench.resetDevice();
      demand(ep === true, "ep: true", shown(ep));
    },
  },
];

const BIO: readonly Need[] = [CTAP2, hasOption("bioEnroll")];
const bio = (bench: Bench, members: readonly (readonly [number, CborValue])[]) =>
  bench.send(CtapCommand.bioEnrollment, new Map<CborKey, CborValue>(members));

const BIO_RULES: readonly Rule[] = [
  {
    id: "bio-enrollment.modality",
    title: "getModality is answered with fingerprint",
    section: "6.7.2",
    async run(bench) {
      const modality = expectMap(await bio(bench, [[6, true]])).get(1);
      demand(modality === 1, "1", shown(modality));
    },
  },
  {
    id: "bio-enrollment.sensor",
    title: "getFingerprintSensorInfo tells the kind of sensor and the samples it wants",
    section: "6.7.3",
    async run(bench) {
      const map = expectMap(
        await bio(bench, [
          [1, 1],
          [2, 7],
        ]),
      );
      demand(map.get(2) === 1 || map.get(2) === 2, "touch or swipe", shown(map.get(2)));
      demand(typeof map.get(3) === "number", "a number of samples", shown(map.get(3)));
    },
  },
  ...([1, 2, 4, 5, 6] as const).map((subCommand): Rule => ({
    id: `bio-enrollment.without-token-${subCommand}`,
    title: `subcommand ${subCommand} without pinUvAuthParam is refused with PUAT_REQUIRED`,
    section: "6.7",
    run: async (bench) =>
      expectStatus(
        await bio(bench, [
          [1, 1],
          [2, subCommand],
        ]),
        "PUAT_REQUIRED",
      ),
  })),
  {
    id: "bio-enrollment.unknown-subcommand",
    title: "a subcommand that is not defined is refused with INVALID_SUBCOMMAND",
    section: "6.7",
    async run(bench) {
      const older = isAtLeast21({ info: bench.info }) ? [] : (["INVALID_PARAMETER"] as const);
      expectStatus(
        await bio(bench, [
          [1, 1],
          [2, 0x7f],
        ]),
        "INVALID_SUBCOMMAND",
        ...older,
      );
    },
  },
  {
    id: "bio-enrollment.unknown-modality",
    title: "a modality that is not defined is refused",
    section: "6.7",
    severity: "should",
    run: async (bench) =>
      expectStatus(
        await bio(bench, [
          [1, 9],
          [2, 7],
        ]),
        "INVALID_PARAMETER",
        "INVALID_OPTION",
      ),
  },
];

/** authenticatorConfig and bioEnrollment. */
export const SETTING_CHECKS: readonly Check[] = [
  ...CONFIG_RULES.map((rule): Check => ({ severity: "must", needs: CONFIG, ...rule })),
  ...BIO_RULES.map((rule): Check => ({ severity: "must", needs: BIO, ...rule })),
];
