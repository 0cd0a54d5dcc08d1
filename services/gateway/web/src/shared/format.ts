/** Times and durations as people read them, in their language and time zone. */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

export function dateTime(moment: string, language: string, timeZone?: string | null): string {
  return new Intl.DateTimeFormat(language, {
    dateStyle: "medium",
    timeStyle: "short",
    timeZone: timeZone ?? undefined,
  }).format(new Date(moment));
}

/** "5 minutes ago", "tomorrow"; the largest unit that fills once. */
export function relative(moment: string, now: number, language: string): string {
  const seconds = Math.round((new Date(moment).getTime() - now) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
  const size = Math.abs(seconds);
  if (size < MINUTE) return format.format(0, "minute");
  if (size < HOUR) return format.format(Math.trunc(seconds / MINUTE), "minute");
  if (size < DAY) return format.format(Math.trunc(seconds / HOUR), "hour");
  if (size < 30 * DAY) return format.format(Math.trunc(seconds / DAY), "day");
  if (size < 365 * DAY) return format.format(Math.trunc(seconds / (30 * DAY)), "month");
  return format.format(Math.trunc(seconds / (365 * DAY)), "year");
}

const ISO = /^(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Seconds of an ISO 8601 duration of days, hours, minutes and seconds; NaN for anything else. */
export function seconds(duration: string): number {
  const parts = ISO.exec(duration);
  if (!parts || duration.endsWith("P") || duration.endsWith("T")) return NaN;
  const [days, hours, minutes, rest] = parts.slice(2).map((one) => Number(one ?? 0)) as [number, number, number, number];
  return (parts[1] ? -1 : 1) * (days * DAY + hours * HOUR + minutes * MINUTE + rest);
}

const measured = (language: string) => (value: number, unit: string) =>
  new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short" }).format(value);

/** "51 hr 15 min": work is never told in days, which are longer than anybody's. */
export function workTime(minutes: number, language: string): string {
  const unit = measured(language);
  const [whole, rest] = [Math.floor(minutes / MINUTE), minutes % MINUTE];
  return [whole > 0 && unit(whole, "hour"), (rest > 0 || whole === 0) && unit(rest, "minute")].filter(Boolean).join(" ");
}

/** "2 hr 15 min": at most two units, rounded down. */
export function span(total: number, language: string): string {
  const unit = measured(language);
  const size = Math.abs(total);
  const parts =
    size < HOUR
      ? [unit(Math.floor(size / MINUTE), "minute")]
      : size < DAY
        ? [unit(Math.floor(size / HOUR), "hour"), Math.floor((size % HOUR) / MINUTE) > 0 && unit(Math.floor((size % HOUR) / MINUTE), "minute")]
        : [unit(Math.floor(size / DAY), "day"), Math.floor((size % DAY) / HOUR) > 0 && unit(Math.floor((size % DAY) / HOUR), "hour")];
  return parts.filter(Boolean).join(" ");
}

export function fileSize(bytes: number, language: string): string {
  const [value, unit] = bytes < 1024 * 1024 ? [bytes / 1024, "kilobyte"] : [bytes / 1024 / 1024, "megabyte"];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
}

/** "pending_requester" as a reader would see it, for names that a tenant made itself. */
export function spoken(slug: string): string {
  const words = slug.replace(/[_-]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** How far the clocks of a zone (the browser's own, when there is none) are ahead of UTC at a moment, in milliseconds. */
function ahead(at: Date, timeZone: string | null): number {
  const parts = new Intl.DateTimeFormat("en", {
    timeZone: timeZone ?? undefined,
    hourCycle: "h23",
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  const wall = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return wall - Math.floor(at.getTime() / 1000) * 1000;
}

/** A moment as an input of date and time wants it, on the clocks of a zone: "2026-03-01T09:30". */
export function localMoment(moment: string, timeZone: string | null): string {
  const at = new Date(moment);
  return new Date(at.getTime() + ahead(at, timeZone)).toISOString().slice(0, 16);
}

/** The moment, in UTC, of what an input of date and time holds on the clocks of a zone. */
export function momentOf(local: string, timeZone: string | null): string {
  const wall = new Date(`${local}Z`).getTime();
  const near = new Date(wall - ahead(new Date(wall), timeZone));
  return new Date(wall - ahead(near, timeZone)).toISOString();
}
