import { MemorySink, type TraceRecord } from "../../entry/diagnosis.js";
import { drawGrease, startQrInitiated, startStateAssisted, type HybridPorts } from "../../entry/hybrid.js";
import { type Env, envFor, systemEnv } from "../../entry/sim.js";
import { SPEC_L3, effectiveTimeoutMs } from "../../entry/webauthn.js";
import type { Invocation, OptionTable } from "../command.js";
import {
  channelsFrom,
  checkRadio,
  dialerFrom,
  HYBRID_OPTIONS,
  scannerFrom,
  TUNNEL_HELP,
} from "./hybrid-ports.js";
import { clientOption } from "../client-option.js";
import { flag, numberOption } from "../options.js";
import { LINK_HELP, LINK_OPTIONS, type LinkedPhones, linkedPhonesFrom, LinkWriter } from "./linked-phones.js";
import { showQr } from "./show-qr.js";
import type { Terminal } from "../terminal.js";
import type { OpenedDevice } from "./opened-device.js";

export const HYBRID_CEREMONY_OPTIONS = {
  ...HYBRID_OPTIONS,
  ...LINK_OPTIONS,
  grease: { type: "boolean", default: false },
  "scan-ms": { type: "string" },
  "tunnel-ms": { type: "string" },
  "handshake-ms": { type: "string" },
  "linger-ms": { type: "string" },
} as const satisfies OptionTable;

export const HYBRID_CEREMONY_HELP = `  --radio WHICH        where hybrid listens: noble (default), noble:stoprocent, bluez, bluez:hciN or udp:HOST:PORT;
                       bluez needs neither root nor native code, but bluetoothd
${TUNNEL_HELP}
  --l2cap              offer an L2CAP channel beside the tunnel (CTAP 2.3); phones of before may refuse such a code
${LINK_HELP}
  --grease             put a member into the code that no phone knows (GREASE), as browsers do now and then
  --scan-ms N          how long to listen for the phone; likewise --tunnel-ms for its tunnel service, and
                       --handshake-ms from the first message to the phone being ready (no limit: the ceremony's own)
  --linger-ms N        listen for what the phone says after the ceremony (0; with --links 3000)`;

/** Limits the wait for a scan of the QR code: the longest ceremony that the guidance for sites allows. */
const LONGEST_MS = 300_000;
const LINGER_MS_MAX = 600_000;
/** A phone may offer its link after its answer. */
const LINGER_FOR_LINK_MS = 3_000;

/** A phone that is going to scan the code shown now, or the linked phone that is called now. */
export async function openHybrid(invocation: Invocation, method: "create" | "get"): Promise<OpenedDevice> {
  const { terminal } = invocation;
  const sink = new MemorySink();
  const env = systemEnv({
    write(record) {
      sink.write(record);
      tell(terminal, record);
    },
  });
  const link = envFor(env, "link");
  const linked = linkedPhonesFrom(invocation);
  const writer = linked && new LinkWriter(linked.file, terminal);
  const channels = channelsFrom(invocation, link);
  const ports = {
    scanner: scannerFrom(invocation, link),
    dialer: dialerFrom(invocation),
    ...(channels && { channels }),
  };
  const budgets = budgetsFrom(invocation, linked);
  await checkRadio(invocation, link);
  const { device, ...code } = linked?.called
    ? callPhone(link, ports, { ...linked, called: linked.called, budgets, method })
    : showCode(link, ports, { invocation, budgets, method, writer });
  // The search begins now, not with the first request; a caller that asks later gets the result.
  const hide = () => code.hide();
  device.ready().then(hide, (error: unknown) => {
    hide();
    if (linked?.called) writer?.forgetIfGone(linked.called, error);
  });
  return {
    env,
    device,
    hid: undefined,
    records: sink.records,
    seed: undefined,
    settle: (work) => work,
    duringUser: (work) => work,
    async close() {
      hide();
      await device[Symbol.asyncDispose]();
      if (budgets.lingerMs === 0) device.hangUp();
      await device.ended;
      await writer?.written();
    },
  };
}

type Budgets = ReturnType<typeof budgetsFrom>;

interface Shown {
  readonly invocation: Invocation;
  readonly budgets: Budgets;
  readonly method: "create" | "get";
  readonly writer: LinkWriter | undefined;
}

function showCode(env: Env, ports: HybridPorts, { invocation, budgets, method, writer }: Shown) {
  const { qr, device } = startQrInitiated(env, ports, {
    hint: hintOf(method),
    budgets,
    ...(writer && { onLinked: (phone) => writer.keep(phone) }),
    ...(flag(invocation, "grease") && { unknown: drawGrease(env.entropy) }),
  });
  const ceremonyMs = ceremonyOf(invocation);
  const limitMs = Math.min(ceremonyMs === Infinity ? LONGEST_MS : ceremonyMs, budgets.scanMs ?? Infinity);
  const shown = showQr(env.clock, invocation.terminal, qr, limitMs);
  return { device, hide: (): void => shown.hide() };
}

type Called = Required<Pick<LinkedPhones, "called">> & Pick<Shown, "budgets" | "method">;

function callPhone(env: Env, ports: HybridPorts, { called, budgets, method }: Called) {
  const phone = called as NonNullable<typeof called>;
  const { device } = startStateAssisted(env, ports, phone, { hint: hintOf(method), budgets });
  return { device, hide() {} };
}

function hintOf(method: "create" | "get"): "mc" | "ga" {
  return method === "create" ? "mc" : "ga";
}

function budgetsFrom(invocation: Invocation, linked: LinkedPhones | undefined) {
  const limit = (name: string) => numberOption(invocation, name, { min: 1, max: LINGER_MS_MAX });
  const [scanMs, tunnelMs, handshakeMs] = [limit("scan-ms"), limit("tunnel-ms"), limit("handshake-ms")];
  const lingerMs = numberOption(invocation, "linger-ms", { min: 0, max: LINGER_MS_MAX });
  return {
    // The browser's own timer decides, where it has one.
    linkMs: ceremonyOf(invocation) === Infinity ? LONGEST_MS : Infinity,
    lingerMs: lingerMs ?? (linked && !linked.called ? LINGER_FOR_LINK_MS : 0),
    ...(scanMs !== undefined && { scanMs }),
    ...(tunnelMs !== undefined && { tunnelMs }),
    ...(handshakeMs !== undefined && { handshakeMs }),
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
  if (record.stage === "contacting") terminal.progress("calling the linked phone");
  if (record.stage === "advert-seen") terminal.progress("the phone is near");
  if (record.stage === "ready") terminal.progress("connected: go on at the phone");
}

/** Codes of a radio that is tried again. */
function isPassing(code: string | undefined): boolean {
  return code === "RADIO_OFF" || code === "RADIO_BUSY";
}
