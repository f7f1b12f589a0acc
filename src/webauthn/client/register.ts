import { arg, checkArguments } from "../../core/argument.js";
import { toBase64url } from "../../core/bytes.js";
import type { Env } from "../../core/env.js";
import { parseAuthenticatorData } from "../../ctap/messages/authenticator-data.js";
import type { CredentialDescriptor } from "../../ctap/messages/common.js";
import type { CtapDevice, TransactOptions } from "../../ctap/device.js";
import {
  encodeMakeCredentialRequest,
  type MakeCredentialRequest,
  type MakeCredentialResponse,
} from "../../ctap/messages/make-credential.js";
import type { Ctap2Session } from "../../ctap/client/session.js";
import type { PinUvAuthToken } from "../../ctap/client/pin-uv-auth-token.js";
import { attachmentOf, transportsOf } from "./attachment.js";
import { buildAttestationObject } from "../attestation-object.js";
import type { CliCeremony } from "./ceremony.js";
import { CLIENT_CONTEXT, type ClientContext } from "./client-context.js";
import { buildClientData, type ClientData } from "../client-data.js";
import { ClientError } from "../client-error.js";
import { SPEC_L3 } from "../profiles/client-profiles.js";
import { readCreationOptions, type CreationRequest } from "./creation-request.js";
import type { AuthenticatorInputs } from "../extensions/client-extension.js";
import { KNOWN_EXTENSIONS } from "../extensions/known-extensions.js";
import {
  prepareExtensions,
  uvWithExtensions,
  type PreparedExtensions,
} from "../extensions/run-extensions.js";
import type { RegistrationResponseJSON } from "../json.js";
import type { CreationOptionsInput } from "../json-input.js";
import { planRegistration, type RegistrationPlan } from "./plan.js";
import { fitsWhole, listLimits, type RequestSize } from "./plan-lists.js";
import { findCredential } from "./preflight.js";
import { findingsOf } from "./findings-of.js";
import { inCeremony, runOnDevice } from "./run-on-device.js";
import { encodeSpki } from "../spki.js";
import { UserVerification, type Proof } from "./user-verification.js";

/**
 * `navigator.credentials.create()` without a browser: one page, one authenticator.
 *
 * Settles within the client's timer whatever the device does. It does not verify the answer: that is the
 * site's business.
 *
 * @param env what the call lives in: clock, randomness and trace.
 * @param device the authenticator, over any transport.
 * @param options as a site sends them, of any library.
 * @param client origin of the page, timers of the browser, PIN of the user.
 * @returns what the page would send to its site.
 * @throws {ClientError} for options or an origin a browser would refuse.
 * @throws {PlanError} when the authenticator cannot do what the site insists on.
 * @throws {UserVerificationError} when the user cannot be verified any more.
 * @throws {CtapError} when the authenticator refuses. @throws {TransportError} when the link fails.
 * @throws {TimeoutError} `TIMEOUT` of `client.ceremony`. @throws {AbortedError} `ABORTED`.
 * @see WebAuthn Level 3 §5.1.3
 *
 * @example
 * const response = await env.clock.run(
 *   register(env, device, await generateRegistrationOptions(site), { origin: "https://example.com" }),
 * );
 */
export async function register(
  env: Env,
  device: CtapDevice,
  options: CreationOptionsInput,
  client: ClientContext,
): Promise<RegistrationResponseJSON> {
  checkArguments("register", {
    env: [arg.env, env],
    device: [arg.having("a device (CtapDevice)", "transact"), device],
    client: [CLIENT_CONTEXT, client],
  });
  const request = readCreationOptions(options, client);
  const clientData = buildClientData(env, {
    ...client,
    origin: client.statedOrigin ?? client.origin,
    type: "webauthn.create",
    challenge: toBase64url(request.challenge),
  });
  return inCeremony(env, "registration", (own) =>
    runOnDevice(own, device, {
      client,
      timeoutMs: request.timeoutMs,
      work: (ceremony, session) =>
        new Registration({ env: own, session, request, clientData, client, ceremony }).run(),
    }),
  );
}

interface RegistrationDeps {
  readonly env: Env;
  readonly session: Ctap2Session;
  readonly request: CreationRequest;
  readonly clientData: ClientData;
  readonly client: ClientContext;
  readonly ceremony: CliCeremony;
}

/** What one makeCredential is made of. */
interface Attempt {
  readonly plan: RegistrationPlan;
  readonly proof: Proof;
  readonly extensions: PreparedExtensions;
}

/** One create() on one open session. */
class Registration {
  readonly #deps: RegistrationDeps;
  readonly #transact: TransactOptions;
  /** What the command carries, found out once. */
  #excludeList: readonly CredentialDescriptor[] | undefined;

  constructor(deps: RegistrationDeps) {
    this.#deps = deps;
    this.#transact = { signal: deps.ceremony.signal, onKeepalive: deps.client.onKeepalive };
  }

