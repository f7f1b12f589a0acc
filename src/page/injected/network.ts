import { replaceFunction } from "./functions.js";
import { membersOf, type Realm } from "./realm.js";

const BODY_READERS = ["json", "text", "arrayBuffer", "blob", "formData", "bytes"];

/**
 * Counts the calls of a window's scripts that wait for the network: fetch, the reading of its answer, XMLHttpRequest.
 * The harness lets no time pass while one is open: the network is real and takes no virtual time.
 */
export class Network {
  #open = 0;
  #changes = 0;

  /** Calls under way. */
  get open(): number {
    return this.#open;
  }

  /** Counts every beginning and every end. */
  get changes(): number {
    return this.#changes;
  }

  watch(realm: Realm): void {
    const members = membersOf(realm);
    this.#wrap(realm, "fetch");
    const response = prototypeOf(members["Response"]);
    if (response !== undefined) for (const name of BODY_READERS) this.#wrap(response, name);
    const request = prototypeOf(members["XMLHttpRequest"]);
    if (request !== undefined) this.#watchXhr(request);
  }

  #wrap(holder: object, name: string): void {
    const native = (holder as Record<string, unknown>)[name];
    if (typeof native !== "function") return;
    replaceFunction(holder, name, (self, args) => {
      this.#change(1);
      const call = Reflect.apply(native, self ?? holder, args) as Promise<unknown>;
      const end = () => this.#change(-1);
      call.then(end, end);
      return call;
    });
  }

  #watchXhr(prototype: object): void {
    const { send } = prototype as { readonly send: (...args: readonly unknown[]) => void };
    replaceFunction(prototype, "send", (self, args) => {
      this.#change(1);
      (self as EventTarget).addEventListener("loadend", () => this.#change(-1), { once: true });
      Reflect.apply(send, self, args);
    });
  }

  #change(by: 1 | -1): void {
    this.#open += by;
    this.#changes += 1;
  }
}

function prototypeOf(value: unknown): object | undefined {
  return typeof value === "function" ? (value.prototype as object) : undefined;
}
