import type { SitePort } from "../rp/site-port.js";
import type { KillableEnv } from "./browser-process.js";

/**
 * Connects a page to its site for as long as the browser's process lives: what the site answers afterwards reaches no
 * page, and a call that is on its way is still worked on.
 */
export function siteOfProcess(site: SitePort, { whileAlive }: KillableEnv): SitePort {
  const { registrationLink, awaitRegistration } = site;
  return {
    registrationOptions: (account, terms) => whileAlive(site.registrationOptions(account, terms)),
    finishRegistration: (ceremony, response, terms) =>
      whileAlive(site.finishRegistration(ceremony, response, terms)),
    registrationState: (ceremony, terms) => whileAlive(site.registrationState(ceremony, terms)),
    loginOptions: (account, terms) => whileAlive(site.loginOptions(account, terms)),
    finishLogin: (ceremony, response, terms) => whileAlive(site.finishLogin(ceremony, response, terms)),
    ...(registrationLink && { registrationLink: (terms) => whileAlive(registrationLink.call(site, terms)) }),
    ...(awaitRegistration && {
      awaitRegistration: (ceremony, terms) => whileAlive(awaitRegistration.call(site, ceremony, terms)),
    }),
  };
}
