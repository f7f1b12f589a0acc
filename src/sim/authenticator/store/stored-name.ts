import { utf8 } from "../../../core/bytes.js";

const ELLIPSIS = "\u2026";

/**
 * An rp id as a device with little room keeps it: the scheme in front, if any, and as much of the end as
 * fits, because the end of a host name says more than its beginning.
 *
 * Never cuts a character in two; the specification's rule counts bytes, rp ids are ASCII.
 *
 * @param room in bytes of UTF-8, at least 32.
 * @see CTAP 2.3 §6.8.7 (truncation of relying party identifiers)
 */
export function truncateRpId(rpId: string, room: number): string {
  if (utf8(rpId).length <= room) return rpId;
  const scheme = fitting(Array.from(rpId.slice(0, rpId.indexOf(":") + 1)), room).join("");
  const left = room - utf8(scheme).length - utf8(ELLIPSIS).length;
  if (left < 0) return scheme;
  const end = fitting(Array.from(rpId).reverse(), left);
  return scheme + ELLIPSIS + end.reverse().join("");
}

/** The first characters that have room. */
function fitting(characters: readonly string[], room: number): string[] {
  let bytes = 0;
  const end = characters.findIndex((character) => (bytes += utf8(character).length) > room);
  return end < 0 ? [...characters] : characters.slice(0, end);
}

/** What every authenticator must be able to keep of a name, in bytes of UTF-8. @see CTAP 2.3 §8 (truncation) */
const NAME_BYTES_MAX = 64;

/** As much of a name as this device keeps: never half a character. */
export function truncateName(name: string): string {
  let kept = "";
  let bytes = 0;
  for (const character of name) {
    bytes += utf8(character).length;
    if (bytes > NAME_BYTES_MAX) break;
    kept += character;
  }
  return kept;
}
