import { Box, Group } from "@mantine/core";
import type { ReactNode } from "react";

import { useLook } from "./look";
import { useMe } from "./me";

/** The tenant's logo, else the desk's own mark; decorative, because the name stands beside it. */
export function Logo({ size }: { size: number }): ReactNode {
  return <img src={useLook().logo ?? "/icon.svg"} height={size} style={{ maxWidth: 4 * size, flex: "none" }} alt="" />;
}

/** The tenant by logo and name, as pages without a menu begin. */
export function Company(): ReactNode {
  return (
    <Group gap="xs" wrap="nowrap">
      <Logo size={28} />
      <Box fw={600} className="clip">
        {useMe().tenant.name}
      </Box>
    </Group>
  );
}
