/** What belongs to a thing and is only read, and lists of what nobody changes: mail, the audit log. */
import { Accordion, Button, Table, Text } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { thingsQuery } from "../api/things";
import { Failed, Loading } from "../shared/states";
import { useLabel } from "./input";
import type { Log } from "./sections";
import { Value } from "./value";

type Entry = Record<string, unknown>;

export function ThingLog({ log, thing }: { log: Log; thing: Record<string, unknown> }): ReactNode {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<string | null>(null);
  return (
    <Accordion variant="contained" value={opened} onChange={setOpened}>
      <Accordion.Item value={log.name}>
        <Accordion.Control>{t(`logs.${log.name}`)}</Accordion.Control>
        <Accordion.Panel>{opened && <Entries log={log} path={log.path(thing)} />}</Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}

function Entries({ log, path }: { log: Log; path: string }): ReactNode {
  const { t } = useTranslation();
  const label = useLabel();
  const asked = useInfiniteQuery(thingsQuery<Entry>(path));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  // What is used of hours comes as one answer, all else as a list.
  const entries = asked.data.pages.flatMap((page) => ("items" in page ? page.items : [page as Entry]));
  if (entries.length === 0) return <Text className="quiet">{t("admin.none")}</Text>;
  return (
    <div style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t(`logs.${log.name}`)}>
      <Table>
        <Table.Thead>
          <Table.Tr>
            {log.columns.map((column) => (
              <Table.Th key={column}>{label(column)}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {entries.map((entry, place) => (
            <Table.Tr key={place}>
              {log.columns.map((column) => (
                <Table.Td key={column}>{column === "ticket" ? <TicketLink ticket={entry[column]} /> : <Value name={column} value={entry[column]} />}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {asked.hasNextPage && (
        <Button variant="subtle" size="xs" onClick={() => void asked.fetchNextPage()} loading={asked.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </div>
  );
}

function TicketLink({ ticket }: { ticket: unknown }): ReactNode {
  if (typeof ticket !== "object" || ticket === null || !("key" in ticket)) return "–";
  return (
    <Link to="/desk/tickets/$number" params={{ number: String(ticket.key) }} className="number">
      {String(ticket.key)}
    </Link>
  );
}
