/** What stands after the "?" of an address, as words: what looks like a number ("007", "4e2") is what somebody searches for. */
export const parseSearch = (search: string): Record<string, string> => Object.fromEntries(new URLSearchParams(search));

export function stringifySearch(search: Record<string, unknown>): string {
  const said = Object.entries(search).filter(([, value]) => value !== undefined);
  return said.length > 0 ? `?${new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString()}` : "";
}
