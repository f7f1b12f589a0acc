import { once } from "node:events";
import { chmod } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { onAbort } from "../../core/abort.js";
import { arg, checkArguments, parameters } from "../../core/argument.js";
import { shape } from "../../core/shape.js";
import { envIn, type Env } from "../../core/env.js";
import { nameOfPrompt, type SimUser, type UserAnswer, type UserPrompt } from "../user.js";
import { exposeFailure } from "./expose-error.js";
import { makeWay } from "./unix.js";

/** What another process may do to a simulated key beside pressing it. */
export type KeyMove = "unplug" | "replug" | "cycle";

const MOVES: readonly string[] = ["unplug", "replug", "cycle"] satisfies readonly KeyMove[];
/** Longest press, in milliseconds. */
const HOLD_MS_MAX = 600_000;

/**
 * The user of a simulated key whose finger another process moves.
 *
 * A prompt is answered while the finger is down, also where it was laid down before the prompt came; a long touch once it has
 * lasted long enough, or was lifted too soon.
 */
export class ControlledUser implements SimUser {
  readonly #env: Env;
  readonly #listeners = new Set<() => void>();
  #fingers = 0;

  constructor(env: Env) {
    checkArguments("ControlledUser", { env: [arg.env, env] });
    this.#env = env;
  }

  /** Lays a finger on the key. @returns lifts it. */
  layDown(): () => void {
    let isDown = true;
    this.#fingers += 1;
    this.#changed();
    return () => {
      if (!isDown) return;
      isDown = false;
      this.#fingers -= 1;
      this.#changed();
    };
  }

  async answer(prompt: UserPrompt, signal: AbortSignal): Promise<UserAnswer> {
    const env = envIn(this.#env, prompt.context);
    const name = nameOfPrompt(prompt);
    env.trace.emit({ kind: "user.prompted", prompt: name });
    try {
      await this.#until(true, signal);
      const { holdMs } = prompt;
      const heldMs = holdMs === undefined ? undefined : await this.#held(holdMs, signal);
      env.trace.emit({ kind: "user.answered", prompt: name, answer: "approved" });
      return { answer: "approved", ...(heldMs !== undefined && { heldMs }) };
    } catch (error) {
      env.trace.emit({ kind: "user.answered", prompt: name, answer: "none" });
      throw error;
    }
  }

  /** Waits for the end of a touch, at most as long as is asked for. @returns how long it lasted. */
  async #held(holdMs: number, signal: AbortSignal): Promise<number> {
    const { clock } = this.#env;
    const beganMs = clock.nowMs();
    const enough = new AbortController();
    const disarm = clock.arm(holdMs, "user.hold", () => enough.abort());
    try {
      await this.#until(false, signal, enough.signal);
    } finally {
      disarm();
    }
    return enough.signal.aborted ? holdMs : clock.nowMs() - beganMs;
  }

  /** Waits until a finger is down, or none is. @throws the signal's reason. */
  #until(isDown: boolean, signal: AbortSignal, enough?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const stops: (() => void)[] = [];
      const end = (settle: () => void) => {
        this.#listeners.delete(look);
        for (const stop of stops) stop();
        settle();
      };
      const look = () => {
        if (this.#fingers > 0 === isDown) end(resolve);
      };
      this.#listeners.add(look);
      stops.push(onAbort(signal, () => end(() => reject(signal.reason as Error))));
      stops.push(onAbort(enough, () => end(resolve)));
      look();
    });
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** A control socket that listens. */
export interface KeyControl extends AsyncDisposable {
  readonly path: string;
}

export interface KeyControlOptions {
  readonly user: ControlledUser;
  /** Pulls the key out, plugs it in, or cycles its power. */
  readonly move: (move: KeyMove) => Promise<void>;
}

const OPTIONS = parameters<KeyControlOptions>({
  user: arg.having("a user, as new ControlledUser(env) makes one,", "layDown"),
  move: arg.callable,
});

/**
 * Lets other processes of this user press a simulated key and pull it out, by lines on a stream socket.
 *
 * `press MS` lays the finger on for so long, or until the peer hangs up; `unplug`, `replug` and `cycle` move the key. Each line
 * is answered by one, `ok ...` or `error ...`, once it is done.
 *
 * @throws {ExposeError} `EXPOSE_PATH_TAKEN`, `EXPOSE_ADDRESS_IN_USE`, `EXPOSE_FAILED`
 */
export async function exposeControl(env: Env, path: string, options: KeyControlOptions): Promise<KeyControl> {
  checkArguments("exposeControl", {
    env: [arg.env, env],
    path: [shape.text, path],
    options: [OPTIONS, options],
  });
  await makeWay(path);
  const peers = new Set<Socket>();
  const server = createServer((peer) => {
    peers.add(peer);
    peer.on("close", () => peers.delete(peer));
    peer.on("error", () => {});
    // Hands an error of its socket on: a peer that breaks off is one that left.
    const reader = createInterface({ input: peer }).on("error", () => {});
    reader.on("line", (line) => {
      act(env, peer, line.trim(), options).then(
        (done) => peer.write(`ok ${done}\n`),
        (error: unknown) => peer.write(`error ${error instanceof Error ? error.message : "failed"}\n`),
      );
    });
  });
  try {
    server.listen(path);
    await once(server, "listening");
    await chmod(path, 0o600);
  } catch (cause) {
    throw exposeFailure(`unix:${path}`, cause);
  }
  return { path, [Symbol.asyncDispose]: () => closed(server, peers) };
}

async function act(env: Env, peer: Socket, line: string, { user, move }: KeyControlOptions): Promise<string> {
  const [word = "", argument = ""] = line.split(" ");
  if (MOVES.includes(word)) {
    await move(word as KeyMove);
    return word;
  }
  const holdMs = Number(argument);
  const isPress = word === "press" && argument !== "" && holdMs >= 0 && holdMs <= HOLD_MS_MAX;
  if (!isPress) throw new RangeError(`it takes press MS, ${MOVES.join(", ")}`);
  const lift = user.layDown();
  await new Promise<void>((resolve) => {
    const disarm = env.clock.arm(holdMs, "user.press", resolve);
    peer.once("close", () => {
      disarm();
      resolve();
    });
  });
  lift();
  return "pressed";
}

async function closed(server: Server, peers: ReadonlySet<Socket>): Promise<void> {
  const done = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const peer of peers) peer.destroy();
  await done;
}
