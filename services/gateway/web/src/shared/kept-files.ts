/** Files that go with what is being written: kept in this browser until it is sent, as its text is. */
import { useEffect, useState } from "react";

const DATABASE = "deskmesh-drafts";
const STORE = "files";

/** Does something to what is kept; fails where the browser keeps nothing, as in some private windows or on a full disk. */
async function inStore<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answer(opening);
  try {
    return await answer(act(database.transaction(STORE, mode).objectStore(STORE)));
  } finally {
    database.close();
  }
}

const answer = <T>(request: IDBRequest<T>) =>
  new Promise<T>((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("the browser keeps no files"));
  });

/** Keeps the files of an answer, in place of those that it had; none are as good as no answer. */
async function store(name: string, files: File[]): Promise<void> {
  if (files.length > 0) await inStore("readwrite", (kept) => kept.put(files, name));
  else await inStore("readwrite", (kept) => kept.delete(name));
}

/** Removes all files that were kept in this browser, whoever added them. */
export const forgetFiles = (): Promise<unknown> => inStore("readwrite", (kept) => kept.clear());

/** Files that outlive the page, kept under `name`; where the browser keeps none, they last as long as the page. */
export function useKeptFiles(name: string): [File[], (files: File[]) => void] {
  const [files, setFiles] = useState<File[]>([]);
  useEffect(() => {
    let here = true;
    inStore<File[] | undefined>("readonly", (kept) => kept.get(name) as IDBRequest<File[] | undefined>)
      .then((kept) => here && kept && setFiles((added) => [...kept, ...added]))
      .catch(() => undefined);
    return () => {
      here = false;
    };
  }, [name]);
  function keep(next: File[]): void {
    setFiles(next);
    store(name, next).catch(() => undefined);
  }
  return [files, keep];
}
