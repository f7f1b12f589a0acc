import { EventEmitter } from "node:events";
import type { BusCall, BusError, MessageBus } from "../../src/hybrid/adapters/bluez-bus.js";

export interface FakeBusParts {
  readonly powered?: boolean;
  /** Members that are refused, with the error's name. */
  readonly refusals?: Readonly<Record<string, string>>;
  /** Members that are not answered. */
  readonly silent?: readonly string[];
}

export interface Exported {
  readonly object: Readonly<Record<string, unknown>>;
  readonly description: unknown;
}

/** Stands in for a connection to a system bus with BlueZ on it. */
export class FakeBus implements MessageBus {
  readonly calls: BusCall[] = [];
  readonly exported = new Map<string, Exported>();
  /** Paths of adverts that are on the air. */
  readonly registered = new Set<unknown>();
  readonly connection = Object.assign(new EventEmitter(), { end: () => void (this.ended = true) });
  ended = false;
  readonly #parts: FakeBusParts;

  constructor(parts: FakeBusParts = {}) {
    this.#parts = parts;
  }

  exportInterface(object: object, path: string, description: object): void {
    this.exported.set(path, { object: object as Exported["object"], description });
  }

  invoke(call: BusCall, done: (error: BusError | null, value?: unknown) => void): void {
    this.calls.push(call);
    if (this.#parts.silent?.includes(call.member)) return;
    const refusal = this.#parts.refusals?.[call.member];
    if (refusal !== undefined) return done({ name: refusal, message: "no" });
    const path = call.body?.[0];
    if (call.member === "RegisterAdvertisement") this.registered.add(path);
    if (call.member === "UnregisterAdvertisement") this.registered.delete(path);
    done(
      null,
      call.member === "Get" ? [[{ type: "b", child: [] }], [this.#parts.powered ?? true]] : undefined,
    );
  }
}
