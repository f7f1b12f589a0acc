import type { Readable, Writable } from "node:stream";

interface CdpMessage {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

export type CdpListener = (params: Readonly<Record<string, unknown>>) => void;

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Chromium's debugging protocol over a pair of pipes: JSON texts, a zero byte after each. */
export class CdpConnection {
  readonly #commands: Writable;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Map<string, Set<CdpListener>>();
  #lastId = 0;
  #unread = "";
  #ended = false;

  constructor(commands: Writable, answers: Readable) {
    this.#commands = commands;
    // Writing to a browser that is gone is nobody's crash; its commands are rejected below.
    commands.on("error", () => undefined);
    answers.setEncoding("utf8").on("data", (text: string) => this.#read(text));
    answers.on("close", () => this.#end());
  }

  /** @throws {Error} with the browser's words when it refuses, or when it is gone. */
  send<Result>(method: string, params: object = {}, sessionId?: string): Promise<Result> {
    if (this.#ended) return Promise.reject(new Error("Chromium is gone"));
    const id = ++this.#lastId;
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#commands.write(`${JSON.stringify({ id, method, params, ...(sessionId && { sessionId }) })}\0`);
    return answered as Promise<Result>;
  }

  /** Calls `listener` whenever an event of this name comes in this session; give the result to stop. */
  on(event: { readonly method: string; readonly sessionId: string }, listener: CdpListener): () => void {
    const key = `${event.sessionId} ${event.method}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  #read(text: string): void {
    const texts = (this.#unread + text).split("\0");
    this.#unread = texts.pop() ?? "";
    for (const whole of texts) this.#receive(JSON.parse(whole) as CdpMessage);
  }

  #receive({ id, sessionId = "", method, params = {}, result, error }: CdpMessage): void {
    if (method !== undefined) {
      for (const listener of this.#listeners.get(`${sessionId} ${method}`) ?? []) listener(params);
    }
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return;
    this.#waiting.delete(id);
    if (error) waiting.reject(new Error(error.message));
    else waiting.resolve(result);
  }

  #end(): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.values()) reject(new Error("Chromium is gone"));
    this.#waiting.clear();
  }
}
