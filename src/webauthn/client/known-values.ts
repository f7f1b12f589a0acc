/** How strongly a site insists on user verification or on a discoverable credential. @see WebAuthn Level 3 §5.8.6 */
export const REQUIREMENTS = ["required", "preferred", "discouraged"] as const;

export type Requirement = (typeof REQUIREMENTS)[number];

/** The value when it is one of `known`; anything else counts as absent. @see WebAuthn Level 3 §2.1.1 */
export function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | undefined {
  return known.find((one) => one === value);
}
