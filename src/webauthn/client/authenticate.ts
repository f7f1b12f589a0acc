import { arg, checkArguments } from "../../core/argument.js";
import { toBase64url } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { parseAuthenticatorData } from "../../ctap/messages/authenticator-data.js";
import { saltsProtocol } from "../../ctap/extensions/hmac-secret.js";
import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import {
  encodeGetAssertionRequest,
  type GetAssertionRequest,
  type GetAssertionResponse,
} from "../../ctap/messages/get-assertion.js";
import { MessageError } from "../../ctap/messages/message-error.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import type { PinUvAuthToken } from "../../ctap/client/pin-uv-auth-token.js";
import { CtapError, CtapStatus } from "../../ctap/status.js";
import { type AssertionRequest, readRequestOptions } from "./assertion-request.js";
import { attachmentOf } from "./attachment.js";
import type { CliCeremony } from "./ceremony.js";
import { chooseAssertion, type Assertion } from "./choose-assertion.js";
import { CLIENT_CONTEXT, type ClientContext } from "./client-context.js";
import { buildClientData, type ClientData } from "../client-data.js";
import { ClientError } from "../client-error.js";
import { SPEC_L3 } from "../profiles/client-profiles.js";
import type { AuthenticatorInputs } from "../extensions/client-extension.js";
import { KNOWN_EXTENSIONS } from "../extensions/known-extensions.js";
import {
  prepareExtensions,
  uvWithExtensions,
  type PreparedExtensions,
} from "../extensions/run-extensions.js";
import type { AuthenticationResponseJSON } from "../json.js";
import type { RequestOptionsInput } from "../json-input.js";
import { noUsableCredential, planAuthentication, type AuthenticationPlan } from "./plan.js";
import { cutToFit, fitsWhole, listLimits } from "./plan-lists.js";
import { findCredential } from "./preflight.js";
import { awaitTouch } from "./await-touch.js";
import type { ClientProfile } from "../profiles/client-profile.js";
import { findingsOf } from "./findings-of.js";
import { inCeremony, runOnDevice } from "./run-on-device.js";
import { UserVerification, type Proof } from "./user-verification.js";

/**
 * `navigator.credentials.get()` without a browser: one page, one authenticator.
 *
 * Settles within the client's timer whatever the device does. It does not verify the answer: that is the
 * site's business.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param device the authenticator, over any transport.
 * @param options as a site sends them, of any library.
 * @param client origin of the page, timers of the browser, PIN and account choice of the user.
 * @returns what the page would send to its site.
 * @throws {ClientError} for options or an origin a browser would refuse, or when the user picks no account.
 * @throws {PlanError} when the authenticator cannot do what the site insists on.
 * @throws {UserVerificationError} when the user cannot be verified any more.
 * @throws {CtapError} when the authenticator refuses. @throws {TransportError} when the link fails.
 * @throws {TimeoutError} `TIMEOUT` of `client.ceremony`. @throws {AbortedError} `ABORTED`.
 * @see WebAuthn Level 3 §5.1.4
 *
 * @example
 * const response = await env.clock.run(
 *   authenticate(env, device, { challenge, rpId: "example.com" }, { origin: "https://example.com" }),
 * );
 */
export async function authenticate(
  env: Env,
  device: CtapDevice,
  options: RequestOptionsInput,
  client: ClientContext,
): Promise<AuthenticationResponseJSON> {
  checkArguments("authenticate", {
    env: [arg.env, env],
    device: [arg.having("a device (CtapDevice)", "transact"), device],
    client: [CLIENT_CONTEXT, client],
  });
  const request = readRequestOptions(options, client);
  const clientData = buildClientData(env, {
    ...client,
    origin: client.statedOrigin ?? client.origin,
    type: "webauthn.get",
    challenge: toBase64url(request.challenge),
  });
  return inCeremony(env, "login", (own) =>
    runOnDevice(own, device, {
      client,
      timeoutMs: request.timeoutMs,
      work: (ceremony, session) =>
        new Authentication({ env: own, session, request, clientData, client, ceremony }).run(),
    }),
  );
}

