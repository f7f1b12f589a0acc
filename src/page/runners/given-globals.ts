import { TextDecoder, TextEncoder } from "node:util";
import { MessageChannel } from "node:worker_threads";

/**
 * Names of the globals that were missing and were put there when this was loaded: jest's jsdom environment has no
 * TextEncoder, TextDecoder and MessageChannel.
 *
 * @example
 * // jest.config.js
 * module.exports = { testEnvironment: "jsdom", setupFiles: ["passkey-harness/jest-globals"] };
 */
export const givenGlobals: readonly string[] = give({ TextEncoder, TextDecoder, MessageChannel });

function give(globals: Readonly<Record<string, unknown>>): readonly string[] {
  const missing = Object.entries(globals).filter(([name]) => !(name in globalThis));
  for (const [name, value] of missing)
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  return missing.map(([name]) => name);
}
