import { createHash } from "node:crypto";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { LabError } from "./lab-error.js";

const run = promisify(execFile);

/** What QEMU boots. */
export interface BootImage {
  readonly kernel: string;
  readonly initramfs: string;
  /** As the package says it, `6.1.0-56-amd64`. */
  readonly release: string;
}

/** The drivers of the lab, with what they depend on; btvirt needs the AF_ALG ones (`algif_*`, `cmac`, `ecb`, `ccm`). */
const MODULES = (
  "virtio_pci 9pnet_virtio 9p overlay hid uhid hid-generic usbhid algif_skcipher algif_hash cmac ecb ccm " +
  "bluetooth hci_vhci virtio_rng virtio_console vhci-hcd usbmon"
).split(" ");

const INIT = join(import.meta.dirname, "init.sh");

/**
 * The kernel of Debian's `linux-image-amd64` and an initramfs with the lab's drivers, from the cache or made now
 * (some 10 s, once a kernel version). The cache is `$XDG_CACHE_HOME/passkey-harness/lab`, and two runs may fill
 * it at the same time.
 *
 * @throws {LabError} `LAB_IMAGE_FAILED`.
 */
export async function bootImage(): Promise<BootImage> {
  const release = await newestRelease();
  const recipe = createHash("sha256")
    .update(await readFile(INIT))
    .update(MODULES.join())
    .digest("hex");
  const folder = join(cacheFolder(), `${release}-${recipe.slice(0, 12)}`);
  const image = { kernel: join(folder, "vmlinuz"), initramfs: join(folder, "initramfs"), release };
  if (existsSync(image.initramfs)) return image;

  await mkdir(cacheFolder(), { recursive: true });
  const making = await mkdtemp(join(cacheFolder(), "making-"));
  try {
    await make(making, release);
    // Somebody else may have been faster; theirs is as good.
    await rename(join(making, "image"), folder).catch((error: unknown) => {
      if (!existsSync(image.initramfs)) throw error;
    });
  } catch (cause) {
    throw new LabError("LAB_IMAGE_FAILED", `cannot make a boot image of ${release}: ${reasonOf(cause)}`, {
      hint: "the package lists may be old: apt-get update",
      cause,
    });
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  return image;
}

function cacheFolder(): string {
  const caches = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(caches, "passkey-harness", "lab");
}

/** The kernel that the meta package stands for today; what is in the cache when apt has no lists. */
async function newestRelease(): Promise<string> {
  const { stdout } = await run("apt-cache", ["depends", "linux-image-amd64"]).catch(() => ({ stdout: "" }));
  const named = /Depends: linux-image-(\S+)/.exec(stdout)?.[1];
  if (named !== undefined) return named;
  const made = existsSync(cacheFolder()) ? await readdir(cacheFolder()) : [];
  const cached = made
    .filter((name) => !name.startsWith("making-"))
    .sort()
    .at(-1);
  if (cached !== undefined) return cached.replace(/-[0-9a-f]{12}$/, "");
  throw new LabError("LAB_IMAGE_FAILED", "apt knows no package linux-image-amd64", {
    hint: "apt-get update",
  });
}

async function make(folder: string, release: string): Promise<void> {
  await run("apt-get", ["-qq", "download", `linux-image-${release}`], { cwd: folder });
  const archive = (await readdir(folder)).find((name) => name.endsWith(".deb"));
  if (archive === undefined) throw new Error("apt-get brought no package");
  const unpacked = join(folder, "unpacked");
  await run("dpkg-deb", ["-x", join(folder, archive), unpacked]);
  await run("depmod", ["-b", unpacked, release], withSystemFolders());

  const image = join(folder, "image");
  const root = join(folder, "root");
  await mkdir(image);
  await mkdir(join(root, "modules"), { recursive: true });
  const modules = await modulesInOrder(unpacked, release);
  for (const path of modules) await cp(path, join(root, "modules", basename(path)));
  await writeFile(join(root, "modules", "order"), modules.map((path) => `${basename(path)}\n`).join(""));
  await mkdir(join(root, "bin"));
  await cp(await commandPath("busybox"), join(root, "bin", "busybox"));
  await cp(INIT, join(root, "init"), { mode: 0 });
  await run("chmod", ["755", join(root, "init")]);
  // A pipe is what cpio reads names from; nothing of ours stands in that line.
  await run("sh", ["-c", 'find . | cpio --quiet -o -H newc >"$0"', join(image, "initramfs")], { cwd: root });
  await cp(join(unpacked, "boot", `vmlinuz-${release}`), join(image, "vmlinuz"));
}

async function modulesInOrder(root: string, release: string): Promise<readonly string[]> {
  const paths = new Set<string>();
  for (const module of MODULES) {
    const asked = ["-d", root, "-S", release, "--show-depends", module];
    const { stdout } = await run("modprobe", asked, withSystemFolders());
    // `builtin NAME` lines stand for what the kernel has anyway.
    for (const [, path] of stdout.matchAll(/^insmod (\S+)/gm)) if (path !== undefined) paths.add(path);
  }
  return [...paths];
}

async function commandPath(command: string): Promise<string> {
  const { stdout } = await run("sh", ["-c", 'command -v "$0"', command], withSystemFolders());
  return stdout.trim();
}

function withSystemFolders(): { readonly env: NodeJS.ProcessEnv } {
  return { env: { ...process.env, PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin` } };
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message.trim() : String(cause);
}
