import { joinedSignal } from "../core/abort.js";
import { askPort } from "./ask-port.js";
import { arg, checkArguments, maybe, withMembers } from "../core/argument.js";
import { shape } from "../core/shape.js";
import { equalBytes } from "../core/bytes.js";
import type { Env } from "../core/env.js";
import { encodeClientPayload } from "./protocol/client-payload.js";
import {
  CLIENT_NONCE_BYTES,
  CONNECT_SIGNAL,
  CONTACT_GONE_STATUS,
  TunnelHeader,
} from "./protocol/constants.js";
import { HybridDevice } from "./device.js";
import { HybridError } from "./protocol/hybrid-error.js";
import { HYBRID_OPTIONS, hybridSettings, type HybridOptions, type HybridSettings } from "./hybrid-options.js";
import { inStage, limited } from "./in-stage.js";
import { deriveKey, KeyPurpose } from "./protocol/keys.js";
import type { LinkedPhone } from "./protocol/linking.js";
import { HybridConnection } from "./connection.js";
import { HYBRID_PORTS, type HybridPorts, type OpenedTunnel, type Tunnel } from "./ports.js";
import {
  awaitAdvert,
  nextMessage,
  performHandshake,
  type ProximityVerified,
  type QrDisplayed,
} from "./stages.js";
import { tunnelHost } from "./protocol/tunnel-domain.js";
import { TunnelRefusedError } from "./tunnel-refused-error.js";
import { tunnelUrl } from "./protocol/tunnel-url.js";

export interface StateAssistedOptions extends HybridOptions {
  /** What the phone is going to be asked for; `ga` when absent. */
  readonly hint?: "mc" | "ga";
}

const OPTIONS = withMembers(HYBRID_OPTIONS, {
  hint: maybe(shape.oneOf(["mc", "ga"])),
});

export interface StateAssistedTransaction {
  /** The phone, once it comes; a request to it waits. It is called when it is first needed. */
  readonly device: HybridDevice;
  /** @throws {HybridError} `LINK_GONE`: forget this phone. Else as {@link HybridDevice.ready} does. */
  readonly connect: (signal?: AbortSignal) => Promise<HybridDevice>;
}

/**
 * Wakes a linked phone through its tunnel service and waits until it is near.
 *
 * @see CTAP 2.2 §11.5.2 (state-assisted transactions)
 */
export function startStateAssisted(
  env: Env,
  ports: HybridPorts,
  phone: LinkedPhone,
  options: StateAssistedOptions = {},
): StateAssistedTransaction {
  checkArguments("startStateAssisted", {
    env: [arg.env, env],
    ports: [HYBRID_PORTS, ports],
    phone: [arg.with("a KnownPhone, as onLinked gives one,", "contactId", "linkSecret"), phone],
    options: [OPTIONS, options],
  });
  const settings = hybridSettings(options);
  const { hint = "ga" } = options;
  const link = async (signal: AbortSignal): Promise<HybridConnection> => {
    const nonce = env.entropy.bytes(CLIENT_NONCE_BYTES);
    const payload = encodeClientPayload({ linkId: phone.linkId, nonce, hint });
    const { tunnel, header } = await inStage(env, "contact", () =>
      call(env, { phone, payload, ports, settings }, signal),
    );
    const shown: QrDisplayed = {
      secret: phone.linkSecret,
      known: { pattern: "NKpsk0", phoneKey: phone.phoneKey },
      eidKey: deriveKey(phone.linkSecret, { purpose: KeyPurpose.EID_KEY, salt: nonce }, env.crypto),
    };
    const willSignal = header(TunnelHeader.SIGNAL_CONNECTION).length > 0;
    const scan = (ended: AbortSignal) => awaitAdvert(env, shown, ports.scanner, { settings, signal: ended });
    const { heard, signalled } = await inStage(
      env,
      "scan",
      () => meet(env, { tunnel, willSignal, signal }, scan),
      tunnel,
    );
    const handshake = await inStage(
      env,
      "handshake",
      () =>
        performHandshake(
          env,
          { ...heard, tunnel: signalled ? tunnel : afterSignal(tunnel) },
          { settings, signal },
        ),
      tunnel,
    );
    return new HybridConnection(env, handshake, settings);
  };
  const device = new HybridDevice(env, { settings, link, label: phone.name });
  return {
    device,
    async connect(signal) {
      await device.ready({ signal });
      return device;
    },
  };
}

