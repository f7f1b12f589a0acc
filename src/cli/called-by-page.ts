import { credentialTag, fromBase64url } from "../entry/ctap.js";
import { type Env, envFor, inSpan } from "../entry/sim.js";
import {
  type ClientContext,
  ClientError,
  SPEC_L3,
  effectiveTimeoutMs,
  parseCreationOptionsFromJSON,
  parseRequestOptionsFromJSON,
  toPageError,
} from "../entry/webauthn.js";
import { type HarnessError, isHarnessError } from "../index.js";
import type { OpenedDevice } from "./device/opened-device.js";

export interface PageCall {
  readonly method: "create" | "get";
  readonly client: ClientContext;
  /** What the site sent: JSON of any kind. */
  readonly options: unknown;
}

/** The part of the site, where the program verifies the response in its place. */
export interface SitePart<Response, Verified> {
  /** Whether the program knows what the site would know; its part is not recorded otherwise. */
  readonly isKnown: boolean;
  /** @returns `undefined` for what cannot be verified here. @throws {HarnessError} for what a site refuses. */
  verify(response: Response): Verified;
}

/**
 * Records of a ceremony what a page would see of it, in spans of its own, so that its trace can be explained; of the site what
 * the program does in its place.
 *
 * @throws what `ceremony` throws, and for a response that the site refuses what {@link withDevice} reports.
 */
export function calledByPage<R extends { readonly id: string }, V>(
  { env }: OpenedDevice,
  call: PageCall,
  ceremony: (env: Env) => Promise<R>,
  site: SitePart<R, V>,
): Promise<{ readonly response: R; readonly verified: V }> {
  const about = call.method === "create" ? "registration" : "login";
  return inSpan(env, { name: "ceremony", label: about }, async (own) => {
    const { trace } = envFor(own, "site");
    const tell: typeof trace.emit = (event) => {
      if (site.isKnown) trace.emit(event);
    };
    const answered = (
      step: string,
      answer: { status: number; code?: string; credentials?: readonly string[] },
    ) => tell({ kind: "rp.response", call: `${about}/${step}`, ...answer });
    tell({ kind: "rp.request", call: `${about}/options` });
    answered("options", { status: 200, ...(about === "login" && { credentials: offeredIn(call.options) }) });
    const response = await inSpan(own, { name: "request", label: call.method }, (request) =>
      recorded(request, call, ceremony),
    );
    tell({ kind: "rp.request", call: `${about}/finish` });
    try {
      const verified = site.verify(response);
      const credential = credentialTag(fromBase64url(response.id));
      if (about === "registration") tell({ kind: "rp.row", credential, change: "created" });
      else if (verified !== undefined) tell({ kind: "rp.login", outcome: "accepted" });
      if (verified !== undefined) answered("finish", { status: 200 });
      return { response, verified };
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      if (about === "login") tell({ kind: "rp.login", outcome: "refused", reason: error.code });
      answered("finish", { status: 400, code: error.code });
      throw new RefusedBySite(response, error);
    }
  });
}

/** Tags of the credentials that login options list; none where a browser refuses to read them. */
function offeredIn(options: unknown): readonly string[] {
  return (
    readOptions(() =>
      parseRequestOptionsFromJSON(options).allowCredentials.map(({ id }) => credentialTag(id)),
    ) ?? []
  );
}

function readOptions<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClientError) return undefined;
    throw error;
  }
}

async function recorded<T extends { readonly id: string }>(
  env: Env,
  { method, client, options }: PageCall,
  ceremony: (env: Env) => Promise<T>,
): Promise<T> {
  const trace = env.trace.as("browser");
  const profile = client.profile ?? SPEC_L3;
  const timeoutMs = timeoutIn(method, options);
  const effectiveMs = effectiveTimeoutMs(profile, timeoutMs);
  trace.emit({
    kind: "page.called",
    method,
    ...(timeoutMs !== undefined && { timeoutMs }),
    effectiveMs,
  });
  try {
    const response = await ceremony(env);
    const credential = credentialTag(fromBase64url(response.id));
    trace.emit({ kind: "page.settled", method, outcome: "resolved", credential });
    return response;
  } catch (error) {
    if (isHarnessError(error)) {
      const { name, reason } = toPageError(error, { method, profile });
      trace.emit({ kind: "page.settled", method, outcome: "rejected", name, reason });
    }
    throw error;
  }
}

/** The timeout that options ask for; none where a browser refuses to read them. */
function timeoutIn(method: PageCall["method"], options: unknown): number | undefined {
  const parse = method === "create" ? parseCreationOptionsFromJSON : parseRequestOptionsFromJSON;
  return readOptions(() => parse(options).timeout);
}

/** The page got its response, and the site that verified it found a rule broken. */
export class RefusedBySite extends Error {
  readonly response: object;
  readonly refusal: HarnessError;

  constructor(response: object, refusal: HarnessError) {
    super(refusal.message, { cause: refusal });
    this.response = response;
    this.refusal = refusal;
  }
}
