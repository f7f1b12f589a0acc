import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export type SomebodyElse = ReturnType<typeof somebodyElse>;

/** This program once more, in another role: nothing but one bundle is in the guest. */
export function somebodyElse(
  args: readonly string[],
  as: { readonly uid?: number; readonly gid?: number } = {},
) {
  const child = spawn(process.execPath, [process.argv[1] ?? "", ...args], { ...as, stdio: "pipe" });
  const linesOf = (input: NodeJS.ReadableStream) => {
    const lines = createInterface({ input })[Symbol.asyncIterator]();
    return async (): Promise<string> => {
      const next = await lines.next();
      if (next.done === true) throw new Error(`${args.join(" ")} ended without a word more`);
      return next.value;
    };
  };
  const exitCode = once(child, "close").then(([code]) => code as number | null);
  return { child, out: linesOf(child.stdout), err: linesOf(child.stderr), exitCode };
}
