import { namesHint } from "../../core/place.js";
import { printable } from "../../core/printable.js";
import {
  type CredentialManager,
  type Ctap2Session,
  type Listing,
  Permission,
  type PinUvAuthToken,
  type TransactOptions,
  credentialManagement,
  fromBase64url,
  openSession,
  toBase64url,
} from "../../entry/ctap.js";
import { enterPin, UserVerificationError } from "../../entry/webauthn.js";
import { PIN_HELP, PIN_OPTIONS, pinSource } from "../pin-source.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { DEVICE_HELP, DEVICE_OPTIONS, usingDevice } from "../device/open-device.js";
import type { OpenedDevice } from "../device/opened-device.js";

interface Asking {
  readonly settle: OpenedDevice["settle"];
  readonly options: TransactOptions;
}

type Action = (manager: CredentialManager, asking: Asking) => Promise<Outcome>;

export const credentials: Command = {
  name: "credentials",
  takesWords: true,
  summary: "list the passkeys on a key, or delete one",
  synopsis: "list | delete ID  [--device WHICH] [options]",
  help: `${PIN_HELP}
${DEVICE_HELP}`,
  options: { ...DEVICE_OPTIONS, ...PIN_OPTIONS },
  async run(invocation) {
    const act = actionOf(invocation);
    return usingDevice(invocation, async ({ env, device, settle }, options) => {
      const session = await settle(openSession(env, device, options));
      const token = await tokenFrom(invocation, session, { settle, options });
      return act(credentialManagement(session, token), { settle, options });
    });
  },
};

/** @throws {UsageError} USAGE for anything but `list` and `delete ID`. */
function actionOf({ positionals }: Invocation): Action {
  const [action = "list", id, ...more] = positionals;
  if (action === "list" && id === undefined) return listAll;
  if (action === "delete" && id !== undefined && more.length === 0) return deleteOne(readId(id));
  throw new UsageError("USAGE", "credentials takes `list`, or `delete` and the id of one credential", {
    hint: ["list", "delete"].includes(action)
      ? "passkey-harness credentials list prints the ids"
      : namesHint(action, ["list", "delete"]),
  });
}

const listAll: Action = async (manager, { settle, options }) => {
  const { existing, remaining } = await settle(manager.metadata(options));
  const found = [];
  const sites = await settle(manager.relyingParties(options));
  const missing = [missingOf("sites", sites)];
  for (const { rp, rpIdHash } of sites) {
    const site = rp === undefined ? { rpIdHash: toBase64url(rpIdHash) } : { rpId: rp.id };
    const listed = await settle(manager.credentials(rpIdHash, options));
    missing.push(missingOf(`passkeys of ${nameOf(site)}`, listed));
    // The large blob key stays out: it is secret.
    for (const { id, user, publicKey, publicKeyCose, credProtect } of listed) {
      const { name, displayName } = user ?? {};
      found.push({
        ...site,
        id: toBase64url(id),
        ...(user && { userId: toBase64url(user.id) }),
        ...(name !== undefined && { name }),
        ...(displayName !== undefined && { displayName }),
        ...(credProtect !== undefined && { credProtect }),
        ...(!publicKey && publicKeyCose && { publicKeyCose: toBase64url(publicKeyCose) }),
      });
    }
  }
  const notListed = missing.filter((one) => one !== undefined);
  return {
    exitCode: 0,
    json: {
      ok: true,
      ...(existing !== undefined && { existing }),
      ...(remaining !== undefined && { remaining }),
      credentials: found,
      ...(notListed.length > 0 && { missing: notListed }),
    },
    text: [
      `${existing ?? found.length} passkeys${remaining === undefined ? "" : `, room for ${remaining} more`}`,
      ...found.map(
        ({ id, name, displayName, publicKeyCose, ...site }) =>
          `  ${id}  ${printable(nameOf(site))}  ${printable(name ?? displayName ?? "no name")}` +
          (publicKeyCose === undefined ? "" : ", key of an unknown kind"),
      ),
      ...notListed.map(({ what, count, why }) => `  not listed: ${count} of the ${printable(what)} (${why})`),
    ].join("\n"),
  };
};

/** A site whose id the key does not say is known by the hash of it. */
function nameOf({ rpId, rpIdHash }: { readonly rpId?: string; readonly rpIdHash?: string }): string {
  return rpId ?? `site of hash ${rpIdHash}`;
}

function missingOf(what: string, { missing }: Listing<unknown>) {
  return missing && { what, count: missing.count, why: missing.cause.code };
}

function deleteOne(id: Uint8Array): Action {
  return async (manager, { settle, options }) => {
    await settle(manager.delete(id, options));
    return {
      exitCode: 0,
      json: { ok: true, deleted: toBase64url(id) },
      text: `deleted ${toBase64url(id)}`,
    };
  };
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

/**
 * By PIN where there is someone to ask for it, by the key's own verification otherwise.
 *
 * @throws {UsageError} ENVIRONMENT when no PIN is set or given. @throws {UserVerificationError}
 */
async function tokenFrom(
  invocation: Invocation,
  session: Ctap2Session,
  { settle, options }: Asking,
): Promise<PinUvAuthToken> {
  const { uv, pinUvAuthToken, clientPin, credMgmt, credentialMgmtPreview } = session.info.options ?? {};
  if (credMgmt !== true && credentialMgmtPreview !== true) {
    throw new UsageError("ENVIRONMENT", "the key cannot list its passkeys: it has no credential management", {
      hint: "passkey-harness info says what a key can do",
    });
  }
  if (clientPin === false && uv !== true) {
    throw new UsageError("ENVIRONMENT", "no PIN is set on the key, and it lists its passkeys with one only", {
      hint: "set a PIN with the system's own settings or the vendor's program",
    });
  }
  const permissions = Permission.credentialManagement;
  const verifiesItself = uv === true && pinUvAuthToken === true;
  const ask = clientPin === true ? pinSource(invocation) : undefined;
  if (ask !== undefined) {
    // The user types in real time, whatever time the key lives in.
    const timed = { pinRetries: (how?: TransactOptions) => settle(session.pinRetries(how)) };
    const use = (pin: string) => settle(session.pinUvAuthToken({ permissions, pin }, options));
    try {
      return (await enterPin(timed, { ask, use, transact: options })).result;
    } catch (error) {
      const isDeclined = error instanceof UserVerificationError && error.code === "PIN_DECLINED";
      if (!isDeclined || !verifiesItself) throw error;
    }
  }
  if (verifiesItself) return settle(session.pinUvAuthToken({ permissions }, options));
  throw new UsageError("ENVIRONMENT", "the key wants its PIN", { hint: "name a file with --pin-file" });
}
