import "@mantine/spotlight/styles.css";

import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { administers } from "../api/client";
import { queuesQuery } from "../api/structure";
import { viewsQuery } from "../api/ticket-lists";
import { Icon } from "../shared/icons";
import { useMay, useMe } from "../shared/me";
import { type Action, useOffered } from "./actions";
import { type ListSearch, VIEWS } from "./views";

const SHOWN_AT_MOST = 40;
const NUMBER = /^[a-z]{2,5}-\d+$/i;

/** What can be done here, and everything that has a place of its own, by a few letters: Ctrl or Command with K. */
export function Palette(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMay();
  const me = useMe();
  const queues = useQuery(queuesQuery);
  const views = useQuery(viewsQuery);
  const here = useOffered();
  const [query, setQuery] = useState("");
  const words = query.trim();
  const list = (search: ListSearch) => void navigate({ to: "/desk/tickets", search });
  const places: Action[] = [
    { label: t("nav.new_ticket"), run: () => void navigate({ to: "/desk/new" }) },
    ...VIEWS.map((view) => ({ label: t(`views.${view.name}`), run: () => list({ view: view.name }) })),
    ...(views.data?.items ?? []).map((view) => ({ label: view.name, run: () => list({ saved: view.id }) })),
    ...(queues.data?.items ?? []).map((queue) => ({ label: queue.name, run: () => list({ queue: queue.slug }) })),
    { label: t("mention.title"), run: () => void navigate({ to: "/desk/mentions" }) },
    { label: t("scheduled.title"), run: () => void navigate({ to: "/desk/scheduled" }) },
    { label: t("change.calendar"), run: () => void navigate({ to: "/desk/changes", search: {} }) },
    { label: t("major.list"), run: () => void navigate({ to: "/desk/major" }) },
    ...(may("tickets.update") ? [{ label: t("candidate.title"), run: () => void navigate({ to: "/desk/problems" }) }] : []),
    { label: t("approval.title"), run: () => void navigate({ to: "/desk/approvals" }) },
    ...(may("reports.read")
      ? [
          { label: t("nav.board"), run: () => void navigate({ to: "/desk/board" }) },
          { label: t("said.title"), run: () => void navigate({ to: "/desk/ratings" }) },
          { label: t("worked.title"), run: () => void navigate({ to: "/desk/time" }) },
        ]
      : []),
    ...(administers(me) ? [{ label: t("nav.admin"), run: () => void navigate({ to: "/admin" }) }] : []),
    { label: t("nav.portal"), run: () => void navigate({ to: "/portal", search: {} }) },
    { label: t("choice.account"), run: () => void navigate({ to: "/account" }) },
  ];
  const found: Action[] = [
    ...(NUMBER.test(words) ? [{ label: t("palette.open", { number: words.toUpperCase() }), run: () => void navigate({ to: "/desk/tickets/$number", params: { number: words.toUpperCase() } }) }] : []),
    ...(words.length > 1 ? [{ label: t("palette.search", { words }), run: () => list({ view: "all", q: words }) }] : []),
  ];
  const group = (name: string, title: string, actions: readonly Action[]) => ({ group: title, actions: actions.map(({ label, run }, place) => ({ id: `${name}-${place}`, label, onClick: run })) });
  const groups: SpotlightActionGroupData[] = [
    group("here", t("palette.here"), here.filter((one) => means(words, one.label))),
    group("place", t("palette.places"), places.filter((one) => means(words, one.label))),
    group("found", t("palette.found"), found),
  ];
  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      filter={(_, all) => all}
      query={query}
      onQueryChange={setQuery}
      shortcut="mod + K"
      // Also while a reply is being written.
      tagsToIgnore={[]}
      limit={SHOWN_AT_MOST}
      scrollable
      maxHeight={420}
      nothingFound={t("palette.nothing")}
      searchProps={{ placeholder: t("palette.hint"), "aria-label": t("palette.hint"), leftSection: <Icon name="search" /> }}
    />
  );
}

/** Whether each word that was typed is somewhere in the text. */
function means(words: string, text: string): boolean {
  const lower = text.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => lower.includes(word));
}
