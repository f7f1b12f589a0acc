/** Phones: QR codes, Bluetooth advertisements, tunnels and the encrypted connection. */
export { type LinuxAdvertiserOptions, linuxAdvertiser } from "../hybrid/adapters/ble-advertiser.js";
export { type BluezScannerOptions, bluezScanner } from "../hybrid/adapters/bluez-scanner.js";
export { type BluezAdapter, probeBluez } from "../hybrid/adapters/bluez-probe.js";
export { type L2capOptions, linuxChannels, probeChannels } from "../hybrid/adapters/l2cap-sockets.js";
export { type NobleOptions, nobleScanner, openNoble } from "../hybrid/adapters/ble-noble.js";
export { RadioError, type RadioFault } from "../hybrid/adapters/radio-error.js";
export { type UdpRadioOptions, udpAdvertiser, udpScanner } from "../hybrid/adapters/radio-udp.js";
export { type ScanRetryOptions, retryingScanner } from "../hybrid/adapters/retrying-scanner.js";
export { type WsDialerOptions, wsDialer } from "../hybrid/adapters/tunnel-ws.js";
export { HybridDevice } from "../hybrid/device.js";
export type { HybridBudgets, HybridOptions } from "../hybrid/hybrid-options.js";
export type {
  AddressType,
  AdvertScanner,
  AdvertTerms,
  Advertiser,
  ByteChannel,
  ChannelDialer,
  ChannelListener,
  ChannelPlace,
  ListeningChannel,
  ReceivedAdvert,
  HybridPorts,
  OpenedTunnel,
  Tunnel,
  TunnelClose,
  TunnelDialer,
} from "../hybrid/ports.js";
export { FRAME_QUIRKS, type FrameQuirks } from "../hybrid/protocol/frames.js";
export { HybridError, type HybridFault } from "../hybrid/protocol/hybrid-error.js";
export type { LinkedPhone } from "../hybrid/protocol/linking.js";
export { tunnelHost } from "../hybrid/protocol/tunnel-domain.js";
export { type QrContents, type RequestHint, drawGrease, parseQr } from "../hybrid/protocol/qr.js";
export {
  type QrInitiatedTransaction,
  type QrInitiatedOptions,
  startQrInitiated,
} from "../hybrid/qr-initiated.js";
export type { Push } from "../hybrid/relay/push-message.js";
export { type RelayLimits, TunnelRelay } from "../hybrid/relay/relay.js";
export {
  type StateAssistedTransaction,
  type StateAssistedOptions,
  startStateAssisted,
} from "../hybrid/state-assisted.js";
export { TunnelRefusedError } from "../hybrid/tunnel-refused-error.js";
