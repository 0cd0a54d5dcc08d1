import "@mantine/spotlight/styles.css";

import { Spotlight, type SpotlightActionData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { queuesQuery, viewsQuery } from "../api/queries";
import { Icon } from "../shared/icons";
import { useMay } from "../shared/me";
import { VIEWS } from "./views";

const NUMBER = /^[a-z]{2,5}-\d+$/i;

/** Everything that has a place of its own, by a few letters: Ctrl or Command with K. */
export function Palette(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  const queues = useQuery(queuesQuery);
  const views = useQuery(viewsQuery);
  const [query, setQuery] = useState("");
  const words = query.trim();
  const actions: SpotlightActionData[] = [
    ...(NUMBER.test(words)
      ? [{ id: "open", label: t("palette.open", { number: words.toUpperCase() }), onClick: () => void navigate({ to: "/desk/tickets/$number", params: { number: words.toUpperCase() } }) }]
      : []),
    { id: "new", label: t("nav.new_ticket"), onClick: () => void navigate({ to: "/desk/new" }) },
    ...VIEWS.map((view) => ({ id: view.name, label: t(`views.${view.name}`), onClick: () => void navigate({ to: "/desk/tickets", search: { view: view.name } }) })),
    ...(views.data?.items ?? []).map((view) => ({ id: view.id, label: view.name, onClick: () => void navigate({ to: "/desk/tickets", search: { saved: view.id } }) })),
    ...(queues.data?.items ?? []).map((queue) => ({ id: queue.id, label: queue.name, onClick: () => void navigate({ to: "/desk/tickets", search: { queue: queue.slug } }) })),
    ...(may("reports.read") ? [{ id: "board", label: t("nav.board"), onClick: () => void navigate({ to: "/desk/board" }) }] : []),
    { id: "portal", label: t("nav.portal"), onClick: () => void navigate({ to: "/portal", search: {} }) },
    ...(words.length > 1
      ? [{ id: "search", label: t("palette.search", { words }), keywords: [words], onClick: () => void navigate({ to: "/desk/tickets", search: { view: "all", q: words } }) }]
      : []),
  ];
  return (
    <Spotlight
      actions={actions}
      query={query}
      onQueryChange={setQuery}
      shortcut="mod + K"
      limit={12}
      nothingFound={t("palette.nothing")}
      searchProps={{ placeholder: t("palette.hint"), "aria-label": t("palette.hint"), leftSection: <Icon name="search" /> }}
    />
  );
}
