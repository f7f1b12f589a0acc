/** A function of a window: called with its receiver and its arguments. */
export type Behaviour = (self: unknown, args: readonly unknown[]) => unknown;

/**
 * Makes a function that passes for the browser's own: name, length and text are those of `native`, and it is no
 * constructor. Where the browser has none, a method of that name and length.
 *
 * @see WebIDL §3.7.7 (operations)
 */
export function functionLike(
  native: unknown,
  { name, length }: { readonly name: string; readonly length: number },
  run: Behaviour,
): (...args: readonly unknown[]) => unknown {
  if (typeof native === "function") {
    return new Proxy(native as () => unknown, { apply: (_target, self, args) => run(self, args) });
  }
  const holder = {
    [name](this: unknown, ...args: readonly unknown[]) {
      return run(this, args);
    },
  };
  const made = holder[name];
  if (made === undefined) throw new TypeError(`${name} has no method`);
  Object.defineProperty(made, "length", { value: length, configurable: true });
  return made;
}

/** Puts a method on an interface or its prototype, as WebIDL has it, in the place of the browser's own. */
export function defineOperation(on: object, name: string, length: number, run: Behaviour): void {
  const native: unknown = Object.getOwnPropertyDescriptor(on, name)?.value;
  const value = functionLike(native, { name, length }, run);
  Object.defineProperty(on, name, { value, writable: true, enumerable: true, configurable: true });
}

/** Puts a read-only attribute on a prototype, as WebIDL has it, in the place of the browser's own. */
export function defineAttribute(on: object, name: string, read: (self: unknown) => unknown): void {
  const native: unknown = Reflect.get(Object.getOwnPropertyDescriptor(on, name) ?? {}, "get");
  const get = functionLike(native, { name: `get ${name}`, length: 0 }, read);
  Object.defineProperty(on, name, { get, enumerable: true, configurable: true });
}

/**
 * Puts a function of the harness's in the place of a window's own, enumerable or not as that is; it passes for the own one.
 * Where the window has none, none is put there.
 */
export function replaceFunction(on: object, name: string, run: Behaviour): void {
  const found = Object.getOwnPropertyDescriptor(on, name);
  const native: unknown = (on as Record<string, unknown>)[name];
  if (typeof native !== "function") return;
  const value = functionLike(native, { name, length: native.length }, run);
  const enumerable = found?.enumerable ?? false;
  Object.defineProperty(on, name, { value, writable: true, enumerable, configurable: true });
}

/** Defines a member as interfaces and functions of a window are: not enumerable, replaceable. */
export function define(on: object, name: string, value: unknown): void {
  Object.defineProperty(on, name, { value, writable: true, enumerable: false, configurable: true });
}
