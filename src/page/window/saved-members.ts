type Members = Map<PropertyKey, PropertyDescriptor>;

/** Keeps the members of objects as they are, to put them back: a window of a test environment outlives its tests. */
export class SavedMembers {
  readonly #saved = new Map<object, Members>();

  constructor(objects: readonly unknown[]) {
    for (const object of objects) {
      const isObject = (typeof object === "object" && object !== null) || typeof object === "function";
      if (isObject) this.#saved.set(object, membersOf(object));
    }
  }

  /** Puts back what was replaced, and takes away what was added. Members that cannot be changed stay. */
  restore(): void {
    for (const [object, before] of this.#saved) {
      for (const key of Reflect.ownKeys(object)) {
        if (!before.has(key)) Reflect.deleteProperty(object, key);
      }
      for (const [key, descriptor] of before) {
        const now = Reflect.getOwnPropertyDescriptor(object, key);
        if (now === undefined || isReplaced(now, descriptor)) Reflect.defineProperty(object, key, descriptor);
      }
    }
  }
}

function membersOf(object: object): Members {
  return new Map(
    Reflect.ownKeys(object).flatMap((key) => {
      const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
      return descriptor === undefined ? [] : [[key, descriptor] as const];
    }),
  );
}

function isReplaced(now: PropertyDescriptor, before: PropertyDescriptor): boolean {
  return now.value !== before.value || now.get !== before.get || now.set !== before.set;
}