  async run(): Promise<RegistrationResponseJSON> {
    const { ceremony, client, request, session } = this.#deps;
    const profile = client.profile ?? SPEC_L3;
    const plan = planRegistration(session.info, this.#planRequest());
    const extensions = await this.#prepareExtensions(plan);
    const verification = new UserVerification(session, plan.uv, {
      rpId: request.rp.id,
      extraPermissions: extensions.permissions,
      pin: client.pin,
      renewsExpiredToken: profile.renewsExpiredToken,
      transact: this.#transact,
    });
    const response = await ceremony.ask({
      handling: profile.statusHandling[session.device.transport],
      isTokenInUse: () => verification.isTokenInUse,
      send: () =>
        verification.prove((proof) =>
          session.series((own) => this.#create(own, { plan, proof, extensions }), this.#transact),
        ),
    });
    return this.#assemble(response, { extensions, token: verification.token });
  }

  #planRequest() {
    const { client, request, session } = this.#deps;
    return {
      ...request,
      userVerification: uvWithExtensions(request, session.info, "create"),
      pinAvailable: client.pin !== undefined,
      oneShot: session.device.oneShot,
      enterpriseAllowed: client.enterpriseRpIds?.includes(request.rp.id) === true,
    };
  }

  #prepareExtensions({ residentKey }: RegistrationPlan): Promise<PreparedExtensions> {
    const { env, request, session } = this.#deps;
    const context = { env, session, transact: this.#transact, rpId: request.rp.id, residentKey };
    return prepareExtensions(
      KNOWN_EXTENSIONS.map(({ id, create }) => ({ id, start: () => create?.(request.extensions, context) })),
    );
  }

  async #create(
    session: Ctap2Session,
    { plan, proof, extensions }: Attempt,
  ): Promise<MakeCredentialResponse> {
    const inputs = await extensions.inputs([], session);
    const message = (excludeList: readonly CredentialDescriptor[]) =>
      this.#message(plan, { proof, excludeList, inputs });
    const size = (list: readonly CredentialDescriptor[]) => encodeMakeCredentialRequest(message(list)).length;
    this.#excludeList ??= await this.#listThatFits(session, { plan, proof }, size);
    const request = message(this.#excludeList);
    return this.#deps.ceremony.outstanding("makeCredential", () =>
      session.makeCredential(request, this.#transact),
    );
  }

  /** After a pre-flight only the one that was found: naming it makes the authenticator ask for consent first. */
  async #listThatFits(
    session: Ctap2Session,
    { plan, proof }: Pick<Attempt, "plan" | "proof">,
    size: RequestSize,
  ): Promise<readonly CredentialDescriptor[]> {
    if (fitsWhole(plan.excludeList, listLimits(session), size)) return plan.excludeList;
    const found = await findCredential(session, plan.excludeList, {
      rpId: this.#deps.request.rp.id,
      clientDataHash: this.#deps.clientData.hash,
      proof,
      transact: this.#transact,
    });
    return found === undefined ? [] : [found];
  }

  #message(
    plan: RegistrationPlan,
    carried: {
      readonly proof: Proof;
      readonly excludeList: readonly CredentialDescriptor[];
      readonly inputs: AuthenticatorInputs | undefined;
    },
  ): MakeCredentialRequest {
    const { request, clientData } = this.#deps;
    const { proof, excludeList, inputs } = carried;
    const options = { ...(plan.residentKey && { rk: true }), ...(proof.uvOption && { uv: true }) };
    return {
      clientDataHash: clientData.hash,
      rp: request.rp,
      user: request.user,
      pubKeyCredParams: plan.pubKeyCredParams,
      ...(excludeList.length > 0 && { excludeList }),
      ...(inputs && { extensions: inputs }),
      ...(Object.keys(options).length > 0 && { options }),
      ...(proof.token && {
        pinUvAuthParam: proof.token.authenticate(clientData.hash),
        pinUvAuthProtocol: proof.token.protocol,
      }),
      ...(plan.enterpriseAttestation && { enterpriseAttestation: plan.enterpriseAttestation }),
      ...(plan.attestationFormatsPreference && {
        attestationFormatsPreference: plan.attestationFormatsPreference,
      }),
    };
  }

  async #assemble(
    response: MakeCredentialResponse,
    rest: { readonly extensions: PreparedExtensions; readonly token: PinUvAuthToken | undefined },
  ): Promise<RegistrationResponseJSON> {
    const { env, request, clientData, session } = this.#deps;
    const unreadable = findingsOf(env, "makeCredential");
    const { bytes, authData } = buildAttestationObject(response, request.attestation);
    const authenticatorData = parseAuthenticatorData(authData, undefined, unreadable("authData"));
    const { attested } = authenticatorData;
    if (attested === undefined) {
      throw new ClientError("ANSWER_INCOMPLETE", "the authenticator's answer names no credential");
    }
    const { credentialId, publicKey } = attested;
    return {
      id: toBase64url(credentialId),
      rawId: toBase64url(credentialId),
      type: "public-key",
      authenticatorAttachment: attachmentOf(session),
      clientExtensionResults: await rest.extensions.results(
        {
          authenticatorData,
          credentialId,
          largeBlobKey: response.largeBlobKey,
          unsignedExtensionOutputs: response.unsignedExtensionOutputs,
          token: rest.token,
        },
        unreadable("output"),
      ),
      response: {
        clientDataJSON: toBase64url(clientData.json),
        authenticatorData: toBase64url(authData),
        attestationObject: toBase64url(bytes),
        transports: transportsOf(session),
        ...(publicKey && { publicKey: toBase64url(encodeSpki(publicKey)) }),
        publicKeyAlgorithm: publicKey === undefined ? attested.alg : publicKey.alg,
      },
    };
  }
}
