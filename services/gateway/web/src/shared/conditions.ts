/** The desk's filter language, decided over values at hand: forms show at once what the desk will ask for. */

type Scalar = string | number | boolean;
export type Values = Record<string, Scalar | string[] | null | undefined>;
type Test = (values: Values) => boolean;

const TOKEN = /\s*(?:(<=|>=|!=|=|<|>|:|\(|\)|-(?=[\s(A-Za-z_]))|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([^\s()"'=<>!:,]+))/y;

interface Token {
  kind: "sign" | "text" | "word";
  text: string;
}

function tokens(condition: string): Token[] {
  const found: Token[] = [];
  const text = condition.trimEnd();
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const [, sign, double, single, word] = TOKEN.exec(text) ?? unreadable(condition);
    const quoted = double ?? single;
    if (sign !== undefined) found.push({ kind: "sign", text: sign });
    else if (quoted !== undefined) found.push({ kind: "text", text: quoted.replace(/\\(.)/gs, "$1") });
    else found.push({ kind: "word", text: word ?? "" });
  }
  return found;
}

function unreadable(condition: string): never {
  throw new SyntaxError(`no condition: ${condition}`);
}

/** Reads a condition; `OR` binds tighter than `AND`, and words side by side are `AND`. Fails with a SyntaxError. */
function read(condition: string): Test {
  const rest = tokens(condition);
  const next = (): Token => rest.shift() ?? unreadable(condition);
  const at = (kind: Token["kind"], text: string) => rest[0]?.kind === kind && rest[0].text === text;
  const take = (kind: Token["kind"], text: string) => at(kind, text) && Boolean(rest.shift());

  function all(): Test {
    const parts = [any()];
    while (rest.length > 0 && !at("sign", ")")) {
      take("word", "AND");
      parts.push(any());
    }
    return (values) => parts.every((part) => part(values));
  }
  function any(): Test {
    const parts = [one()];
    while (take("word", "OR")) parts.push(one());
    return (values) => parts.some((part) => part(values));
  }
  function one(): Test {
    if (take("word", "NOT") || take("sign", "-")) {
      const inner = simple();
      return (values) => !inner(values);
    }
    return simple();
  }
  function simple(): Test {
    if (take("sign", "(")) {
      const inner = all();
      if (!take("sign", ")")) unreadable(condition);
      return inner;
    }
    const field = next();
    const sign = next();
    const value = next();
    if (field.kind !== "word" || sign.kind !== "sign" || value.kind === "sign") unreadable(condition);
    return (values) => compare(sign.text, value, known(values[field.text]));
  }

  const test = rest.length === 0 ? () => true : all();
  if (rest.length > 0) unreadable(condition);
  return test;
}

function known(value: Values[string]): Scalar[] {
  if (value === null || value === undefined || value === "") return [];
  return Array.isArray(value) ? value : [value];
}

function compare(sign: string, wanted: Token, found: Scalar[]): boolean {
  if (wanted.kind === "word" && wanted.text === "null") return (found.length === 0) === (sign === "=");
  if (wanted.kind === "word" && wanted.text === "*" && sign === ":") return found.length > 0;
  switch (sign) {
    case "=":
      return found.some((one) => equal(one, wanted.text));
    case "!=":
      return !found.some((one) => equal(one, wanted.text));
    case ":":
      return found.some((one) => (typeof one === "string" ? one.toLowerCase().includes(wanted.text.toLowerCase()) : equal(one, wanted.text)));
    default:
      return found.some((one) => ordered(sign, typeof one === "number" ? one - Number(wanted.text) : String(one) < wanted.text ? -1 : Number(String(one) !== wanted.text)));
  }
}

function ordered(sign: string, difference: number): boolean {
  if (sign === "<") return difference < 0;
  if (sign === "<=") return difference <= 0;
  return sign === ">" ? difference > 0 : difference >= 0;
}

function equal(found: Scalar, wanted: string): boolean {
  if (typeof found === "number") return found === Number(wanted);
  if (typeof found === "boolean") return String(found) === wanted;
  const open = { start: wanted.startsWith("*"), end: wanted.length > 1 && wanted.endsWith("*") };
  const inner = wanted.slice(Number(open.start), open.end ? -1 : undefined);
  if (open.start && (open.end || wanted === "*")) return found.includes(inner);
  if (open.start) return found.endsWith(inner);
  return open.end ? found.startsWith(inner) : found === wanted;
}

/** Whether a condition holds; null where it cannot be read. An empty one always holds. */
export function holds(condition: string | null | undefined, values: Values): boolean | null {
  try {
    return read(condition ?? "")(values);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
