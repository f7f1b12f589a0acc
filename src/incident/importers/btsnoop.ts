import type { Anchor, Importer, ImportedRecord } from "../importer.js";
import { INCIDENT_LIMITS } from "../limits.js";
import { Counter, tagOfBytes } from "../tags.js";
import { counted } from "../text/lines.js";
import { type FoundAdvert, fidoAdverts } from "./hci-adverts.js";
import { sourceOf, Span, stampAt } from "./source.js";

const MAGIC = "btsnoop\0";
const HEADER_BYTES = 16;
const RECORD_HEADER_BYTES = 24;
/** An HCI packet has 64 KiB at most, and a few bytes before it. */
const PACKET_BYTES_MAX = 0x1_0010;
/** Microseconds between the beginning that the format counts from and 1970, as all its readers have it. */
const EPOCH_US = 0x00dc_ddb3_0f2f_8000n;
const PRECISION_MS = 0.001;
/** A client matches service data of this length; longer ones are those of CTAP 2.3. */
const ADVERT_BYTES = 20;

const DATALINKS: ReadonlySet<number> = new Set([1001, 1002, 2001]);

/** Bluetooth HCI log of Android, BlueZ or Windows in btsnoop's form: adverts of phones. */
export const btsnoop: Importer = {
  id: "btsnoop",
  title: "Bluetooth HCI snoop log (btsnoop_hci.log, btmon -w)",
  recognise: ({ text }) =>
    text.startsWith(MAGIC) ? { score: 1, reason: "begins with the word btsnoop" } : undefined,
  async read(file, { progress }) {
    const dropped = new Counter();
    const redactions = new Counter();
    const seen = new Span();
    const records: ImportedRecord[] = [];
    const anchors: Anchor[] = [];
    const known = new Set<string>();
    let drops = 0;
    for await (const packet of packetsOf(counted(file.open(), progress), dropped)) {
      const at = stampAt(packet.atMs, PRECISION_MS);
      seen.take(at);
      drops = packet.drops;
      for (const advert of fidoAdverts(packet.datalink, packet.flags, packet.bytes)) {
        redactions.add("advert of a phone");
        const tag = tagOfBytes(advert.data);
        const key = `${advert.way} ${tag}`;
        if (known.has(key) || records.length >= INCIDENT_LIMITS.RECORDS_MAX) {
          dropped.add("advert that was there before");
          continue;
        }
        known.add(key);
        records.push(recordOf(advert, at));
        anchors.push({ kind: "advert", tag, at, relation: advert.way === "sent" ? "before" : "after" });
      }
    }
    if (drops > 0) dropped.add("packet that the logging machine lost", drops);
    const isPhone = records.some(
      ({ event }) => event.kind === "link.hybrid" && event.stage === "advert-sent",
    );
    const source = sourceOf({
      title: "Bluetooth HCI log",
      clock: { machine: isPhone ? "phone" : "client", kind: "utc", precisionMs: PRECISION_MS },
      records,
      episodes: [],
      anchors,
      probes: isPhone ? ["link.phone"] : [],
      seen,
      dropped,
      redactions,
      notes:
        records.length > 0
          ? []
          : [
              "No advert of a passkey is in it. A log of the kind Filtered has none: set it to Enabled and try again.",
            ],
    });
    return [source];
  },
};

function recordOf({ way, data }: FoundAdvert, at: ImportedRecord["at"]): ImportedRecord {
  const bytes = data.length;
  if (way === "sent")
    return { at, actor: "phone", event: { kind: "link.hybrid", stage: "advert-sent", bytes } };
  return bytes === ADVERT_BYTES
    ? {
        at,
        actor: "desktop",
        event: { kind: "link.hybrid", stage: "advert-seen", bytes },
        derived: "the radio received it; the log does not say whether a client matched it",
      }
    : {
        at,
        actor: "desktop",
        event: { kind: "link.hybrid", stage: "advert-too-long", bytes },
        derived: `${bytes} bytes of service data, where clients of CTAP 2.2 take ${ADVERT_BYTES}`,
      };
}

interface Packet {
  readonly datalink: number;
  readonly flags: number;
  readonly atMs: number;
  readonly bytes: Uint8Array;
  /** Packets lost so far. */
  readonly drops: number;
}

async function* packetsOf(chunks: AsyncIterable<Uint8Array>, dropped: Counter): AsyncGenerator<Packet> {
  let rest = new Uint8Array();
  let datalink: number | undefined;
  for await (const chunk of chunks) {
    const bytes = new Uint8Array(rest.length + chunk.length);
    bytes.set(rest);
    bytes.set(chunk, rest.length);
    const view = new DataView(bytes.buffer);
    let at = 0;
    if (datalink === undefined) {
      if (bytes.length < HEADER_BYTES) {
        rest = bytes;
        continue;
      }
      datalink = view.getUint32(12);
      if (!DATALINKS.has(datalink)) return dropped.add("log of a kind of link that is not known");
      at = HEADER_BYTES;
    }
    while (bytes.length - at >= RECORD_HEADER_BYTES) {
      const length = view.getUint32(at + 4);
      if (length > PACKET_BYTES_MAX)
        return dropped.add("rest of the file, behind a length that no packet has");
      if (bytes.length - at < RECORD_HEADER_BYTES + length) break;
      const us = view.getBigUint64(at + 16) - EPOCH_US;
      const begin = at + RECORD_HEADER_BYTES;
      at = begin + length;
      // A time before 1970 or in a far future is none.
      if (us < 0n || us > 8_000_000_000_000_000n) {
        dropped.add("packet without a time");
        continue;
      }
      const drops = view.getUint32(begin - RECORD_HEADER_BYTES + 12);
      const flags = view.getUint32(begin - RECORD_HEADER_BYTES + 8);
      yield { datalink, flags, atMs: Number(us) / 1_000, bytes: bytes.slice(begin, at), drops };
    }
    rest = bytes.slice(at);
  }
  if (rest.length > 0) dropped.add("packet that the end of the file cuts off");
}
