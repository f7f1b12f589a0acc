import { envFor, type Env } from "../core/env.js";
import type { TraceContext } from "../core/trace.js";
import type { Background } from "../core/background.js";
import type { CtapDevice } from "../ctap/device.js";
import type { AuthenticatorSet } from "./authenticator-set.js";
import { offerFor, type CredentialRequest } from "./browser/operating-system.js";
import { flakyLink } from "./faults/flaky-link.js";
import type { UsbPort } from "./hid/usb-port.js";
import { HybridTransport } from "./hybrid/hybrid-transport.js";
import type { KnobOverrides, Knobs } from "./knobs/knobs.js";
import { LoopbackDevice } from "./loopback.js";
import { ownTransports, profileFor } from "./profile-for.js";

/** Opens the link that a request needs. @param context the span of the request. */
type Open = (context: TraceContext | undefined) => Promise<CtapDevice | undefined>;

export interface TransportDeps {
  readonly env: Env;
  readonly knobs: () => Knobs;
  readonly background: Background;
  readonly keys: AuthenticatorSet;
  readonly usbPort: UsbPort;
}

export interface ClientTransport {
  readonly open: Open;
  readonly knobsChanged: (overrides: KnobOverrides) => void;
}

/** Whether the authenticator is a phone that the browser reaches by a QR code, or by calling it. */
function isByPhone({ link, key }: Knobs): boolean {
  return link.road === "hybrid" || key.elsewhere;
}

/**
 * Creates the transport over which the browser reaches the authenticator: `link.road` selects it for each request, and
 * one that is on another device is reached by hybrid.
 */
export function transportFor({ env, knobs, background, keys, usbPort }: TransportDeps): ClientTransport {
  const attached = flakyLink(env, { knobs, open: (context) => usbPort.device(context) });
  let phone: HybridTransport | undefined;
  return {
    open: async (context) => {
      if (!isByPhone(knobs())) return attached(context);
      phone ??= new HybridTransport(env, { knobs, handleOf: (which) => keys.handleOf(which), background });
      return phone.device(context);
    },
    knobsChanged: (overrides) => phone?.knobsChanged(overrides),
  };
}

type Reach = (credentialRequest: CredentialRequest) => Promise<CtapDevice | undefined>;

interface OwnDeviceDeps {
  readonly knobs: () => Knobs;
  readonly keys: AuthenticatorSet;
  readonly rpId: string;
}

/** The authenticator in the computer, where the system takes it without asking: wanted so, or known to have the passkey. */
export function ownDeviceOf(
  env: Env,
  { knobs, keys, rpId }: OwnDeviceDeps,
): (credentialRequest: CredentialRequest) => CtapDevice | undefined {
  const name = "computer";
  return ({ method, attachment, allowed = [] }) => {
    if (!knobs().os.helloEnabled || attachment === "cross-platform") return undefined;
    const isMeant = method === "create" ? attachment === "platform" : keys.computerHolds(rpId, allowed);
    if (!isMeant) return undefined;
    const reachableBy = ownTransports(profileFor(knobs(), name));
    return new LoopbackDevice(envFor(env, `${name}-link`), keys.handleOf(name), { label: name, reachableBy });
  };
}

export interface ReachDeps {
  readonly knobs: () => Knobs;
  readonly ownDevice: (credentialRequest: CredentialRequest) => CtapDevice | undefined;
  readonly open: Open;
}

/** A phone is found only where the dialog may offer a QR code, or where the browser knows the phone and calls it. */
export function withinReach(env: Env, { knobs, ownDevice, open }: ReachDeps): Reach {
  return async (credentialRequest) => {
    const own = ownDevice(credentialRequest);
    if (own !== undefined || credentialRequest.attachment === "platform") return own;
    const { context } = credentialRequest;
    const calls = knobs().link.road === "hybrid" && knobs().phone.linked;
    if (!isByPhone(knobs()) || calls) return open(context);
    if (offerFor(credentialRequest, knobs()).choices.includes("qr")) return open(context);
    const { trace } = env;
    const text = "Insert your security key";
    trace.in(context).as("browser").emit({ kind: "user.saw", where: "os", text });
    return undefined;
  };
}
