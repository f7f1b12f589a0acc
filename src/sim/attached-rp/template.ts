/** The value at `a.b.0.c`, or `undefined` where the way ends early; the empty path is the value itself. */
export function valueAt(value: unknown, path: string): unknown {
  if (path === "") return value;
  return path
    .split(".")
    .reduce<unknown>(
      (found, name) =>
        typeof found === "object" && found !== null && Object.hasOwn(found, name)
          ? (found as Readonly<Record<string, unknown>>)[name]
          : undefined,
      value,
    );
}

/** Anything JSON can say. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What a placeholder stands for; throws for names it does not know. */
export type Lookup = (name: string) => Json;

/** `{account}`, `{env:SHOP_TOKEN}`: a word, or two with a colon between them. */
const PLACEHOLDER = /\{([A-Za-z][\w-]*(?::[\w.-]+)?)\}/g;

/** Every placeholder in a template, in the order of reading. */
export function placeholdersIn(template: Json): readonly string[] {
  if (typeof template === "string")
    return [...template.matchAll(PLACEHOLDER)].map(([, name]) => name as string);
  if (typeof template !== "object" || template === null) return [];
  return Object.values(template as Readonly<Record<string, Json>>).flatMap(placeholdersIn);
}

/** Fills in what a template leaves open. A text that is nothing but one placeholder becomes the value itself. */
export function fill(template: Json, lookup: Lookup): Json {
  if (typeof template === "string") {
    const [only, ...others] = [...template.matchAll(PLACEHOLDER)];
    if (only?.[0] === template && others.length === 0) return lookup(only[1] as string);
    return fillText(template, lookup);
  }
  if (typeof template !== "object" || template === null) return template;
  if (Array.isArray(template)) return (template as readonly Json[]).map((item) => fill(item, lookup));
  return Object.fromEntries(Object.entries(template).map(([name, item]) => [name, fill(item, lookup)]));
}

/** Fills placeholders in a text; `encode` encodes the values as the place requires, such as a query. */
export function fillText(
  template: string,
  lookup: Lookup,
  encode: (text: string) => string = (text) => text,
): string {
  return template.replace(PLACEHOLDER, (_, name: string) => encode(asText(lookup(name))));
}

export function asText(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
