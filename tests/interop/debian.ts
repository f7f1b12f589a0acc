import { spawnSync } from "node:child_process";
import type { Lack } from "../helpers/titled.js";

/** Runs a command that shows whether something is installed. */
function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: "ignore" }).status === 0;
}

/** libfido2 with its headers, and a compiler to link a driver against it. */
export function lackOfLibfido2(): Lack {
  const source = "#include <fido.h>\nint main(void) { fido_init(0); return 0; }";
  const { status } = spawnSync("cc", ["-x", "c", "-", "-o", "/dev/null", "-lfido2"], {
    input: source,
    stdio: ["pipe", "ignore", "ignore"],
  });
  return status === 0 ? undefined : "needs Debian's libfido2-dev, gcc and libc6-dev";
}

/** Debian's own Python: another one on the path does not see Debian's packages. */
export const PYTHON = "/usr/bin/python3";

export function lackOfPythonFido2(): Lack {
  return works(PYTHON, ["-c", "import fido2.ctap2"]) ? undefined : "needs Debian's python3-fido2";
}
