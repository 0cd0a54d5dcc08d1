/** An answer that is not the wished one (RFC 9457), or none at all. */
export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 when the desk cannot be reached. */
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly fields: { field: string; reason: string }[] = [],
    readonly allowed: string[] = [],
  ) {
    super(detail || code);
  }

  /** The reason that belongs to a field of a form, if any. */
  reasonOf(field: string): string | undefined {
    return this.fields.find((one) => one.field === field)?.reason;
  }
}

interface ProblemBody {
  code?: string;
  detail?: string;
  errors?: { field: string; reason: string }[];
  allowed?: string[];
}

export function problemOf(status: number, body: unknown): Problem {
  const said = (typeof body === "object" && body !== null ? body : {}) as ProblemBody;
  return new Problem(status, said.code ?? `http_${status}`, said.detail ?? "", said.errors, said.allowed);
}

export const unreachable = () => new Problem(0, "unreachable", "");
