import { useNetwork } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "./icons";

/** Says when the desk is out of reach; `open` is whether the live line is, null while nobody knows. */
export function Offline({ open }: { open: boolean | null }): ReactNode {
  const { t } = useTranslation();
  const { online } = useNetwork();
  if (online && open !== false) return null;
  return (
    <div className="offline" role="status">
      <Icon name="alert" size={16} />
      {t(online ? "state.line_broken" : "state.offline")}
    </div>
  );
}
