import { type LinkedPhone, HybridError } from "../../entry/hybrid.js";
import { namesHint } from "../../core/place.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { LinkFile } from "../files/link-file.js";
import { checkWritable } from "../files/replace-file.js";
import { textOption } from "../options.js";
import type { Terminal } from "../terminal.js";

export const LINK_OPTIONS = {
  links: { type: "string" },
  linked: { type: "string" },
} as const satisfies OptionTable;

export const LINK_HELP = `  --links FILE         keep the phones that offer to be found again without a code; secret, as a password
  --linked NAME        call this phone of --links through its tunnel service, instead of showing a code`;

/** The phones this computer is linked to, and which of them a ceremony calls. */
export interface LinkedPhones {
  readonly file: LinkFile;
  /** The phone to call; absent: a code is shown. */
  readonly called: LinkedPhone | undefined;
}

/**
 * Reads what the command line says of linked phones; `undefined` where it says nothing.
 *
 * @throws {UsageError} USAGE, ENVIRONMENT. @throws {FileError}
 */
export function linkedPhonesFrom(invocation: Invocation): LinkedPhones | undefined {
  const path = textOption(invocation, "links");
  const name = textOption(invocation, "linked");
  if (path === undefined) {
    if (name === undefined) return undefined;
    throw new UsageError("USAGE", "--linked goes with --links FILE, where the phones are kept");
  }
  checkWritable(path);
  const file = new LinkFile(path);
  const { phones } = file;
  return { file, called: name === undefined ? undefined : phoneNamed(name, phones) };
}

/** @throws {UsageError} USAGE when there is none of that name. */
export function phoneNamed(name: string, phones: readonly LinkedPhone[]): LinkedPhone {
  const phone = phones.find((one) => one.name === name);
  if (phone !== undefined) return phone;
  const names = phones.map((one) => one.name);
  throw new UsageError("USAGE", `no phone of the name "${name}" is linked`, {
    hint:
      names.length === 0
        ? "none is: register or login with --links FILE keeps a phone that offers a link, as `phone --clients` does"
        : namesHint(name, names),
  });
}

/** Keeps the phones that offer a link during a ceremony, one write after the other. */
export class LinkWriter {
  readonly #file: LinkFile;
  readonly #terminal: Terminal;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: LinkFile, terminal: Terminal) {
    this.#file = file;
    this.#terminal = terminal;
  }

  keep(phone: LinkedPhone): void {
    this.#writing = this.#writing.then(async () => {
      const name = await this.#file.put(phone);
      this.#terminal.progress(`linked: --linked "${name}" calls this phone without a code`);
    });
    // The one who waits for it, below, learns of the failure.
    this.#writing.catch(() => undefined);
  }

  /** Forgets a phone that its tunnel service says will never come again. */
  forgetIfGone(phone: LinkedPhone, error: unknown): void {
    if (!(error instanceof HybridError) || error.code !== "LINK_GONE") return;
    this.#writing = this.#writing.then(async () => {
      await this.#file.forget(phone.name);
      this.#terminal.progress(`forgotten: its tunnel service does not know "${phone.name}" any more`);
    });
    this.#writing.catch(() => undefined);
  }

  /** Settles when all is written. @throws {FileError} @throws {UsageError} ENVIRONMENT, of what could not be. */
  written(): Promise<void> {
    return this.#writing;
  }
}
