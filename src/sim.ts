export { virtualEnv } from "./core/env.js";
