import { createRequire } from "node:module";

/** Version of the package this program belongs to, such as `0.1.0`. */
export function packageVersion(): string {
  // The package refers to itself by name, wherever in it the program was bundled to.
  const { version } = createRequire(import.meta.url)("passkey-harness/package.json") as { version: string };
  return version;
}
