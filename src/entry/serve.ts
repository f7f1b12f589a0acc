/** A control server for suites in other languages, and a WebDriver server with the harness's authenticators. */
export { type ControlServer, type ControlServerOptions, controlServer } from "../serve/control-server.js";
export { ServeError } from "../loopback/serve-error.js";
