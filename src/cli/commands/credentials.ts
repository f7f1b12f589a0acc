import { equalBytes, utf8 } from "../../core/bytes.js";
import { printable } from "../../core/printable.js";
import {
  type CredentialManager,
  type KnownRelyingParty,
  Permission,
  credentialManagement,
  fromBase64url,
  toBase64url,
} from "../../entry/ctap.js";
import { encodeSpki } from "../../entry/webauthn.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import { credentialLine, credentialsOn, type FoundCredential } from "../keys/contents.js";
import { tokenFor } from "../keys/key-token.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { needOption } from "../keys/refusals.js";
import { runSubcommand, type Subcommand } from "../keys/subcommands.js";
import { counted, flag, textOption } from "../options.js";
import { PIN_HELP, PIN_OPTIONS } from "../pin-source.js";

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  list: { words: [], options: ["rp"], run: (invocation) => managing(invocation, list) },
  show: { words: ["ID"], run: (invocation, [id = ""]) => onOne(invocation, id, showOne) },
  count: { words: [], run: (invocation) => managing(invocation, count) },
  delete: {
    words: ["ID"],
    options: ["dry-run"],
    operation: "deleteCredentials",
    run: (invocation, [id = ""]) => onOne(invocation, id, deleteOne),
  },
  update: {
    words: ["ID"],
    options: ["dry-run", "name", "display-name"],
    operation: "updateCredentials",
    run: (invocation, [id = ""]) => {
      if (
        textOption(invocation, "name") === undefined &&
        textOption(invocation, "display-name") === undefined
      ) {
        throw new UsageError("USAGE", "credentials update takes --name, --display-name or both");
      }
      return onOne(invocation, id, updateOne);
    },
  },
};

export const credentials: Command = {
  name: "credentials",
  takesWords: true,
  summary: "list, show, count, rename or delete the passkeys on a key",
  synopsis: "[list | show ID | count | delete ID | update ID]  [--device WHICH] [options]",
  help: `  list                 the passkeys on the key; of one site with --rp ID
  show ID              one of them, with its public key as PEM
  count                how many there are, and how many more fit
  delete ID            delete one, for good; --dry-run says which it is, and leaves it
  update ID            change the names of its user with --name NAME and --display-name NAME; what is not given stays
  --rp ID              with list: the passkeys of this site alone
  --name NAME          with update: the account's name
  --display-name NAME  with update: the user's name
  --dry-run            with delete and update: say what would happen, and change nothing
${PIN_HELP}
${DEVICE_HELP}`,
  options: {
    ...DEVICE_OPTIONS,
    ...PIN_OPTIONS,
    rp: { type: "string" },
    name: { type: "string" },
    "display-name": { type: "string" },
    "dry-run": { type: "boolean", default: false },
  },
  run: (invocation) => runSubcommand("credentials", SUBCOMMANDS, invocation, "list"),
};

type Work = (manager: CredentialManager, key: OpenKey) => Promise<Outcome>;

function managing(invocation: Invocation, work: Work): Promise<Outcome> {
  return usingKey(invocation, async (key) => {
    needOption(key.session.info, "list its passkeys", ["credMgmt", "credentialMgmtPreview"], { value: true });
    const permissions = Permission.credentialManagement;
    const token = await tokenFor(key, { permissions, does: "lists its passkeys" });
    return work(credentialManagement(key.session, token), key);
  });
}

type WorkOnOne = (id: Uint8Array) => Work;

/** @throws {UsageError} USAGE for text that is no id, before the key is opened. */
function onOne(invocation: Invocation, text: string, work: WorkOnOne): Promise<Outcome> {
  return managing(invocation, work(readId(text)));
}

async function list(manager: CredentialManager, key: OpenKey): Promise<Outcome> {
  const { existing, remaining } = await key.settle(manager.metadata(key.options));
  const { found, notListed } = await credentialsOn(manager, key, siteChoice(key));
  const shown = found.map((one) => one.shown);
  const room = remaining === undefined ? "" : `, room for ${remaining} more`;
  return {
    exitCode: 0,
    json: {
      ok: true,
      ...(existing !== undefined && { existing }),
      ...(remaining !== undefined && { remaining }),
      credentials: shown,
      ...(notListed.length > 0 && { missing: notListed }),
    },
    text: [
      `${existing ?? found.length} passkeys${room}`,
      ...shown.map(credentialLine),
      ...notListed.map(({ what, count, why }) => `  not listed: ${count} of the ${printable(what)} (${why})`),
    ].join("\n"),
  };
}

