import type { CborKey, CborMap, CborValue } from "../../cbor/value.js";
import { CtapCommand } from "../../ctap/command.js";
import type { CtapStatusName } from "../../ctap/status.js";
import { expectStatus } from "../answer.js";
import { firstAlgorithm, parameter } from "../ceremony.js";
import type { Bench } from "../bench.js";
import type { Check, Severity } from "../check.js";
import { commandNeed } from "../needs.js";
import { COMMANDS, type Command } from "./malformed-bytes.js";

type Type = "bytes" | "text" | "map" | "list" | "uint" | "bool";

/** A value of another type than the one wanted. */
const WRONG: Readonly<Record<Type, CborValue>> = {
  bytes: "text",
  text: Uint8Array.of(1),
  map: [],
  list: new Map(),
  uint: "text",
  bool: 1,
};

/** A member of a request: key, name, type; `required` where its absence is an error of its own. */
type Member = readonly [key: number, name: string, type: Type, required?: "required"];

const MEMBERS: Readonly<Record<string, readonly Member[]>> = {
  "make-credential": [
    [1, "client-data-hash", "bytes", "required"],
    [2, "rp", "map", "required"],
    [3, "user", "map", "required"],
    [4, "pub-key-cred-params", "list", "required"],
    [5, "exclude-list", "list"],
    [6, "extensions", "map"],
    [7, "options", "map"],
    [8, "pin-uv-auth-param", "bytes"],
    [9, "pin-uv-auth-protocol", "uint"],
  ],
  "get-assertion": [
    [1, "rp-id", "text", "required"],
    [2, "client-data-hash", "bytes", "required"],
    [3, "allow-list", "list"],
    [4, "extensions", "map"],
    [5, "options", "map"],
    [6, "pin-uv-auth-param", "bytes"],
    [7, "pin-uv-auth-protocol", "uint"],
  ],
  "client-pin": [
    [1, "pin-uv-auth-protocol", "uint"],
    [2, "sub-command", "uint", "required"],
    [3, "key-agreement", "map"],
    [4, "pin-uv-auth-param", "bytes"],
    [5, "new-pin-enc", "bytes"],
    [6, "pin-hash-enc", "bytes"],
    [9, "permissions", "uint"],
    [10, "rp-id", "text"],
  ],
  "credential-management": [
    [1, "sub-command", "uint", "required"],
    [2, "sub-command-params", "map"],
    [3, "pin-uv-auth-protocol", "uint"],
    [4, "pin-uv-auth-param", "bytes"],
  ],
  "bio-enrollment": [
    [1, "modality", "uint"],
    [2, "sub-command", "uint"],
    [3, "sub-command-params", "map"],
    [4, "pin-uv-auth-protocol", "uint"],
    [5, "pin-uv-auth-param", "bytes"],
  ],
  "large-blobs": [
    [1, "get", "uint"],
    [2, "set", "bytes"],
    [3, "offset", "uint"],
    [4, "length", "uint"],
    [5, "pin-uv-auth-param", "bytes"],
    [6, "pin-uv-auth-protocol", "uint"],
  ],
  config: [
    [1, "sub-command", "uint", "required"],
    [2, "sub-command-params", "map"],
    [3, "pin-uv-auth-protocol", "uint"],
    [4, "pin-uv-auth-param", "bytes"],
  ],
};

/** Commands whose parameters are only read once the command is authorised. */
function memberChecks(command: Command): readonly Check[] {
  const { name, byte, section, plain } = command;
  return (MEMBERS[name] ?? []).flatMap(([key, member, type, required]) => {
    const common = { section, severity: "must" as const, needs: commandNeed(byte) };
    const missing: Check = {
      ...common,
      id: `${name}.missing-${member}`,
      title: `${name} without its ${member} is refused with MISSING_PARAMETER`,
      async run(bench) {
        const parameters = plain(bench);
        parameters.delete(key);
        expectStatus(await bench.send(byte, parameters), "MISSING_PARAMETER");
      },
    };
    const wrong: Check = {
      ...common,
      id: `${name}.type-of-${member}`,
      title: `${name} whose ${member} is no ${type} is refused with CBOR_UNEXPECTED_TYPE`,
      section: "8.2",
      async run(bench) {
        expectStatus(await bench.send(byte, plain(bench).set(key, WRONG[type])), "CBOR_UNEXPECTED_TYPE");
      },
    };
    return required ? [missing, wrong] : [wrong];
  });
}

