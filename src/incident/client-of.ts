/** First version of Chromium whose timer has a floor of three minutes. */
const CHROME_FLOOR_VERSION = 110;

/** Names the client profile of a browser by its user agent; `undefined` for one that is not known. */
export function clientOf(userAgent: string): string | undefined {
  if (/\bFirefox\/\d/.test(userAgent)) return "gecko";
  const version = Number(/\b(?:(?:Headless)?Chrome|Chromium|CriOS)\/(\d+)/.exec(userAgent)?.[1] ?? 0);
  const isApple = /\b(?:iPhone|iPad)\b/.test(userAgent);
  // On iOS every browser is WebKit.
  if (isApple || (version === 0 && /\bSafari\/\d/.test(userAgent))) return "webkit";
  if (version === 0) return undefined;
  if (version < CHROME_FLOOR_VERSION) return "chrome-10s-10m";
  return /\bWindows NT\b/.test(userAgent) ? "chrome-windows" : "chrome-floor3m";
}
