import type { ReactNode } from "react";

import { useLook } from "./look";

/** The tenant's logo, else the desk's own mark; decorative, because the name stands beside it. */
export function Logo({ size }: { size: number }): ReactNode {
  return <img src={useLook().logo ?? "/icon.svg"} height={size} style={{ maxWidth: 4 * size, flex: "none" }} alt="" />;
}
