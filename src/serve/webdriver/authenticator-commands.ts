import { fromBase64url } from "../../core/bytes.js";
import type { CredentialStore } from "../../sim/authenticator/store/credential-store.js";
import { parseJson, type Answer } from "../../loopback/http-messages.js";
import { scriptFor } from "../page-endpoint.js";
import type { HostedRig, Rigs } from "../rigs.js";
import { ServeError } from "../../loopback/serve-error.js";
import { readAuthenticatorOptions, standardMembers, verifiedKnobs } from "./authenticator-options.js";
import { credentialParameters, readCredential } from "./credential-parameters.js";
import { value, WireFault } from "./wire.js";

/** One command for virtual authenticators, its path taken apart. */
export interface AuthenticatorCommand {
  readonly session: string;
  readonly method: string;
  /** What stands behind `webauthn/authenticator` in the path. */
  readonly rest: readonly string[];
  readonly body: Buffer;
}

export interface CommandDeps {
  readonly rigs: Rigs;
  readonly base: () => string;
  /** Sends a command of the DevTools protocol by way of the driver. @throws {ServeError} `SERVE_DRIVER`. */
  readonly devTools: (session: string, command: string, parameters: object) => Promise<unknown>;
}

/**
 * Carries out WebDriver's commands for virtual authenticators with devices of the harness.
 *
 * @returns `"driver"` for what belongs to the driver's own authenticators, with the body that it is to get.
 * @see WebAuthn Level 3 §11
 */
export async function runAuthenticatorCommand(
  deps: CommandDeps,
  command: AuthenticatorCommand,
): Promise<Answer | { readonly driver: Buffer }> {
  const { rigs } = deps;
  const { session, method, rest, body } = command;
  const [id, what, credentialId] = rest;
  if (id === undefined) return method === "POST" ? add(deps, session, body) : unknownCommand(command);
  const hosted = rigs.all.find((one) => one.id === id);
  if (hosted === undefined) return { driver: body };
  if (hosted.session !== session || hosted.isClosed)
    throw new WireFault("invalid argument", `this session has no authenticator ${id}`);
  const { store } = hosted.rig.world;
  switch (`${method} ${what ?? ""}`) {
    case "DELETE ":
      try {
        await withdraw(deps, session, hosted);
      } finally {
        rigs.close(hosted);
      }
      return value(null);
    case "POST credential":
      addCredential(hosted, body);
      return value(null);
    case "GET credentials":
      return value(store.credentials.map(credentialParameters));
    case "DELETE credentials":
      if (credentialId === undefined) for (const one of store.credentials) store.revoke(one.id);
      else removeCredential(store, credentialId);
      return value(null);
    case "POST uv":
      setUserVerified(hosted, body);
      return value(null);
    default:
      return unknownCommand(command);
  }
}

async function add(
  deps: CommandDeps,
  session: string,
  body: Buffer,
): Promise<Answer | { readonly driver: Buffer }> {
  const parameters = parseJson(body);
  const { backend, time, knobs } = readAuthenticatorOptions(parameters);
  if (backend === "browser")
    return { driver: Buffer.from(JSON.stringify(standardMembers(parameters as object))) };
  if (deps.rigs.all.some((one) => one.session === session && !one.isClosed)) {
    throw new ServeError("SERVE_CANNOT", "this session has an authenticator already", {
      hint: "remove it first: one simulated device answers the pages of a session",
    });
  }
  // Nobody stands in front of it: a request for a field's autofill is answered as any other.
  const hosted = deps.rigs.open({ time, knobs, title: "webdriver", autofill: "picked" }, session);
  try {
    await inject(deps, session, hosted);
  } catch (error) {
    deps.rigs.close(hosted);
    // What went wrong is told; what is left of the script asks a rig that is gone.
    await withdraw(deps, session, hosted).catch(() => undefined);
    throw error;
  }
  return value(hosted.id);
}

/** Puts the script into every document to come, and into the present one, which a virtual authenticator serves as well. */
async function inject({ base, devTools }: CommandDeps, session: string, hosted: HostedRig): Promise<void> {
  const source = scriptFor(base(), hosted);
  // A page's own policy would keep its documents from asking this server.
  await devTools(session, "Page.setBypassCSP", { enabled: true });
  const added = await devTools(session, "Page.addScriptToEvaluateOnNewDocument", { source });
  const { identifier } = (added as { readonly value?: { readonly identifier?: unknown } }).value ?? {};
  if (typeof identifier === "string") hosted.scriptId = identifier;
  await devTools(session, "Runtime.evaluate", { expression: source });
}

/** Documents to come are the browser's own again. */
async function withdraw({ devTools }: CommandDeps, session: string, { scriptId }: HostedRig): Promise<void> {
  if (scriptId === undefined) return;
  await devTools(session, "Page.removeScriptToEvaluateOnNewDocument", { identifier: scriptId });
  await devTools(session, "Page.setBypassCSP", { enabled: false });
}

function addCredential({ rig }: HostedRig, body: Buffer): void {
  const { store } = rig.world;
  const { credential, signCount, backup } = readCredential(parseJson(body), rig.env.clock.epochMs());
  if (backup !== undefined && backup !== rig.knobs.key.backup) {
    throw new ServeError("SERVE_CANNOT", "the credential's backup flags are not those of its authenticator", {
      hint: "defaultBackupEligibility and defaultBackupState of the authenticator hold for all of its credentials",
    });
  }
  store.delete(credential.id);
  store.add(credential);
  store.update(credential.id, { signCount });
}

function removeCredential(store: CredentialStore, id: string): void {
  let isRemoved: boolean;
  try {
    isRemoved = store.revoke(fromBase64url(id.replace(/=+$/, "")));
  } catch {
    isRemoved = false;
  }
  if (!isRemoved) throw new WireFault("invalid argument", "the authenticator has no such credential");
}

function setUserVerified({ rig }: HostedRig, body: Buffer): void {
  const { isUserVerified } = (parseJson(body) ?? {}) as { readonly isUserVerified?: unknown };
  if (typeof isUserVerified !== "boolean")
    throw new WireFault("invalid argument", "isUserVerified is no boolean");
  rig.set(verifiedKnobs(isUserVerified));
  // What failed before counts no more: the device gets its attempts back.
  rig.world.key.powerCycle();
  rig.world.store.remember({ pinRetries: undefined, uvRetries: undefined });
}

function unknownCommand({ method, rest }: AuthenticatorCommand): never {
  throw new WireFault("unknown command", `no command ${method} for ${["authenticator", ...rest].join("/")}`);
}
