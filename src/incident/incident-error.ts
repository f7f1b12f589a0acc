import { HarnessError } from "../core/errors.js";

export type IncidentFault =
  /** No importer knows a file's kind. */
  | "INCIDENT_UNKNOWN_FILE"
  /** An option names a source that no file gave. */
  | "INCIDENT_UNKNOWN_SOURCE"
  /** The mapping file of a site's own log is not in its form. */
  | "INCIDENT_BAD_MAPPING";

/** The files of an incident, or what was said of them, cannot be used as they are. Nothing was written. */
export class IncidentError extends HarnessError<IncidentFault> {}
