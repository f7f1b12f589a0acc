/** Bundles what runs in the pages under test, as text: `src/page/script-text.ts`. */
import { build } from "esbuild";
import { fileURLToPath } from "node:url";

const ENTRY = fileURLToPath(new URL("../src/page/injected/main.ts", import.meta.url));

const SHARED_BUFFER =
  "var SharedArrayBuffer=globalThis.SharedArrayBuffer??class{get byteLength(){return 0}get growable(){return false}};";

/** Returns the TypeScript file that holds the bundle. */
export async function pageScriptFile(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [ENTRY],
    bundle: true,
    minify: true,
    format: "iife",
    globalName: "harnessPage",
    platform: "browser",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    // webidl-conversions looks at it when it is loaded, for types that no option has; most pages have none.
    banner: { js: SHARED_BUFFER },
    write: false,
    logLevel: "error",
  });
  const [output] = outputFiles;
  const text = output?.text.trim().replace(/;$/, "") ?? "";
  return `/** The bundle of \`injected/main.ts\`, written by \`npm run docs\`. */\nexport const PAGE_SCRIPT =\n  ${JSON.stringify(text)};\n`;
}
