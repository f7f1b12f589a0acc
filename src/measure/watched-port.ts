import type { Env } from "../core/env.js";
import { HidCommand, INIT_HEADER_BYTES, INIT_PACKET_BIT } from "../transports/hid/constants.js";
import type { HidPort } from "../transports/hid/port.js";

export interface SeenKeepalive {
  readonly atMs: number;
  readonly status: number;
}

/** A port, and every keepalive that came through it: a device object tells of changes of status alone. */
export interface WatchedPort {
  readonly port: HidPort;
  /** In order of arrival; emptied by its reader. */
  readonly keepalives: SeenKeepalive[];
}

export function watchedPort(env: Env, port: HidPort): WatchedPort {
  const keepalives: SeenKeepalive[] = [];
  const isKeepalive = (report: Uint8Array) => report[4] === (INIT_PACKET_BIT | HidCommand.KEEPALIVE);
  return {
    keepalives,
    port: {
      label: port.label,
      write: (report, context) => port.write(report, context),
      close: () => port.close(),
      async *reports() {
        for await (const report of port.reports()) {
          if (isKeepalive(report)) {
            keepalives.push({ atMs: env.clock.nowMs(), status: report[INIT_HEADER_BYTES] ?? 0 });
          }
          yield report;
        }
      },
    },
  };
}
