import { CONTACT_GONE_STATUS } from "../protocol/constants.js";

/** Maps each reason for which a tunnel service refuses a connection to the HTTP status of the refusal. */
const STATUSES = {
  /** The subprotocol `fido.cable` was not asked for. */
  "no-subprotocol": 400,
  "bad-path": 400,
  /** A call of a linked phone without what wakes it. */
  "no-client-payload": 400,
  /** The request's `Origin` is not one of those served. */
  "wrong-origin": 403,
  /** No client waits at that tunnel id, or another phone has joined already. */
  "no-such-tunnel": 404,
  "unknown-contact": 404,
  "tunnel-taken": 409,
  "contact-gone": CONTACT_GONE_STATUS,
  /** A client, longer after its phone than the service lets phones wait. */
  "came-too-late": 418,
  /** As many tunnels, or connections, as the service keeps at once. */
  full: 503,
} as const;

export type RelayRefusalName = keyof typeof STATUSES;

export interface RelayRefusal {
  readonly status: (typeof STATUSES)[RelayRefusalName];
  readonly refusal: RelayRefusalName;
}

export function refuse(refusal: RelayRefusalName): RelayRefusal {
  return { status: STATUSES[refusal], refusal };
}
