/** Naming a person in a text: what is being typed after an @, and what to put in its place. */

export interface Named {
  name: string;
  email: string;
}

const MOST_OFFERED = 6;

/** The @ that the caret stands behind, and what follows it so far; null where none is being typed. */
export function handleAt(text: string, caret: number): { start: number; typed: string } | null {
  const found = /(?:^|[\s(,;:])@([\w.+-]*(?:@[\w.-]*)?)$/.exec(text.slice(0, caret));
  if (!found) return null;
  const typed = found[1] ?? "";
  return { start: caret - typed.length - 1, typed };
}

/** The text with a handle put where one is being typed, and where the caret then stands. */
export function withHandle(text: string, caret: number, handle: string): { text: string; caret: number } {
  const at = handleAt(text, caret);
  if (!at) return { text, caret };
  const head = `${text.slice(0, at.start)}@${handle} `;
  return { text: head + text.slice(caret).replace(/^ /, ""), caret: head.length };
}

const before = (email: string) => email.split("@")[0] ?? "";

/** How a person is named: by what stands before the at of the address, or by all of it where two share that. */
export function handleOf(person: Named, people: readonly Named[]): string {
  const sharing = people.filter((one) => before(one.email).toLowerCase() === before(person.email).toLowerCase());
  return sharing.length > 1 ? person.email : before(person.email);
}

/** The people whom the letters typed so far may mean: a word of the name, or the address, begins so. */
export function meant<P extends Named>(typed: string, people: readonly P[]): P[] {
  const wanted = typed.toLowerCase();
  return people
    .filter((one) => one.email.toLowerCase().startsWith(wanted) || one.name.toLowerCase().split(/\s+/).some((word) => word.startsWith(wanted)))
    .slice(0, MOST_OFFERED);
}
