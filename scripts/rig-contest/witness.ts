/** Sees which job has which key, by connections that the kernel closes when a job is killed; knows nothing of leases. */
import { appendFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";

export interface WitnessLine {
  readonly job: string;
  readonly key: string;
  readonly what: "begins" | "ends" | "hangs up";
}

export interface Witness extends AsyncDisposable {
  readonly lines: readonly WitnessLine[];
  /** Two jobs with one key at a time. */
  readonly doubles: readonly string[];
}

/** How often others' ends are waited for before two jobs count as together: a killed job's end may be on its way. */
const TURNS = 20;

/**
 * Listens for `begin KEY JOB` and `end`, and answers each with `ok`; a job that hangs up has ended.
 *
 * @param log file that gets a line for each, as it happens.
 */
export async function startWitness(path: string, log: string): Promise<Witness> {
  const lines: WitnessLine[] = [];
  const doubles: string[] = [];
  const has = new Map<string, { readonly socket: Socket; readonly job: string }>();
  const note = (line: WitnessLine) => {
    lines.push(line);
    appendFileSync(log, `${JSON.stringify(line)}\n`);
  };
  const begin = async (socket: Socket, key: string, job: string) => {
    for (let turn = 0; turn < TURNS && has.has(key); turn++)
      await new Promise((resolve) => setImmediate(resolve));
    const other = has.get(key);
    if (other !== undefined) doubles.push(`${job} began with ${key} while ${other.job} had it`);
    has.set(key, { socket, job });
    note({ job, key, what: "begins" });
  };
  const end = (socket: Socket, what: "ends" | "hangs up") => {
    for (const [key, one] of has) {
      if (one.socket !== socket) continue;
      has.delete(key);
      note({ job: one.job, key, what });
    }
  };
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.on("close", () => end(socket, "hangs up"));
    // Hands an error of its socket on.
    const reader = createInterface({ input: socket }).on("error", () => {});
    reader.on("line", (line) => {
      const [word, key = "", job = ""] = line.split(" ");
      const done = word === "begin" ? begin(socket, key, job) : Promise.resolve(end(socket, "ends"));
      void done.then(() => socket.write("ok\n"));
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    lines,
    doubles,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}
