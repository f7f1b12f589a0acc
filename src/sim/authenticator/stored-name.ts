import { utf8 } from "../../core/bytes.js";

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
