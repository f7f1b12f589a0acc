/** What an HRESULT of WebAuthn means to a page, and what it says beside. @see webauthn.h, WebAuthNGetErrorName */
export interface WindowsError {
  /** Name of the DOMException that browsers make of it. */
  readonly name: string;
  readonly reason: string;
}

const TIMEOUT = 0x8007_05b4;
const CANCELLED = 0x8007_04c7;

const ERRORS: ReadonlyMap<number, WindowsError> = new Map([
  [0x8009_000f, { name: "InvalidStateError", reason: "NTE_EXISTS" }],
  [0x8007_0032, { name: "ConstraintError", reason: "ERROR_NOT_SUPPORTED" }],
  [0x8009_0029, { name: "ConstraintError", reason: "NTE_NOT_SUPPORTED" }],
  [0x8009_0023, { name: "ConstraintError", reason: "NTE_TOKEN_KEYSET_STORAGE_FULL" }],
  [0x8009_0027, { name: "NotSupportedError", reason: "NTE_INVALID_PARAMETER" }],
  [0x8009_0035, { name: "NotAllowedError", reason: "NTE_DEVICE_NOT_FOUND" }],
  [0x8009_0011, { name: "NotAllowedError", reason: "NTE_NOT_FOUND" }],
  [CANCELLED, { name: "NotAllowedError", reason: "ERROR_CANCELLED" }],
  [0x8009_0036, { name: "NotAllowedError", reason: "NTE_USER_CANCELLED" }],
  [TIMEOUT, { name: "NotAllowedError", reason: "ERROR_TIMEOUT" }],
  [0x8009_000b, { name: "UnknownError", reason: "NTE_BAD_KEY_STATE" }],
]);

/** Reads `Error` (`0x800704c7`) or `HResult` (`-2147023673`, signed) as one number; `undefined` for neither. */
export function hresultOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:0x[\da-f]{1,8}|-?\d{1,10})$/i.test(text.trim())) return undefined;
  const value = Number(text.trim());
  return value < 0 ? value + 2 ** 32 : value;
}

/** What a page is told of an HRESULT. */
export function windowsErrorOf(code: number): WindowsError {
  return (
    ERRORS.get(code) ?? {
      name: "UnknownError",
      reason: `0x${code.toString(16).toUpperCase().padStart(8, "0")}`,
    }
  );
}

/** Whether the time that the caller gave ran out: the one error that names its cause. */
export function isTimeout(code: number): boolean {
  return code === TIMEOUT;
}

/** Whether it may be the user, the caller or the caller's timer: only an event of a cancel before it says which. */
export function isAmbiguous(code: number): boolean {
  return code === CANCELLED;
}
