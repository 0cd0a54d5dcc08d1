import { useState } from "react";

/** A text that outlives the page: kept in this browser under `name` with each keystroke, until it is emptied. */
export function useDraft(name: string): [string, (text: string) => void] {
  const key = `deskmesh-draft:${name}`;
  const [text, setText] = useState(() => localStorage.getItem(key) ?? "");
  function keep(next: string): void {
    setText(next);
    if (next) localStorage.setItem(key, next);
    else localStorage.removeItem(key);
  }
  return [text, keep];
}
