import { isHarnessError } from "../../../src/index.js";

/** What a promise was rejected with, as far as a caller may build on it. @throws what is no error of this library. */
export async function refusalOf(
  work: Promise<unknown>,
): Promise<{ readonly code: string; readonly aftermath: string }> {
  const error = await work.then(
    () => new Error("it succeeded"),
    (refusal: unknown) => refusal,
  );
  if (!isHarnessError(error)) throw new Error(`not a refusal: ${String(error)}`, { cause: error });
  return { code: error.code, aftermath: error.aftermath };
}
