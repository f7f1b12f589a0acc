import { HarnessError } from "./errors.js";

/** A part that works with files, sockets or devices was called where there is no Node. */
export class NodeOnlyError extends HarnessError<"NODE_ONLY"> {
  constructor() {
    super("NODE_ONLY", "this part works with files, sockets or devices and needs Node", {
      hint: "run it on Node, or use the simulated devices, which need none",
    });
  }
}

/** Takes the place of each function of Node's modules in the build for browsers. @throws {NodeOnlyError} */
export function nodeOnly(): never {
  throw new NodeOnlyError();
}
