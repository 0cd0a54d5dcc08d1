/** A workflow as the API writes it, where it stands on the canvas, and where its faults are. */

export interface State {
  slug: string;
  name: string;
  category: string;
}

export interface Move {
  from: string;
  to: string;
  name: string;
  permission?: string;
  own_permission?: string;
  roles?: string[];
  only?: string[];
  required_fields?: string[];
  comment_required?: boolean;
  guards?: { kind: string; filter?: string; message?: string }[];
}

export interface Automatic {
  on?: string;
  after?: string;
  from: string[];
  to: string;
}

export interface Definition {
  initial: string;
  states: State[];
  moves: Move[];
  automatic?: Automatic[];
}

export const CATEGORIES = ["new", "active", "waiting", "resolved", "closed", "cancelled"] as const;

/** What is chosen on the canvas: a state or a move by its place in the definition. */
export interface Chosen {
  kind: "states" | "moves";
  place: number;
}

export interface Fault {
  field: string;
  reason: string;
}

const PLACE = /(states|moves)\[(\d+)\]/;

/** The state or move that a fault is about; null for one of the whole. */
export function placeOf(fault: Fault): Chosen | null {
  const found = PLACE.exec(fault.field);
  return found ? { kind: found[1] as Chosen["kind"], place: Number(found[2]) } : null;
}

export function faultsAt(faults: Fault[], kind: Chosen["kind"], place: number): Fault[] {
  return faults.filter((fault) => {
    const at = placeOf(fault);
    return at?.kind === kind && at.place === place;
  });
}

const COLUMN = 210;
const ROW = 105;

/**
 * Where each state stands: a row below all that lead on to it, those that cannot be reached in the last.
 *
 * A move to a state that is written earlier leads back. Rows stand to the left and to the right by turns, so that
 * moves over several rows go past what is between.
 */
export function layout({ initial, states, moves }: Definition): Record<string, { x: number; y: number }> {
  const order = [initial, ...states.map((one) => one.slug).filter((slug) => slug !== initial)];
  const steps = new Map([[initial, 0]]);
  for (const slug of order) {
    const step = steps.get(slug);
    const onward = moves.filter((move) => move.from === slug && order.indexOf(move.to) > order.indexOf(slug));
    if (step !== undefined) for (const { to } of onward) steps.set(to, Math.max(step + 1, steps.get(to) ?? 0));
  }
  // What is written before all that lead to it.
  for (const [slug, step] of steps) for (const { from, to } of moves) if (from === slug && !steps.has(to)) steps.set(to, step + 1);
  const last = Math.max(0, ...steps.values());
  const rows: string[][] = [];
  for (const slug of order) (rows[steps.get(slug) ?? last + 1] ??= []).push(slug);
  return Object.fromEntries(rows.flatMap((row, step) => row.map((slug, place) => [slug, { x: place * COLUMN + (step % 2) * (COLUMN * 0.8), y: step * ROW }])));
}

/** A slug that no state has yet, made of a name. */
export function freeSlug(name: string, states: State[]): string {
  const plain = name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "_").replace(/^[^a-z]+|_+$/g, "");
  const base = plain || "state";
  let slug = base;
  for (let number = 2; states.some((one) => one.slug === slug); number++) slug = `${base}_${number}`;
  return slug;
}

/** Takes a state away, with the moves and automatic moves that lead to it or away from it alone. */
export function withoutState(definition: Definition, slug: string): Definition {
  return {
    ...definition,
    states: definition.states.filter((one) => one.slug !== slug),
    moves: definition.moves.filter((one) => one.from !== slug && one.to !== slug),
    automatic: (definition.automatic ?? [])
      .filter((one) => one.to !== slug)
      .map((one) => ({ ...one, from: one.from.filter((from) => from !== slug) }))
      .filter((one) => one.from.length > 0),
  };
}

/** The states that were there before and are no more: tickets in them have to go somewhere. */
export function goneStates(before: Definition, after: Definition): State[] {
  return before.states.filter((one) => !after.states.some((other) => other.slug === one.slug));
}
