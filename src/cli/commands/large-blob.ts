import {
  type Ctap2Session,
  credentialManagement,
  fromBase64url,
  type LargeBlobStorage,
  largeBlobStorage,
  Permission,
  type PinUvAuthToken,
  toBase64url,
} from "../../entry/ctap.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import { readBytesFile } from "../files/read-file.js";
import { replaceFile } from "../files/replace-file.js";
import { credentialLine, credentialsOn } from "../keys/contents.js";
import { tokenFor, tokenIfGiven, tokenIfProtected } from "../keys/key-token.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { needOption } from "../keys/refusals.js";
import { runSubcommand, type Subcommand } from "../keys/subcommands.js";
import { flag, textOption } from "../options.js";
import { PIN_HELP, PIN_OPTIONS } from "../pin-source.js";

const ONE = ["rp", "id"];

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  list: { words: [], run: (invocation) => usingKey(invocation, list) },
  get: {
    words: [],
    options: [...ONE, "out"],
    run: (invocation) => onOne(invocation, { writes: false, work: get }),
  },
  set: {
    words: ["FILE"],
    options: [...ONE, "dry-run"],
    operation: "writeLargeBlobs",
    run: (invocation, [file = ""]) => {
      const data = readBytesFile(file, { what: "large blob", limit: "LARGE_BLOB_BYTES_MAX" });
      return onOne(invocation, { writes: true, work: (blob) => set(blob, data) });
    },
  },
  delete: {
    words: [],
    options: [...ONE, "dry-run"],
    operation: "writeLargeBlobs",
    run: (invocation) => onOne(invocation, { writes: true, work: erase }),
  },
};

export const largeBlob: Command = {
  name: "large-blob",
  takesWords: true,
  summary: "read, write or delete the data that a passkey keeps on the key (largeBlob)",
  synopsis: "list | get | set FILE | delete  [--rp ID] [--id ID] [--device WHICH] [options]",
  help: `  list                 which passkeys keep data, and how much; needs the PIN
  get                  read the data of one, after a touch; as base64url, or into a file with --out FILE
  set FILE             replace the data of one by what is in the file
  delete               delete the data of one, and leave the passkey
  --rp ID              the site whose passkey it is
  --id ID              the passkey, where the site has several; credentials list prints the ids
  --dry-run            with set and delete: say what would be overwritten or deleted, and change nothing
${PIN_HELP}
${DEVICE_HELP}`,
  options: {
    ...DEVICE_OPTIONS,
    ...PIN_OPTIONS,
    rp: { type: "string" },
    id: { type: "string" },
    out: { type: "string" },
    "dry-run": { type: "boolean", default: false },
  },
  run: (invocation) => runSubcommand("large-blob", SUBCOMMANDS, invocation),
};

async function list(key: OpenKey): Promise<Outcome> {
  const { env, session, settle, options } = key;
  needLargeBlobs(session);
  needOption(session.info, "list its passkeys", ["credMgmt", "credentialMgmtPreview"], { value: true });
  const permissions = Permission.credentialManagement;
  const token = await tokenFor(key, { permissions, does: "lists its passkeys" });
  const { found } = await credentialsOn(credentialManagement(session, token), key);
  const able = found.flatMap(({ shown, said: { largeBlobKey } }) =>
    largeBlobKey ? [{ shown, largeBlobKey }] : [],
  );
  const keys = able.map(({ largeBlobKey }) => largeBlobKey);
  const { entries } = await settle(largeBlobStorage(env, session).inspect(keys, options));
  const blobs = able.map(({ shown }, index) => {
    const entry = entries.find(({ openedBy }) => openedBy === index);
    return { shown, ...(entry?.dataBytes !== undefined && { bytes: entry.dataBytes }) };
  });
  return {
    exitCode: 0,
    json: {
      ok: true,
      credentials: blobs.map(({ shown, bytes }) => ({
        ...shown,
        ...(bytes !== undefined && { blobBytes: bytes }),
      })),
    },
    text: [
      `${blobs.filter(({ bytes }) => bytes !== undefined).length} of ${blobs.length} passkeys that can keep data do`,
      ...blobs.map(
        ({ shown, bytes }) =>
          `${credentialLine(shown)}: ${bytes === undefined ? "nothing" : `${bytes} bytes`}`,
      ),
    ].join("\n"),
  };
}

/** The data of one passkey, and what opens it. */
interface Blob {
  readonly key: OpenKey;
  readonly rpId: string;
  readonly id: string | undefined;
  /** Secret. */
  readonly largeBlobKey: Uint8Array;
  readonly token: PinUvAuthToken | undefined;
}

/** Gets the passkey's large blob key by an assertion, with the token that may write as well. */
function onOne(
  invocation: Invocation,
  { writes, work }: { readonly writes: boolean; readonly work: (blob: Blob) => Promise<Outcome> },
): Promise<Outcome> {
  const rpId = textOption(invocation, "rp");
  if (rpId === undefined) {
    throw new UsageError("USAGE", "large-blob wants the site whose passkey it is", {
      hint: "--rp example.com",
    });
  }
  const given = idOption(invocation);
  return usingKey(invocation, async (key) => {
    needLargeBlobs(key.session);
    const token = writes
      ? await tokenIfProtected(key, {
          permissions: Permission.getAssertion | Permission.largeBlobWrite,
          rpId,
          does: "writes large blobs",
        })
      : await tokenIfGiven(key, { permissions: Permission.getAssertion, rpId, does: "reads large blobs" });
    const { id, largeBlobKey } = await asserted(key, { rpId, given, token });
    return work({ key, rpId, id: id && toBase64url(id), largeBlobKey, token });
  });
}

