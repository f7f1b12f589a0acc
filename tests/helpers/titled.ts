/** What a machine lacks to run a test; `undefined` when it has all of it. */
export type Lack = string | undefined;

/** Returns a title that says why the tests under it did not run. */
export function titled(name: string, lack: Lack): string {
  if (lack === undefined) return name;
  console.warn(`${name}: skipped, this machine ${lack}`);
  return `${name} (skipped: ${lack})`;
}
