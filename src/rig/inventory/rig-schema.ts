import { plainDefinitions, schemaOfObject } from "../../core/shape-schema.js";
import { RIG_FILE_SCHEMA, RIG_SHAPE } from "./inventory-shape.js";

/**
 * Writes out the rig file's format as JSON Schema (draft-07).
 *
 * It cannot say that labels differ and that fingers and power switches name keys of the file; `parseInventory` checks that.
 */
export function rigSchema(): Readonly<Record<string, unknown>> {
  const definitions = plainDefinitions();
  const root = schemaOfObject(RIG_SHAPE, definitions);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    $id: `urn:passkey-harness:rig:${RIG_FILE_SCHEMA}`,
    title: `passkey-harness rig file, version ${RIG_FILE_SCHEMA}`,
    description:
      "Keys, phones, fingers and power switches of one machine, and what each key may be asked to do.",
    version: RIG_FILE_SCHEMA,
    ...root,
    definitions: Object.fromEntries(definitions.made),
  };
}
