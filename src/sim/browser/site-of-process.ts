import type { SitePort } from "../rp/site-port.js";
import type { KillableEnv } from "./browser-process.js";

/**
 * Connects a page to its site for as long as the browser's process lives: what the site answers afterwards reaches no
 * page, a call that is on its way is still worked on, and a process that has ended makes no call.
 */
export function siteOfProcess(site: SitePort, life: KillableEnv): SitePort {
  const whileAlive = <T>(call: () => Promise<T>) =>
    life.isAlive ? life.whileAlive(call()) : new Promise<never>(() => {});
  const links = {
    registrationLink: site.registrationLink?.bind(site),
    awaitRegistration: site.awaitRegistration?.bind(site),
  };
  const { registrationLink, awaitRegistration } = links;
  return {
    registrationOptions: (account, terms) => whileAlive(() => site.registrationOptions(account, terms)),
    finishRegistration: (ceremony, response, terms) =>
      whileAlive(() => site.finishRegistration(ceremony, response, terms)),
    registrationState: (ceremony, terms) => whileAlive(() => site.registrationState(ceremony, terms)),
    loginOptions: (account, terms) => whileAlive(() => site.loginOptions(account, terms)),
    finishLogin: (ceremony, response, terms) => whileAlive(() => site.finishLogin(ceremony, response, terms)),
    ...(registrationLink && { registrationLink: (terms) => whileAlive(() => registrationLink(terms)) }),
    ...(awaitRegistration && {
      awaitRegistration: (ceremony, terms) => whileAlive(() => awaitRegistration(ceremony, terms)),
    }),
  };
}