interface AuthenticationDeps {
  readonly env: Env;
  readonly session: Ctap2Session;
  readonly request: AssertionRequest;
  readonly clientData: ClientData;
  readonly client: ClientContext;
  readonly ceremony: CliCeremony;
}

/** What one getAssertion is made of. */
interface Attempt {
  readonly plan: AuthenticationPlan;
  readonly extensions: PreparedExtensions;
  readonly proof: Proof;
  readonly profile: ClientProfile;
}

/** One get() on one open session. */
class Authentication {
  readonly #deps: AuthenticationDeps;
  readonly #transact: TransactOptions;
  /** What the command carries, found out once. */
  #allowList: readonly CredentialDescriptor[] | undefined;
  /** The U2F AppID, once it is known that the authenticator has a listed credential under it and none under the rp id. */
  #appId: string | undefined;

  constructor(deps: AuthenticationDeps) {
    this.#deps = deps;
    this.#transact = { signal: deps.ceremony.signal, onKeepalive: deps.client.onKeepalive };
  }

  async run(): Promise<AuthenticationResponseJSON> {
    const { ceremony, client, request, session } = this.#deps;
    const profile = client.profile ?? SPEC_L3;
    const plan = planAuthentication(session.info, {
      ...request,
      userVerification: uvWithExtensions(request, session.info, "get"),
      pinAvailable: client.pin !== undefined,
      oneShot: session.device.oneShot,
    });
    const extensions = await this.#prepareExtensions(plan);
    const verification = new UserVerification(session, plan.uv, {
      rpId: request.rpId,
      extraPermissions: extensions.permissions,
      pin: client.pin,
      renewsExpiredToken: profile.renewsExpiredToken,
      transact: this.#transact,
    });
    const answers = await ceremony.ask({
      handling: profile.statusHandling[session.device.transport],
      isTokenInUse: () => verification.isTokenInUse,
      send: () =>
        verification.prove((proof) =>
          session.series((own) => this.#answers(own, { plan, extensions, proof, profile }), this.#transact),
        ),
    });
    const assertions = withCredentials(answers, this.#allowList ?? []);
    const chosen = await chooseAssertion(assertions, client.chooseAccount);
    ceremony.signal.throwIfAborted();
    return this.#assemble(chosen, { extensions, token: verification.token });
  }

  /** One getAssertion and what it leaves for getNextAssertion; nothing of another session comes in between. */
  async #answers(session: Ctap2Session, attempt: Attempt): Promise<readonly GetAssertionResponse[]> {
    const message = await this.#message(session, attempt);
    const first = await this.#deps.ceremony.outstanding("getAssertion", () =>
      this.#assert(session, message, attempt.profile),
    );
    return this.#collect(session, first, attempt.profile);
  }

