export { systemEnv, virtualEnv, envFor, type Env, type VirtualEnv } from "./core/env.js";
