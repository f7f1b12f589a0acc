import type { Env } from "../../core/env.js";

/**
 * Records what an answer is read without, once the client looks into it further than the session does.
 *
 * @param command whose answer it is.
 * @returns for a part of the answer, such as `authData`, a listener that puts its name before the path. */
export function findingsOf(
  env: Env,
  command: string,
): (part?: string) => (path: string, fault: string) => void {
  return (part) => (path, fault) => {
    const member = part === undefined ? path : `${part}.${path}`;
    env.trace.emit({ kind: "ctap.finding", command, fault, offset: 0, member });
  };
}
