/** Times of changes as people read them. */

/** "30 Nov 2026, 21:00 – 23:00": from and until, what both have in common once. */
export function timeRange(start: string, end: string, language: string, timeZone: string | null): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone: timeZone ?? undefined }).formatRange(new Date(start), new Date(end));
}

/** "21:00". */
export function timeOfDay(moment: string, language: string, timeZone: string | null): string {
  return new Intl.DateTimeFormat(language, { timeStyle: "short", timeZone: timeZone ?? undefined }).format(new Date(moment));
}
