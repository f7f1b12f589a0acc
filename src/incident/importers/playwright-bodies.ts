import type { Counter } from "../tags.js";
import { WEBAUTHN_WORDS } from "../webauthn-json/find-webauthn.js";
import { objectIn, textIn, type JsonObject } from "../webauthn-json/walk.js";
import type { ZipEntryTaker } from "./zip-texts.js";

/** A body with options or an answer is a few kilobytes. */
const BODY_BYTES_MAX = 256 * 1024;
const ALL_BYTES_MAX = 16 * 1024 * 1024;

/** Keeps those bodies of an archive that may be about passkeys: its calls name them by a hash, and may come before them. */
export class PlaywrightBodies {
  readonly #texts = new Map<string, string>();
  readonly #dropped: Counter;
  #bytes = 0;

  constructor(dropped: Counter) {
    this.#dropped = dropped;
  }

  /** Takes the file of one body. */
  taker(name: string): ZipEntryTaker {
    const pieces: Uint8Array[] = [];
    let length = 0;
    return {
      take: (bytes) => {
        length += bytes.length;
        if (length <= BODY_BYTES_MAX) pieces.push(bytes.slice());
        else pieces.length = 0;
      },
      end: () => {
        if (length > BODY_BYTES_MAX) return;
        const decoder = new TextDecoder();
        const text = pieces.map((piece) => decoder.decode(piece, { stream: true })).join("");
        if (!WEBAUTHN_WORDS.test(text)) return;
        this.#bytes += text.length;
        if (this.#bytes > ALL_BYTES_MAX) this.#dropped.add("body beyond the most that are kept");
        else this.#texts.set(name, text);
      },
    };
  }

  /** Returns an entry of HAR with its bodies in place. */
  fill(entry: JsonObject): JsonObject {
    const request = objectIn(entry, "request") ?? {};
    const response = objectIn(entry, "response") ?? {};
    const posted = this.#withText(objectIn(request, "postData"));
    const content = this.#withText(objectIn(response, "content"));
    return {
      ...entry,
      request: { ...request, ...(posted !== undefined && { postData: posted }) },
      response: { ...response, ...(content !== undefined && { content }) },
    };
  }

  #withText(part: JsonObject | undefined): JsonObject | undefined {
    const text = this.#texts.get(textIn(part ?? {}, "_sha1") ?? "");
    return part === undefined || text === undefined ? part : { ...part, text };
  }
}
