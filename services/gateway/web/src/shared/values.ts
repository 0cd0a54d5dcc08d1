const LONGEST = 80;

/** A value of a field as a line of text: names of references, a dash for nothing. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined || value === "") return "–";
  if (Array.isArray(value)) return value.map(shownValue).join(", ") || "–";
  if (typeof value === "object") return "name" in value ? String(value.name) : JSON.stringify(value).slice(0, LONGEST);
  return String(value).slice(0, LONGEST);
}
