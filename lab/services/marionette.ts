import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What Firefox answers: type 1, the command's number, an error or a result. */
type Answer = readonly [
  type: 1,
  id: number,
  error: { readonly error: string; readonly message: string } | null,
  result: unknown,
];

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Firefox's remote control over TCP: JSON texts, each after its length in bytes and a colon. */
export class Marionette {
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #unread: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk: Buffer) => this.#read(chunk));
    // Whoever still waits is told by the end of the connection.
    socket.on("error", () => undefined);
    socket.on("close", () => this.#end());
  }

  /** @throws {Error} when nobody listens there. */
  static async at(port: number): Promise<Marionette> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    return new Marionette(socket);
  }

  /** @throws {Error} with the browser's words when it refuses, or when it is gone. */
  send<Result = unknown>(command: string, parameters: object = {}): Promise<Result> {
    const id = ++this.#lastId;
    const answered = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const text = JSON.stringify([0, id, command, parameters]);
    this.#socket.write(`${Buffer.byteLength(text)}:${text}`);
    return answered as Promise<Result>;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const colon = this.#unread.indexOf(":");
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#unread.subarray(0, colon).toString());
      if (this.#unread.length < end) return;
      const text = this.#unread.subarray(colon + 1, end).toString();
      this.#unread = this.#unread.subarray(end);
      this.#receive(JSON.parse(text));
    }
  }

  /** The greeting is no answer. */
  #receive(message: unknown): void {
    if (!Array.isArray(message) || message[0] !== 1) return;
    const [, id, error, result] = message as unknown as Answer;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(`${error.error}: ${error.message}`));
    else waiting?.resolve(result);
  }

  #end(): void {
    for (const { reject } of this.#waiting.values()) reject(new Error("Firefox is gone"));
    this.#waiting.clear();
  }
}