interface Call {
  readonly phone: LinkedPhone;
  readonly payload: string;
  readonly ports: HybridPorts;
  readonly settings: HybridSettings;
}

/** @throws {HybridError} `LINK_GONE`, `TUNNEL_REFUSED` */
function call(
  env: Env,
  { phone, payload, ports, settings }: Call,
  signal: AbortSignal,
): Promise<OpenedTunnel> {
  const host = tunnelHost(phone.tunnelCode, env.crypto);
  if (host === undefined) {
    throw new TunnelRefusedError(`tunnel service ${phone.tunnelCode} is not assigned`);
  }
  const url = tunnelUrl(settings.originFor(host), { method: "contact", contactId: phone.contactId });
  const headers = {
    [TunnelHeader.CLIENT_PAYLOAD]: payload,
    [TunnelHeader.SIGNAL_CONNECTION]: "true",
  };
  env.trace.emit({ kind: "link.hybrid", stage: "contacting", host });
  const open = async (ended: AbortSignal): Promise<OpenedTunnel> => {
    try {
      return await askPort(
        "dialer",
        () => ports.dialer.open(url, { headers, context: env.trace.context }, ended),
        { signal: ended, onLate: ({ tunnel: late }) => late.close() },
      );
    } catch (error) {
      if (!(error instanceof TunnelRefusedError) || error.httpStatus !== CONTACT_GONE_STATUS) throw error;
      env.trace.emit({ kind: "link.hybrid", stage: "link-gone", httpStatus: error.httpStatus });
      throw new HybridError("LINK_GONE", "the tunnel service does not know this phone any more", {
        cause: error,
      });
    }
  };
  return limited(env, { timer: "hybrid.tunnel", budgetMs: settings.budgets.tunnelMs }, open, signal);
}

interface Rendezvous {
  readonly tunnel: Tunnel;
  /** The service is going to say when the phone has joined. */
  readonly willSignal: boolean;
  readonly signal: AbortSignal;
}

/**
 * Waits for the phone's advert, while the tunnel may say nothing but that the phone joined.
 *
 * @throws {HybridError} `TUNNEL_UNEXPECTED_MESSAGE`, `TUNNEL_CLOSED`, and what the scan throws.
 */
async function meet(
  env: Env,
  { tunnel, willSignal, signal }: Rendezvous,
  scan: (signal: AbortSignal) => Promise<ProximityVerified>,
): Promise<{ readonly heard: ProximityVerified; readonly signalled: boolean }> {
  const scanning = new AbortController();
  const listening = new AbortController();
  let signalled = !willSignal;
  const listen = async (): Promise<never> => {
    for (;;) {
      const message = await nextMessage(tunnel, listening.signal);
      if (signalled || !isSignal(message)) throw unexpected(message);
      env.trace.emit({ kind: "link.hybrid", stage: "phone-joined" });
      signalled = true;
    }
  };
  const { signal: ended, release } = joinedSignal(signal, scanning.signal);
  const found = scan(ended);
  const interrupted = listen();
  try {
    await Promise.race([found, interrupted]);
  } finally {
    scanning.abort();
    listening.abort();
    // A signal that arrived at the same moment counts; the promise that lost the race has no other handler for its
    // rejection.
    await Promise.allSettled([found, interrupted]);
    release();
  }
  return { heard: await found, signalled };
}

/** A tunnel whose first message is going to be the connect signal. */
function afterSignal(tunnel: Tunnel): Tunnel {
  let due = true;
  return {
    closed: tunnel.closed,
    send: (message) => tunnel.send(message),
    close: (code) => tunnel.close(code),
    async receive(signal) {
      const message = await tunnel.receive(signal);
      if (!due || message === undefined) return message;
      if (!isSignal(message)) throw unexpected(message);
      due = false;
      return tunnel.receive(signal);
    },
  };
}

function isSignal(message: Uint8Array): boolean {
  return equalBytes(message, CONNECT_SIGNAL);
}

function unexpected(message: Uint8Array): HybridError {
  return new HybridError(
    "TUNNEL_UNEXPECTED_MESSAGE",
    `${message.length} bytes where a connect signal may come`,
  );
}
