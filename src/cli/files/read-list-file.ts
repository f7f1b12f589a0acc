import { UsageError } from "../command.js";
import { FileError, isMissing } from "./file-error.js";
import { type FileKind, readJsonFile } from "./read-file.js";
import { membersOf } from "./read-members.js";

/** A JSON file that this program writes: an object with its schema and a list. */
export interface ListFile extends FileKind {
  /** Raised when a file of before cannot be read as one of now. */
  readonly schema: number;
  /** The member that holds the list. */
  readonly list: string;
}

export interface ListContent {
  readonly members: Readonly<Record<string, unknown>>;
  readonly entries: readonly unknown[];
}

/**
 * Reads a file that this program wrote, or one that is not there yet.
 *
 * @returns `undefined` where there is no file and none has to be.
 * @throws {UsageError} ENVIRONMENT for a file that this program did not write. @throws {FileError} FILE_SCHEMA, FILE_TOO_LARGE
 */
export function readListFile(
  path: string,
  file: ListFile,
  { mustExist = false }: { readonly mustExist?: boolean } = {},
): ListContent | undefined {
  let content: unknown;
  try {
    content = readJsonFile(path, file);
  } catch (error) {
    if (isMissing(error) && !mustExist) return undefined;
    throw error;
  }
  const members = membersOf(content);
  const entries = members[file.list];
  if (!Array.isArray(entries)) throw notOurs(path, file);
  if (members["schema"] !== file.schema) {
    throw new FileError("FILE_SCHEMA", `${file.what} ${path} is of another version`, {
      hint: `this version reads schema ${file.schema}`,
    });
  }
  return { members, entries };
}

/** Refuses a file that this program did not write; quotes nothing of it, because it may hold secrets. */
export function notOurs(path: string, { what }: FileKind): UsageError {
  return new UsageError("ENVIRONMENT", `${what} ${path} was not written by this program`);
}
