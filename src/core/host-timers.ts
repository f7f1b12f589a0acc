/**
 * Keeps the host's own timers, taken when this module is loaded.
 *
 * Fake timers (vitest, jest, sinon, node:test) replace the globals later; a virtual clock that asked those for its next
 * turn would wait for a fake timer that no test advances.
 */

const { setTimeout: hostSetTimeout, clearTimeout: hostClearTimeout } = globalThis;
const hostSetImmediate = realImmediate();
const hostNow = globalThis.performance.now.bind(globalThis.performance);
const hostDateNow = Date.now;

/** Returns real time in milliseconds since some moment, whatever fakes stand in the globals by now. */
export function hostNowMs(): number {
  return hostNow();
}

/** Returns real time in milliseconds since the Unix epoch, whatever fakes stand in the globals by now. */
export function hostEpochMs(): number {
  return hostDateNow();
}

/** Resolves in the host's next turn: by then every promise reaction queued so far has run. */
export function nextHostTurn(): Promise<void> {
  return new Promise(hostSetImmediate);
}

/**
 * Calls `fire` after `delayMs` of real time.
 *
 * @returns cancels the call.
 */
export function afterHostTime(delayMs: number, fire: () => void): () => void {
  const handle = hostSetTimeout(fire, delayMs);
  return () => hostClearTimeout(handle);
}

/** Browsers have no `setImmediate`; one that was faked before this module was loaded carries sinon's clock. */
function realImmediate(): (resolve: () => void) => void {
  const { setImmediate } = globalThis as { readonly setImmediate?: (work: () => void) => unknown };
  if (setImmediate !== undefined && !("clock" in setImmediate))
    return (resolve) => void setImmediate(resolve);
  return (resolve) => {
    const { port1, port2 } = new MessageChannel();
    const onMessage = () => {
      port1.close();
      resolve();
    };
    port1.addEventListener("message", onMessage);
    port1.start();
    port2.postMessage(undefined);
  };
}
