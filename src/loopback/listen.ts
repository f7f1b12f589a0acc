import type { Server } from "node:http";
import { ServeError } from "./serve-error.js";

const HOST = "127.0.0.1";

/**
 * Begins to listen where this machine alone can reach it.
 *
 * @param port 0 for any free one.
 * @returns the address, without a slash at its end.
 * @throws {ServeError} `SERVE_ADDRESS_IN_USE`, `SERVE_REMOTE_REFUSED`.
 */
export function listenOnLoopback(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const code = cause.code === "EADDRINUSE" ? "SERVE_ADDRESS_IN_USE" : "SERVE_REMOTE_REFUSED";
      reject(
        new ServeError(code, `${HOST}:${port} cannot be listened on`, {
          cause,
          hint: "choose another --port, or 0",
        }),
      );
    });
    server.listen(port, HOST, () => {
      const address = server.address();
      resolve(`http://${HOST}:${typeof address === "object" && address !== null ? address.port : port}`);
    });
  });
}

/** Ends a server at once, open connections included. */
export async function stopListening(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
