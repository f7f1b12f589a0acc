/** What this library makes of options, in the form of a {@link ChromiumAnswer}. */
import { fromBase64url, toBase64url } from "../../../src/core/bytes.js";
import { envFor } from "../../../src/core/env.js";
import { openSession } from "../../../src/ctap/client/session.js";
import { virtualEnv } from "../../../src/env/virtual-env.js";
import { SimAuthenticator } from "../../../src/sim/authenticator/authenticator.js";
import {
  CredentialStore,
  type CredentialSource,
  type StoreSnapshot,
} from "../../../src/sim/authenticator/store/credential-store.js";
import { LoopbackDevice } from "../../../src/sim/loopback.js";
import { profileNamed } from "../../../src/sim/profiles/profiles.js";
import { simulatedUser } from "../../../src/sim/user.js";
import { authenticate } from "../../../src/webauthn/client/authenticate.js";
import { toPageError } from "../../../src/webauthn/client/page-error.js";
import { register } from "../../../src/webauthn/client/register.js";
import {
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
} from "../../../src/webauthn/idl/parse-options.js";
import { CLIENT_PROFILES } from "../../../src/webauthn/profiles/client-profiles.js";
import { creationOptions } from "../../helpers/ceremony-options.js";
import { PAGE_ORIGIN, type ChromiumAnswer } from "../../helpers/credentials-page.js";
import { PIN } from "../../helpers/webauthn-bench.js";
import { HELD_ID } from "./odd-options.js";

type Method = "create" | "get";

const profile = CLIENT_PROFILES["chrome-floor3m"];
const CLIENT = { profile, origin: PAGE_ORIGIN, pin: () => Promise.resolve(PIN) };

/** Asks a simulated key that has every extension; for get() it holds the passkey {@link HELD_ID}. */
export async function answerHere(method: Method, options: unknown): Promise<ChromiumAnswer> {
  const read = parsedHere(method, options);
  if ("parseError" in read) return read;
  prepared[method] ??= prepare(method);
  const { env, device, store } = keyWith(await prepared[method]);
  try {
    if (method === "get") {
      await env.clock.run(authenticate(env, device, options as never, CLIENT));
      return { ...read, called: "none" };
    }
    await env.clock.run(register(env, device, options as never, CLIENT));
    return { ...read, called: "none", stored: store.credentials.map(storedOf) };
  } catch (error) {
    return { ...read, called: toPageError(error, { method, profile }).name };
  }
}

const prepared: { [M in Method]?: Promise<StoreSnapshot> } = {};

/** What a key holds before it is asked: a PIN, and for get() a passkey. */
async function prepare(method: Method): Promise<StoreSnapshot> {
  const { env, device, store } = keyWith({ credentials: [], memory: {} });
  const session = await env.clock.run(openSession(env, device));
  await env.clock.run(session.setPin(PIN));
  if (method === "get") {
    const required = { authenticatorSelection: { residentKey: "required" } };
    await env.clock.run(register(env, device, creationOptions(required), CLIENT));
    const [made] = store.credentials as [CredentialSource];
    store.delete(made.id);
    store.adopt({ ...made, id: fromBase64url(HELD_ID) });
  }
  return { credentials: store.credentials, memory: store.memory };
}

function keyWith(snapshot: StoreSnapshot) {
  const env = virtualEnv("odd options");
  const store = new CredentialStore(snapshot);
  const key = new SimAuthenticator(envFor(env, "key"), {
    profile: profileNamed("ctap23"),
    store,
    user: simulatedUser(envFor(env, "user")),
  });
  return { env, store, device: new LoopbackDevice(env, key.handle) };
}

export function parsedHere(method: Method, options: unknown): ChromiumAnswer {
  try {
    const parse = method === "create" ? parseCreationOptionsFromJSON : parseRequestOptionsFromJSON;
    return { parsed: plain(parse(options)) };
  } catch (error) {
    return { parseError: toPageError(error, { method, profile }).name };
  }
}

function storedOf({ discoverable, rpId, userName = "", userDisplayName = "" }: CredentialSource) {
  return { discoverable, rpId, userName, userDisplayName };
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: toBase64url(value) };
  if (value instanceof Map) return plain(Object.fromEntries(value as Map<string, unknown>));
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
