import type { CborMap, CborValue } from "../../../cbor/value.js";
import { equalBytes } from "../../../core/bytes.js";
import type { TemplateInfo } from "../../../ctap/messages/bio-enrollment.js";
import type { FingerprintEnrollment } from "../../profiles/profile.js";
import { builtInUvConfigured, type CommandContext } from "../context.js";
import { refuse } from "../refusal.js";

/** Where the store keeps the templates. */
const MEMORY = "bioEnrollment";

const KEY = { templateId: 1, friendlyName: 2 } as const;

/** The finger that a device which is set up in the factory knows; nothing about it was ever enrolled here. */
const FACTORY_TEMPLATE: TemplateInfo = { templateId: Uint8Array.of(0), friendlyName: "Factory finger" };

/** How this model enrols. @throws {Refusal} INVALID_COMMAND when it does not. */
export function enrollmentOf({ profile }: CommandContext): FingerprintEnrollment {
  return profile.builtInUv?.enrollment ?? refuse("INVALID_COMMAND");
}

/** Fingers the device recognises, in the order they were enrolled. */
export function fingerprints(context: CommandContext): readonly TemplateInfo[] {
  const kept = context.store.memory.more?.get(MEMORY);
  if (kept === undefined) return builtInUvConfigured(context) ? [FACTORY_TEMPLATE] : [];
  return (kept as readonly CborMap[]).map((entry) => {
    const friendlyName = entry.get(KEY.friendlyName) as string | undefined;
    return {
      templateId: entry.get(KEY.templateId) as Uint8Array,
      ...(friendlyName !== undefined && { friendlyName }),
    };
  });
}

export function hasFingerprints(context: CommandContext): boolean {
  return fingerprints(context).length > 0;
}

/** From now on these are the fingers; without any, there is no built-in verification. */
export function keepFingerprints({ store }: CommandContext, templates: readonly TemplateInfo[]): void {
  const entries = templates.map(({ templateId, friendlyName }) => {
    const entry = new Map<number, CborValue>([[KEY.templateId, templateId]]);
    return friendlyName === undefined ? entry : entry.set(KEY.friendlyName, friendlyName);
  });
  store.remember({
    more: new Map([...(store.memory.more ?? []), [MEMORY, entries]]),
    uvConfigured: templates.length > 0,
  });
}

/**
 * Deletes the fingers, that of the factory too: a reset does not bring back what nobody enrolled since. A device that
 * enrols nobody through CTAP, such as a phone, keeps its screen lock.
 */
export function forgetFingerprints(context: CommandContext): void {
  if (context.profile.builtInUv?.enrollment !== undefined) keepFingerprints(context, []);
}

export function isTemplate(id: Uint8Array): (template: TemplateInfo) => boolean {
  return ({ templateId }) => equalBytes(templateId, id);
}
