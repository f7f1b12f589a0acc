type Members = Map<PropertyKey, PropertyDescriptor>;

/**
 * Keeps the members of objects as they are before the harness changes some, to put those back: a window of a test
 * environment outlives its tests, and holds what others have put there meanwhile.
 */
export class SavedMembers {
  readonly #before = new Map<object, Members>();
  readonly #ours = new Map<object, Members>();

  /** @param names of members that an object may have without listing them, as jest's window has its interfaces. */
  constructor(objects: readonly unknown[], names: readonly string[] = []) {
    for (const object of objects) {
      const isObject = (typeof object === "object" && object !== null) || typeof object === "function";
      if (isObject) this.#before.set(object, membersOf(object, names));
    }
  }

  /** Takes what has changed since for the harness's own. */
  takeChanges(): void {
    for (const [object, before] of this.#before) {
      const changed = [...membersOf(object)].filter(([key, now]) => !isSame(now, before.get(key)));
      this.#ours.set(object, new Map(changed));
    }
  }

  /** Puts back what the harness replaced and takes away what it added, but for what others have replaced since. */
  restore(): void {
    for (const [object, ours] of this.#ours) {
      for (const [key, own] of ours) {
        if (!isSame(own, Reflect.getOwnPropertyDescriptor(object, key))) continue;
        const before = this.#before.get(object)?.get(key);
        if (before === undefined) Reflect.deleteProperty(object, key);
        else Reflect.defineProperty(object, key, before);
      }
    }
  }
}

function membersOf(object: object, names: readonly string[] = []): Members {
  return new Map(
    [...new Set([...Reflect.ownKeys(object), ...names])].flatMap((key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
      return descriptor === undefined ? [] : [[key, descriptor] as const];
    }),
  );
}

function isSame(one: PropertyDescriptor, other: PropertyDescriptor | undefined): boolean {
  return other !== undefined && one.value === other.value && one.get === other.get && one.set === other.set;
}
