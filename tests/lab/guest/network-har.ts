import { writeFileSync } from "node:fs";
import type { ChromiumPage } from "../../../lab/services/chromium-page.js";

type Headers = Readonly<Record<string, string>>;

interface WillBeSent {
  readonly requestId: string;
  /** Seconds of a monotonic clock. */
  readonly timestamp: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly request: {
    readonly url: string;
    readonly method: string;
    readonly headers: Headers;
    readonly postData?: string;
  };
}

interface Received {
  readonly requestId: string;
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly mimeType: string;
    readonly headers: Headers;
  };
}

interface Finished {
  readonly requestId: string;
  readonly timestamp: number;
  readonly errorText?: string;
}

interface Call {
  readonly asked: WillBeSent;
  received?: Received["response"];
  body?: string;
  endedS?: number;
  error?: string;
}

/**
 * Writes a HAR of one tab. Every value is Chromium's own, from the events its network panel is made of; the writer is
 * this file, not that panel. Headers of cookies are left out, as in the panel's sanitised export.
 *
 * @see Chrome DevTools Protocol, domain Network; HAR 1.2
 */
export class NetworkHar {
  readonly #page: ChromiumPage;
  readonly #version: string;
  readonly #calls = new Map<string, Call>();
  readonly #bodies: Promise<unknown>[] = [];

  private constructor(page: ChromiumPage, version: string) {
    this.#page = page;
    this.#version = version;
  }

  /** Begins with the tab's next call. @param version `Chrome/156.0.8078.79`. */
  static async of(page: ChromiumPage, version: string): Promise<NetworkHar> {
    const har = new NetworkHar(page, version);
    page.on("Network.requestWillBeSent", (event) => har.#asked(event as unknown as WillBeSent));
    page.on("Network.responseReceived", (event) => har.#received(event as unknown as Received));
    page.on("Network.loadingFinished", (event) => har.#finished(event as unknown as Finished));
    page.on("Network.loadingFailed", (event) => har.#finished(event as unknown as Finished));
    await page.send("Network.enable");
    return har;
  }

  /** Writes what was called until now; a call without an answer has status 0. */
  async write(path: string): Promise<void> {
    await Promise.all(this.#bodies);
    const [name = "", version = ""] = this.#version.split("/");
    const log = {
      version: "1.2",
      creator: { name: "passkey-harness lab, from the Chrome DevTools Protocol", version: "1" },
      browser: { name, version },
      pages: [],
      entries: [...this.#calls.values()].map(entryOf),
    };
    writeFileSync(path, `${JSON.stringify({ log }, undefined, 2)}\n`);
  }

  #asked(asked: WillBeSent): void {
    this.#calls.set(asked.requestId, { asked });
  }

  #received({ requestId, response }: Received): void {
    const call = this.#calls.get(requestId);
    if (call !== undefined) call.received = response;
  }

  #finished({ requestId, timestamp, errorText }: Finished): void {
    const call = this.#calls.get(requestId);
    if (call === undefined) return;
    call.endedS = timestamp;
    if (errorText !== undefined) call.error = errorText;
    else this.#bodies.push(this.#keepBody(requestId, call));
  }

  async #keepBody(requestId: string, call: Call): Promise<void> {
    const { body, base64Encoded } = await this.#page.send<{
      readonly body: string;
      readonly base64Encoded: boolean;
    }>("Network.getResponseBody", { requestId });
    if (!base64Encoded) call.body = body;
  }
}

function entryOf({ asked, received, body, endedS, error }: Call): unknown {
  const { url, method, headers, postData } = asked.request;
  const ms = endedS === undefined ? 0 : (endedS - asked.timestamp) * 1_000;
  const mimeType = received?.mimeType ?? "";
  return {
    startedDateTime: new Date(asked.wallTime * 1_000).toISOString(),
    time: ms,
    request: {
      method,
      url,
      httpVersion: "http/1.1",
      headers: listOf(headers),
      queryString: [],
      cookies: [],
      headersSize: -1,
      bodySize: postData?.length ?? 0,
      ...(postData !== undefined && {
        postData: { mimeType: headers["Content-Type"] ?? "", text: postData },
      }),
    },
    response: {
      status: received?.status ?? 0,
      statusText: received?.statusText ?? "",
      httpVersion: "http/1.1",
      headers: listOf(received?.headers ?? {}),
      cookies: [],
      content: { size: body?.length ?? 0, mimeType, ...(body !== undefined && { text: body }) },
      redirectURL: "",
      headersSize: -1,
      bodySize: -1,
      ...(error !== undefined && { _error: error }),
    },
    cache: {},
    timings: { send: 0, wait: ms, receive: 0 },
  };
}

const SECRET = /^(?:cookie|set-cookie|authorization)$/i;

function listOf(headers: Headers): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(headers)
    .filter(([name]) => !SECRET.test(name))
    .map(([name, value]) => ({ name, value }));
}
