/** A part of a JSON document that was asked for. */
export interface JsonItem {
  /** Where it stands: `log.entries[]` is any item of that list. */
  readonly path: string;
  readonly value: unknown;
}

/** What a scanner is asked for. */
export interface ScanOptions {
  /** Whether the object or list at a path is wanted. Paths have at most {@link TRACKED_DEPTH} names. */
  readonly wants: (path: string) => boolean;
  readonly itemBytesMax: number;
  /** Called for what was wanted and cannot be given: too large, not JSON, or cut off by the end of the file. */
  readonly onDrop: (why: "too-large" | "not-json" | "cut-off") => void;
}

/** How deep names are kept; below, only brackets are counted. */
export const TRACKED_DEPTH = 8;
/** Longest name that is kept. */
const NAME_BYTES_MAX = 256;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;
const BRACE = 0x7b;
const BRACE_END = 0x7d;

interface Container {
  readonly path: string;
  readonly isList: boolean;
  /** Name of the member whose value comes next. */
  name: string;
  /** The next text is a name. */
  expectsName: boolean;
}

/**
 * Finds the wanted parts of a JSON document as it comes in, and holds no more of it than one such part. Takes documents
 * without an end, as a killed browser leaves them.
 */
export class JsonScanner {
  readonly #options: ScanOptions;
  readonly #stack: Container[] = [];
  readonly #decoder = new TextDecoder();
  /** Brackets open below those in the stack. */
  #deeper = 0;
  #inText = false;
  #isEscaped = false;
  #name: number[] | undefined;
  /** Brackets open in the part that is being kept; 0 where none is. */
  #kept = 0;
  #keptPath = "";
  #keptBytes = 0;
  #pieces: Uint8Array[] = [];

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /** Takes the next bytes, and returns the parts that ended in them. */
  push(chunk: Uint8Array): readonly JsonItem[] {
    const items: JsonItem[] = [];
    let keptFrom = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.#inText) {
        this.#takeText(byte);
        continue;
      }
      if (byte === QUOTE) {
        this.#beginText();
      } else if (byte === BRACE || byte === BRACKET) {
        if (this.#kept > 0) this.#kept += 1;
        else if (this.#open(byte === BRACKET)) keptFrom = at;
      } else if (byte === BRACE_END || byte === BRACKET_END) {
        if (this.#kept === 0) this.#close();
        else if (--this.#kept === 0) {
          this.#keep(chunk.slice(keptFrom, at + 1));
          items.push(...this.#finish());
        }
      } else if (this.#kept === 0 && this.#deeper === 0) this.#takePunctuation(byte);
    }
    if (this.#kept > 0) this.#keep(chunk.slice(keptFrom));
    return items;
  }

  /** Tells of a part that the end of the file cut off. */
  end(): void {
    if (this.#kept > 0) this.#options.onDrop("cut-off");
    this.#kept = 0;
    this.#pieces = [];
  }

  /** Whether everything that was opened has ended. */
  get isWhole(): boolean {
    return this.#stack.length === 0 && this.#kept === 0;
  }

  #takeText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) {
      this.#inText = false;
      const top = this.#stack.at(-1);
      if (this.#name !== undefined && top !== undefined) {
        top.name = this.#decoder.decode(Uint8Array.from(this.#name));
        this.#name = undefined;
      }
      return;
    }
    if (this.#name !== undefined && this.#name.length < NAME_BYTES_MAX) this.#name.push(byte);
  }

  #beginText(): void {
    this.#inText = true;
    this.#isEscaped = false;
    const top = this.#stack.at(-1);
    const isName = this.#kept === 0 && this.#deeper === 0 && top?.expectsName === true;
    this.#name = isName ? [] : undefined;
  }

  #takePunctuation(byte: number): void {
    const top = this.#stack.at(-1);
    if (top === undefined) return;
    if (byte === COMMA) top.expectsName = !top.isList;
    if (byte === COLON) top.expectsName = false;
  }

  /** @returns whether the part that begins here is wanted. */
  #open(isList: boolean): boolean {
    if (this.#deeper > 0 || this.#stack.length >= TRACKED_DEPTH) {
      this.#deeper += 1;
      return false;
    }
    const top = this.#stack.at(-1);
    const path = top === undefined ? "" : top.isList ? `${top.path}[]` : joined(top.path, top.name);
    if (this.#options.wants(path)) {
      this.#kept = 1;
      this.#keptPath = path;
      this.#keptBytes = 0;
      this.#pieces = [];
      return true;
    }
    this.#stack.push({ path, isList, name: "", expectsName: !isList });
    return false;
  }

  #close(): void {
    if (this.#deeper > 0) this.#deeper -= 1;
    else this.#stack.pop();
  }

  #keep(piece: Uint8Array): void {
    this.#keptBytes += piece.length;
    if (this.#keptBytes > this.#options.itemBytesMax) this.#pieces = [];
    else this.#pieces.push(piece);
  }

  #finish(): readonly JsonItem[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (this.#keptBytes > this.#options.itemBytesMax) {
      this.#options.onDrop("too-large");
      return [];
    }
    try {
      const value: unknown = JSON.parse(this.#decoder.decode(concatenated(pieces, this.#keptBytes)));
      return [{ path: this.#keptPath, value }];
    } catch {
      this.#options.onDrop("not-json");
      return [];
    }
  }
}

const joined = (path: string, name: string) => (path === "" ? name : `${path}.${name}`);

function concatenated(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
