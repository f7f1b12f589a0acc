import { base64, fail, fileOf, succeed, type ToolInput } from "./fido2-tool.js";

const CDH = base64(new Uint8Array(32).fill(0x5a));

export interface Creation {
  readonly path: string;
  /** Options of fido2-cred: `-r`, `-v`, `-h`, `-b`, `-c N`, `-u`, `-q`. */
  readonly options?: readonly string[];
  readonly type?: string;
  readonly rp?: string;
  readonly user?: string;
  readonly pins?: readonly string[];
}

/** What fido2-cred made: the lines it prints, and how to sign in with it. */
export interface Created {
  readonly lines: readonly string[];
  readonly rp: string;
  readonly type: string;
  /** Base64. */
  readonly id: string;
}

function makeArguments({ path, options = [], type = "es256", rp = "example.com", user = "ada" }: Creation) {
  const input = fileOf([CDH, rp, user, base64(new TextEncoder().encode(`id-of-${user}`)), ""].join("\n"));
  return ["-M", ...options, "-i", input, path, type];
}

export async function make(creation: Creation): Promise<Created> {
  const { type = "es256", rp = "example.com", pins = [] } = creation;
  const lines = await succeed("fido2-cred", makeArguments(creation), { lines: pins });
  return { lines, rp, type, id: lines[4] ?? "" };
}

export function failToMake(creation: Creation, input: ToolInput = {}): Promise<string> {
  return fail("fido2-cred", makeArguments(creation), { lines: creation.pins ?? [], ...input });
}

/** Has fido2-cred check the signature. @returns path of the public key, as fido2-assert wants it. */
export async function verify(created: Created, options: readonly string[] = []): Promise<string> {
  const input = fileOf(`${created.lines.join("\n")}\n`);
  const [, ...pem] = await succeed("fido2-cred", ["-V", ...options, "-i", input, created.type]);
  return fileOf(`${pem.join("\n")}\n`);
}

export interface Login {
  readonly path: string;
  /** Options of fido2-assert: `-r`, `-v`, `-p`, `-h`, `-b`, `-u`, `-t up=true`. */
  readonly options?: readonly string[];
  readonly pins?: readonly string[];
  /** Absent with `-r`. */
  readonly id?: string;
  readonly rp?: string;
  readonly salt?: Uint8Array;
}

function assertArguments({ path, options = [], rp = "example.com", id, salt }: Login): readonly string[] {
  const wanted = [CDH, rp, ...(id === undefined ? [] : [id]), ...(salt ? [base64(salt)] : []), ""];
  return ["-G", ...options, "-i", fileOf(wanted.join("\n")), path];
}

/** @returns the lines fido2-assert prints, of all accounts. */
export function login(options: Login): Promise<readonly string[]> {
  return succeed("fido2-assert", assertArguments(options), { lines: options.pins ?? [] });
}

export function failToLogin(options: Login): Promise<string> {
  return fail("fido2-assert", assertArguments(options), { lines: options.pins ?? [] });
}

/** Has fido2-assert check the signature of the first account. @throws {Error} when it is another key's. */
export async function verifyLogin(
  lines: readonly string[],
  key: { readonly pem: string; readonly type?: string; readonly options?: readonly string[] },
): Promise<void> {
  const input = fileOf(`${lines.slice(0, 4).join("\n")}\n`);
  await succeed("fido2-assert", ["-V", ...(key.options ?? []), "-i", input, key.pem, key.type ?? "es256"]);
}
