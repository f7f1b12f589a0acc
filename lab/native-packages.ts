import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Versions the lab is run with, one exact version for each optional peer dependency of the package. */
const LIST = join(import.meta.dirname, "native-packages.json");

/** @returns the exact version of each native package, by its name. */
export function nativePackages(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(LIST, "utf8")) as Readonly<Record<string, string>>;
}

/** @returns those of the named packages that cannot be resolved from this project. */
export function missingNativePackages(names: readonly string[]): readonly string[] {
  const { resolve } = createRequire(import.meta.url);
  return names.filter((name) => {
    try {
      return resolve(`${name}/package.json`) === "";
    } catch {
      return true;
    }
  });
}
