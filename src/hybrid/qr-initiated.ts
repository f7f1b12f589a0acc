import { arg, checkArguments, maybe, withMembers } from "../core/argument.js";
import { shape } from "../core/shape.js";
import type { CborMap } from "../cbor/value.js";
import type { Env } from "../core/env.js";
import { codeTag, encodeQr, type RequestHint } from "./protocol/qr.js";
import { HybridDevice } from "./device.js";
import { HYBRID_OPTIONS, hybridSettings, type HybridOptions } from "./hybrid-options.js";
import { deriveKey, KeyPurpose } from "./protocol/keys.js";
import { inStage } from "./in-stage.js";
import { HybridConnection } from "./connection.js";
import { HYBRID_PORTS, type HybridPorts } from "./ports.js";
import { QR_SECRET_BYTES, DataChannel } from "./protocol/constants.js";
import { awaitAdvert, openTunnel, performHandshake, type QrDisplayed } from "./stages.js";
import { ASSIGNED_DOMAINS } from "./protocol/tunnel-domain.js";

export interface QrInitiatedOptions extends HybridOptions {
  /** What the phone is going to be asked for; `mc` when absent. A hint for its screen, no limit. */
  readonly hint?: RequestHint;
  /** Whether we can remember the phone; true when `onLinked` is there. Always said, because absent means a draft. */
  readonly supportsLinking?: boolean;
  /** Members no reader knows, such as `drawGrease` makes. */
  readonly unknown?: CborMap;
}

const OPTIONS = withMembers(HYBRID_OPTIONS, {
  hint: maybe(shape.oneOf(["mc", "ga", "dcp", "dci"])),
  supportsLinking: maybe(shape.flag),
  unknown: maybe(arg.any),
});

export interface QrInitiatedTransaction {
  /** Text to show as a QR code. Every device that reads the text can answer: never log it. */
  readonly qr: string;
  /** The phone that will come; a request to it waits. The search begins when it is first needed. */
  readonly device: HybridDevice;
  /**
   * Waits for the phone.
   *
   * @throws as {@link HybridDevice.ready} does.
   */
  readonly connect: (signal?: AbortSignal) => Promise<HybridDevice>;
}

/**
 * Makes a QR code and a device that is whichever phone scans it. Nothing is sent and nothing listens yet.
 *
 * @see CTAP 2.2 §11.5 (hybrid transports)
 */
export function startQrInitiated(
  env: Env,
  ports: HybridPorts,
  options: QrInitiatedOptions = {},
): QrInitiatedTransaction {
  checkArguments("startQrInitiated", {
    env: [arg.env, env],
    ports: [HYBRID_PORTS, ports],
    options: [OPTIONS, options],
  });
  const settings = hybridSettings(options);
  const { hint = "mc", supportsLinking = options.onLinked !== undefined, unknown } = options;
  const { crypto } = env;
  const clientKey = crypto.generateKeyPair(env.entropy);
  const secret = env.entropy.bytes(QR_SECRET_BYTES);
  const contents = {
    publicKey: clientKey.publicKey,
    secret,
    knownDomains: ASSIGNED_DOMAINS,
    madeAtSeconds: Math.floor(env.clock.epochMs() / 1000),
    supportsLinking,
    hint,
    // Older readers refuse a list: it is sent only when there is something on it.
    ...(ports.channels && { channels: [DataChannel.WEBSOCKET, DataChannel.BLE] }),
  };
  const qr = encodeQr(contents, { crypto, ...(unknown && { unknown }) });
  const shown: QrDisplayed & { readonly tunnelId: Uint8Array } = {
    secret,
    known: { pattern: "KNpsk0", clientKey },
    eidKey: deriveKey(secret, { purpose: KeyPurpose.EID_KEY }, crypto),
    tunnelId: deriveKey(secret, { purpose: KeyPurpose.TUNNEL_ID }, crypto),
  };
  env.trace.emit({ kind: "link.hybrid", stage: "qr-shown", hint, qr: codeTag(contents) });

  const link = async (signal: AbortSignal): Promise<HybridConnection> => {
    const context = { settings, signal };
    const heard = await inStage(env, "scan", () => awaitAdvert(env, shown, ports.scanner, context));
    const connected = await inStage(env, "tunnel", () => openTunnel(env, heard, ports, context));
    const handshake = await inStage(
      env,
      "handshake",
      () => performHandshake(env, connected, context),
      connected.tunnel,
    );
    return new HybridConnection(env, handshake, settings);
  };
  const device = new HybridDevice(env, { settings, link, label: "phone" });
  return {
    qr,
    device,
    async connect(signal) {
      await device.ready({ signal });
      return device;
    },
  };
}
