/** A value that a line has to have: a text, number or flag that is equal, or a regular expression between slashes. */
export type LineValue = string | number | boolean;

/** A member of an event: a value as it is, or one that a member of the line holds. */
export type MemberSource =
  | LineValue
  | {
      /** Path of the member: `req.id`. */
      readonly from: string;
      /** How it is taken: as it is, as a number, or as the tag of the credential id or user handle that it holds. */
      readonly as?: "text" | "number" | "credential";
    };

/** What lines of one kind say. */
export interface LineRule {
  /** Members that the line has to have, by path. Every one has to fit. */
  readonly when: Readonly<Record<string, LineValue>>;
  /** Who it tells of: `site` when absent. */
  readonly actor?: string;
  /** The trace event that the line is: its `kind` and members, as docs/trace-schema.json lists them. */
  readonly event: Readonly<Record<string, MemberSource | readonly MemberSource[]>>;
}

/** Says how the lines of a site's own log are read: JSON, one document a line, or `key=value` (logfmt). */
export interface LogMapping {
  readonly schema: 1;
  /** Whose machine wrote it: `server` when absent. */
  readonly machine?: "client" | "phone" | "gateway" | "server" | "mail";
  readonly time: {
    /** Path of the member with the time. */
    readonly from: string;
    /** `iso` (RFC 3339, with or without a zone) when absent. */
    readonly form?: "iso" | "epoch-ms" | "epoch-s" | "epoch-ns";
  };
  /** Path of a member that is the same in all lines of one ceremony; becomes a tag. */
  readonly ceremony?: string;
  /** Path of the request id, which other files name as well; becomes a tag. */
  readonly requestId?: string;
  /** Path of the challenge, or of the base64url clientDataJSON that holds it; becomes a tag. */
  readonly challenge?: string;
  readonly lines: readonly LineRule[];
  /** Layers that the log would show, had it happened in its time: `["rp"]`. None when absent. */
  readonly shows?: readonly string[];
}
