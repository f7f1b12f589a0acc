import { utf8 } from "../../src/core/bytes.js";
import type { Chance } from "./chance.js";

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

const NUMBERS = [0, 1, -1, 2, 0.5, 64, 65_535, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 1e300];
const TEXTS = [
  "",
  "null",
  "-7",
  "AAAA",
  "AAA=",
  "public-key",
  "example.com",
  "https://example.com",
  "\u001b[31m\n::error::x",
  "<script>alert(1)</script>",
  "\ud800",
  "\u202eabc",
  "__proto__",
  "{env:PATH}",
  "ü".repeat(300),
];
const NAMES = ["__proto__", "constructor", "toString", "", "id", "type", "schema", "atMs"];

/** Decodes text, changes one value of its JSON, adds or removes one; `undefined` when it is no JSON. */
export function mutateJson(chance: Chance, bytes: Uint8Array): Uint8Array | undefined {
  try {
    let value = JSON.parse(new TextDecoder().decode(bytes)) as Json;
    for (let left = 1 + chance.below(3); left > 0; left -= 1) value = changed(chance, value);
    return utf8(JSON.stringify(value));
  } catch {
    return undefined;
  }
}

/** The same for one of the lines of a text. */
export function mutateJsonLines(chance: Chance, bytes: Uint8Array): Uint8Array | undefined {
  const lines = new TextDecoder().decode(bytes).split("\n");
  const at = chance.below(lines.length);
  const line = mutateJson(chance, utf8(lines[at] as string));
  if (line === undefined) return undefined;
  const text = new TextDecoder().decode(line);
  const how = chance.below(8);
  if (how === 0) lines.splice(at, 1);
  else if (how === 1) lines.splice(chance.below(lines.length), 0, text);
  else lines[at] = text;
  return utf8(lines.join("\n"));
}

function changed(chance: Chance, value: Json): Json {
  if (Array.isArray(value)) {
    const items = value as readonly Json[];
    const at = chance.below(items.length + 1);
    if (at === items.length || chance.oneIn(8)) return [...items, anything(chance, 0)];
    if (chance.oneIn(6)) return items.filter((_, index) => index !== at);
    return items.map((item, index) => (index === at ? changed(chance, item) : item));
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    const at = chance.below(entries.length + 1);
    if (at === entries.length || chance.oneIn(10)) {
      return Object.fromEntries([...entries, [chance.pick(NAMES), anything(chance, 0)]]);
    }
    if (chance.oneIn(6)) return Object.fromEntries(entries.filter((_, index) => index !== at));
    return Object.fromEntries(
      entries.map(([name, inner], index) => [name, index === at ? changed(chance, inner) : inner]),
    );
  }
  return chance.oneIn(2) ? near(chance, value) : anything(chance, 0);
}

function near(chance: Chance, value: Json): Json {
  if (typeof value === "number") return chance.oneIn(2) ? value + chance.below(5) - 2 : -value;
  if (typeof value === "boolean") return !value;
  if (typeof value !== "string" || value.length === 0) return value;
  const at = chance.below(value.length);
  if (chance.oneIn(3)) return value.slice(0, at);
  if (chance.oneIn(3)) return value + value;
  return value.slice(0, at) + chance.pick(TEXTS).slice(0, 20) + value.slice(at + 1);
}

function anything(chance: Chance, depth: number): Json {
  switch (chance.below(depth < 2 ? 6 : 4)) {
    case 0:
      return chance.pick(NUMBERS);
    case 1:
      return chance.pick(TEXTS);
    case 2:
      return null;
    case 3:
      return chance.oneIn(2);
    case 4:
      return Array.from({ length: chance.below(4) }, () => anything(chance, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: chance.below(3) }, () => [chance.pick(NAMES), anything(chance, depth + 1)]),
      );
  }
}
