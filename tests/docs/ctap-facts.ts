import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { BioEnrollmentSubcommand } from "../../src/ctap/messages/bio-enrollment.js";
import { ClientPinSubcommand, Permission } from "../../src/ctap/messages/client-pin.js";
import { CtapCommand } from "../../src/ctap/command.js";
import { ConfigSubcommand } from "../../src/ctap/messages/authenticator-config.js";
import { CredentialManagementSubcommand } from "../../src/ctap/messages/credential-management.js";
import { INFO_MEMBERS, parseInfo } from "../../src/ctap/messages/get-info.js";
import { U2fInstruction } from "../../src/ctap/u2f/u2f.js";
import { COMMANDS } from "../../src/sim/authenticator/commands/commands.js";
import { knowsExtension } from "../../src/sim/authenticator/extensions/table.js";
import type { AuthenticatorProfile } from "../../src/sim/profiles/profile.js";
import { PROFILES, profileNamed } from "../../src/sim/profiles/profiles.js";
import { HidCommand } from "../../src/transports/hid/constants.js";
import { BenchKey } from "../sim/authenticator/bench-key.js";

const SRC = resolve(import.meta.dirname, "../../src");

/** Which half of the library does something. */
export interface Halves {
  readonly client: boolean;
  readonly authenticator: boolean;
}

/** One table of the status page as the code has it: what is in a row's first column, and who does it. */
export type Facts = ReadonlyMap<string, Halves>;

const withoutComments = (source: string) => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");

const sourceOf = (path: string) => withoutComments(readFileSync(join(SRC, path), "utf8"));

function sourcesIn(...folders: readonly string[]): string {
  return folders
    .flatMap((folder) =>
      readdirSync(join(SRC, folder), { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts"))
        .map((path) => sourceOf(join(folder, path))),
    )
    .join("\n");
}

const CLIENT = sourcesIn("ctap", "webauthn");
const TRANSPORTS = sourcesIn("transports");
const AUTHENTICATOR = sourcesIn("sim/authenticator");
const DEVICE = sourcesIn("sim/hid");

/** `Constant.name`, also where the constant was imported under a shorter name. */
const uses = (source: string, constant: string, name: string) => {
  const alias = new RegExp(`\\b${constant} as (\\w+)`).exec(source)?.[1] ?? constant;
  return new RegExp(`\\b(?:${constant}|${alias})\\.${name}\\b`).test(source);
};

const quotes = (source: string, name: string) => new RegExp(`["'\`]${name}["'\`]`).test(source);

interface Constants {
  readonly constants: object;
  /** What the code calls them. */
  readonly called: string;
  /** File of the half that asks, and of the half that answers, below src/; all of its room when absent. */
  readonly client?: string;
  readonly authenticator?: string;
}

/** Rows for a table of constants that code refers to by name. */
function fromConstants({ constants, called, client, authenticator }: Constants): Facts {
  const asks = client === undefined ? CLIENT : sourceOf(client);
  const answers = authenticator === undefined ? AUTHENTICATOR : sourceOf(authenticator);
  return new Map(
    Object.keys(constants).map((name) => [
      name,
      { client: uses(asks, called, name), authenticator: uses(answers, called, name) },
    ]),
  );
}

function commands(): Facts {
  return new Map(
    Object.entries(CtapCommand).map(([name, byte]) => [
      name,
      {
        client: uses(CLIENT, "CtapCommand", name) || quotes(CLIENT, name),
        authenticator: COMMANDS.has(byte),
      },
    ]),
  );
}

/** A key with a PIN, a fingerprint reader and all of CTAP 2.3, which none of the profiles is. */
const EVERYTHING: AuthenticatorProfile = { ...profileNamed("fingerprint"), ...profileNamed("ctap23") };

/** Options and members of getInfo that any of our profiles reports. */
async function reported(): Promise<{ readonly options: Set<string>; readonly members: Set<string> }> {
  const options = new Set<string>();
  const members = new Set<string>();
  // What a profile only claims, as the device it is named after does, shows nothing.
  const honest = [...PROFILES.values(), EVERYTHING].filter((profile) => profile.reports === undefined);
  for (const profile of honest) {
    const response = await new BenchKey({ profile }).send(Uint8Array.of(CtapCommand.getInfo));
    if (response[0] !== 0) continue;
    const info = parseInfo(response.subarray(1));
    for (const option of Object.keys(info.options ?? {})) options.add(option);
    for (const member of Object.keys(info)) members.add(member);
  }
  return { options, members };
}

async function options(listed: readonly string[]): Promise<Facts> {
  const { options } = await reported();
  const names = new Set([...listed, ...options]);
  return new Map(
    [...names].map((name) => [name, { client: quotes(CLIENT, name), authenticator: options.has(name) }]),
  );
}

async function members(): Promise<Facts> {
  const { members } = await reported();
  return new Map(INFO_MEMBERS.map((name) => [name, { client: true, authenticator: members.has(name) }]));
}

/** Extensions as authenticators call them, and those a browser sees to by itself. */
function extensions(listed: readonly string[]): Facts {
  const client = sourcesIn("webauthn/extensions", "ctap/extensions", "ctap/messages");
  const quoted = [...sourcesIn("sim/authenticator/extensions").matchAll(/"([\w-]+)"/g)].map(
    ([, id]) => id as string,
  );
  return new Map(
    [...new Set([...listed, ...quoted.filter(knowsExtension)])].map((id) => [
      id,
      { client: quotes(client, id), authenticator: knowsExtension(id) },
    ]),
  );
}

/** Anybody may ask for any sum of them, so the client's half is the same for all. */
function permissions(): Facts {
  const facts = fromConstants({ constants: Permission, called: "Permission" });
  return new Map([...facts].map(([name, { authenticator }]) => [name, { client: true, authenticator }]));
}

/** Every table of the status page by its heading. `listed` gives the names the page has in its first column. */
export const FACTS: Readonly<Record<string, (listed: readonly string[]) => Facts | Promise<Facts>>> = {
  Commands: commands,
  clientPIN: () =>
    fromConstants({
      constants: ClientPinSubcommand,
      called: "ClientPinSubcommand",
      client: "ctap/client/client-pin.ts",
    }),
  Permissions: permissions,
  credentialManagement: () =>
    fromConstants({
      constants: CredentialManagementSubcommand,
      called: "CredentialManagementSubcommand",
      client: "ctap/client/credential-manager.ts",
      authenticator: "sim/authenticator/commands/credential-management.ts",
    }),
  bioEnrollment: () =>
    fromConstants({
      constants: BioEnrollmentSubcommand,
      called: "BioEnrollmentSubcommand",
      client: "ctap/client/fingerprint-enroller.ts",
      authenticator: "sim/authenticator/commands/bio-enrollment.ts",
    }),
  authenticatorConfig: () =>
    fromConstants({
      constants: ConfigSubcommand,
      called: "ConfigSubcommand",
      client: "ctap/client/authenticator-config.ts",
      authenticator: "sim/authenticator/commands/authenticator-config.ts",
    }),
  "Options of getInfo": options,
  "Members of getInfo": members,
  Extensions: extensions,
  U2F: () =>
    fromConstants({
      constants: U2fInstruction,
      called: "U2fInstruction",
      client: "ctap/u2f/u2f-client.ts",
      authenticator: "sim/authenticator/commands/u2f.ts",
    }),
  CTAPHID: () =>
    new Map(
      Object.keys(HidCommand).map((name) => [
        name,
        { client: uses(TRANSPORTS, "HidCommand", name), authenticator: uses(DEVICE, "HidCommand", name) },
      ]),
    ),
};
