import { envFor, type Env } from "../core/env.js";
import type { TraceContext } from "../core/trace.js";
import type { Background } from "../core/background.js";
import type { CtapDevice } from "../ctap/device.js";
import type { AuthenticatorSet, WithoutDevice } from "./authenticator-set.js";
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

interface SoftwareDeviceDeps {
  readonly knobs: () => Knobs;
  readonly keys: AuthenticatorSet;
  readonly which: WithoutDevice;
}

/** Connects to an authenticator that is no device of its own, by the name it has in traces. */
export function softwareDevice(env: Env, { knobs, keys, which }: SoftwareDeviceDeps): CtapDevice {
  const reachableBy = ownTransports(profileFor(knobs(), which));
  return new LoopbackDevice(envFor(env, `${which}-link`), keys.handleOf(which), {
    label: which,
    reachableBy,
  });
}

interface OwnDeviceDeps {
  readonly knobs: () => Knobs;
  readonly keys: AuthenticatorSet;
  readonly rpId: string;
}

/** A virtual authenticator that answers everything, or the one in the computer, where the system takes it without asking: wanted so, or known to have the passkey. */
export function ownDeviceOf(
  env: Env,
  { knobs, keys, rpId }: OwnDeviceDeps,
): (credentialRequest: CredentialRequest) => CtapDevice | undefined {
  const which = "computer";
  return ({ method, attachment, context, allowed = [] }) => {
    const { client } = knobs();
    if (client.virtualAuthenticator && client.virtualAnswers) {
      const { trace } = env;
      trace
        .in(context)
        .as("browser")
        .emit({ kind: "page.intercepted", by: "virtual-authenticator", method, decision: "answers" });
      return softwareDevice(env, { knobs, keys, which: "virtual" });
    }
    if (!knobs().os.helloEnabled || attachment === "cross-platform") return undefined;
    const isMeant = method === "create" ? attachment === "platform" : keys.holds(which, rpId, allowed);
    return isMeant ? softwareDevice(env, { knobs, keys, which }) : undefined;
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
