/** Names the origin of the page that holds the relying party's in a frame, where `page.frame` says so. */
export const PORTAL_ORIGIN = "https://portal.example";
