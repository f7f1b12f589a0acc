import { concat } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { TimeoutError } from "../../core/errors.js";
import { CtapCommand, nameOfCommand } from "../../ctap/command.js";
import type { CtapHandler } from "../../ctap/device.js";
import { depthWith } from "../../ctap/messages/prf.js";
import { parseGetAssertionRequest } from "../../ctap/messages/get-assertion.js";
import { parseMakeCredentialRequest } from "../../ctap/messages/make-credential.js";
import { MessageError } from "../../ctap/messages/message-error.js";
import { CtapStatus, nameOfStatus } from "../../ctap/status.js";
import { askPort } from "../../hybrid/ask-port.js";
import { limited } from "../../hybrid/in-stage.js";
import { asPlatformRequest } from "./platform-request.js";
import type { PhoneOptions } from "./phone-options.js";
import type { PhoneEnding } from "./phone-outcome.js";

/** Names the phone's own limit for a request in traces. */
export const PLATFORM_TIMER = "phone.platform";

/** What comes of a request: an answer, or the end of the session without one. */
export type PhoneReply =
  | { readonly answer: Uint8Array; readonly foundNothing?: boolean }
  | { readonly ending: PhoneEnding; readonly answer?: undefined };

/** Statuses Chrome for Android knows to tell; the rest is OTHER. Source: Chromium, CableAuthenticator.java */
const TOLD: readonly number[] = [
  CtapStatus.OK,
  CtapStatus.CREDENTIAL_EXCLUDED,
  CtapStatus.UNSUPPORTED_ALGORITHM,
  CtapStatus.OPERATION_DENIED,
  CtapStatus.UNSUPPORTED_OPTION,
  CtapStatus.NO_CREDENTIALS,
];

/** What looks to the user like "it did not happen": the platform says denied to all of it. */
const DENIED: readonly number[] = [
  CtapStatus.KEEPALIVE_CANCEL,
  CtapStatus.USER_ACTION_TIMEOUT,
  CtapStatus.ACTION_TIMEOUT,
];

const GET_INFO = Uint8Array.of(CtapCommand.getInfo);

/** The phone's getInfo response body. */
export async function askInfo(env: Env, handle: CtapHandler, signal: AbortSignal): Promise<Uint8Array> {
  const ask = () => handle(GET_INFO, { signal, context: env.trace.context });
  return (await askPort("authenticator", ask, { signal })).subarray(1);
}

/**
 * Does what Chrome's phone side does about a request: some are answered, some end the session without a word.
 *
 * @param handle the phone's authenticator.
 * @param signal aborts when a phone that listens hears of the client's shutdown.
 */
export async function replyTo(
  env: Env,
  request: Uint8Array,
  { handle, options, signal }: { handle: CtapHandler; options: PhoneOptions; signal: AbortSignal },
): Promise<PhoneReply> {
  if (options.requests === "as-authenticator")
    return { answer: await askHandle(env, request, { handle, signal }) };
  const [command] = request;
  switch (command) {
    case CtapCommand.getInfo:
      if (request.length > 1) return { ending: "request-invalid" };
      return { answer: concat(Uint8Array.of(CtapStatus.OK), await askInfo(env, handle, signal)) };
    case CtapCommand.makeCredential:
    case CtapCommand.getAssertion:
      break;
    case CtapCommand.selection:
      return { ending: "request-unsupported" };
    default:
      return { ending: "request-invalid" };
  }
  const phoneRequest = readPhoneRequest(command, request.subarray(1));
  if (phoneRequest === undefined) return { ending: "request-invalid" };
  if (phoneRequest.discoverable && !options.discoverable) return { ending: "no-answer" };
  const answer = await askPlatform(env, asPlatformRequest(request), { handle, options, signal });
  const status = answer[0] ?? CtapStatus.OTHER;
  if (status === CtapStatus.NO_CREDENTIALS) return nothingFound(phoneRequest, options);
  if (phoneRequest.discoverable && status === CtapStatus.UNSUPPORTED_OPTION) return { ending: "no-answer" };
  if (DENIED.includes(status)) return { answer: Uint8Array.of(CtapStatus.OPERATION_DENIED) };
  if (TOLD.includes(status)) return { answer };
  env.trace.emit({
    kind: "ctap.masked",
    command: nameOfCommand(command),
    status: nameOfStatus(status),
    told: nameOfStatus(CtapStatus.OTHER),
  });
  return { answer: Uint8Array.of(CtapStatus.OTHER) };
}

/** Android has two ways to ask its platform: the older one tells, and has no word for a request that named nothing. */
function nothingFound({ unnamed }: PhoneRequest, options: PhoneOptions): PhoneReply {
  if (options.nothingFound === "0x27") {
    return { answer: Uint8Array.of(CtapStatus.OPERATION_DENIED), foundNothing: true };
  }
  if (unnamed) return { ending: "no-answer" };
  return { answer: Uint8Array.of(CtapStatus.NO_CREDENTIALS), foundNothing: true };
}

/** A phone without prf would refuse what is too deep for it by a status. */
const DEEPEST_EXTENSIONS = new Set(["prf"]);

interface PhoneRequest {
  /** No credential was named: any of the site's will do. */
  readonly unnamed: boolean;
  readonly discoverable: boolean;
}

/** What matters about a request; `undefined` when it cannot be read. */
function readPhoneRequest(command: number, parameters: Uint8Array): PhoneRequest | undefined {
  try {
    if (command === CtapCommand.makeCredential) {
      const { options } = parseMakeCredentialRequest(parameters);
      return { unnamed: false, discoverable: options?.rk === true };
    }
    const depthMax = depthWith(DEEPEST_EXTENSIONS);
    const { allowList = [] } = parseGetAssertionRequest(parameters, { depthMax });
    return { unnamed: allowList.length === 0, discoverable: false };
  } catch (error) {
    if (error instanceof MessageError) return undefined;
    throw error;
  }
}

function askHandle(
  env: Env,
  request: Uint8Array,
  { handle, signal }: { handle: CtapHandler; signal: AbortSignal },
): Promise<Uint8Array> {
  const ask = () => handle(request, { signal, context: env.trace.context });
  return askPort("authenticator", ask, { signal });
}

async function askPlatform(
  env: Env,
  request: Uint8Array,
  { handle, options, signal }: { handle: CtapHandler; options: PhoneOptions; signal: AbortSignal },
): Promise<Uint8Array> {
  const limit = { timer: PLATFORM_TIMER, budgetMs: options.platformTimeoutMs ?? Infinity };
  try {
    return await limited(env, limit, (ended) => askHandle(env, request, { handle, signal: ended }), signal);
  } catch (error) {
    const isOver = error instanceof TimeoutError && error.timer === PLATFORM_TIMER;
    if (!isOver && !signal.aborted) throw error;
    return Uint8Array.of(CtapStatus.USER_ACTION_TIMEOUT);
  }
}
