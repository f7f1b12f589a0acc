import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The only device that a simulated key's server has. */
const BUS_ID = "1-1";

/** Plugs a served device into the guest's own bus, with Debian's tool; to be called in the guest, as root. */
export async function attachUsbip(tcpPort: number): Promise<void> {
  await run("usbip", ["--tcp-port", String(tcpPort), "attach", "-r", "127.0.0.1", "-b", BUS_ID]);
}

/** Pulls out what is in a port of the virtual host controller. */
export async function detachUsbip(port: string): Promise<void> {
  await run("usbip", ["detach", "-p", port]);
}

/** Numbers of the ports that something is in, as `usbip port` prints them. */
export async function usbipPorts(): Promise<readonly string[]> {
  const { stdout } = await run("usbip", ["port"]);
  return [...stdout.matchAll(/^Port (\d+):/gm)].map(([, port]) => port as string);
}
