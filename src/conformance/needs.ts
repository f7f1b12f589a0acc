import { CtapCommand } from "../ctap/command.js";
import { HidCapability } from "../transports/hid/constants.js";
import type { Described, Need } from "./kinds.js";

const option = (device: Described, id: string) => device.info?.options?.[id];

/** The device has an option, whatever its value. */
export const hasOption = (id: string): Need => ({
  lacks: `has no option ${id}`,
  holds: (device) => option(device, id) !== undefined,
});

/** The device's option is true. */
export const optionOn = (id: string): Need => ({
  lacks: `does not say ${id}: true`,
  holds: (device) => option(device, id) === true,
});

/** The device's option is absent or false. */
export const optionOff = (id: string): Need => ({
  lacks: `says ${id}: true`,
  holds: (device) => option(device, id) !== true,
});

export const extension = (id: string): Need => ({
  lacks: `has no extension ${id}`,
  holds: ({ info }) => info?.extensions?.includes(id) === true,
});

export const CTAP2: Need = { lacks: "answers no getInfo", holds: ({ info }) => info !== undefined };

export const HID: Need = {
  lacks: "is not reached by reports",
  holds: ({ capabilities }) => capabilities !== undefined,
};

export const U2F: Need = {
  lacks: "takes no U2F messages",
  holds: ({ info, capabilities }) =>
    capabilities !== undefined &&
    (capabilities & HidCapability.NMSG) === 0 &&
    (info === undefined || info.versions.includes("U2F_V2")),
};

/** Claims CTAP 2.1 or later; drafts do not count. */
export function isAtLeast21({ info }: Pick<Described, "info">): boolean {
  return info?.versions.some((version) => /^FIDO_2_[1-9]$/.test(version)) === true;
}

export function isAtLeast23({ info }: Pick<Described, "info">): boolean {
  return info?.versions.some((version) => /^FIDO_2_[3-9]$/.test(version)) === true;
}

export const CTAP21: Need = { lacks: "does not claim CTAP 2.1 or later", holds: isAtLeast21 };

export const CTAP23: Need = { lacks: "does not claim CTAP 2.3", holds: isAtLeast23 };

/** PINs, tokens or secrets by key agreement. */
export const CLIENT_PIN: Need = {
  lacks: "has neither PIN nor tokens nor hmac-secret",
  holds: (device) =>
    option(device, "clientPin") !== undefined ||
    option(device, "pinUvAuthToken") === true ||
    device.info?.extensions?.includes("hmac-secret") === true,
};

export const PIN: Need = hasOption("clientPin");

/** The command exists, by the options that promise it. */
export function commandNeed(command: number): readonly Need[] {
  switch (command) {
    case CtapCommand.clientPin:
      return [CTAP2, CLIENT_PIN];
    case CtapCommand.credentialManagement:
      return [CTAP2, optionOn("credMgmt")];
    case CtapCommand.bioEnrollment:
      return [CTAP2, hasOption("bioEnroll")];
    case CtapCommand.largeBlobs:
      return [CTAP2, optionOn("largeBlobs")];
    case CtapCommand.authenticatorConfig:
      return [CTAP2, optionOn("authnrCfg")];
    default:
      return [CTAP2];
  }
}
