import { advertsOf } from "./adverts-of.js";
import { askPort } from "./ask-port.js";
import { TriedAdverts } from "./tried-adverts.js";
import type { Env } from "../core/env.js";
import { isHarnessError } from "../core/errors.js";
import type { KeyPair } from "../core/crypto-provider.js";
import type { HybridSettings } from "./hybrid-options.js";
import { limited } from "./in-stage.js";
import { l2capTunnel } from "./l2cap.js";
import type { AddressType, AdvertScanner, ChannelDialer, HybridPorts, Tunnel } from "./ports.js";
import { type Advert, type AdvertSuffix, openAdvert, parseAdvertSuffix } from "./protocol/advert.js";
import { ADVERT_BYTES } from "./protocol/constants.js";
import { Crypter } from "./protocol/crypter.js";
import { HybridError } from "./protocol/hybrid-error.js";
import { deriveKey, KeyPurpose } from "./protocol/keys.js";
import { type InitiatorSecrets, startHandshake } from "./protocol/noise.js";
import { parsePostHandshake, type ReceivedPostHandshake } from "./protocol/post-handshake.js";
import { tunnelHost } from "./protocol/tunnel-domain.js";
import { tunnelUrl } from "./protocol/tunnel-url.js";

/** Where a session stands and what it has to go by: one way to fail that every stage shares. */
export interface StageContext {
  readonly settings: HybridSettings;
  readonly signal: AbortSignal;
}

/** Stage 1: the QR code is on the screen, or the linked phone was called. Proximity is not verified yet. */
export interface QrDisplayed {
  /** QR secret of 16 bytes or link secret of 32. */
  readonly secret: Uint8Array;
  /** 64 bytes, which open the advert meant for us. */
  readonly eidKey: Uint8Array;
  /** Whose key both sides know beforehand: ours, from a code, or a linked phone's. */
  readonly known:
    | { readonly pattern: "KNpsk0"; readonly clientKey: KeyPair }
    | { readonly pattern: "NKpsk0"; readonly phoneKey: Uint8Array };
}

/** Stage 2: a phone that read the code is within Bluetooth range. */
export interface ProximityVerified extends QrDisplayed {
  readonly advert: Advert;
  /** What came behind the advert, and from where. */
  readonly suffix?: AdvertSuffix;
  readonly address?: string;
  readonly addressType?: AddressType;
}

/** Stage 3: there is a way to it, through a tunnel or a channel. */
export interface TunnelConnected extends ProximityVerified {
  readonly tunnel: Tunnel;
}

/** Stage 4: it is the right phone, and it said what it can do. */
export interface HandshakeComplete extends TunnelConnected {
  readonly crypter: Crypter;
  readonly handshakeHash: Uint8Array;
  readonly postHandshakeMessage: ReceivedPostHandshake & { readonly info: Uint8Array };
}

/** Adverts for other clients that get a record of their own. */
const FOREIGN_RECORDED_MAX = 1_000;

/**
 * Waits for the phone that scanned our code. Each distinct advert is tried once; the first that opens counts, and a
 * second phone cannot take over.
 *
 * @throws {HybridError} `PHONE_NOT_HEARD` when the scanner stops first. @throws {TimeoutError} of `hybrid.scan`.
 * @throws the signal's reason, when it aborts first. Aftermath `none`: nothing was asked of the phone yet.
 */
export function awaitAdvert<From extends QrDisplayed>(
  env: Env,
  shown: From,
  scanner: AdvertScanner,
  { settings, signal }: StageContext,
): Promise<From & ProximityVerified> {
  const limit = { timer: "hybrid.scan", budgetMs: settings.budgets.scanMs };
  return limited(env, limit, (ended) => scan(env, shown, scanner, { settings, signal: ended }), signal);
}

async function scan<From extends QrDisplayed>(
  env: Env,
  shown: From,
  scanner: AdvertScanner,
  { settings, signal }: StageContext,
): Promise<From & ProximityVerified> {
  signal.throwIfAborted();
  const tried = new TriedAdverts();
  for await (const { serviceData, address, addressType } of advertsOf(scanner, signal, env.trace.context)) {
    signal.throwIfAborted();
    if (!tried.add(serviceData)) continue;
    if (settings.adverts === "exactly-20-bytes" && serviceData.length > ADVERT_BYTES) {
      env.trace.emit({ kind: "link.hybrid", stage: "advert-too-long", bytes: serviceData.length });
      continue;
    }
    const advert = openAdvert(shown.eidKey, serviceData, env.crypto);
    if (advert === undefined) {
      // A crowd, or a flood, is counted and not written down one by one.
      if (tried.size > FOREIGN_RECORDED_MAX) continue;
      env.trace.emit({ kind: "link.hybrid", stage: "advert-foreign", bytes: serviceData.length });
      continue;
    }
    env.trace.emit({ kind: "link.hybrid", stage: "advert-seen", foreignAdverts: tried.size - 1 });
    const suffix =
      serviceData.length > ADVERT_BYTES ? parseAdvertSuffix(serviceData.subarray(ADVERT_BYTES)) : undefined;
    return {
      ...shown,
      advert,
      ...(suffix && { suffix }),
      ...(address !== undefined && { address }),
      ...(addressType && { addressType }),
    };
  }
  signal.throwIfAborted();
  throw new HybridError("PHONE_NOT_HEARD", `scanning ended after ${tried.size} adverts of others`);
}

/**
 * Goes to the meeting place the advert named: the phone's own channel, where it offers one and we can, else the
 * tunnel service.
 *
 * @throws {TunnelRefusedError} `TUNNEL_REFUSED`. @throws {TimeoutError} of `hybrid.tunnel`.
 */