/** A member within a member, and what the device must say to the request that has it. */
interface Inner {
  readonly command: "make-credential" | "get-assertion";
  readonly name: string;
  readonly title: string;
  readonly statuses: readonly CtapStatusName[];
  readonly severity?: Severity;
  readonly change: (parameters: Map<CborKey, CborValue>, bench: Bench) => void;
}

const edit = (parameters: Map<CborKey, CborValue>, key: number, member: string, value?: CborValue) => {
  const inner = new Map(parameters.get(key) as CborMap);
  if (value === undefined) inner.delete(member);
  else inner.set(member, value);
  parameters.set(key, inner);
};

const UNEXPECTED = ["CBOR_UNEXPECTED_TYPE"] as const;
const ID = new Uint8Array(32).fill(0x3c);
const entry = (...members: readonly (readonly [string, CborValue])[]): CborMap =>
  new Map<CborKey, CborValue>(members);
const listKey = { "make-credential": 5, "get-assertion": 3 } as const;
const optionsKey = { "make-credential": 7, "get-assertion": 5 } as const;

const LIST_INNERS: readonly Inner[] = (["make-credential", "get-assertion"] as const).flatMap(
  (command): Inner[] => {
    const list = command === "make-credential" ? "exclude-list" : "allow-list";
    const key = listKey[command];
    return [
      {
        command,
        name: `${list}-entry-is-text`,
        title: `whose ${list} holds a text`,
        statuses: UNEXPECTED,
        change: (parameters) => void parameters.set(key, ["text"]),
      },
      {
        command,
        name: `${list}-entry-without-id`,
        title: `whose ${list} holds an entry without id`,
        statuses: ["MISSING_PARAMETER", "INVALID_CBOR"],
        change: (parameters) => void parameters.set(key, [entry(["type", "public-key"])]),
      },
      {
        command,
        name: `${list}-entry-without-type`,
        title: `whose ${list} holds an entry without type`,
        statuses: ["MISSING_PARAMETER", "INVALID_CBOR"],
        change: (parameters) => void parameters.set(key, [entry(["id", ID])]),
      },
      {
        command,
        name: `${list}-id-is-text`,
        title: `whose ${list} holds an id that is text`,
        statuses: UNEXPECTED,
        change: (parameters) => void parameters.set(key, [entry(["id", "text"], ["type", "public-key"])]),
      },
      {
        command,
        name: `${list}-type-is-bytes`,
        title: `whose ${list} holds a type that is bytes`,
        statuses: UNEXPECTED,
        change: (parameters) => void parameters.set(key, [entry(["id", ID], ["type", ID])]),
      },
      ...(["up", "uv"] as const).map((id): Inner => ({
        command,
        name: `option-${id}-is-a-number`,
        title: `whose option ${id} is no boolean`,
        statuses: UNEXPECTED,
        change: (parameters) => void parameters.set(optionsKey[command], entry([id, 1])),
      })),
    ];
  },
);

