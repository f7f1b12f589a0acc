/**
 * How much of a file is looked at and kept, so that a hostile file costs no more than an honest one. What is beyond is
 * counted in `dropped`.
 */
export const INCIDENT_LIMITS = {
  /** Bytes of a file's beginning from which its kind is recognised. */
  HEAD_BYTES: 64 * 1024,
  /** Longest line that is read; a longer one is left out. */
  LINE_BYTES_MAX: 1024 * 1024,
  /** Longest item of a JSON document that is parsed: one entry of a HAR with its bodies. */
  ITEM_BYTES_MAX: 16 * 1024 * 1024,
  /** Longest body of a call that is looked into for options and answers. */
  BODY_CHARS_MAX: 1024 * 1024,
  /** Members deeper than this are not looked into. */
  NESTING_MAX: 24,
  /** Values of one body that are looked at. */
  VALUES_MAX: 20_000,
  /** Records that one source gives; a log of more is cut where its ceremonies end. */
  RECORDS_MAX: 200_000,
} as const;
