/** Logs of real incidents: recognised, put on one clock, and explained. */
export type { LineRule, LogMapping } from "../incident/app-log/log-mapping.js";
export { readMapping } from "../incident/app-log/read-mapping.js";
export {
  type FileReport,
  type Incident,
  type IncidentOptions,
  type SourceReport,
  explainIncident,
} from "../incident/explain-incident.js";
export type {
  Anchor,
  Asked,
  Counted,
  Episode,
  FileHead,
  ImportContext,
  ImportedRecord,
  ImportedSource,
  Importer,
  IncidentFile,
  Recognition,
  SourceClock,
  Stamp,
} from "../incident/importer.js";
export { IMPORTERS } from "../incident/importers.js";
export { IncidentError, type IncidentFault } from "../incident/incident-error.js";
export { readAsked } from "../incident/read-asked.js";
