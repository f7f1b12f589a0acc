/** Whether only this machine can reach the address. Names other than `localhost` are not looked up. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** A simulated device that other programs can reach, until it is disposed of. */
export interface ExposedDevice extends AsyncDisposable {
  /** Where to reach it, in the words of the ports: `udp:127.0.0.1:8111`, `unix:/run/key`. */
  readonly label: string;
  /** Power lost and back, at the same address; also after {@link unplug}. */
  powerCycle(): Promise<void>;
  /** Cuts the device's power: from then on no requests are received or answered. */
  unplug(): Promise<void>;
}
