/** Choosing things (configuration items): found by the desk as one types, those chosen known by their names. */
import type { ComboboxItem, OptionsFilter } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { itemsByIdQuery, itemsFoundQuery } from "../api/items";

/** Milliseconds without typing before the desk is asked. */
export const PAUSE = 250;

export interface FoundAsOneTypes {
  data: ComboboxItem[];
  filter: OptionsFilter;
  searchable: true;
  searchValue: string;
  onSearchChange: (words: string) => void;
}

/** What an input that things are chosen in needs; `services` offers those of that class alone. */
export function useThings(chosen: readonly string[], services = false): FoundAsOneTypes {
  const [words, setWords] = useState("");
  const [asked] = useDebouncedValue(words.trim(), PAUSE);
  const known = useQuery(itemsByIdQuery(chosen)).data?.items ?? [];
  // An input with one thing shows its name where words are typed.
  const found = useQuery(itemsFoundQuery(known.some((one) => one.name === asked) ? "" : asked, services)).data?.items ?? [];
  return offering(known, found, words, setWords);
}

interface Named {
  id: string;
  name: string;
}

/** Offers what was found, and names what is chosen. */
export function offering(known: readonly Named[], found: readonly Named[], words: string, setWords: (words: string) => void): FoundAsOneTypes {
  const offered = new Set(found.map((one) => one.id));
  return {
    data: [...found, ...known.filter((one) => !offered.has(one.id))].map((one) => ({ value: one.id, label: one.name })),
    filter: ({ options }) => options.filter((one) => "value" in one && offered.has(one.value)),
    searchable: true,
    searchValue: words,
    onSearchChange: setWords,
  };
}
