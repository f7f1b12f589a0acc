import { request } from "node:http";
import { afterEach, expect, test, vi } from "vitest";
import { runCli } from "../../src/cli/run-cli.js";
import { LatestRecords } from "../../src/cli/latest-records.js";
import { terminalInto } from "../helpers/run-cli.js";

afterEach(() => vi.restoreAllMocks());

/** Asks for a tunnel by a path that no phone uses, and is refused. */
const refusedAt = (port: number) =>
  new Promise<number | undefined>((resolve, reject) => {
    const headers = {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Protocol": "fido.cable",
    };
    request({ host: "127.0.0.1", port, path: "/cable/new/zz", headers })
      .on("response", (response) => {
        response.resume();
        response.on("end", () => resolve(response.statusCode));
      })
      .on("error", reject)
      .end();
  });

/** Runs a service until twenty calls were refused; returns how many records were kept of it. */
async function recordsKept(args: readonly string[]): Promise<number> {
  const write = vi.spyOn(LatestRecords.prototype, "write");
  const isJson = args.includes("--json");
  let listens: (port: number) => void = () => {};
  const port = new Promise<number>((resolve) => (listens = resolve));
  const terminal = terminalInto({ stdout: "", stderr: "" }, isJson);
  const warn = (line: string) => listens(Number(/:(\d+)$/.exec(line)?.[1]));
  const ended = runCli(["tunnel", "--port", "0", ...args], { ...terminal, warn });
  for (let count = 0; count < 20; count += 1) expect(await refusedAt(await port)).toBe(400);
  process.emit("SIGTERM");
  expect(await ended).toBe(0);
  return write.mock.calls.length;
}

test("a service whose records nobody asked for keeps none of them", async () => {
  expect(await recordsKept([])).toBe(0);
});

test("with --json it keeps them for its document", async () => {
  expect(await recordsKept(["--json"])).toBeGreaterThanOrEqual(20);
});
