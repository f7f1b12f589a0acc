/** For jest's `setupFiles`: gives its jsdom environment what browsers and Node have, and it has not. */
export { givenGlobals } from "../page/runners/given-globals.js";
