/** The path where somebody wanted to go, if it is one of ours: an address elsewhere would lead people away. */
export function ownPath(to: string | undefined): string {
  return to !== undefined && /^\/(desk|portal|account|admin|setup)([/?]|$)/.test(to) ? to : "/";
}
