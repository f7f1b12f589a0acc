import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { bootImage, type BootImage } from "./boot-image.js";
import { bundle } from "./bundle.js";
import { LabError } from "./lab-error.js";
import { whyNoLab, type GuestTool } from "./tools.js";

export interface GuestRun {
  /** A TypeScript or JavaScript module; it runs as root in the guest, with the host's files to read. */
  readonly program: string;
  readonly args?: readonly string[];
  /**
   * Folder the guest may write to, under the same path as here and named to it by `LAB_OUT`. Everything else the
   * guest writes is gone when it ends.
   */
  readonly out: string;
  /** Packages the program wants on the host, checked before anything starts. */
  readonly tools?: readonly GuestTool[];
  /** Native npm packages the program imports, checked before anything starts; see native-packages.json. */
  readonly natives?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The whole of it, boot included; then the guest is switched off. */
  readonly timeoutSeconds?: number;
  /** Chromium wants 8192. */
  readonly memoryMb?: number;
  /** Gets what the program prints, as it comes. */
  readonly onOutput?: (text: string) => void;
  readonly signal?: AbortSignal;
}

export interface GuestResult {
  readonly exitCode: number;
  /** Standard output and error of the program, as they came. */
  readonly output: string;
  /** From the start of the machine to its end. */
  readonly wallMs: number;
}

const TIMEOUT_SECONDS = 300;
const MEMORY_MB = 2048;
const CONSOLE_TAIL_CHARS = 1_500;
/** udevadm does nothing where the root is not the first process's own, unless told that this is meant. */
const IN_A_CHROOT = { SYSTEMD_IGNORE_CHROOT: "1" };
/** The guest's own watch is first, so that it can say so on its console; this one is for a guest that hangs. */
const GRACE_SECONDS = 10;

/**
 * Boots a guest, runs one program in it and switches it off. Runs side by side do not know of each other.
 *
 * @throws {LabError} `LAB_TOOLS_MISSING`, `LAB_PROGRAM_UNREADABLE`, `LAB_IMAGE_FAILED`, `LAB_GUEST_DIED`,
 * `LAB_TIME_UP`; the signal's reason when it fires.
 */
export async function runInGuest(run: GuestRun): Promise<GuestResult> {
  const missing = whyNoLab(run.tools, run.natives);
  if (missing !== undefined) throw new LabError("LAB_TOOLS_MISSING", `the lab cannot run: ${missing}`);
  run.signal?.throwIfAborted();
  const image = await bootImage();
  const out = resolve(run.out);
  const job = join(out, ".job");
  await rm(job, { recursive: true, force: true });
  await mkdir(job, { recursive: true });
  const program = await bundle(resolve(run.program));
  try {
    await writeJob(job, { ...run, out, program: program.path });
    return await boot(image, { ...run, out });
  } finally {
    await program.remove();
  }
}

async function writeJob(job: string, run: GuestRun): Promise<void> {
  const env = {
    LAB_OUT: run.out,
    HOME: "/root",
    PATH: guestPath(),
    NO_COLOR: "1",
    CI: "true",
    ...IN_A_CHROOT,
    ...run.env,
  };
  const lines = Object.entries(env).map(([name, value]) => `export ${name}=${quoted(value)}`);
  const command = [process.execPath, "--enable-source-maps", run.program, ...(run.args ?? [])];
  lines.push(`cd ${quoted(process.cwd())}`, `exec ${command.map(quoted).join(" ")}`);
  await writeFile(join(job, "run"), `${lines.join("\n")}\n`);
  await writeFile(join(job, "path"), run.out);
  await writeFile(join(job, "seconds"), String(run.timeoutSeconds ?? TIMEOUT_SECONDS));
  // What the guest's root writes belongs to whoever runs the emulator, which need not be root.
  await chmod(job, 0o755);
}

async function boot(image: BootImage, run: GuestRun): Promise<GuestResult> {
  const { out, timeoutSeconds = TIMEOUT_SECONDS } = run;
  const began = performance.now();
  // An input that stays open: at its end the port would count as closed, and the program would block on printing.
  const machine = spawn("qemu-system-x86_64", machineOptions(image, run), { stdio: "pipe" });
  let output = "";
  machine.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    run.onOutput?.(text);
  });
  let complaints = "";
  machine.stderr.setEncoding("utf8").on("data", (text: string) => (complaints += text));

  const ending = await ended(machine, { seconds: timeoutSeconds + GRACE_SECONDS, signal: run.signal });
  run.signal?.throwIfAborted();
  const exitCode = await readFile(join(out, ".job", "exit-code"), "utf8").catch(() => undefined);
  if (exitCode !== undefined) {
    return { exitCode: Number(exitCode), output, wallMs: Math.round(performance.now() - began) };
  }
  const log = await readFile(join(out, ".job", "console.log"), "utf8").catch(() => "");
  if (ending === "overdue" || log.includes("lab: time is up")) {
    throw new LabError("LAB_TIME_UP", `the guest was switched off after ${timeoutSeconds} s`, {
      hint: `it printed last: ${output.slice(-CONSOLE_TAIL_CHARS)}`,
    });
  }
  const last = (complaints + log).slice(-CONSOLE_TAIL_CHARS);
  throw new LabError("LAB_GUEST_DIED", `the guest ended before its program did: ${last}`);
}

function machineOptions(image: BootImage, { out, memoryMb = MEMORY_MB }: GuestRun): readonly string[] {
  const share = (path: string, tag: string, more: string): string =>
    // A comma ends an option's value; two of them are one.
    `local,path=${path.replaceAll(",", ",,")},mount_tag=${tag},security_model=none,multidevs=remap${more}`;
  // Emulation, not KVM: machines that offer a KVM which cannot start this kernel are common among CI runners.
  // cryptomgr's own tests trip over what the emulated processor says it can.
  const kernel = "console=ttyS0 quiet panic=-1 mitigations=off cryptomgr.notests";
  return [
    ["-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2", "-m", String(memoryMb)],
    ["-display", "none", "-no-reboot", "-nodefaults", "-device", "virtio-rng-pci"],
    ["-kernel", image.kernel, "-initrd", image.initramfs, "-append", kernel],
    ["-virtfs", share("/", "host", ",readonly=on"), "-virtfs", share(out, "out", "")],
    ["-serial", `file:${join(out, ".job", "console.log").replaceAll(",", ",,")}`],
    ["-device", "virtio-serial-pci", "-chardev", "stdio,id=out,signal=off"],
    ["-device", "virtserialport,chardev=out,name=out"],
  ].flat();
}

/** Waits for the machine's end and brings it about when it is overdue or no longer wanted. */
async function ended(
  machine: ChildProcess,
  { seconds, signal }: { readonly seconds: number; readonly signal: AbortSignal | undefined },
): Promise<"by-itself" | "overdue"> {
  let ending: "by-itself" | "overdue" = "by-itself";
  const kill = (): void => void machine.kill("SIGKILL");
  const watch = setTimeout(() => {
    ending = "overdue";
    kill();
  }, seconds * 1_000);
  signal?.addEventListener("abort", kill);
  // A runner that ends for whatever reason takes its guest with it.
  process.once("exit", kill);
  try {
    await once(machine, "close");
  } finally {
    clearTimeout(watch);
    signal?.removeEventListener("abort", kill);
    process.removeListener("exit", kill);
  }
  return ending;
}

function guestPath(): string {
  return "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