const INNERS: readonly Inner[] = [
  ...LIST_INNERS,
  ...(
    [
      [2, "rp", "id", Uint8Array.of(1), true],
      [2, "rp", "name", Uint8Array.of(1), false],
      [3, "user", "id", "text", true],
      [3, "user", "name", Uint8Array.of(1), false],
      [3, "user", "displayName", Uint8Array.of(1), false],
    ] as const
  ).flatMap(([key, owner, member, wrong, required]): Inner[] => [
    {
      command: "make-credential",
      name: `type-of-${owner}-${member.toLowerCase()}`,
      title: `whose ${owner}.${member} has the wrong type`,
      statuses: UNEXPECTED,
      change: (parameters) => edit(parameters, key, member, wrong),
    },
    ...(required
      ? [
          {
            command: "make-credential" as const,
            name: `missing-${owner}-${member}`,
            title: `without ${owner}.${member}`,
            statuses: ["MISSING_PARAMETER"] as const,
            change: (parameters: Map<CborKey, CborValue>) => edit(parameters, key, member),
          },
        ]
      : []),
  ]),
  {
    command: "make-credential",
    name: "user-id-empty",
    title: "whose user.id is empty",
    statuses: ["INVALID_PARAMETER", "INVALID_LENGTH", "INVALID_CBOR"],
    severity: "should",
    change: (parameters) => edit(parameters, 3, "id", new Uint8Array(0)),
  },
  {
    command: "make-credential",
    name: "user-id-of-65",
    title: "whose user.id has 65 bytes",
    statuses: ["INVALID_PARAMETER", "INVALID_LENGTH", "INVALID_CBOR", "LIMIT_EXCEEDED"],
    severity: "should",
    change: (parameters) => edit(parameters, 3, "id", new Uint8Array(65)),
  },
  {
    command: "make-credential",
    name: "params-entry-is-text",
    title: "whose pubKeyCredParams holds a text",
    statuses: UNEXPECTED,
    change: (parameters) => void parameters.set(4, ["text"]),
  },
  {
    command: "make-credential",
    name: "params-entry-without-alg",
    title: "whose pubKeyCredParams holds an entry without alg",
    statuses: ["INVALID_CBOR", "MISSING_PARAMETER"],
    change: (parameters) => void parameters.set(4, [entry(["type", "public-key"])]),
  },
  {
    command: "make-credential",
    name: "params-entry-without-type",
    title: "whose pubKeyCredParams holds an entry without type",
    statuses: ["INVALID_CBOR", "MISSING_PARAMETER"],
    change: (parameters, bench) => void parameters.set(4, [entry(["alg", firstAlgorithm(bench)])]),
  },
  {
    command: "make-credential",
    name: "params-alg-is-text",
    title: "whose pubKeyCredParams holds an alg that is text",
    statuses: UNEXPECTED,
    change: (parameters) => void parameters.set(4, [parameter("ES256")]),
  },
  {
    command: "make-credential",
    name: "params-type-is-bytes",
    title: "whose pubKeyCredParams holds a type that is bytes",
    statuses: UNEXPECTED,
    change: (parameters, bench) =>
      void parameters.set(4, [parameter(firstAlgorithm(bench), Uint8Array.of(1))]),
  },
  {
    command: "make-credential",
    name: "params-later-entry-malformed",
    title: "whose pubKeyCredParams is malformed behind an algorithm of the device",
    statuses: [...UNEXPECTED, "INVALID_CBOR"],
    change: (parameters, bench) =>
      void parameters.set(4, [parameter(firstAlgorithm(bench)), parameter("ES256")]),
  },
  {
    command: "make-credential",
    name: "params-empty",
    title: "whose pubKeyCredParams is empty",
    statuses: ["UNSUPPORTED_ALGORITHM", "INVALID_CBOR", "MISSING_PARAMETER"],
    change: (parameters) => void parameters.set(4, []),
  },
  {
    command: "make-credential",
    name: "option-rk-is-a-number",
    title: "whose option rk is no boolean",
    statuses: UNEXPECTED,
    change: (parameters) => void parameters.set(7, entry(["rk", 1])),
  },
];

const BYTE = {
  "make-credential": CtapCommand.makeCredential,
  "get-assertion": CtapCommand.getAssertion,
} as const;
const SECTIONS = { "make-credential": "6.1.2 step 3", "get-assertion": "6.2.2" } as const;

const INNER_CHECKS = INNERS.map(({ command, name, title, statuses, severity = "must", change }): Check => ({
  id: `${command}.${name}`,
  title: `${command} ${title} is refused with ${statuses.join(" or ")}`,
  section: name.startsWith("params") ? SECTIONS[command] : "8.2",
  severity,
  needs: commandNeed(BYTE[command]),
  async run(bench) {
    const plain = COMMANDS.find((one) => one.name === command)?.plain(bench) ?? new Map<CborKey, CborValue>();
    change(plain, bench);
    expectStatus(await bench.send(BYTE[command], plain), ...statuses);
  },
}));

/** Members that are missing or of the wrong type, at both levels. */
export const MALFORMED_CHECKS: readonly Check[] = [...COMMANDS.flatMap(memberChecks), ...INNER_CHECKS];
