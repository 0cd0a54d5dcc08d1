import { useState } from "react";

const PREFIX = "deskmesh-draft:";

/** Removes what was begun to be written in this browser, whoever did. */
export function forgetDrafts(): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

/** A text that outlives the page: kept in this browser under `name` with each keystroke, until it is emptied. */
export function useDraft(name: string): [string, (text: string) => void] {
  const key = PREFIX + name;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
  function keep(next: string): void {
    setText(next);
    if (next) localStorage.setItem(key, next);
    else localStorage.removeItem(key);
  }
  return [text, keep];
}
