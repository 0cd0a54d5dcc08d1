/** Lengths of time as the API writes them: `PT4H`, `P5D`, `2 business days`, `end of business day 2`. */

export const SPANS = ["M", "H", "D", "business_days", "end_of_day"] as const;
export type SpanUnit = (typeof SPANS)[number];

export interface Span {
  count: number;
  unit: SpanUnit;
}

/** Reads a length in the largest unit that holds it whole; null for none, or one that is put together otherwise. */
export function read(text: string): Span | null {
  const days = /^(\d+) business days?$/.exec(text);
  if (days) return { count: Number(days[1]), unit: "business_days" };
  const end = /^end of business day (\d+)$/.exec(text);
  if (end) return { count: Number(end[1]), unit: "end_of_day" };
  const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text);
  if (!iso || text === "P" || text.endsWith("T")) return null;
  const [weeks = 0, whole = 0, hours = 0, minutes = 0] = iso.slice(1).map((part) => Number(part ?? 0));
  if (hours === 0 && minutes === 0) return { count: weeks * 7 + whole, unit: "D" };
  const all = (weeks * 7 + whole) * 24 + hours;
  return minutes === 0 ? { count: all, unit: "H" } : { count: all * 60 + minutes, unit: "M" };
}

export function write({ count, unit }: Span): string {
  if (unit === "business_days") return `${count} business ${count === 1 ? "day" : "days"}`;
  if (unit === "end_of_day") return `end of business day ${count}`;
  return unit === "D" ? `P${count}D` : `PT${count}${unit}`;
}
