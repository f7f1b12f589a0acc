import { MemorySink, type TraceRecord } from "../../entry/diagnosis.js";
import { startQrInitiated } from "../../entry/hybrid.js";
import { envFor, systemEnv } from "../../entry/sim.js";
import { SPEC_L3, effectiveTimeoutMs } from "../../entry/webauthn.js";
import type { Invocation, OptionTable } from "../command.js";
import { checkRadio, dialerFrom, HYBRID_OPTIONS, scannerFrom, TUNNEL_HELP } from "./hybrid-ports.js";
import { clientOption } from "../client-option.js";
import { numberOption } from "../options.js";
import { showQr } from "./show-qr.js";
import type { Terminal } from "../terminal.js";
import type { OpenedDevice } from "./opened-device.js";

export const HYBRID_CEREMONY_OPTIONS = {
  ...HYBRID_OPTIONS,
  "linger-ms": { type: "string" },
} as const satisfies OptionTable;

export const HYBRID_CEREMONY_HELP = `  --radio WHICH        where hybrid listens: noble (default), noble:stoprocent or udp:HOST:PORT
${TUNNEL_HELP}
  --linger-ms N        listen for what the phone says after the ceremony (0)`;

/** Limits the wait for a scan of the QR code: the longest ceremony that the guidance for sites allows. */
const LONGEST_MS = 300_000;
const LINGER_MS_MAX = 600_000;

/** A phone that is going to scan the code shown now. */
export async function openHybrid(invocation: Invocation, method: "create" | "get"): Promise<OpenedDevice> {
  const { terminal } = invocation;
  const sink = new MemorySink();
  const env = systemEnv({
    write(record) {
      sink.write(record);
      tell(terminal, record);
    },
  });
  const lingerMs = numberOption(invocation, "linger-ms", { min: 0, max: LINGER_MS_MAX }) ?? 0;
  const ceremonyMs = ceremonyOf(invocation);
  const link = envFor(env, "link");
  const ports = { scanner: scannerFrom(invocation, link), dialer: dialerFrom(invocation) };
  await checkRadio(invocation);
  const { qr, device } = startQrInitiated(link, ports, {
    hint: method === "create" ? "mc" : "ga",
    // The browser's own timer decides, where it has one.
    budgets: { linkMs: ceremonyMs === Infinity ? LONGEST_MS : Infinity, lingerMs },
  });
  const shown = showQr(env.clock, terminal, qr, ceremonyMs === Infinity ? LONGEST_MS : ceremonyMs);
  // The search begins now, not with the first request; a caller that asks later gets the result.
  const hide = () => shown.hide();
  device.ready().then(hide, hide);
  return {
    env,
    device,
    hid: undefined,
    records: sink.records,
    seed: undefined,
    settle: (work) => work,
    async close() {
      shown.hide();
      await device[Symbol.asyncDispose]();
      if (lingerMs === 0) device.hangUp();
      await device.ended;
    },
  };
}

/** How long the browser goes on with the ceremony. */
function ceremonyOf(invocation: Invocation): number {
  const profile = clientOption(invocation) ?? SPEC_L3;
  const wantedMs = numberOption(invocation, "timeout-ms", { min: 1, max: Number.MAX_SAFE_INTEGER });
  return effectiveTimeoutMs(profile, wantedMs);
}

function tell(terminal: Terminal, record: TraceRecord): void {
  if (record.kind !== "link.hybrid") return;
  if (record.stage === "scan-failed" && isPassing(record.code)) {
    terminal.progress("Bluetooth is off or busy: trying again for half a minute");
  }
  if (record.stage === "advert-seen") terminal.progress("the phone is near");
  if (record.stage === "ready") terminal.progress("connected: go on at the phone");
}

/** Codes of a radio that is tried again. */
function isPassing(code: string | undefined): boolean {
  return code === "RADIO_OFF" || code === "RADIO_BUSY";
}
