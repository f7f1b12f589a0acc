import { define } from "./functions.js";
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
    const change = (by: 1 | -1) => this.#change(by);
    const wrapped = {
      [name](this: unknown, ...args: readonly unknown[]): Promise<unknown> {
        change(1);
        const call = Reflect.apply(native, this ?? holder, args) as Promise<unknown>;
        const end = () => change(-1);
        call.then(end, end);
        return call;
      },
    }[name];
    define(holder, name, wrapped);
  }

  #watchXhr(prototype: object): void {
    const { send } = prototype as { readonly send: (...args: readonly unknown[]) => void };
    const change = (by: 1 | -1) => this.#change(by);
    define(prototype, "send", function (this: EventTarget, ...args: readonly unknown[]) {
      change(1);
      this.addEventListener("loadend", () => change(-1), { once: true });
      Reflect.apply(send, this, args);
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