  async #assert(
    session: Ctap2Session,
    message: GetAssertionRequest,
    profile: ClientProfile,
  ): Promise<GetAssertionResponse> {
    try {
      return await session.getAssertion(message, this.#transact);
    } catch (error) {
      const isUnknown = error instanceof CtapError && error.status === CtapStatus.NO_CREDENTIALS;
      if (isUnknown && this.#appId === undefined && isU2fOnly(session) && this.#mayUseAppId(session)) {
        this.#appId = this.#deps.request.appId;
        return await session.getAssertion({ ...message, rpId: this.#appId ?? message.rpId }, this.#transact);
      }
      const mayBlink = message.allowList !== undefined && session.device.transport === "usb";
      if (isUnknown && mayBlink && profile.asksTouchOfUnknownKey) {
        await awaitTouch(session, { rpId: message.rpId, transact: this.#transact });
      }
      throw error;
    }
  }

  #prepareExtensions({ allowList }: AuthenticationPlan): Promise<PreparedExtensions> {
    const { env, request, session } = this.#deps;
    const allowedIds = allowList.map(({ id }) => id);
    const context = { env, session, transact: this.#transact, rpId: request.rpId, allowedIds };
    return prepareExtensions(
      KNOWN_EXTENSIONS.map(({ id, get }) => ({ id, start: () => get?.(request.extensions, context) })),
    );
  }

  /**
   * The request, with as much of the list as it may carry: all of it, or after a pre-flight only the one that was
   * found. When none was, the authenticator still gets to say so itself, some only after a touch: never an empty list,
   * which would mean any account.
   *
   * @throws {PlanError} `NO_USABLE_CREDENTIAL` when none of the list fits into a request.
   */
  async #message(session: Ctap2Session, attempt: Attempt): Promise<GetAssertionRequest> {
    const { plan, extensions } = attempt;
    if (this.#allowList === undefined) await this.#findUnderAppId(session, attempt);
    // What U2F has made knows neither extensions nor verification.
    const proof = this.#appId === undefined ? attempt.proof : { uvOption: false };
    if (this.#appId !== undefined && this.#allowList !== undefined) {
      return this.#request({ proof, allowList: this.#allowList, inputs: undefined });
    }
    const requestFor = async (list: readonly CredentialDescriptor[]) => {
      const inputs = await extensions.inputs(idsOf(list), session);
      return (allowList: readonly CredentialDescriptor[]) => this.#request({ proof, allowList, inputs });
    };
    if (this.#allowList === undefined) {
      const limits = listLimits(session);
      const request = await requestFor(plan.allowList);
      const size = (list: readonly CredentialDescriptor[]) => encodeGetAssertionRequest(request(list)).length;
      const isWhole = plan.allowList.length === 0 || fitsWhole(plan.allowList, limits, size);
      if (isWhole && !mustFindOut(plan, extensions, session)) {
        this.#allowList = plan.allowList;
        return request(plan.allowList);
      }
      const found = await this.#find(session, attempt);
      this.#allowList = found === undefined ? cutToFit(plan.allowList, limits, size).at(-1) : [found];
    }
    if (this.#allowList === undefined) throw noUsableCredential();
    return (await requestFor(this.#allowList))(this.#allowList);
  }

  /**
   * Whether credentials of U2F may be asked for. Nobody can be verified with them, and a phone, which answers one command
   * alone, has none.
   */
  #mayUseAppId(session: Ctap2Session): boolean {
    const { request } = this.#deps;
    return (
      request.appId !== undefined &&
      request.allowCredentials.length > 0 &&
      request.userVerification !== "required" &&
      !session.device.oneShot
    );
  }

  /** Looks under the AppID for what is not there under the rp id, without a touch; a U2F key says so by itself. */
  async #findUnderAppId(session: Ctap2Session, attempt: Attempt): Promise<void> {
    const { clientData, request } = this.#deps;
    const { appId } = request;
    if (appId === undefined || !this.#mayUseAppId(session) || isU2fOnly(session)) return;
    if ((await this.#find(session, attempt)) !== undefined) return;
    const found = await findCredential(session, attempt.plan.allowList, {
      rpId: appId,
      clientDataHash: clientData.hash,
      proof: { uvOption: false },
      transact: this.#transact,
    });
    if (found === undefined) return;
    this.#appId = appId;
    this.#allowList = [found];
  }

  #find(session: Ctap2Session, { plan, proof }: Attempt): Promise<CredentialDescriptor | undefined> {
    return findCredential(session, plan.allowList, {
      rpId: this.#deps.request.rpId,
      clientDataHash: this.#deps.clientData.hash,
      proof,
      transact: this.#transact,
    });
  }

  #request(carried: {
    readonly proof: Proof;
    readonly allowList: readonly CredentialDescriptor[];
    readonly inputs: AuthenticatorInputs | undefined;
  }): GetAssertionRequest {
    const { request, clientData } = this.#deps;
    const { proof, allowList, inputs } = carried;
    const saltsBy = saltsProtocol(inputs?.get("hmac-secret"));
    return {
      rpId: this.#appId ?? request.rpId,
      clientDataHash: clientData.hash,
      ...(allowList.length > 0 && { allowList }),
      ...(inputs && { extensions: inputs }),
      ...(proof.uvOption && { options: { uv: true } }),
      ...(proof.token
        ? {
            pinUvAuthParam: proof.token.authenticate(clientData.hash),
            pinUvAuthProtocol: proof.token.protocol,
          }
        : // A firmware of Token2 refuses salts by a protocol that the command itself does not name.
          saltsBy !== undefined && { pinUvAuthProtocol: saltsBy }),
    };
  }

  /**
   * The other accounts, where the authenticator has no display to choose on itself. One that cannot be read is left
   * out: the others are good all the same. A refusal leaves no more to ask for: the profile says whether the client goes
   * on with what it has.
   */
  async #collect(
    session: Ctap2Session,
    first: GetAssertionResponse,
    { keepsAssertionsOnRefusal }: ClientProfile,
  ): Promise<readonly GetAssertionResponse[]> {
    const { ceremony, env } = this.#deps;
    const count = session.device.oneShot ? 1 : (first.numberOfCredentials ?? 1);
    const all = [first];
    for (let asked = 1; asked < count; asked++) {
      ceremony.signal.throwIfAborted();
      try {
        all.push(await session.getNextAssertion(this.#transact));
      } catch (error) {
        ceremony.signal.throwIfAborted();
        const isRefused = keepsAssertionsOnRefusal && error instanceof CtapError;
        if (!isRefused && !(error instanceof MessageError)) throw error;
        findingsOf(env, "getNextAssertion")()(`assertions[${asked}]`, error.code);
        if (isRefused) break;
      }
    }
    return all;
  }

  async #assemble(
    { credentialId, answer }: Assertion,
    rest: { readonly extensions: PreparedExtensions; readonly token: PinUvAuthToken | undefined },
  ): Promise<AuthenticationResponseJSON> {
    const { env, clientData, session } = this.#deps;
    const unreadable = findingsOf(env, "getAssertion");
    return {
      id: toBase64url(credentialId),
      rawId: toBase64url(credentialId),
      type: "public-key",
      authenticatorAttachment: attachmentOf(session),
      clientExtensionResults: await rest.extensions.results(
        {
          authenticatorData: parseAuthenticatorData(answer.authData, undefined, unreadable("authData")),
          credentialId,
          appIdUsed: this.#appId !== undefined,
          largeBlobKey: answer.largeBlobKey,
          unsignedExtensionOutputs: answer.unsignedExtensionOutputs,
          token: rest.token,
        },
        unreadable("output"),
      ),
      response: {
        clientDataJSON: toBase64url(clientData.json),
        authenticatorData: toBase64url(answer.authData),
        signature: toBase64url(answer.signature),
        ...(answer.user && { userHandle: toBase64url(answer.user.id) }),
      },
    };
  }
}

/** A key that speaks U2F alone, behind an adapter. */
function isU2fOnly({ info }: Ctap2Session): boolean {
  return info.versions.every((version) => version === "U2F_V2");
}

/** Whether the command must be made for the one credential that is there, although the whole list fits into it. */
function mustFindOut(
  { allowList }: AuthenticationPlan,
  { singlesOut }: PreparedExtensions,
  { device }: Ctap2Session,
): boolean {
  return singlesOut && allowList.length > 1 && !device.oneShot;
}

function idsOf(list: readonly CredentialDescriptor[]): readonly Uint8Array[] {
  return list.map(({ id }) => id);
}

/**
 * Pairs answers with their credentials; CTAP 2.0 authenticators may name none when there was only one to choose from.
 * An answer of several that names none is left out.
 */
function withCredentials(
  answers: readonly GetAssertionResponse[],
  allowList: readonly CredentialDescriptor[],
): readonly Assertion[] {
  const only = allowList.length === 1 ? allowList[0] : undefined;
  const assertions = answers.flatMap((answer) => {
    const credential = answer.credential ?? only;
    return credential === undefined ? [] : [{ credentialId: credential.id, answer }];
  });
  if (assertions.length > 0) return assertions;
  throw new ClientError("ANSWER_INCOMPLETE", "the authenticator's answer names no credential");
}
