import { execFile, spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { until } from "./until.js";

const run = promisify(execFile);
const WITHIN_MS = 60_000;
const SIZE = "1280x1024x24";

/** A display nobody looks at, with a window manager that gives windows their focus; call it in the guest. */
export class Screen {
  readonly display: string;
  readonly #programs: readonly ChildProcess[];

  private constructor(display: string, programs: readonly ChildProcess[]) {
    this.display = display;
    this.#programs = programs;
  }

  static async start(display = ":99"): Promise<Screen> {
    const server = spawn("Xvfb", [display, "-screen", "0", SIZE, "-nolisten", "tcp"], { stdio: "ignore" });
    const socket = `/tmp/.X11-unix/X${display.slice(1)}`;
    await until(`the display ${display}`, {
      withinMs: WITHIN_MS,
      probe: () => (existsSync(socket) ? true : undefined),
    });
    const env = { ...process.env, DISPLAY: display };
    const manager = spawn("openbox", [], { stdio: "ignore", env });
    return new Screen(display, [server, manager]);
  }

  /** All that is on it, the browser's own sheets included, as a PNG file. */
  async shoot(path: string): Promise<void> {
    await run("import", ["-display", this.display, "-window", "root", path]);
  }

  /** @returns what the QR codes on a picture say, by a reader that is not ours; none is not an error. */
  async codesOn(path: string): Promise<readonly string[]> {
    const { stdout } = await run("zbarimg", ["--quiet", "--raw", path]).catch(() => ({ stdout: "" }));
    return stdout.split("\n").filter((line) => line !== "");
  }

  /** A key of the keyboard, by its X name, `Escape`. */
  async press(key: string): Promise<void> {
    await run("xdotool", ["key", key], { env: { ...process.env, DISPLAY: this.display } });
  }

  stop(): void {
    for (const program of this.#programs) program.kill();
  }
}
