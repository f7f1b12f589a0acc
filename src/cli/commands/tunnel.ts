import type { RelayLimits } from "../../entry/hybrid.js";
import { type Env, selfMadeTlsIdentity, systemEnv, wsTunnelService } from "../../entry/sim.js";
import { type Command, type Invocation, untilInterrupted, UsageError } from "../command.js";
import { LatestRecords, RECORDS_MAX } from "../latest-records.js";
import { replaceFile } from "../files/replace-file.js";
import { flag, numberOption, textOption } from "../options.js";

const PORT = 9801;
const PORT_MAX = 65_535;
const MS_MAX = 86_400_000;
const MESSAGES_MAX = 1_000_000;
const AT_ONCE_MAX = 1_000_000;

/** Names the tunnel services that phones know, for clients that are configured to resolve the names to this host. */
const ASSIGNED_HOSTS = ["cable.ua5v.com", "cable.auth.com"];

export const tunnel: Command = {
  name: "tunnel",
  summary: "be the tunnel service where phones and computers meet",
  synopsis: "[--port N] [options]",
  help: `  --port N             where to listen (${PORT}); 0 for any free port
  --host HOST          address to listen on (127.0.0.1)
  --allow-remote       listen on addresses that are not this machine's own loopback
  --tls                serve wss:// with a certificate made on the spot
  --cert-out FILE      write that certificate, for --tunnel-ca at the other end
  --ttl-ms N           whole life of a tunnel (120000)
  --wait-ms N          refuse clients that come later than this after their phone, with 418
  --origin LIST        let in only who names one of these as Origin (wss://HOST,...); others get 403
  --max-tunnels N      tunnels at once; who wants one more gets 503
  --max-connections N  connections at once, of which a tunnel has two; likewise
  --latency-ms N       hold every message back this long (0)
  --refuse STATUS      answer every request with this HTTP status
  --drop-after N       break down after N messages: both sides lose their connection
  --max-messages N     messages in each direction (16); --max-bytes N: bytes of one (16384); --max-queue N: how many
                       wait for a side that has not come yet (6)
  --break-chance P     probability, from 0 to 1, that the tunnel breaks at a message
  --garble N           change one bit of the Nth message
  --push-delay-ms N    from a linked client's call to the phone hearing of it (1000); phone --clients listens for calls
  signals: SIGTERM and SIGINT end the program; --json then prints the newest ${RECORDS_MAX} records of the trace`,
  options: {
    port: { type: "string" },
    host: { type: "string" },
    "allow-remote": { type: "boolean", default: false },
    tls: { type: "boolean", default: false },
    "cert-out": { type: "string" },
    "ttl-ms": { type: "string" },
    "wait-ms": { type: "string" },
    origin: { type: "string" },
    "max-tunnels": { type: "string" },
    "max-connections": { type: "string" },
    "latency-ms": { type: "string" },
    refuse: { type: "string" },
    "drop-after": { type: "string" },
    "max-messages": { type: "string" },
    "max-bytes": { type: "string" },
    "max-queue": { type: "string" },
    "break-chance": { type: "string" },
    garble: { type: "string" },
    "push-delay-ms": { type: "string" },
  },
  async run(invocation) {
    // Kept for the one document only, and no more than it can hold: a service runs for days.
    const sink = invocation.terminal.json ? new LatestRecords() : undefined;
    const service = await start(invocation, systemEnv(sink));
    invocation.terminal.warn(`tunnel service on ${service.origin}`);
    await untilInterrupted();
    const { origin } = service;
    await service[Symbol.asyncDispose]();
    const dropped = sink?.dropped ?? 0;
    return {
      exitCode: 0,
      json: { ok: true, origin, ...(dropped > 0 && { dropped }), trace: sink?.records ?? [] },
      text: "",
    };
  },
};

function start(invocation: Invocation, env: Env) {
  const host = textOption(invocation, "host") ?? "127.0.0.1";
  const tls = flag(invocation, "tls")
    ? selfMadeTlsIdentity(env, [host, "localhost", "127.0.0.1", ...ASSIGNED_HOSTS])
    : undefined;
  const certOut = textOption(invocation, "cert-out");
  if (certOut !== undefined) {
    if (!tls) throw new UsageError("USAGE", "--cert-out goes with --tls");
    replaceFile(certOut, tls.cert);
  }
  const milliseconds = (name: string) => numberOption(invocation, name, { min: 0, max: MS_MAX });
  const ttlMs = milliseconds("ttl-ms");
  const waitMs = milliseconds("wait-ms");
  const latencyMs = milliseconds("latency-ms");
  const origins = originsOf(textOption(invocation, "origin"));
  const atOnce = (name: string) => numberOption(invocation, name, { min: 1, max: AT_ONCE_MAX });
  const tunnelsMax = atOnce("max-tunnels");
  const connectionsMax = atOnce("max-connections");
  const httpStatus = numberOption(invocation, "refuse", { min: 400, max: 599 });
  const dropAfter = numberOption(invocation, "drop-after", { min: 0, max: MESSAGES_MAX });
  return wsTunnelService(env, {
    host,
    port: numberOption(invocation, "port", { min: 0, max: PORT_MAX }) ?? PORT,
    allowRemote: flag(invocation, "allow-remote"),
    ...(tls && { tls }),
    ...(ttlMs !== undefined && { ttlMs }),
    ...(waitMs !== undefined && { waitMs }),
    ...(latencyMs !== undefined && { latencyMs }),
    ...(origins && { origins }),
    ...(tunnelsMax !== undefined && { tunnelsMax }),
    ...(connectionsMax !== undefined && { connectionsMax }),
    ...(httpStatus !== undefined && { httpStatus }),
    ...(dropAfter !== undefined && { dropAfter }),
    ...quotasFrom(invocation),
  });
}

/** What a tunnel carries, and how it fails. @throws {UsageError} USAGE */
function quotasFrom(invocation: Invocation): Partial<RelayLimits> {
  const count = (name: string, min = 1) => numberOption(invocation, name, { min, max: MESSAGES_MAX });
  const quotas = {
    maxMessages: count("max-messages"),
    maxBytes: count("max-bytes"),
    queueMax: count("max-queue", 0),
    garble: count("garble"),
    pushDelayMs: numberOption(invocation, "push-delay-ms", { min: 0, max: MS_MAX }),
    breakChance: chanceOf(textOption(invocation, "break-chance")),
  };
  return Object.fromEntries(Object.entries(quotas).filter(([, value]) => value !== undefined));
}

/** @throws {UsageError} USAGE */
function chanceOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const chance = Number(text);
  if (text.trim() !== "" && chance >= 0 && chance <= 1) return chance;
  throw new UsageError("USAGE", `--break-chance takes a number from 0 to 1, not "${text}"`);
}

/** @throws {UsageError} USAGE for what no browser would send: a path, another scheme. */
function originsOf(list: string | undefined): readonly string[] | undefined {
  return list?.split(",").map((text) => {
    const origin = text.trim();
    const valid = URL.canParse(origin) && /^(wss?|https?):\/\/[^/?#@]+$/i.test(origin);
    if (!valid)
      throw new UsageError("USAGE", `--origin takes origins such as wss://cable.example, not "${text}"`);
    return origin;
  });
}
