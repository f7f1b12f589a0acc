import {
  listKnobs,
  PHONE_KNOBS,
  parseKnobAssignment,
  type PhoneOptions,
  type KnobOverrides,
} from "../../entry/sim.js";
import { fromHex } from "../../entry/ctap.js";
import { type Invocation, type OptionTable, UsageError } from "../command.js";
import { choiceOption, flag, numberOption, textOption, textsOf } from "../options.js";

/** Options of a simulated phone, beside those of the authenticator in it. */
export const PHONE_OPTIONS = {
  name: { type: "string" },
  "tunnel-code": { type: "string" },
  "no-tunnel": { type: "boolean", default: false },
  "advert-uuid": { type: "string" },
  "advert-suffix": { type: "string" },
  "reads-as": { type: "string" },
  cipher: { type: "string" },
  features: { type: "string" },
  set: { type: "string", multiple: true },
} as const satisfies OptionTable;

const UUIDS = { fff9: 0xfff9, fde2: 0xfde2 } as const;
const READERS = ["chromium", "firefox", "play-services"] as const;
const CIPHERS = ["either", "old"] as const;
const FEATURES = ["ctap", "dc"] as const;
const TUNNEL_CODE_MAX = 0xffff;
/** What one structure of service data has room for behind the 20 bytes of an advert. */
const SUFFIX_BYTES_MAX = 232;

export const PHONE_HELP = `  --name TEXT          the phone's name, for the picker of a linked client (Phone)
  --tunnel-code N      number of the tunnel service the phone names: 0 Google's, 1 Apple's, from 256 on a hashed name
  --no-tunnel          meet the client over --l2cap alone, where its code offers that
  --advert-uuid UUID   of the service data: fff9, or fde2 as iOS 16 sent it
  --advert-suffix HEX  bytes behind the 20 of the advert, in place of the port of --l2cap
  --pdus WHICH         auto, legacy or extended: the packets of the advert; Android's are extended where it has a suffix
  --reads-as READER    whose rules the code is read by: ${READERS.join(", ")}
  --cipher WHICH       either (default), or old: the traffic encryption of the first phones
  --features LIST      what the phone says it answers: ${FEATURES.join(",")}
  --set NAME=VALUE     a phone.* knob, such as phone.startDelayMs=2s or phone.protocolRev=0; more than once, too`;

/** @throws {UsageError} USAGE. @throws {KnobError} */
export function phoneOptionsFrom(invocation: Invocation): Partial<PhoneOptions> {
  const name = textOption(invocation, "name");
  const tunnelCode = numberOption(invocation, "tunnel-code", { min: 0, max: TUNNEL_CODE_MAX });
  const uuid = choiceOption(invocation, "advert-uuid", ["fff9", "fde2"] as const);
  const reader = choiceOption(invocation, "reads-as", READERS);
  const cipher = choiceOption(invocation, "cipher", CIPHERS);
  const suffix = textOption(invocation, "advert-suffix");
  const features = textOption(invocation, "features");
  const usesTunnel = !flag(invocation, "no-tunnel");
  if (!usesTunnel && !flag(invocation, "l2cap")) {
    throw new UsageError("USAGE", "--no-tunnel goes with --l2cap, over which the client is met then");
  }
  return {
    usesTunnel,
    ...(name !== undefined && { name }),
    ...(tunnelCode !== undefined && { tunnelCode }),
    ...(uuid !== undefined && { serviceUuid: UUIDS[uuid] }),
    ...(reader !== undefined && { reader }),
    ...(cipher !== undefined && { cipher }),
    ...(suffix !== undefined && { advertSuffix: suffixFrom(suffix) }),
    ...(features !== undefined && { features: featuresFrom(features) }),
    ...knobsFrom(invocation),
  };
}

function suffixFrom(text: string): Uint8Array {
  const valid = /^([0-9a-f]{2})*$/i.test(text) && text.length <= 2 * SUFFIX_BYTES_MAX;
  if (valid) return fromHex(text);
  throw new UsageError(
    "USAGE",
    `--advert-suffix takes up to ${SUFFIX_BYTES_MAX} bytes in hex, not "${text}"`,
    {
      hint: "a1011882 is the port 130, as Android writes it",
    },
  );
}

function featuresFrom(list: string): readonly (typeof FEATURES)[number][] {
  return list.split(",").map((text) => {
    const feature = FEATURES.find((one) => one === text.trim());
    if (feature !== undefined) return feature;
    throw new UsageError("USAGE", `--features takes some of ${FEATURES.join(",")}, not "${text}"`);
  });
}

/** Those of the world's phone knobs that are a phone's own. */
function knobsFrom(invocation: Invocation): Partial<PhoneOptions> {
  const options: Record<string, unknown> = {};
  for (const text of textsOf(invocation, "set")) {
    const overrides: KnobOverrides = parseKnobAssignment(text);
    for (const [dotted, value] of Object.entries(overrides)) {
      const [group, name = ""] = dotted.split(".");
      if (group !== "phone" || !Object.hasOwn(PHONE_KNOBS, name)) throw notThePhones(dotted);
      options[name] = value;
    }
  }
  // Checked against the very table that describes the options.
  return options;
}

function notThePhones(knob: string): UsageError {
  const own = listKnobs().map(({ name }) => name);
  const names = own.filter((name) => Object.hasOwn(PHONE_KNOBS, name.replace(/^phone\./, "")));
  return new UsageError("USAGE", `--set ${knob}: no knob of the phone itself`, { hint: names.join(", ") });
}
