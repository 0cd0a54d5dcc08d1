import { Button, Group, Paper, Stack, Text, TextInput, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { myApprovalsQuery } from "../api/approvals";
import { catalogQuery } from "../api/catalog";
import { knowledgeQuery, ticketsQuery } from "../api/queries";
import { StateBadge, When } from "../shared/badges";
import { Icon } from "../shared/icons";
import { useMay, useMe } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { Marked } from "../shared/text";
import { answers, ItemCard } from "./item-card";
import { NewRequestButton } from "./layout";

const PAUSE = 250;

export function PortalHome(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const { q = "" } = useSearch({ from: "/signed-in/portal/" });
  const navigate = useNavigate({ from: "/portal" });
  const [words, setWords] = useState(q);
  const [asked] = useDebouncedValue(words, PAUSE);
  useEffect(() => {
    void navigate({ search: asked ? { q: asked } : {}, replace: true });
  }, [asked, navigate]);
  return (
    <Stack gap="xl">
      <Stack gap="sm" align="center" ta="center" pt="lg">
        <Title order={1} size="h2">
          {t("portal.hello", { name: me.name.split(" ")[0] })}
        </Title>
        <TextInput
          w="100%"
          maw={560}
          size="md"
          type="search"
          aria-label={t("portal.search")}
          placeholder={t("portal.search")}
          leftSection={<Icon name="search" />}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <Ways />
      </Stack>
      {asked.trim().length > 1 ? <Answers words={asked} /> : <MyRequests />}
    </Stack>
  );
}

/** Where else somebody may want to go; approvals only while there are some to decide. */
function Ways(): ReactNode {
  const { t } = useTranslation();
  const mine = useQuery(myApprovalsQuery);
  const waiting = mine.data?.items.length ?? 0;
  return (
    <Group gap="sm" justify="center">
      <Button variant="light" leftSection={<Icon name="list" size={16} />} renderRoot={(props) => <Link to="/portal/catalog" {...props} />}>
        {t("catalog.title")}
      </Button>
      {waiting > 0 && (
        <Button variant="light" leftSection={<Icon name="check" size={16} />} renderRoot={(props) => <Link to="/portal/approvals" {...props} />}>
          {t("approval.waiting", { waiting })}
        </Button>
      )}
    </Group>
  );
}

function Answers({ words }: { words: string }): ReactNode {
  const { t } = useTranslation();
  const catalog = useQuery(catalogQuery);
  const items = (catalog.data?.items ?? []).filter((item) => item.active && answers(item, words.trim()));
  const found = useQuery(knowledgeQuery(words));
  return (
    <Stack component="section" gap="sm" aria-label={t("portal.answers")}>
      {found.isPending && <Loading />}
      {found.isError && <Failed error={found.error} again={() => void found.refetch()} />}
      {found.data?.items.map((hit) => (
        <Link key={hit.id} to="/portal/articles/$article" params={{ article: hit.id }} className="plain">
          <Paper withBorder p="md">
            <Group gap="xs" wrap="nowrap" align="flex-start">
              <Icon name="book" />
              <div>
                <Text fw={600}>{hit.title}</Text>
                <Text size="sm" className="quiet">
                  <Marked text={hit.snippet} />
                </Text>
              </div>
            </Group>
          </Paper>
        </Link>
      ))}
      {items.map((item) => (
        <ItemCard key={item.id} item={item} />
      ))}
      {found.data?.items.length === 0 && items.length === 0 && <Note icon="search" title={t("portal.no_answers")} />}
      <Paper withBorder p="md">
        <Group justify="space-between">
          <Text>{t("portal.not_found")}</Text>
          <NewRequestButton title={words} />
        </Group>
      </Paper>
    </Stack>
  );
}

/** One's own requests or, where a role lets one see them, all of an own organisation's. */
function MyRequests(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const may = useMay();
  const [of, setOf] = useState("");
  const mine = useInfiniteQuery(ticketsQuery({ filter: of ? `organization = "${of}"` : `requester = "${me.id}"`, order_by: "updated_at desc" }));
  const offered = may("tickets.read_organization") && me.organizations.length > 0 ? [{ id: "", name: t("portal.mine") }, ...me.organizations] : [];
  const tickets = mine.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Stack component="section" gap="sm" aria-label={t("portal.my_requests")}>
      <Group justify="space-between">
        <Title order={2} size="h4">
          {t("portal.my_requests")}
        </Title>
        <NewRequestButton />
      </Group>
      {offered.length > 0 && (
        <Group gap="xs">
          {offered.map(({ id, name }) => (
            <Button key={id} size="compact-sm" variant={id === of ? "filled" : "light"} aria-pressed={id === of} onClick={() => setOf(id)}>
              {name}
            </Button>
          ))}
        </Group>
      )}
      {mine.isPending && <Loading />}
      {mine.isError && <Failed error={mine.error} again={() => void mine.refetch()} />}
      {mine.data && tickets.length === 0 && <Note icon="inbox" title={t("portal.none_title")} text={t("portal.none_text")} />}
      {tickets.length > 0 && (
        <ul className="rows card">
          {tickets.map((ticket) => (
            <li key={ticket.id}>
              <Link to="/portal/requests/$number" params={{ number: ticket.number }} className="plain">
                <Group p="md" justify="space-between" wrap="nowrap" bd="0">
                  <div style={{ minWidth: 0 }}>
                    <Text fw={500} className="clip">
                      {ticket.title}
                    </Text>
                    <Text size="xs" className="quiet">
                      <span className="number">{ticket.number}</span> · {of && `${ticket.requester?.name} · `}
                      <When moment={ticket.updated_at} />
                    </Text>
                  </div>
                  <StateBadge ticket={ticket} />
                </Group>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {mine.hasNextPage && (
        <Button variant="subtle" onClick={() => void mine.fetchNextPage()} loading={mine.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
    </Stack>
  );
}
