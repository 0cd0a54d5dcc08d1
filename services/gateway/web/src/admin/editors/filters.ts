/** Conditions in the filter language, taken apart for whoever puts them together by hand, and written again. */

export const SIGNS = ["=", "!=", ":", "<", "<=", ">", ">="] as const;
export type Sign = (typeof SIGNS)[number];

export interface Part {
  field: string;
  sign: Sign;
  value: string;
  not: boolean;
}

const ONE = /^\s*(NOT\s+|-)?([A-Za-z_]\w*(?:\.[\w-]+)*)\s*(!=|<=|>=|=|<|>|:)\s*("(?:[^"\\]|\\.)*"|[^\s()"=<>!:,]+)/;
const AND = /^\s+(?:AND\s+)?/;

/** The parts of a condition that all must hold; null for one that says more than that: it is written as a text. */
export function parts(condition: string): Part[] | null {
  const found: Part[] = [];
  let rest = condition.trim();
  while (rest) {
    const one = ONE.exec(rest);
    if (!one) return null;
    const [all, not, field = "", sign, value = ""] = one;
    found.push({ field, sign: sign as Sign, value: value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value, not: not !== undefined });
    rest = rest.slice(all.length);
    if (!rest) break;
    const and = AND.exec(rest);
    if (!and || /^\s+OR\s/.test(rest)) return null;
    rest = rest.slice(and[0].length);
  }
  return found;
}

const PLAIN = /^(?:-?\d+(?:\.\d+)?|true|false|null|\*)$/;

/** The condition under which all parts hold; one without a field or a value says nothing yet. */
export function condition(all: readonly Part[]): string {
  return all
    .filter((one) => one.field && one.value !== "")
    .map(({ field, sign, value, not }) => {
      const written = PLAIN.test(value) ? value : `"${value.replace(/(["\\])/g, "\\$1")}"`;
      return `${not ? "NOT " : ""}${field}${sign === ":" ? ":" : ` ${sign} `}${written}`;
    })
    .join(" AND ");
}
