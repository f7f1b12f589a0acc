import { build } from "esbuild";
import { rm, mkdtemp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "./lab-error.js";
import { nativePackages } from "./native-packages.js";

/** Under the project, so that what stays outside the bundle is found in its node_modules. */
const BUNDLES = join(import.meta.dirname, "..", "artifacts", "lab-bundles");

/** Packages with native code are loaded from where they are installed. */
const NATIVE = Object.keys(nativePackages());

export interface Bundle {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * One file out of a program and all it imports: a file system behind an emulated machine opens hundreds of small
 * files slowly, and Node 20 reads no TypeScript.
 *
 * @throws {LabError} `LAB_PROGRAM_UNREADABLE`.
 */
export async function bundle(program: string): Promise<Bundle> {
  await mkdir(BUNDLES, { recursive: true });
  const folder = await mkdtemp(join(BUNDLES, "program-"));
  const path = join(folder, "program.mjs");
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await build({
      entryPoints: [program],
      outfile: path,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      external: NATIVE,
      sourcemap: "inline",
      logLevel: "silent",
      // CommonJS packages in the bundle ask for Node's own modules by `require`.
      banner: {
        js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
      },
    });
  } catch (cause) {
    await remove();
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new LabError("LAB_PROGRAM_UNREADABLE", `cannot bundle ${program}: ${reason}`, { cause });
  }
  return { path, remove };
}
