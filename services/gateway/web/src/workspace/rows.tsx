/** The rows of the list, page by page: a page that is far from sight keeps its place and nothing else. */
import { Button, Checkbox, Group, Text, UnstyledButton } from "@mantine/core";
import { useIntersection } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type CSSProperties, type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Ticket } from "../api/client";
import type { Wanted } from "../api/queries";
import { ticketPageQuery } from "../api/ticket-lists";
import { focusQuery } from "../api/together";
import { PriorityMark } from "../shared/badges";
import { useMay } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { type Column, grid, pressed, SORTABLE, type Sortable, way } from "./column-order";
import { Cell } from "./columns";

/** About the height of a row, by which a page that is not shown keeps its place. */
const ROW_PIXELS = 48;
const MARGIN = "1200px";

interface RowsProps {
  columns: Column[];
  at: string | null;
  chosen: ReadonlyMap<string, Ticket>;
  choose: (ticket: Ticket) => void;
  /** Shows all of the view again; null where all of it is asked for, without words or a filter. */
  clear: (() => void) | null;
}

/** The cells that a row keeps on a narrow screen: what it is, and when it is due. */
const NARROW: Partial<Record<Column, string>> = { state: "cell", due_at: "cell cell-due" };

/** The columns as a property that the style of each row reads. */
export const rowStyle = (columns: Column[]) => ({ "--columns": grid(columns) }) as CSSProperties;

export function Rows({ wanted, ...shown }: RowsProps & { wanted: Wanted }): ReactNode {
  const [tokens, setTokens] = useState<readonly string[]>([""]);

  /** Each page says where the next one begins, anew whenever it is read anew. */
  function told(place: number, next: string): void {
    setTokens((before) => {
      if ((before[place + 1] ?? "") === next) return before;
      return next ? [...before.slice(0, place + 1), next, ...before.slice(place + 2)] : before.slice(0, place + 1);
    });
  }

  return tokens.map((token, place) => <Page key={place} wanted={wanted} token={token} place={place} told={told} {...shown} />);
}

interface PageProps extends RowsProps {
  wanted: Wanted;
  token: string;
  place: number;
  told: (place: number, next: string) => void;
}

function Page({ wanted, token, place, told, columns, at, chosen, choose, clear }: PageProps): ReactNode {
  const { t } = useTranslation();
  const { ref, entry } = useIntersection({ rootMargin: MARGIN });
  const near = entry?.isIntersecting ?? place === 0;
  const page = useQuery({ ...ticketPageQuery(wanted, token), enabled: near });
  const next = page.data?.next_page_token;
  const tell = useRef(told);
  tell.current = told;
  useEffect(() => {
    if (next !== undefined) tell.current(place, next);
  }, [place, next]);
  const tickets = page.data?.items ?? [];
  if (place === 0 && page.isPending) return <Loading />;
  if (page.isError) return <Failed error={page.error} again={() => void page.refetch()} />;
  if (place === 0 && tickets.length === 0) return <Empty clear={clear} />;
  return (
    <ul
      ref={ref}
      className="rows"
      aria-label={place === 0 ? t("list.tickets") : t("list.page", { page: place + 1 })}
      style={near && page.data ? undefined : { minHeight: Math.max(1, tickets.length) * ROW_PIXELS }}
    >
      {near && tickets.map((ticket) => <Row key={ticket.id} ticket={ticket} columns={columns} at={ticket.id === at} chosen={chosen.has(ticket.id)} choose={choose} />)}
    </ul>
  );
}

/** Why there is no row: nothing is found, one sees nothing but one's own, or all is done. */
function Empty({ clear }: Pick<RowsProps, "clear">): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const focus = useQuery({ ...focusQuery, enabled: may("tickets.update") });
  if (clear)
    return (
      <Note icon="search" title={t("list.not_found_title")} text={t("list.not_found_text")}>
        <Button variant="light" onClick={clear}>
          {t("list.clear")}
        </Button>
      </Note>
    );
  if (focus.data?.enabled) return <Note icon="user" title={t("list.focused_title")} text={t("list.focused_text")} />;
  return <Note icon="check" title={t("list.none_title")} text={t("list.none_text")} />;
}

interface RowProps {
  ticket: Ticket;
  columns: Column[];
  at: boolean;
  chosen: boolean;
  choose: (ticket: Ticket) => void;
}

function Row({ ticket, columns, at, chosen, choose }: RowProps): ReactNode {
  const { t } = useTranslation();
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (at) row.current?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return (
    <li className="row" ref={row} data-ticket={ticket.id} data-number={ticket.number} data-at={at} data-chosen={chosen}>
      <Checkbox size="xs" checked={chosen} onChange={() => choose(ticket)} aria-label={t("list.choose", { number: ticket.number })} />
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
      {columns.map((column) => (
        <span key={column} className={NARROW[column] ?? "cell wide"}>
          <Cell column={column} ticket={ticket} />
        </span>
      ))}
    </li>
  );
}

interface HeadProps {
  columns: Column[];
  /** How the list is ordered. */
  order: string;
  sort: (order: string) => void;
}

export function Head({ columns, order, sort }: HeadProps): ReactNode {
  const { t } = useTranslation();
  return (
    <div className="row row-head" role="group" aria-label={t("list.order")}>
      <span />
      <Sorter column="number" label={t("field.number")} order={order} sort={sort} />
      <span>{t("field.title")}</span>
      {columns.map((column) => (
        <Sorter key={column} column={column} label={t(`columns.${column}`)} order={order} sort={sort} />
      ))}
    </div>
  );
}

interface SorterProps {
  column: string;
  label: string;
  order: string;
  sort: (order: string) => void;
}

function Sorter({ column, label, order, sort }: SorterProps): ReactNode {
  const { t } = useTranslation();
  if (!(SORTABLE as readonly string[]).includes(column)) return <span className="clip">{label}</span>;
  const now = way(order, column);
  return (
    <UnstyledButton fz="inherit" c="inherit" className="clip" aria-pressed={now !== null} title={now === null ? t("columns.sort") : t(`columns.${now}`)} onClick={() => sort(pressed(order, column as Sortable))}>
      {label}
      {now === "asc" && " ↑"}
      {now === "desc" && " ↓"}
    </UnstyledButton>
  );
}
