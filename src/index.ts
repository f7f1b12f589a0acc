/** What most programs need; everything else is in ./ctap, ./hid, ./hybrid, ./webauthn, ./sim, ./scenarios and ./diagnosis. */
export { ArgumentError, type ArgumentFault } from "./core/argument.js";
export { fromBase64url, toBase64url } from "./core/bytes.js";
export { type Env, type VirtualEnv, envFor } from "./core/env.js";
export { systemEnv } from "./env/system-env.js";
export { virtualEnv } from "./env/virtual-env.js";
export {
  AbortedError,
  type Aftermath,
  HarnessError,
  type LeftBehind,
  TimeoutError,
  isHarnessError,
  withAftermath,
} from "./core/errors.js";
export type { TraceRecord } from "./core/events/table.js";
export { MemorySink, jsonLinesSink } from "./core/trace.js";
export { type Ctap2Session, openSession } from "./ctap/client/session.js";
export type { CtapDevice } from "./ctap/device.js";
export { CtapError } from "./ctap/status.js";
export { TransportError } from "./ctap/transport-error.js";
export { explain } from "./diagnosis/explain.js";
export type { Explanation } from "./diagnosis/explanation.js";
export { CATALOGUE, scenarioNamed } from "./scenarios/catalogue.js";
export { shrink } from "./scenarios/explore/shrink.js";
export { sweep } from "./scenarios/explore/sweep.js";
export { defineScenario } from "./scenarios/files/define-scenario.js";
export { toHtml } from "./scenarios/reports/html.js";
export { toJUnit } from "./scenarios/reports/junit.js";
export { parseTrace } from "./scenarios/reports/parse-trace.js";
export { toJson, toText } from "./scenarios/reports/report.js";
export { type Run, type RunOptions, runScenario } from "./scenarios/run.js";
export type { UserScenario } from "./scenarios/scenario.js";
export { SimAuthenticator } from "./sim/authenticator/authenticator.js";
export { CredentialStore } from "./sim/authenticator/store/credential-store.js";
export { type FaultRule, withFaults } from "./sim/faults/faults.js";
export { simHidPort } from "./sim/hid/sim-hid.js";
export type { KnobOverrides } from "./sim/knobs/knobs.js";
export { LoopbackDevice } from "./sim/loopback.js";
export type { AuthenticatorProfile } from "./sim/profiles/profile.js";
export { PROFILES, profileNamed } from "./sim/profiles/profiles.js";
export { type SimUser, type UserBehaviour, simulatedUser } from "./sim/user.js";
export { openHidDevice } from "./transports/hid/channel.js";
export { openUsbDevice, usbDevices } from "./transports/usb.js";
export { ClientError } from "./webauthn/client-error.js";
export { authenticate } from "./webauthn/client/authenticate.js";
export type { ClientContext } from "./webauthn/client/client-context.js";
export { toPageError } from "./webauthn/client/page-error.js";
export { register } from "./webauthn/client/register.js";
export type {
  AuthenticationResponseJSON,
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
  RegistrationResponseJSON,
} from "./webauthn/json.js";
export type { ClientProfile } from "./webauthn/profiles/client-profile.js";
export { CLIENT_PROFILES } from "./webauthn/profiles/client-profiles.js";
export { VerificationError } from "./webauthn/rp/verification-error.js";
export { verifyAssertion } from "./webauthn/rp/verify-assertion.js";
export { verifyRegistration } from "./webauthn/rp/verify-registration.js";
