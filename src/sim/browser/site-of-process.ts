import type { SitePort } from "../rp/site-port.js";
import type { KillableEnv } from "./browser-process.js";

/**
 * Connects a page to its site for as long as the browser's process lives: what the site answers afterwards reaches no
 * page, and a call that is on its way is still worked on.
 */
export function siteOfProcess(site: SitePort, life: KillableEnv): SitePort {
  const whileAlive = <T>(answer: Promise<T>) => life.whileAlive(answer);
  const links = {
    registrationLink: site.registrationLink?.bind(site),
    awaitRegistration: site.awaitRegistration?.bind(site),
  };
  const { registrationLink, awaitRegistration } = links;
  return {
    registrationOptions: (account, terms) => whileAlive(site.registrationOptions(account, terms)),
    finishRegistration: (ceremony, response, terms) =>
      whileAlive(site.finishRegistration(ceremony, response, terms)),
    registrationState: (ceremony, terms) => whileAlive(site.registrationState(ceremony, terms)),
    loginOptions: (account, terms) => whileAlive(site.loginOptions(account, terms)),
    finishLogin: (ceremony, response, terms) => whileAlive(site.finishLogin(ceremony, response, terms)),
    ...(registrationLink && { registrationLink: (terms) => whileAlive(registrationLink(terms)) }),
    ...(awaitRegistration && {
      awaitRegistration: (ceremony, terms) => whileAlive(awaitRegistration(ceremony, terms)),
    }),
  };
}
