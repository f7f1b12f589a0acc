/** Something odd that did not make the response invalid; conformance reports list it. */
export interface Finding {
  /** Stable, such as `CBOR_NOT_SHORTEST` or `CHAIN_LINK`. */
  readonly code: string;
  readonly detail: string;
}
