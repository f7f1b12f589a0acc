/** Whether only this machine can reach the address. Names other than `localhost` are not looked up. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}
