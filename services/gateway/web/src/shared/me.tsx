import { createContext, useContext } from "react";

import { type Me, may } from "../api/client";

const Whoami = createContext<Me | null>(null);

export const MeProvider = Whoami.Provider;

/** Who is signed in; only below a page that has seen to it. */
export function useMe(): Me {
  const me = useContext(Whoami);
  if (!me) throw new Error("nobody is signed in here");
  return me;
}

export function useMay(): (permission: string) => boolean {
  const me = useMe();
  return (permission) => may(me, permission);
}
