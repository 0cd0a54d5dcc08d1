import { Group, Select, TextInput, Title } from "@mantine/core";
import { useDebouncedValue, useHotkeys } from "@mantine/hooks";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import { queuesQuery } from "../api/structure";
import { viewsQuery, wholeList } from "../api/ticket-lists";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";
import { Loading } from "../shared/states";
import { useActions } from "./actions";
import { Bulk } from "./bulk";
import { ColumnsButton, useColumns } from "./columns";
import { FilterButton } from "./filter-button";
import { Head, Rows, rowStyle } from "./rows";
import { tell } from "./toasts";
import { ViewMenu } from "./view-menu";
import { narrowed, offeredOrder, ORDERS, VIEWS, wanted, writtenOut } from "./views";

const PAUSE = 300;
const LONGEST_CHOOSING = 120_000;

export function TicketListPage(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const search = useSearch({ from: "/signed-in/desk/tickets" });
  const navigate = useNavigate({ from: "/desk/tickets" });
  const views = useQuery(viewsQuery);
  const saved = views.data?.items.find((one) => one.id === search.saved);
  const asked = wanted(search, me.id, saved) ?? (views.isSuccess && search.saved ? { saved: search.saved } : null);
  const question = writtenOut(search, me.id, saved);
  const [cleared, setCleared] = useState(0);
  const [columns, chooseColumns] = useColumns(saved);
  const [chosen, setChosen] = useState<ReadonlyMap<string, Ticket>>(new Map());
  const [at, setAt] = useState<string | null>(null);
  const place = useRef<HTMLDivElement>(null);

  function walk(by: -1 | 1): void {
    const rows = [...(place.current?.querySelectorAll<HTMLElement>("[data-ticket]") ?? [])];
    const now = rows.findIndex((row) => row.dataset["ticket"] === at);
    setAt(rows[Math.max(0, Math.min(now + by, rows.length - 1))]?.dataset["ticket"] ?? null);
  }
  function open(): void {
    const number = place.current?.querySelector<HTMLElement>(`[data-ticket="${at}"]`)?.dataset["number"];
    if (number) void navigate({ to: "/desk/tickets/$number", params: { number } });
  }
  useHotkeys([
    ["j", () => walk(1)],
    ["k", () => walk(-1)],
    // On a button or a link, Enter does what it says.
    ["Enter", (event) => !(event.target instanceof Element && event.target.closest("a, button")) && open(), { preventDefault: false }],
    ["o", open],
    ["x", () => place.current?.querySelector<HTMLInputElement>(`[data-ticket="${at}"] input`)?.click()],
  ]);

  function choose(ticket: Ticket): void {
    const next = new Map(chosen);
    if (!next.delete(ticket.id)) next.set(ticket.id, ticket);
    setChosen(next);
  }
  // What was chosen is what was there: a ticket that comes later is not changed unseen.
  const choosing = useMutation({
    mutationFn: () => wholeList(asked ?? question, AbortSignal.timeout(LONGEST_CHOOSING)),
    onSuccess: ({ tickets, more }) => {
      setChosen(new Map(tickets.map((ticket) => [ticket.id, ticket])));
      if (more) tell(t("bulk.first", { count: tickets.length }));
    },
  });
  const sort = (order: string) => void navigate({ search: { ...search, order } });
  // The field of the search is made anew, without its words, once they are gone from the address.
  const clear = () => void navigate({ search: { ...search, q: undefined, filter: undefined } }).then(() => setCleared(cleared + 1));
  useActions([
    { label: t("bulk.all"), run: () => choosing.mutate() },
    ...ORDERS.map((order) => ({ label: `${t("list.order")}: ${t(`orders.${order}`)}`, run: () => sort(order) })),
  ]);

  return (
    <>
      <Group justify="space-between" p="md" pb="sm" wrap="wrap">
        <Heading />
        <Group gap="xs">
          <Search key={`${search.view}:${search.queue}:${search.saved}:${cleared}`} />
          <FilterButton columns={columns} question={question} />
          <Select
            aria-label={t("list.order")}
            placeholder={t("list.order_own")}
            w={190}
            value={offeredOrder(question.order_by)}
            data={ORDERS.map((order) => ({ value: order, label: t(`orders.${order}`) }))}
            onChange={(order) => order && sort(order)}
            allowDeselect={false}
          />
          {saved && <ViewMenu key={saved.id} view={saved} />}
          <ColumnsButton columns={columns} choose={chooseColumns} />
        </Group>
      </Group>
      <div className="card" style={{ margin: "0 1rem 1rem", ...rowStyle(columns) }} ref={place}>
        <Bulk tickets={[...chosen.values()]} clear={() => setChosen(new Map())} all={choosing} />
        <Head columns={columns} order={question.order_by ?? ""} sort={sort} />
        {asked ? (
          <Rows key={JSON.stringify(asked)} wanted={asked} columns={columns} at={at} chosen={chosen} choose={choose} clear={narrowed(search) ? clear : null} />
        ) : (
          <Loading />
        )}
      </div>
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
