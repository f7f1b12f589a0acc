import { once } from "node:events";
import { connect } from "node:net";
import { onAbort } from "../../core/abort.js";

/**
 * Asks a simulated key that offers a control socket for one thing, such as `press 200` or `unplug`.
 *
 * @param signal hangs up, which ends what was asked for: a finger is lifted.
 * @returns the answer without its `ok`; `undefined` when the signal hung up.
 * @throws {Error} when nothing listens at the path, or the key refuses.
 */
export async function askControl(
  path: string,
  line: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  if (isAborted(signal)) return undefined;
  const socket = connect(path);
  // The wait below is told of it; what comes after the answer is of no interest.
  socket.on("error", () => {});
  const stop = onAbort(signal, () => {
    // With an error: a socket that is destroyed without one before it is connected says nothing of its end.
    socket.destroy(new Error("the caller hung up"));
  });
  try {
    await once(socket, "connect");
    socket.write(`${line}\n`);
    let text = "";
    socket.setEncoding("utf8");
    for await (const chunk of socket as AsyncIterable<string>) {
      text += chunk;
      if (text.includes("\n")) break;
    }
    const [word = "", ...rest] = text.trim().split(" ");
    if (word === "ok") return rest.join(" ");
    if (isAborted(signal)) return undefined;
    throw new Error(word === "" ? "the key hung up" : rest.join(" "));
  } catch (error) {
    // What `destroy` breaks off ends as an error or as a premature close.
    if (isAborted(signal)) return undefined;
    throw error;
  } finally {
    stop();
    socket.destroy();
  }
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
