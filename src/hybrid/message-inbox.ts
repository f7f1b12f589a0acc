import { AsyncQueue } from "../core/queue.js";
import { INBOX_BYTES_MAX } from "./protocol/constants.js";

/** Queue of a tunnel's messages, with room for a reader that is late and none for a flood. */
export function messageInbox(): AsyncQueue<Uint8Array> {
  return new AsyncQueue(undefined, { max: INBOX_BYTES_MAX, of: ({ length }) => length });
}
