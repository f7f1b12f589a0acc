import { nameOfCommand } from "../../src/ctap/command.js";
import type { CtapDevice } from "../../src/ctap/device.js";
import type { TunnelDialer } from "../../src/hybrid/ports.js";
import type { HidPort } from "../../src/transports/hid/port.js";
import type { Story } from "./stories.js";
import { worldOn } from "./worlds.js";

/** The steps of a story when nothing goes wrong: what a fault can meet. */
export interface CleanRun {
  readonly exchanges: readonly {
    readonly command: string;
    readonly requestBytes: number;
    readonly responseBytes: number;
  }[];
  /** Reports each way, on USB. */
  readonly reports: { readonly "to-device": number; readonly "to-host": number };
  /** Messages each way through the tunnel. */
  readonly tunnelMessages: { readonly in: number; readonly out: number };
  readonly durationMs: number;
}

/** Plays a story once and counts. @throws when it does not go well. */
export async function cleanRunOf(story: Story): Promise<CleanRun> {
  const exchanges: CleanRun["exchanges"][number][] = [];
  const reports = { "to-device": 0, "to-host": 0 };
  const tunnelMessages = { in: 0, out: 0 };
  const { env, browser, open } = worldOn(story.road, story.snapshot, {
    port: (_, port) => counted(port, reports),
    dialer: (_, dialer) => countedTunnels(dialer, tunnelMessages),
  });
  const device = await env.clock.run(open());
  const beganAtMs = env.clock.nowMs();
  const recording: CtapDevice = {
    transport: device.transport,
    oneShot: device.oneShot,
    label: device.label,
    get infoInAdvance() {
      return device.infoInAdvance;
    },
    ...(device.ready && { ready: (options) => device.ready?.(options) ?? Promise.resolve() }),
    [Symbol.asyncDispose]: () => device[Symbol.asyncDispose](),
    async transact(request, options) {
      const response = await device.transact(request, options);
      const command = nameOfCommand(request[0] as number);
      exchanges.push({ command, requestBytes: request.length, responseBytes: response.length });
      return response;
    },
  };
  await env.clock.run(story.run(browser, recording));
  return { exchanges, reports, tunnelMessages, durationMs: env.clock.nowMs() - beganAtMs };
}

function counted(port: HidPort, counts: { "to-device": number; "to-host": number }): HidPort {
  return {
    label: port.label,
    close: () => port.close(),
    write(report, context) {
      counts["to-device"] += 1;
      return port.write(report, context);
    },
    async *reports() {
      for await (const report of port.reports()) {
        counts["to-host"] += 1;
        yield report;
      }
    },
  };
}

function countedTunnels(dialer: TunnelDialer, counts: { in: number; out: number }): TunnelDialer {
  return {
    async open(url, opening, signal) {
      const opened = await dialer.open(url, opening, signal);
      const { tunnel } = opened;
      return {
        ...opened,
        tunnel: {
          closed: tunnel.closed,
          send(message) {
            counts.out += 1;
            tunnel.send(message);
          },
          async receive(stop) {
            const message = await tunnel.receive(stop);
            if (message !== undefined) counts.in += 1;
            return message;
          },
          close: (code) => tunnel.close(code),
          ...(tunnel.expect && { expect: tunnel.expect }),
        },
      };
    },
  };
}
