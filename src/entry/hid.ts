/** Authenticators on USB or behind a socket: CTAPHID over node-hid, UDP and Unix sockets. */
export { type HidDevice, type HidDeviceOptions, openHidDevice } from "../transports/hid/channel.js";
export { type CaptureNote, CaptureReadError } from "../transports/hid/capture/capture-error.js";
export type { CapturedMessage } from "../transports/hid/capture/fido-devices.js";
export { type UsbCaptureOptions, readUsbCapture } from "../transports/hid/capture/read-usb-capture.js";
export { HidError } from "../transports/hid/hid-error.js";
export { nodeHidPort } from "../transports/hid/node-hid.js";
export type { HidPort } from "../transports/hid/port.js";
export { u2fDevice, withU2fFallback } from "../transports/hid/u2f-fallback.js";
export { type UdpHidPortOptions, udpHidPort } from "../transports/udp.js";
export { unixHidPort } from "../transports/unix.js";
export { type UsbDeviceInfo, openUsbDevice, usbDevices } from "../transports/usb.js";
