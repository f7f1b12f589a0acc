import { RELAY_LIMITS } from "../../hybrid/relay/relay.js";
import { choice, count, countOrNever, formerly, ms, msOrNever, share } from "../knobs/knob-spec.js";

/** Options of the tunnel service. */
export const TUNNEL_KNOBS = {
  connectDelayMs: ms(400, "DNS, TLS and WebSocket upgrade, for each side"),
  latencyMs: ms(50, "one way between a side and the tunnel service"),
  refuse: choice(
    ["nobody", "phone", "desktop", "contact", "everybody"],
    "which side the tunnel service refuses; contact: clients that call a linked phone",
  ),
  httpStatus: countOrNever(
    null,
    "HTTP status of the refusal, for both sides where `tunnel.refuse` names none; never: the service is unreachable",
    { min: 200, max: 599 },
  ),
  ttlMs: msOrNever(RELAY_LIMITS.ttlMs, "how long a tunnel lives, from the phone's arrival (`tunnel.ttl`)"),
  dropAfter: countOrNever(
    RELAY_LIMITS.dropAfter,
    "messages until the tunnel closes; 5 are handshake, hello, update and request: the answer is lost",
  ),
  garble: countOrNever(
    RELAY_LIMITS.garble,
    "number of the message, of both sides, that arrives with one bit changed: 1 and 2 are the handshake",
  ),
  breakChance: formerly(
    "link.failP",
    share(RELAY_LIMITS.breakChance, "probability that the tunnel closes, drawn anew at each message"),
  ),
  maxMessages: count(RELAY_LIMITS.maxMessages, "messages one side may send"),
  maxBytes: count(RELAY_LIMITS.maxBytes, "bytes of one encrypted message", { unit: "bytes" }),
};

/** Options of the push service that reaches a linked phone. */
export const PUSH_KNOBS = {
  delayMs: msOrNever(
    RELAY_LIMITS.pushDelayMs,
    "from the browser's call to the linked phone getting it (`push.deliver`); never: the message is lost",
  ),
};
