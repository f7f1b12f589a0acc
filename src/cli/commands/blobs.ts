import { type Ctap2Session, credentialManagement, largeBlobStorage, Permission } from "../../entry/ctap.js";
import { type Command, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS } from "../device/open-device.js";
import { credentialsOn } from "../keys/contents.js";
import { tokenFor } from "../keys/key-token.js";
import { type OpenKey, usingKey } from "../keys/open-key.js";
import { needOption } from "../keys/refusals.js";
import { runSubcommand, type Subcommand } from "../keys/subcommands.js";
import { flag } from "../options.js";
import { PIN_HELP, PIN_OPTIONS } from "../pin-source.js";

const SUBCOMMANDS: Readonly<Record<string, Subcommand>> = {
  size: { words: [], run: (invocation) => usingKey(invocation, size) },
  collect: {
    words: [],
    options: ["dry-run", "pin-file"],
    operation: "writeLargeBlobs",
    run: (invocation) => usingKey(invocation, collect),
  },
};

export const blobs: Command = {
  name: "blobs",
  takesWords: true,
  summary: "say how full the large-blob array of a key is, and remove what belongs to no passkey",
  synopsis: "[size | collect]  [--device WHICH] [options]",
  help: `  size                 bytes and entries of the array, and how much it can hold; needs no PIN
  collect              delete the entries that no passkey on the key opens: of passkeys that were deleted
  --dry-run            with collect: say what would be deleted, and delete nothing
${PIN_HELP}
${DEVICE_HELP}`,
  options: { ...DEVICE_OPTIONS, ...PIN_OPTIONS, "dry-run": { type: "boolean", default: false } },
  run: (invocation) => runSubcommand("blobs", SUBCOMMANDS, invocation, "size"),
};

async function size({ env, session, settle, options }: OpenKey): Promise<Outcome> {
  needLargeBlobs(session);
  const { bytes, isIntact, entries } = await settle(largeBlobStorage(env, session).inspect([], options));
  const capacity = session.info.maxSerializedLargeBlobArray;
  const of = capacity === undefined ? "" : ` of ${capacity}`;
  return {
    exitCode: 0,
    json: {
      ok: true,
      bytes,
      ...(capacity !== undefined && { capacity }),
      isIntact,
      entries: entries.map(({ bytes: length, dataBytes }) => ({
        bytes: length,
        ...(dataBytes !== undefined && { dataBytes }),
      })),
    },
    text: [
      `${bytes} bytes${of}; entries: ${entries.length}`,
      ...entries.map(
        ({ bytes: length, dataBytes }) =>
          `  ${length} bytes${dataBytes === undefined ? ", of an unknown kind" : `, ${dataBytes} of data`}`,
      ),
      ...(isIntact ? [] : ["the array fails its own hash and counts as empty: the next write replaces it"]),
    ].join("\n"),
  };
}

async function collect(key: OpenKey): Promise<Outcome> {
  const { env, session, settle, options, invocation } = key;
  needLargeBlobs(session);
  needOption(session.info, "list its passkeys", ["credMgmt"], { value: true });
  const token = await tokenFor(key, {
    permissions: Permission.credentialManagement | Permission.largeBlobWrite,
    does: "lists its passkeys",
  });
  const { found, notListed } = await credentialsOn(credentialManagement(session, token), key);
  if (notListed.length > 0) {
    throw new UsageError(
      "ENVIRONMENT",
      "some passkeys could not be listed, and their data would be taken for nobody's",
      {
        hint: "passkey-harness credentials list says which; nothing was deleted",
      },
    );
  }
  const keys = found.flatMap(({ said: { largeBlobKey } }) => (largeBlobKey ? [largeBlobKey] : []));
  const storage = largeBlobStorage(env, session, { token });
  const before = await settle(storage.inspect(keys, options));
  // What is no entry of the kind that CTAP defines belongs to another program, and stays.
  const orphans = before.entries.filter(
    ({ openedBy, dataBytes }) => openedBy === undefined && dataBytes !== undefined,
  );
  const told = orphans.map(({ bytes, dataBytes }) => ({ bytes, dataBytes }));
  const lines = orphans.map(({ bytes, dataBytes }) => `  ${bytes} bytes, ${dataBytes} of data`);
  if (flag(invocation, "dry-run")) {
    return {
      exitCode: 0,
      json: { ok: true, dryRun: true, wouldDelete: told, kept: before.entries.length - orphans.length },
      text: [
        `entries that would be deleted, for good: ${orphans.length}`,
        ...lines,
        "nothing was deleted",
      ].join("\n"),
    };
  }
  const deleted = await settle(storage.keepOnly(keys, options));
  const after = await settle(storage.inspect(keys, options));
  return {
    exitCode: 0,
    json: {
      ok: true,
      deleted,
      kept: after.entries.length,
      bytes: { before: before.bytes, after: after.bytes },
    },
    text: `entries deleted: ${deleted}, kept: ${after.entries.length}; ${before.bytes} bytes before, ${after.bytes} now`,
  };
}

function needLargeBlobs({ info }: Ctap2Session): void {
  needOption(info, "keep large blobs", ["largeBlobs"], { value: true });
}