export function openTunnel(
  env: Env,
  heard: ProximityVerified & { readonly tunnelId: Uint8Array },
  { dialer, channels }: HybridPorts,
  { settings, signal }: StageContext,
): Promise<TunnelConnected> {
  const limit = { timer: "hybrid.tunnel", budgetMs: settings.budgets.tunnelMs };
  const open = async (ended: AbortSignal): Promise<TunnelConnected> => {
    const channel = channels && (await openChannel(env, heard, channels, ended));
    if (channel) return { ...heard, tunnel: channel };
    const { routingId, tunnelCode } = heard.advert;
    // An advert with a code that stands for nothing does not open.
    const host = tunnelHost(tunnelCode, env.crypto) as string;
    const url = tunnelUrl(settings.originFor(host), {
      method: "connect",
      routingId,
      tunnelId: heard.tunnelId,
    });
    env.trace.emit({ kind: "link.hybrid", stage: "tunnel-opening", host });
    const { tunnel } = await askPort(
      "dialer",
      () => dialer.open(url, { context: env.trace.context }, ended),
      { signal: ended, onLate: ({ tunnel: late }) => late.close() },
    );
    env.trace.emit({ kind: "link.hybrid", stage: "tunnel-open" });
    return { ...heard, tunnel };
  };
  return limited(env, limit, open, signal);
}

/**
 * Proves to each other that both know the secret, and hears what the phone says of itself.
 *
 * @param hello sends message 1 later, when the caller did that before: how linked phones are met.
 * @throws {HybridError} `HANDSHAKE_MALFORMED`, `HANDSHAKE_REJECTED`, `FRAME_REJECTED`, `POST_HANDSHAKE_MALFORMED`,
 *   `PHONE_WITHOUT_CTAP`; `TUNNEL_CLOSED` when the phone or the service hangs up. All with aftermath `none`.
 * @throws {TimeoutError} of `hybrid.handshake`.
 */
export function performHandshake<From extends TunnelConnected>(
  env: Env,
  connected: From,
  { settings, signal }: StageContext,
): Promise<From & HandshakeComplete> {
  const limit = { timer: "hybrid.handshake", budgetMs: settings.budgets.handshakeMs };
  const shake = async (ended: AbortSignal): Promise<From & HandshakeComplete> => {
    // A tunnel may open after its caller stopped waiting for it.
    ended.throwIfAborted();
    const { crypto } = env;
    const { tunnel } = connected;
    const { message, finish } = startHandshake(env.entropy, handshakeSecrets(env, connected), crypto);
    await askPort("tunnel", async () => tunnel.send(message), { signal: ended });
    const { keys, handshakeHash } = finish(await nextMessage(tunnel, ended));
    env.trace.emit({ kind: "link.hybrid", stage: "handshake" });
    const crypter = new Crypter(keys, { role: "client", crypto, construction: "either" });
    tunnel.expect?.((candidate) => crypter.opens(candidate));
    const postHandshake = readPostHandshake(env, crypter.open(await nextMessage(tunnel, ended)));
    env.trace.emit({ kind: "link.hybrid", stage: "ready" });
    return { ...connected, crypter, handshakeHash, postHandshakeMessage: postHandshake };
  };
  return limited(env, limit, shake, signal);
}

function handshakeSecrets({ crypto }: Env, { secret, known, advert }: ProximityVerified): InitiatorSecrets {
  const psk = deriveKey(secret, { purpose: KeyPurpose.PSK, salt: advert.plaintext }, crypto);
  return { ...known, psk };
}

function readPostHandshake(env: Env, plaintext: Uint8Array): HandshakeComplete["postHandshakeMessage"] {
  const postHandshake = parsePostHandshake(plaintext, (fault, offset, member) => {
    env.trace.emit({
      kind: "ctap.finding",
      command: "getInfo",
      fault,
      offset,
      ...(member !== undefined && { member }),
    });
  });
  const { info } = postHandshake;
  if (info === undefined) {
    throw new HybridError("PHONE_WITHOUT_CTAP", "this phone answers digital credential requests only");
  }
  return { ...postHandshake, info };
}

/** @throws {HybridError} `TUNNEL_CLOSED` */
export async function nextMessage(tunnel: Tunnel, signal: AbortSignal): Promise<Uint8Array> {
  const message = await askPort("tunnel", () => tunnel.receive(signal), { signal });
  if (message !== undefined) return message;
  const { code, reason } = await askPort("tunnel", () => tunnel.closed, { signal });
  const why = reason === undefined ? "" : `, ${reason}`;
  throw new HybridError("TUNNEL_CLOSED", `closed with ${code}${why} before the phone was ready`);
}

/**
 * Opens the phone's own channel, where its advert names one. `undefined` sends the caller to the tunnel instead,
 * also when the channel cannot be opened.
 */
export async function openChannel(
  env: Env,
  { suffix, address, addressType }: ProximityVerified,
  channels: ChannelDialer,
  signal: AbortSignal,
): Promise<Tunnel | undefined> {
  if (suffix?.blePsm === undefined || address === undefined) return undefined;
  try {
    const at = { address, psm: suffix.blePsm, ...(addressType && { addressType }) };
    const channel = await askPort("channel dialer", () => channels.open(at, signal), {
      signal,
      onLate: (late) => late.close(),
    });
    env.trace.emit({ kind: "link.hybrid", stage: "channel-open" });
    return l2capTunnel(channel);
  } catch (error) {
    signal.throwIfAborted();
    const why = isHarnessError(error) ? { code: error.code } : { reason: "unexpected error" };
    env.trace.emit({ kind: "link.hybrid", stage: "channel-refused", ...why });
    return undefined;
  }
}