interface Asserting {
  readonly rpId: string;
  readonly given: Uint8Array | undefined;
  readonly token: PinUvAuthToken | undefined;
}

/** The signature is over random bytes: no site takes it. */
async function asserted({ env, session, settle, options }: OpenKey, { rpId, given, token }: Asserting) {
  const clientDataHash = env.entropy.fork("large-blob").bytes(32);
  const answer = await settle(
    session.getAssertion(
      {
        rpId,
        clientDataHash,
        ...(given && { allowList: [{ type: "public-key", id: given }] }),
        extensions: new Map([["largeBlobKey", true]]),
        ...(token && {
          pinUvAuthParam: token.authenticate(clientDataHash),
          pinUvAuthProtocol: token.protocol,
        }),
      },
      options,
    ),
  );
  if ((answer.numberOfCredentials ?? 1) > 1 && answer.userSelected !== true) {
    throw new UsageError("USAGE", `the key has ${answer.numberOfCredentials} passkeys for ${rpId}`, {
      hint: "name one with --id; passkey-harness credentials list prints the ids",
    });
  }
  const { largeBlobKey } = answer;
  if (largeBlobKey === undefined) {
    throw new UsageError("ENVIRONMENT", `this passkey of ${rpId} can keep no data`, {
      hint: "it was registered without largeBlob; passkey-harness large-blob list says which can",
    });
  }
  return { id: answer.credential?.id ?? given, largeBlobKey };
}

async function get({ key, rpId, id, largeBlobKey }: Blob): Promise<Outcome> {
  const { env, session, settle, options, invocation } = key;
  const storage = largeBlobStorage(env, session);
  const data = await settle(storage.read(largeBlobKey, options));
  if (data === undefined) {
    if ((await bytesOf(storage, key, largeBlobKey)) === undefined) throw noData(rpId);
    throw new UsageError("ENVIRONMENT", `the data of this passkey of ${rpId} cannot be unpacked`, {
      hint: "another program wrote it in a format that is not CTAP's, such as python-fido2 before 1.0",
    });
  }
  const file = textOption(invocation, "out");
  if (file !== undefined) replaceFile(file, data);
  const where = file === undefined ? { data: toBase64url(data) } : { file };
  return {
    exitCode: 0,
    json: { ok: true, rpId, id, bytes: data.length, ...where },
    text: file === undefined ? toBase64url(data) : `${data.length} bytes written to ${file}`,
  };
}

async function set({ key, rpId, id, largeBlobKey, token }: Blob, data: Uint8Array): Promise<Outcome> {
  const { env, session, settle, options, invocation } = key;
  const storage = largeBlobStorage(env, session, { token });
  const before = await bytesOf(storage, key, largeBlobKey);
  const replaced = before === undefined ? {} : { replacedBytes: before };
  const over = before === undefined ? "" : ` in place of ${before}`;
  if (flag(invocation, "dry-run")) {
    return {
      exitCode: 0,
      json: { ok: true, dryRun: true, rpId, id, bytes: data.length, ...replaced },
      text: `would be written: ${data.length} bytes${over}\nnothing was written`,
    };
  }
  await settle(storage.write({ key: largeBlobKey, data }, options));
  return {
    exitCode: 0,
    json: { ok: true, done: "set", rpId, id, bytes: data.length, ...replaced },
    text: `written: ${data.length} bytes${over}`,
  };
}

async function erase({ key, rpId, id, largeBlobKey, token }: Blob): Promise<Outcome> {
  const { env, session, settle, options, invocation } = key;
  const storage = largeBlobStorage(env, session, { token });
  const bytes = await bytesOf(storage, key, largeBlobKey);
  if (bytes === undefined) throw noData(rpId);
  if (flag(invocation, "dry-run")) {
    return {
      exitCode: 0,
      json: { ok: true, dryRun: true, rpId, id, wouldDelete: { bytes } },
      text: `would be deleted, for good: ${bytes} bytes\nnothing was deleted`,
    };
  }
  await settle(storage.erase(largeBlobKey, options));
  return {
    exitCode: 0,
    json: { ok: true, done: "deleted", rpId, id, bytes },
    text: `deleted: ${bytes} bytes; the passkey stays`,
  };
}

/** How long the data of a passkey is; `undefined` where it keeps none. */
async function bytesOf(
  storage: LargeBlobStorage,
  { settle, options }: OpenKey,
  largeBlobKey: Uint8Array,
): Promise<number | undefined> {
  const { entries } = await settle(storage.inspect([largeBlobKey], options));
  return entries.find(({ openedBy }) => openedBy === 0)?.dataBytes;
}

function noData(rpId: string): UsageError {
  return new UsageError("ENVIRONMENT", `this passkey of ${rpId} keeps no data`);
}

function needLargeBlobs({ info }: Ctap2Session): void {
  needOption(info, "keep large blobs", ["largeBlobs"], { value: true });
}

/** @throws {UsageError} USAGE for text that is no id. */
function idOption(invocation: Invocation): Uint8Array | undefined {
  const text = textOption(invocation, "id");
  if (text === undefined) return undefined;
  try {
    return fromBase64url(text);
  } catch (cause) {
    throw new UsageError("USAGE", `"${text}" is not a credential id`, { cause });
  }
}
