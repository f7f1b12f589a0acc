import type { TraceRecord } from "../../core/trace.js";
import { eachBeforeEach, firstBeforeFirst, pick, type CausalPair, type Group } from "./causal-pair.js";

type Stage = Extract<TraceRecord, { readonly kind: "link.hybrid" }>["stage"];

const TUNNEL_TIMER = "tunnel.ttl";

/** Pairs what a computer, a phone and the tunnel service recorded of one request's way to the phone. */
export function hybridPairs(request: Group): readonly CausalPair[] {
  const stages = pick(request, "link.hybrid");
  if (stages.length === 0) return [];
  const at = (...names: readonly Stage[]) => stages.filter(({ stage }) => names.includes(stage));
  const client = stages.find(({ stage }) => stage === "qr-shown" || stage === "contacting")?.actor;
  const byClient = (record: { readonly actor: string }) => record.actor === client;
  const byPhone = (record: { readonly actor: string }) => !byClient(record) && record.actor !== service;
  const ttl = pick(request, "timer.armed", ({ timer }) => timer === TUNNEL_TIMER);
  const service = ttl[0]?.actor;
  const ended = request.filter(
    (record) =>
      (record.kind === "timer.disarmed" || record.kind === "timer.fired") && record.timer === TUNNEL_TIMER,
  );
  const contacted = at("contacting");
  const openedBy = contacted.length > 0 ? contacted : at("tunnel-opening").filter(byPhone);
  const phoneOpened = at("tunnel-open").filter(byPhone);
  return [
    ...qrPairs(stages),
    ...firstBeforeFirst(at("advert-sent"), at("advert-seen")),
    ...firstBeforeFirst(at("tunnel-open").filter(byClient), at("handshake").filter(byPhone)),
    ...firstBeforeFirst(at("handshake").filter(byPhone), at("handshake").filter(byClient)),
    ...firstBeforeFirst(at("ready").filter(byPhone), at("ready").filter(byClient)),
    ...firstBeforeFirst(openedBy, ttl),
    ...eachBeforeEach(openedBy, ttl),
    ...firstBeforeFirst(ttl, contacted.length > 0 ? at("push-sent") : phoneOpened),
    ...(ttl.length === 1
      ? [
          ...firstBeforeFirst(at("tunnel-open").filter(byClient), ended),
          ...firstBeforeFirst(phoneOpened, ended),
          ...answeredByTunnel(request, ended),
          ...(ended[0]?.kind === "timer.fired"
            ? firstBeforeFirst(ended, at("tunnel-closed").filter(byClient))
            : []),
        ]
      : []),
    ...firstBeforeFirst(at("push-sent"), at("tunnel-opening").filter(byPhone)),
    ...firstBeforeFirst(at("shutdown-sent"), at("shutdown-received")),
  ];
}

/** A command that a phone answered went through the tunnel before the tunnel ended. */
function answeredByTunnel(request: Group, ended: Group): readonly CausalPair[] {
  const answered = pick(request, "ctap.response", ({ status }) => status === "OK");
  if (answered.length === 0) return [];
  return firstBeforeFirst(pick(request, "ctap.request"), ended);
}

/** A QR code is read after it was shown. */
function qrPairs(
  stages: readonly Extract<TraceRecord, { readonly kind: "link.hybrid" }>[],
): readonly CausalPair[] {
  const shown = stages.filter(({ stage }) => stage === "qr-shown");
  return shown.flatMap((one) =>
    firstBeforeFirst(
      [one],
      stages.filter(({ stage, qr }) => stage === "qr-scanned" && qr !== undefined && qr === one.qr),
    ),
  );
}
