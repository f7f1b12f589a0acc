import { once } from "node:events";
import { createInterface } from "node:readline";
import { startCli } from "./spawn-cli.js";

/** A command that goes on while others run. */
export function startListening(args: readonly string[], stdin?: string) {
  const child = startCli(args);
  child.stdin.end(stdin ?? "");
  const out: string[] = [];
  child.stdout.on("data", (chunk) => out.push(String(chunk)));
  const said: string[] = [];
  const lines = createInterface(child.stderr);
  lines.on("line", (line) => said.push(line));
  const finished = once(child, "close").then(([exitCode]) => ({
    exitCode: exitCode as number,
    stdout: out.join(""),
    stderr: said.join("\n"),
  }));
  return {
    child,
    finished,
    /** Waits for what a line of stderr matches. */
    async hears(pattern: RegExp): Promise<string> {
      for (;;) {
        const found = said.map((line) => pattern.exec(line)?.[0]).find((match) => match !== undefined);
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`ended without ${pattern.source}: ${said.join("\n")}`);
        await Promise.race([once(lines, "line"), finished]);
      }
    },
  };
}

/** A tunnel service on a free port. */
export async function startTunnel(...args: readonly string[]) {
  const tunnel = startListening(["tunnel", "--port", "0", "--json", ...args]);
  return { ...tunnel, origin: await tunnel.hears(/wss?:\/\/\S+/) };
}
