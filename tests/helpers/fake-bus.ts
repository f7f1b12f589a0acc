import { EventEmitter } from "node:events";
import type { BusCall, BusError, BusMessage, MessageBus } from "../../src/hybrid/adapters/bluez-bus.js";

export interface FakeBusParts {
  readonly powered?: boolean;
  /** Members that are refused, with the error's name. */
  readonly refusals?: Readonly<Record<string, string>>;
  /** Members that are not answered. */
  readonly silent?: readonly string[];
  /** Whether the adapter has LE extended advertising; it has when absent. */
  readonly extended?: boolean;
  /** Devices that BlueZ knows from before: path and properties. */
  readonly known?: readonly (readonly [string, readonly (readonly [string, unknown])[]])[];
}

/** A variant, as the package writes what it reads. */
export const variant = (value: unknown): readonly unknown[] => [[], [value]];

const SIGNAL = 4;
const DBUS = "org.freedesktop.DBus";
const DEVICE = "org.bluez.Device1";

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
    done(null, this.#answerTo(call));
  }

  #answerTo({ member }: BusCall): unknown {
    const { powered = true, extended = true, known = [] } = this.#parts;
    if (member === "Get") return variant(powered);
    if (member === "GetAll") {
      return [
        ["SupportedInstances", variant(5)],
        ["SupportedSecondaryChannels", variant(extended ? ["1M", "2M"] : [])],
      ];
    }
    return member === "GetManagedObjects"
      ? known.map(([path, values]) => [path, [[DEVICE, asVariants(values)]]])
      : undefined;
  }

  /** BlueZ sees a device for the first time. */
  added(path: string, values: readonly (readonly [string, unknown])[]): void {
    const body = [path, [[DEVICE, asVariants(values)]]];
    this.#signal({ path: "/", interface: `${DBUS}.ObjectManager`, member: "InterfacesAdded", body });
  }

  /** Something of an object is another now; a device when nothing else is said. */
  changed(path: string, values: readonly (readonly [string, unknown])[], owner = DEVICE): void {
    const body = [owner, asVariants(values), []];
    this.#signal({ path, interface: `${DBUS}.Properties`, member: "PropertiesChanged", body });
  }

  /** bluetoothd leaves the bus. */
  vanish(): void {
    const body = ["org.bluez", ":1.5", ""];
    this.#signal({ path: "/org/freedesktop/DBus", interface: DBUS, member: "NameOwnerChanged", body });
  }

  #signal(signal: BusMessage): void {
    this.connection.emit("message", { type: SIGNAL, ...signal });
  }
}

function asVariants(values: readonly (readonly [string, unknown])[]): readonly unknown[] {
  return values.map(([name, value]) => [name, variant(value)]);
}
