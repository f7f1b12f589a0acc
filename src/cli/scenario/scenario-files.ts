import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, extname, isAbsolute, join, normalize, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import {
  ScenarioFileError,
  type ScenarioFileFault,
  type ScenarioFileProblem,
  type ScenarioFiles,
} from "../../entry/scenarios.js";
import { isHarnessError } from "../../index.js";
import { UsageError } from "../command.js";
import { readTextFile } from "../files/read-file.js";

/** How programs are loaded; parameters of what {@link diskFiles} does, so that every Node can be tried. */
export interface ModuleLoader {
  import(url: string): Promise<unknown>;
  /** Path of tsx as a file in `folder` would find it. @throws when it would not. */
  resolveTsx(folder: string): string;
}

const NODE: ModuleLoader = {
  import: (url) => import(url) as Promise<unknown>,
  resolveTsx(folder) {
    // By its own table: what require would find is the other half of it, which loads no module of ours.
    const table = createRequire(join(resolve(folder), "from.js")).resolve("tsx/package.json");
    const { exports } = JSON.parse(readFileSync(table, "utf8")) as TsxPackage;
    return join(dirname(table), exports["./esm/api"].import.default);
  },
};

/** Node's words for a program in TypeScript that it does not take. */
const NOT_FOR_THIS_NODE = new Set([
  "ERR_UNKNOWN_FILE_EXTENSION",
  "ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX",
  "ERR_UNSUPPORTED_NODE_MODULES_TYPE_STRIPPING",
]);

/** Scenario files on this machine's disk: JSON, JavaScript, and TypeScript where something can load it. */
export function diskFiles(loader: ModuleLoader = NODE): ScenarioFiles {
  return {
    async read(path) {
      const kind = extname(path).toLowerCase();
      if (kind === ".json") return { json: readText(path) };
      if (!/^\.[cm]?[jt]s$/.test(kind)) {
        const hint = ".json, .js, .mjs, .cjs, .ts, .mts and .cts can be read";
        throw problem(path, { code: "SCENARIO_FILE_KIND", text: "no kind of scenario file", hint });
      }
      ensureReadable(path);
      const typed = kind.endsWith("ts");
      try {
        return { exports: await loader.import(pathToFileURL(resolve(path)).href) };
      } catch (error) {
        if (!typed || !NOT_FOR_THIS_NODE.has(codeOf(error))) throw broken(path, error);
        return { exports: await importWithTsx(path, { loader, cause: error }) };
      }
    },
    beside: (path, name) => normalize(isAbsolute(name) ? name : join(dirname(path), name)),
  };
}

/** tsx of the project the file is in, or of the one the command was called in. */
async function importWithTsx(
  path: string,
  { loader, cause }: { readonly loader: ModuleLoader; readonly cause: unknown },
): Promise<unknown> {
  const api = [dirname(path), "."]
    .map((folder) => findTsx(loader, folder))
    .find((found) => found !== undefined);
  if (api === undefined) {
    const text = `Node ${process.versions.node} does not load TypeScript by itself`;
    const hint =
      "use Node 22.18 or newer, or install tsx beside the file (npm install tsx), or write it as .mjs or .json";
    throw problem(path, { code: "SCENARIO_FILE_NO_TYPESCRIPT", text, hint }, cause);
  }
  const tsx = (await loader.import(pathToFileURL(api).href)) as Tsx;
  const url = pathToFileURL(resolve(path)).href;
  return tsx.tsImport(url, url).catch((error: unknown) => {
    throw broken(path, error);
  });
}

interface TsxPackage {
  readonly exports: { readonly "./esm/api": { readonly import: { readonly default: string } } };
}

/** What is used of it. */
interface Tsx {
  tsImport(url: string, parent: string): Promise<unknown>;
}

function findTsx(loader: ModuleLoader, folder: string): string | undefined {
  try {
    return loader.resolveTsx(folder);
  } catch {
    return undefined;
  }
}

/** @throws {FileError} FILE_TOO_LARGE @throws {ScenarioFileError} */
function readText(path: string): string {
  try {
    return readTextFile(path, { what: "scenario file", limit: "SCENARIO_BYTES_MAX" });
  } catch (error) {
    throw error instanceof UsageError ? unreadable(path, error.cause) : error;
  }
}

function ensureReadable(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): ScenarioFileError {
  const code = "SCENARIO_FILE_UNREADABLE";
  return problem(
    path,
    { code, text: `cannot be read (${codeOf(cause)})`, hint: "is the path right?" },
    cause,
  );
}

/** Reads what a program throws while it is loaded: the problems of its own scenario, or any other value. */
function broken(path: string, error: unknown): ScenarioFileError {
  const problems = problemsOf(error);
  if (problems !== undefined) return new ScenarioFileError(path, problems, { cause: error });
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  return problem(
    path,
    {
      code: "SCENARIO_FILE_BROKEN",
      text: `it breaks down while it is loaded: ${line}`,
      ...(takenForCommonJs(path, error) && { hint: MODULE_HINT }),
    },
    error,
  );
}

const MODULE_HINT =
  'the package.json above it has no "type": "module", so that Node reads it as CommonJS: add that, or name the file .mjs or .mts';

/** Node's words for a module that it read as CommonJS because of its name. */
const MODULE_SYNTAX =
  /Cannot use import statement outside a module|Unexpected token 'export'|import\.meta|await is only valid/;

function takenForCommonJs(path: string, error: unknown): boolean {
  const isUndecided = /^\.[jt]s$/.test(extname(path).toLowerCase());
  return isUndecided && error instanceof SyntaxError && MODULE_SYNTAX.test(error.message);
}

/** The program may have brought a copy of this library. */
function problemsOf(error: unknown): readonly [ScenarioFileProblem, ...ScenarioFileProblem[]] | undefined {
  if (!isHarnessError(error) || !error.code.startsWith("SCENARIO_FILE_")) return undefined;
  const [first, ...others] = (error as unknown as Pick<ScenarioFileError, "problems">).problems;
  return first && [first, ...others];
}

function problem(
  path: string,
  wrong: { readonly code: ScenarioFileFault; readonly text: string; readonly hint?: string },
  cause?: unknown,
): ScenarioFileError {
  return new ScenarioFileError(path, [{ ...wrong, path: "" }], { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
