import { HarnessError } from "../core/errors.js";

/**
 * A request to the control server that it refuses; nothing was done, but where the code says otherwise.
 *
 * `SERVE_TOKEN`: no token, or another one; `SERVE_HOST`, `SERVE_ORIGIN`: the request comes by a name, or from a page, that
 * is not allowed here; `SERVE_TOO_LARGE`, `SERVE_BODY`: a body that is too large, no JSON, or not of the route's shape;
 * `SERVE_NOT_FOUND`: no such route, rig or credential; `SERVE_TOO_MANY`: more rigs than may be open; `SERVE_REMOTE_REFUSED`
 * and `SERVE_ADDRESS_IN_USE`: the server cannot listen there; `SERVE_DRIVER`: the WebDriver server behind cannot be reached,
 * or cannot put a script into its pages; `SERVE_CANNOT`: the device or the backend cannot do what was asked;
 * `SERVE_INTERNAL`: the server failed, and what was asked may have been done.
 */
export class ServeError extends HarnessError<keyof typeof HTTP_STATUS> {
  /** Of the answer. */
  get status(): number {
    return HTTP_STATUS[this.code];
  }
}

const HTTP_STATUS = {
  SERVE_TOKEN: 401,
  SERVE_HOST: 403,
  SERVE_ORIGIN: 403,
  SERVE_TOO_LARGE: 413,
  SERVE_BODY: 400,
  SERVE_NOT_FOUND: 404,
  SERVE_TOO_MANY: 429,
  SERVE_REMOTE_REFUSED: 400,
  SERVE_ADDRESS_IN_USE: 409,
  SERVE_DRIVER: 502,
  SERVE_CANNOT: 422,
  SERVE_INTERNAL: 500,
} as const;
