import type { Machine } from "../../../src/cli/machine.js";
import { KeyOnSocket, type KeyOnSocketOptions } from "../../interop/key-on-socket.js";
import { type Finished, runCli } from "../../helpers/run-cli.js";

export const PIN = "31415926";
export const OTHER_PIN = "27182818";

/** A simulated key that the command line manages in real time, across a socket. */
export class ManagedKey implements AsyncDisposable {
  readonly socket: KeyOnSocket;
  /** Environment variables of the command lines to come. */
  variables: Machine["variables"] = {};

  private constructor(socket: KeyOnSocket) {
    this.socket = socket;
  }

  static async plugIn(options: KeyOnSocketOptions = {}): Promise<ManagedKey> {
    return new ManagedKey(await KeyOnSocket.plugIn(options));
  }

  /** A key with the PIN, which the command lines to come are given. */
  static async withPin(options: KeyOnSocketOptions = {}): Promise<ManagedKey> {
    const key = await ManagedKey.plugIn(options);
    key.variables = { PASSKEY_HARNESS_NEW_PIN: PIN };
    await key.succeed("pin", "set");
    key.variables = { PASSKEY_HARNESS_PIN: PIN };
    return key;
  }

  get device(): string {
    return `unix:${this.socket.path}`;
  }

  run(...args: readonly string[]): Promise<Finished> {
    return runCli([...args, "--device", this.device], { variables: this.variables });
  }

  /** Runs a command line with `--json` and returns its document, exit code included. */
  async ask(...args: readonly string[]): Promise<Record<string, unknown> & { readonly exitCode: number }> {
    const { exitCode, stdout } = await this.run(...args, "--json");
    return { ...(JSON.parse(stdout) as Record<string, unknown>), exitCode: exitCode ?? -1 };
  }

  /** The same for one that must succeed. */
  async succeed(...args: readonly string[]): Promise<Record<string, unknown>> {
    const { exitCode, ...document } = await this.ask(...args);
    if (exitCode === 0) return document;
    throw new Error(`${args.join(" ")} ended with ${exitCode}: ${JSON.stringify(document)}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.socket[Symbol.asyncDispose]();
  }
}
