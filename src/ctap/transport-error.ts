import { HarnessError } from "../core/errors.js";

/**
 * The link to the device failed. Aftermath `unknown` once the request left.
 *
 * `DEVICE_GONE` unplugged or disposed of; `CHANNEL_BUSY` another client kept the channel busy for the whole budget;
 * `LINK_CLOSED` the far side ended the connection; `PROTOCOL_VIOLATION` it broke the transport's rules.
 *
 * @example
 * if (error instanceof TransportError && error.aftermath === "unknown") await checkTheSite();
 */
export class TransportError extends HarnessError<
  "DEVICE_GONE" | "CHANNEL_BUSY" | "LINK_CLOSED" | "PROTOCOL_VIOLATION"
> {}
