import { API_CASES } from "./api-cases.js";
import { CALL_CASES } from "./call-cases.js";
import type { SemanticsCase } from "./cases.js";
import { INTERFACE_CASES } from "./interface-cases.js";
import { PENDING_CASES } from "./pending-cases.js";

/** Every case, in groups with a title. */
export const CASE_GROUPS: readonly { readonly title: string; readonly cases: readonly SemanticsCase[] }[] = [
  { title: "Interfaces and objects", cases: INTERFACE_CASES },
  { title: "Options and errors", cases: CALL_CASES },
  { title: "Abort, pending requests, frames", cases: PENDING_CASES },
  { title: "Capabilities, JSON, Signal API, extensions", cases: API_CASES },
];
