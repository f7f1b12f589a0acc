/**
 * Compiled by `npm run types`, never run: the JSON forms of this library against those of TypeScript's
 * lib.dom and of SimpleWebAuthn, under strict and exactOptionalPropertyTypes.
 *
 * Each direction is one that a program takes: foreign options into `register` and `authenticate`, own answers
 * into foreign verifiers, own options into foreign clients, foreign answers into own verifiers.
 */
import {
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
  type AuthenticationResponseJSON as ServerAuthenticationResponse,
  type PublicKeyCredentialCreationOptionsJSON as ServerCreationOptions,
  type PublicKeyCredentialRequestOptionsJSON as ServerRequestOptions,
  type RegistrationResponseJSON as ServerRegistrationResponse,
  type WebAuthnCredential,
} from "@simplewebauthn/server";
import type { Env } from "../../src/core/env.js";
import type { CtapDevice } from "../../src/ctap/device.js";
import { authenticate } from "../../src/webauthn/client/authenticate.js";
import type { ClientContext } from "../../src/webauthn/client/client-context.js";
import type {
  AuthenticationResponseInput,
  CreationOptionsInput,
  RegistrationResponseInput,
  RequestOptionsInput,
} from "../../src/webauthn/json-input.js";
import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "../../src/webauthn/json.js";
import { register } from "../../src/webauthn/client/register.js";
import { verifyAssertion, type ExpectedAssertion } from "../../src/webauthn/rp/verify-assertion.js";
import { verifyRegistration, type ExpectedRegistration } from "../../src/webauthn/rp/verify-registration.js";

/** The types of lib.dom: in this module the imports above shadow the global names. */
type DomCreationOptions = Parameters<typeof PublicKeyCredential.parseCreationOptionsFromJSON>[0];
type DomRequestOptions = Parameters<typeof PublicKeyCredential.parseRequestOptionsFromJSON>[0];

declare const env: Env;
declare const device: CtapDevice;
declare const client: ClientContext;

/** lib.dom's options, both ways. */
export function dom(
  own: {
    readonly creation: PublicKeyCredentialCreationOptionsJSON;
    readonly request: PublicKeyCredentialRequestOptionsJSON;
  },
  foreign: { readonly creation: DomCreationOptions; readonly request: DomRequestOptions },
): readonly object[] {
  return [
    own.creation satisfies DomCreationOptions,
    own.request satisfies DomRequestOptions,
    foreign.creation satisfies CreationOptionsInput,
    foreign.request satisfies RequestOptionsInput,
  ];
}

/** lib.dom's answers: `toJSON()` of a credential, and what a program passes off as one. */
export function domAnswers(
  credential: PublicKeyCredential,
  expected: { readonly registration: ExpectedRegistration; readonly assertion: ExpectedAssertion },
): void {
  const answer: unknown = credential.toJSON();
  verifyRegistration(answer as RegistrationResponseInput, expected.registration);
  verifyAssertion(answer as AuthenticationResponseInput, expected.assertion);
}

/** SimpleWebAuthn's types, both ways. */
export function simpleWebAuthn(
  own: {
    readonly creation: PublicKeyCredentialCreationOptionsJSON;
    readonly request: PublicKeyCredentialRequestOptionsJSON;
    readonly registration: RegistrationResponseJSON;
    readonly authentication: AuthenticationResponseJSON;
  },
  foreign: {
    readonly creation: ServerCreationOptions;
    readonly request: ServerRequestOptions;
    readonly registration: ServerRegistrationResponse;
    readonly authentication: ServerAuthenticationResponse;
  },
): readonly object[] {
  return [
    own.creation satisfies ServerCreationOptions,
    own.request satisfies ServerRequestOptions,
    own.registration satisfies ServerRegistrationResponse,
    own.authentication satisfies ServerAuthenticationResponse,
    foreign.creation satisfies CreationOptionsInput,
    foreign.request satisfies RequestOptionsInput,
    foreign.registration satisfies RegistrationResponseInput,
    foreign.authentication satisfies AuthenticationResponseInput,
  ];
}

/** What this library gives out, it accepts. */
export function own(
  creation: PublicKeyCredentialCreationOptionsJSON,
  request: PublicKeyCredentialRequestOptionsJSON,
  registration: RegistrationResponseJSON,
  authentication: AuthenticationResponseJSON,
): readonly object[] {
  return [
    creation satisfies CreationOptionsInput,
    request satisfies RequestOptionsInput,
    registration satisfies RegistrationResponseInput,
    authentication satisfies AuthenticationResponseInput,
  ];
}

/** A whole program: options and verdicts by SimpleWebAuthn, the ceremonies by this library. */
export async function program(credential: WebAuthnCredential): Promise<boolean> {
  const site = { expectedOrigin: "https://example.com", expectedRPID: "example.com" };
  const creation = await generateRegistrationOptions({ rpID: "example.com", rpName: "Shop", userName: "h" });
  const registered = await verifyRegistrationResponse({
    ...site,
    expectedChallenge: creation.challenge,
    response: await register(env, device, creation, client),
  });
  const request = await generateAuthenticationOptions({ rpID: "example.com" });
  const loggedIn = await verifyAuthenticationResponse({
    ...site,
    expectedChallenge: request.challenge,
    credential,
    response: await authenticate(env, device, request, client),
  });
  return registered.verified && loggedIn.verified;
}

/** Literals: read-only lists, custom extensions and values a client does not know are all a site's right. */
export function literals(): void {
  const options = {
    rp: { name: "Shop" },
    user: { id: "dXNlcg", name: "h", displayName: "H" },
    challenge: "Y2hhbGxlbmdl",
    pubKeyCredParams: [{ type: "public-key", alg: -7 }],
    attestation: "a value of a later version",
  } as const;
  void register(env, device, options, client);
  void register(env, device, { ...options, extensions: { credProps: true, "vendor.ext": 1 } }, client);
  // @ts-expect-error A challenge is base64url text, not bytes.
  void register(env, device, { ...options, challenge: new Uint8Array(32) }, client);
  // @ts-expect-error Every account has a name to display.
  void register(env, device, { ...options, user: { id: "dXNlcg", name: "h" } }, client);
  // @ts-expect-error Milliseconds are a number.
  void authenticate(env, device, { challenge: "Y2hhbGxlbmdl", timeout: "60000" }, client);
}
