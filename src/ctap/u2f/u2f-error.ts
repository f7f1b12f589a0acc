import { HarnessError } from "../../core/errors.js";

/** Two bytes that end every answer of a U2F key. @see FIDO U2F Raw Message Formats §3.3 (status codes) */
export const StatusWord = {
  NO_ERROR: 0x9000,
  /** A touch is wanted first; to a check: the key handle is ours. */
  CONDITIONS_NOT_SATISFIED: 0x6985,
  /** U2F is switched off, because the device always verifies its user. */
  COMMAND_NOT_ALLOWED: 0x6986,
  /** Not a key handle of this device for this application. */
  WRONG_DATA: 0x6a80,
  WRONG_LENGTH: 0x6700,
  CLA_NOT_SUPPORTED: 0x6e00,
  INS_NOT_SUPPORTED: 0x6d00,
  OTHER: 0x6f00,
} as const;

export type StatusWordName = keyof typeof StatusWord;

const NAMES = new Map<number, StatusWordName>(
  (Object.entries(StatusWord) as [StatusWordName, number][]).map(([name, word]) => [word, name]),
);

/** Symbol for a known status word, `0x....` for the rest. Never throws. */
export function nameOfStatusWord(word: number): StatusWordName | `0x${string}` {
  return NAMES.get(word) ?? `0x${word.toString(16).padStart(4, "0")}`;
}

/** A U2F key answered, and its answer is not "done". An answer settles the matter: aftermath `none`. */
export class U2fError extends HarnessError<`SW_${string}`> {
  /** Authoritative, also for words without a name. */
  readonly statusWord: number;
  readonly instruction: string;

  constructor(instruction: string, statusWord: number) {
    const name = nameOfStatusWord(statusWord);
    super(`SW_${name}`, `U2F ${instruction} answered ${name}`);
    this.statusWord = statusWord;
    this.instruction = instruction;
  }

  override toJSON() {
    return { ...super.toJSON(), statusWord: this.statusWord, instruction: this.instruction };
  }
}
