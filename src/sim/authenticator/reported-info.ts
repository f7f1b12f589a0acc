import type { AuthenticatorInfo } from "../../ctap/get-info.js";
import type { ProfileReports } from "../profile.js";

/** What a device lists of all it could say of itself; everything when its profile does not choose. */
export function asReported(info: AuthenticatorInfo, reports: ProfileReports | undefined): AuthenticatorInfo {
  if (reports === undefined) return info;
  const { versions, aaguid, options = {} } = info;
  const listed = Object.entries(info).filter(([name]) => reports.members.some((member) => member === name));
  const values: Readonly<Record<string, boolean>> = Object.fromEntries(
    Object.entries(reports.options).map(([id, otherwise]) => [id, options[id] ?? otherwise]),
  );
  return {
    ...Object.fromEntries(listed),
    versions,
    aaguid,
    ...(reports.members.includes("options") && { options: values }),
  };
}
