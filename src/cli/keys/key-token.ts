import type { PinUvAuthToken, TransactOptions } from "../../entry/ctap.js";
import { enterPin, UserVerificationError } from "../../entry/webauthn.js";
import { UsageError } from "../command.js";
import { pinSource } from "../pin-source.js";
import type { OpenKey } from "./open-key.js";

/** What a token is for. */
export interface TokenUse {
  /** Bits of `Permission`. */
  readonly permissions: number;
  /** The one site that it is good for; some permissions want one. */
  readonly rpId?: string;
  /** What the key does with it, for a message, such as "lists its passkeys". */
  readonly does: string;
}

/**
 * Gets a token by PIN where someone can be asked for it, and by the key's own verification otherwise.
 *
 * @throws {UsageError} ENVIRONMENT when no PIN is set or given. @throws {UserVerificationError} for a PIN that is wrong.
 */
export async function tokenFor(key: OpenKey, use: TokenUse): Promise<PinUvAuthToken> {
  const { clientPin, uv } = key.session.info.options ?? {};
  if (clientPin !== true && uv !== true) {
    throw new UsageError("ENVIRONMENT", `no PIN is set on the key, and it ${use.does} with one only`, {
      hint: "passkey-harness pin set gives the key a PIN",
    });
  }
  const token = await tokenIfGiven(key, use);
  if (token !== undefined) return token;
  throw new UsageError("ENVIRONMENT", "the key wants its PIN", {
    hint: "name a file with --pin-file, or set the variable PASSKEY_HARNESS_PIN",
  });
}

/** Gets a token where the key has a PIN or a finger; a key that has neither does without. @throws as {@link tokenFor} does. */
export async function tokenIfProtected(key: OpenKey, use: TokenUse): Promise<PinUvAuthToken | undefined> {
  const { clientPin, uv } = key.session.info.options ?? {};
  return clientPin === true || uv === true ? tokenFor(key, use) : undefined;
}

/** The same where a PIN is given or the key verifies by itself; `undefined` otherwise. */
export async function tokenIfGiven(key: OpenKey, use: TokenUse): Promise<PinUvAuthToken | undefined> {
  const { session, settle, options, invocation } = key;
  const { permissions, rpId } = use;
  const { uv, pinUvAuthToken, clientPin } = session.info.options ?? {};
  const request = { permissions, ...(rpId !== undefined && { rpId }) };
  const verifiesItself = uv === true && pinUvAuthToken === true;
  const ask = clientPin === true ? pinSource(invocation) : undefined;
  if (ask !== undefined) {
    try {
      const send = (pin: string) => settle(session.pinUvAuthToken({ ...request, pin }, options));
      return (await enterPin(pinRetriesOf(key), { ask, use: send, transact: options })).result;
    } catch (error) {
      const isDeclined = error instanceof UserVerificationError && error.code === "PIN_DECLINED";
      if (!isDeclined || !verifiesItself) throw error;
    }
  }
  return verifiesItself ? settle(session.pinUvAuthToken(request, options)) : undefined;
}

/** For `enterPin`: the user types in real time, whatever time the key lives in. */
export function pinRetriesOf({ session, settle }: OpenKey) {
  return { pinRetries: (how?: TransactOptions) => settle(session.pinRetries(how)) };
}