/** A key may shorten the id of a site, and never the hash of it. */
function siteChoice({ invocation, env }: OpenKey): ((site: KnownRelyingParty) => boolean) | undefined {
  const rpId = textOption(invocation, "rp");
  if (rpId === undefined) return undefined;
  const hash = env.crypto.sha256(utf8(rpId));
  return ({ rpIdHash }) => equalBytes(rpIdHash, hash);
}

async function count(manager: CredentialManager, { settle, options }: OpenKey): Promise<Outcome> {
  const { existing, remaining } = await settle(manager.metadata(options));
  return {
    exitCode: 0,
    json: { ok: true, existing: existing ?? null, remaining: remaining ?? null },
    text: `${existing === undefined ? "an unknown number of passkeys" : counted(existing, "passkey")}, room for ${remaining ?? "an unknown number"} more`,
  };
}

function showOne(id: Uint8Array): Work {
  return async (manager, key) => {
    const { said, shown } = await theOne(manager, key, id);
    const pem = said.publicKey && pemOf(encodeSpki(said.publicKey));
    return {
      exitCode: 0,
      json: {
        ok: true,
        credential: shown,
        ...(said.publicKey && { alg: said.publicKey.alg }),
        ...(pem !== undefined && { publicKeyPem: pem }),
      },
      text: [credentialLine(shown), ...(pem === undefined ? [] : [pem.trimEnd()])].join("\n"),
    };
  };
}

const PEM_LINE = /.{1,64}/g;

/** @see RFC 7468 §13 */
function pemOf(spki: Uint8Array): string {
  const lines = Buffer.from(spki).toString("base64").match(PEM_LINE) ?? [];
  return `${["-----BEGIN PUBLIC KEY-----", ...lines, "-----END PUBLIC KEY-----"].join("\n")}\n`;
}

function deleteOne(id: Uint8Array): Work {
  return async (manager, key) => {
    const shown = toBase64url(id);
    if (flag(key.invocation, "dry-run")) {
      const { shown: wouldDelete } = await theOne(manager, key, id);
      return {
        exitCode: 0,
        json: { ok: true, dryRun: true, wouldDelete },
        text: `would be deleted, for good:\n${credentialLine(wouldDelete)}\nnothing was deleted`,
      };
    }
    await key.settle(manager.delete(id, key.options));
    return { exitCode: 0, json: { ok: true, deleted: shown }, text: `deleted ${shown}` };
  };
}

function updateOne(id: Uint8Array): Work {
  return async (manager, key) => {
    const { invocation, settle, options } = key;
    const { said, shown } = await theOne(manager, key, id);
    if (said.user === undefined) {
      throw new UsageError(
        "ENVIRONMENT",
        "the key does not say whose passkey this is, and renames it by that only",
      );
    }
    const name = textOption(invocation, "name") ?? said.user.name;
    const displayName = textOption(invocation, "display-name") ?? said.user.displayName;
    const names = { ...(name !== undefined && { name }), ...(displayName !== undefined && { displayName }) };
    const line = credentialLine({ ...shown, ...names });
    if (flag(invocation, "dry-run")) {
      return {
        exitCode: 0,
        json: { ok: true, dryRun: true, before: shown, after: { ...shown, ...names } },
        text: `before:\n${credentialLine(shown)}\nafter:\n${line}\nnothing was changed`,
      };
    }
    await settle(manager.updateUser(id, { id: said.user.id, ...names }, options));
    return { exitCode: 0, json: { ok: true, updated: shown.id, ...names }, text: `updated\n${line}` };
  };
}

/** @throws {UsageError} ENVIRONMENT when the key lists no such passkey. */
async function theOne(manager: CredentialManager, key: OpenKey, id: Uint8Array): Promise<FoundCredential> {
  const { found, notListed } = await credentialsOn(manager, key);
  const one = found.find(({ said }) => equalBytes(said.id, id));
  if (one !== undefined) return one;
  const unlisted = notListed.reduce((sum, { count: some }) => sum + some, 0);
  throw new UsageError("ENVIRONMENT", `no passkey on the key has the id ${toBase64url(id)}`, {
    hint:
      unlisted === 0
        ? "passkey-harness credentials list prints the ids"
        : `${unlisted} of its passkeys or sites could not be listed, and it may be among them`,
  });
}

function readId(text: string): Uint8Array {
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw new UsageError("USAGE", `"${text}" is not a credential id`, {
      cause,
      hint: "ids are base64url, as `credentials list` prints them",
    });
  }
}
