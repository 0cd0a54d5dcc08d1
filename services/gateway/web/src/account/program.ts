/** The names that browsers and systems go by, the first that a user agent has: most name others too, to be served like them. */
const BROWSERS = [["Edg", "Edge"], ["OPR", "Opera"], ["Firefox", "Firefox"], ["FxiOS", "Firefox"], ["CriOS", "Chrome"], ["Chrome", "Chrome"], ["Safari", "Safari"]] as const;
const SYSTEMS = [["iPhone", "iOS"], ["iPad", "iPadOS"], ["Android", "Android"], ["Windows", "Windows"], ["CrOS", "ChromeOS"], ["Macintosh", "macOS"], ["Linux", "Linux"]] as const;

/** A user agent as people know it, "Firefox, Windows"; itself where it is no browser's. */
export function programOf(userAgent: string): string {
  const browser = BROWSERS.find(([mark]) => new RegExp(`\\b(Headless)?${mark}\\w*/`).test(userAgent))?.[1];
  if (!browser) return userAgent;
  const system = SYSTEMS.find(([mark]) => userAgent.includes(mark))?.[1];
  return system ? `${browser}, ${system}` : browser;
}
