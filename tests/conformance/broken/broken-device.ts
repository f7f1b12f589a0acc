import type { CborKey, CborValue } from "../../../src/cbor/value.js";
import { decodeCbor } from "../../../src/cbor/decode.js";
import { encodeCbor } from "../../../src/cbor/encode.js";
import { concat } from "../../../src/core/bytes.js";
import type { CtapHandler } from "../../../src/ctap/device.js";
import type { AuthenticatorProfile, HidFirmware } from "../../../src/entry/sim.js";
import type { HidPort } from "../../../src/transports/hid/port.js";
import type { SimulatedTargetOptions } from "../../../src/cli/conformance/simulated-target.js";

/** One fault in a simulated key that is otherwise in order, and the checks that must name it. */
export interface BrokenDevice {
  readonly name: string;
  /** Ids that must fail; others may fail besides. */
  readonly found: readonly string[];
  /** Name of the profile; `ctap23` unless given. */
  readonly base?: string;
  readonly profile?: ((profile: AuthenticatorProfile) => AuthenticatorProfile) | undefined;
  readonly hid?: SimulatedTargetOptions["hid"];
  readonly cbor?: ((handle: CtapHandler) => CtapHandler) | undefined;
  readonly msg?: (handle: NonNullable<HidFirmware["msg"]>) => NonNullable<HidFirmware["msg"]>;
  readonly port?: ((port: HidPort) => HidPort) | undefined;
}

type Map_ = Map<CborKey, CborValue>;

/** Changes the parameters of one command on their way in; parameters that are no canonical map pass as they are. */
export function changingRequest(command: number, change: (parameters: Map_) => void): BrokenDevice["cbor"] {
  return (handle) => (request, options) => {
    const parameters = request[0] === command ? mapIn(request.subarray(1)) : undefined;
    if (parameters === undefined) return handle(request, options);
    change(parameters);
    return handle(concat(request.subarray(0, 1), encodeCbor(parameters)), options);
  };
}

/** Changes the members of OK answers to some commands on their way out. */
export function changingAnswer(
  commands: readonly number[],
  change: (members: Map_) => void,
): BrokenDevice["cbor"] {
  return (handle) => async (request, options) => {
    const answer = await handle(request, options);
    const members =
      commands.includes(request[0] ?? 0) && answer[0] === 0 ? mapIn(answer.subarray(1)) : undefined;
    if (members === undefined) return answer;
    change(members);
    return concat(answer.subarray(0, 1), encodeCbor(members));
  };
}

/** Changes the bytes of answers on their way out. */
export function changingBytes(
  change: (answer: Uint8Array, request: Uint8Array) => Uint8Array,
): BrokenDevice["cbor"] {
  return (handle) => async (request, options) => change(await handle(request, options), request);
}

function mapIn(bytes: Uint8Array): Map_ | undefined {
  try {
    const value = decodeCbor(bytes);
    return value instanceof Map ? new Map(value as ReadonlyMap<CborKey, CborValue>) : undefined;
  } catch {
    return undefined;
  }
}
