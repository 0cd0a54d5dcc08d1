import { Button, Checkbox, Group, Select, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue, useHotkeys, useIntersection } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { queuesQuery, ticketsQuery, viewsQuery } from "../api/queries";
import { DueBadge, nearest, PriorityMark, StateBadge, When } from "../shared/badges";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";
import { Person } from "../shared/person";
import { Failed, Loading, Note } from "../shared/states";
import { Bulk } from "./bulk";
import { FilterButton } from "./filter-button";
import { ORDERS, VIEWS, wanted } from "./views";

const PAUSE = 300;

export function TicketListPage(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const search = useSearch({ from: "/signed-in/desk/tickets" });
  const navigate = useNavigate({ from: "/desk/tickets" });
  const asked = wanted(search, me.id);
  const list = useInfiniteQuery(ticketsQuery(asked));
  const tickets = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState(0);

  function open(ticket: Ticket | undefined): void {
    if (ticket) void navigate({ to: "/desk/tickets/$number", params: { number: ticket.number } });
  }
  useHotkeys([
    ["j", () => setAt((place) => Math.min(place + 1, tickets.length - 1))],
    ["k", () => setAt((place) => Math.max(place - 1, 0))],
    ["Enter", () => open(tickets[at])],
    ["o", () => open(tickets[at])],
    ["x", () => tickets[at] && choose(tickets[at].id)],
  ]);

  function choose(id: string): void {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  }

  return (
    <>
      <Group justify="space-between" p="md" pb="sm" wrap="wrap">
        <Heading />
        <Group gap="xs">
          {!search.saved && (
            <>
          <Search key={`${search.view}:${search.queue}`} />
          <FilterButton />
          <Select
            aria-label={t("list.order")}
            w={190}
            value={asked.order_by ?? null}
            data={ORDERS.map((order) => ({ value: order, label: t(`orders.${order}`) }))}
            onChange={(order) => void navigate({ search: { ...search, ...(order && { order }) } })}
            allowDeselect={false}
          />
            </>
          )}
        </Group>
      </Group>
      {list.isPending && <Loading />}
      {list.isError && <Failed error={list.error} again={() => void list.refetch()} />}
      {list.data && tickets.length === 0 && <Note icon="check" title={t("list.none_title")} text={t("list.none_text")} />}
      {tickets.length > 0 && (
        <div className="card" style={{ margin: "0 1rem 1rem" }}>
          <Bulk tickets={tickets.filter((one) => chosen.has(one.id))} clear={() => setChosen(new Set())} />
          <Head />
          <ul className="rows" aria-label={t("list.tickets")}>
            {tickets.map((ticket, place) => (
              <Row key={ticket.id} ticket={ticket} at={place === at} chosen={chosen.has(ticket.id)} choose={choose} />
            ))}
          </ul>
          <More has={list.hasNextPage} busy={list.isFetchingNextPage} next={() => void list.fetchNextPage()} />
        </div>
      )}
    </>
  );
}

function Heading(): ReactNode {
  const { t } = useTranslation();
  const search = useSearch({ from: "/signed-in/desk/tickets" });
  const queues = useQuery(queuesQuery);
  const views = useQuery(viewsQuery);
  const view = VIEWS.find((one) => one.name === search.view);
  const saved = views.data?.items.find((one) => one.id === search.saved);
  const queue = queues.data?.items.find((one) => one.slug === search.queue);
  return (
    <Title order={1} size="h3">
      {saved?.name ?? queue?.name ?? (view ? t(`views.${view.name}`) : t("list.tickets"))}
    </Title>
  );
}

function Search(): ReactNode {
  const { t } = useTranslation();
  const search = useSearch({ from: "/signed-in/desk/tickets" });
  const navigate = useNavigate({ from: "/desk/tickets" });
  const [words, setWords] = useState(search.q ?? "");
  const [asked] = useDebouncedValue(words.trim(), PAUSE);
  const input = useRef<HTMLInputElement>(null);
  useHotkeys([["/", () => input.current?.focus()]]);
  useEffect(() => {
    void navigate({ search: (before) => ({ ...before, q: asked || undefined }), replace: true });
  }, [asked, navigate]);
  return (
    <TextInput
      ref={input}
      type="search"
      w={{ base: "100%", xs: 260 }}
      aria-label={t("list.search")}
      placeholder={t("list.search")}
      leftSection={<Icon name="search" size={16} />}
      value={words}
      onChange={(event) => setWords(event.target.value)}
    />
  );
}

function Head(): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="row row-head" aria-hidden>
      <span />
      <span>{t("field.number")}</span>
      <span>{t("field.title")}</span>
      <span>{t("field.state")}</span>
      <span>{t("field.due")}</span>
      <span>{t("field.assignee")}</span>
      <span>{t("field.updated")}</span>
    </div>
  );
}

interface RowProps {
  ticket: Ticket;
  at: boolean;
  chosen: boolean;
  choose: (id: string) => void;
}

function Row({ ticket, at, chosen, choose }: RowProps): ReactNode {
  const { t } = useTranslation();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (at) row.current?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <li className="row" ref={row} data-at={at} data-chosen={chosen}>
      <Checkbox size="xs" checked={chosen} onChange={() => choose(ticket.id)} aria-label={t("list.choose", { number: ticket.number })} />
      <Text size="sm" className="quiet number">
        {ticket.number}
      </Text>
      <Group gap="xs" wrap="nowrap" miw={0} className="row-title">
        <PriorityMark priority={ticket.priority} />
        <Link to="/desk/tickets/$number" params={{ number: ticket.number }} className="plain clip">
          <Text span fw={500} size="sm">
            {ticket.title}
          </Text>
          <Text span size="sm" className="quiet">
            {" "}
            {ticket.requester?.name}
          </Text>
        </Link>
      </Group>
      <StateBadge ticket={ticket} />
      <span className="wide">
        <DueBadge clock={nearest(ticket.sla)} />
      </span>
      <span className="wide clip">{ticket.assignee ? <Person name={ticket.assignee.name} quiet /> : <Text size="sm" className="quiet">{t("field.nobody")}</Text>}</span>
      <Text size="sm" className="quiet wide">
        <When moment={ticket.updated_at} />
      </Text>
    </li>
  );
}

/** Asks for the next page as soon as the end of the list comes near. */
function More({ has, busy, next }: { has: boolean; busy: boolean; next: () => void }): ReactNode {
  const { t } = useTranslation();
  const { ref, entry } = useIntersection({ rootMargin: "600px" });
  const near = entry?.isIntersecting ?? false;
  useEffect(() => {
    if (near && has && !busy) next();
  }, [near, has, busy, next]);
  if (!has) return null;
  return (
    <Group justify="center" p="md" ref={ref}>
      <Button variant="subtle" onClick={next} loading={busy}>
        {t("action.more")}
      </Button>
    </Group>
  );
}
