/** Service data of a phone that waits for a client, on its way through a Bluetooth controller. */
export interface FoundAdvert {
  /** `sent`: this machine advertises it. `received`: it was in the air. */
  readonly way: "sent" | "received";
  readonly data: Uint8Array;
}

/** Link types of btsnoop: HCI without and with the byte of the packet's type, and BlueZ's monitor. */
const Datalink = { h1: 1001, h4: 1002, monitor: 2001 } as const;

const COMMAND = 1;
const EVENT = 4;
const MONITOR_COMMAND = 2;
const MONITOR_EVENT = 3;

/** @see Bluetooth Core 5.4, volume 4, part E, 7.8.7 and 7.8.54 */
const SET_ADVERTISING_DATA = 0x2008;
const SET_EXTENDED_ADVERTISING_DATA = 0x2037;
/** @see Bluetooth Core 5.4, volume 4, part E, 7.7.65.2 and 7.7.65.13 */
const LE_META = 0x3e;
const ADVERTISING_REPORT = 0x02;
const EXTENDED_ADVERTISING_REPORT = 0x0d;

/** Bytes before the data of one report. */
const REPORT_HEAD_BYTES = 9;
const EXTENDED_REPORT_HEAD_BYTES = 24;

/** Service data of a 16-bit UUID. @see Bluetooth Assigned Numbers, 2.3 */
const SERVICE_DATA = 0x16;
/** FIDO's UUID, and the one that Google's phones used before. */
const UUIDS: readonly number[] = [0xfff9, 0xfde2];

/** Finds the adverts of passkeys in one packet; whatever its bytes are, it ends. */
export function fidoAdverts(datalink: number, flags: number, packet: Uint8Array): readonly FoundAdvert[] {
  const { type, body } = packetOf(datalink, flags, packet);
  if (type === COMMAND) return serviceData(commandData(body)).map((data) => ({ way: "sent", data }));
  if (type !== EVENT) return [];
  return reportsOf(body).flatMap((report) =>
    serviceData(report).map((data) => ({ way: "received" as const, data })),
  );
}

function packetOf(datalink: number, flags: number, packet: Uint8Array) {
  if (datalink === Datalink.h4) return { type: packet[0], body: packet.subarray(1) };
  if (datalink === Datalink.monitor) {
    const opcode = flags & 0xffff;
    return {
      type: opcode === MONITOR_COMMAND ? COMMAND : opcode === MONITOR_EVENT ? EVENT : undefined,
      body: packet,
    };
  }
  // H1: bit 1 says that it is a command or an event, bit 0 that it comes from the controller.
  const isControl = (flags & 2) !== 0;
  return { type: isControl ? ((flags & 1) === 0 ? COMMAND : EVENT) : undefined, body: packet };
}

/** Advertising data that a command gives to the controller. */
function commandData(command: Uint8Array): Uint8Array {
  const opcode = (command[0] ?? 0) | ((command[1] ?? 0) << 8);
  const parameters = command.subarray(3);
  if (opcode === SET_ADVERTISING_DATA) return parameters.subarray(1, 1 + (parameters[0] ?? 0));
  if (opcode === SET_EXTENDED_ADVERTISING_DATA) return parameters.subarray(4, 4 + (parameters[3] ?? 0));
  return new Uint8Array();
}

/** Advertising data of each report in an event. */
function reportsOf(event: Uint8Array): readonly Uint8Array[] {
  const [code, , subevent, count = 0] = event;
  if (code !== LE_META) return [];
  const head =
    subevent === ADVERTISING_REPORT
      ? REPORT_HEAD_BYTES
      : subevent === EXTENDED_ADVERTISING_REPORT
        ? EXTENDED_REPORT_HEAD_BYTES
        : undefined;
  if (head === undefined) return [];
  // The short form ends each report with its signal strength.
  const tail = subevent === ADVERTISING_REPORT ? 1 : 0;
  const reports: Uint8Array[] = [];
  let at = 4;
  for (let index = 0; index < count && at + head <= event.length; index += 1) {
    const length = event[at + head - 1] ?? 0;
    reports.push(event.subarray(at + head, at + head + length));
    at += head + length + tail;
  }
  return reports;
}

function serviceData(data: Uint8Array): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const length = data[at] ?? 0;
    if (length === 0) break;
    const uuid = (data[at + 2] ?? 0) | ((data[at + 3] ?? 0) << 8);
    const isWhole = at + 1 + length <= data.length;
    if (isWhole && data[at + 1] === SERVICE_DATA && UUIDS.includes(uuid) && length > 3)
      found.push(data.slice(at + 4, at + 1 + length));
    at += 1 + length;
  }
  return found;
}
