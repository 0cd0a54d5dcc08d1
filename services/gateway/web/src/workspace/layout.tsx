import "../design/all";

import { AppShell, Box, Burger, Divider, Group, NavLink, ScrollArea, Stack, Text } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { myApprovalsQuery } from "../api/approvals";
import { administers, type Schemas } from "../api/client";
import { countsQuery, viewCountsQuery } from "../api/counts";
import { majorsQuery } from "../api/majors";
import { queuesQuery } from "../api/structure";
import { viewsQuery } from "../api/ticket-lists";
import { mentionsQuery } from "../api/together";
import { AccountButton, LanguageMenu, SchemeButton, SignOutButton } from "../shared/choices";
import { Icon, type IconName } from "../shared/icons";
import { useLive } from "../shared/live";
import { Logo } from "../shared/logo";
import { useMay, useMe } from "../shared/me";
import { Offline } from "../shared/offline";
import { Person } from "../shared/person";
import { FocusBox, useFocus } from "./focus";
import { Keys } from "./keys";
import { Palette } from "./palette";
import { TimerMark } from "./time";
import { Toasts } from "./toasts";
import { filterOf, type ListSearch, openIn, VIEWS } from "./views";

export function WorkspaceLayout(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const [opened, { toggle, close }] = useDisclosure();
  const open = useLive();
  const navigate = useNavigate();
  useHotkeys([["c", () => void navigate({ to: "/desk/new" }), { preventDefault: true }]]);
  return (
    <AppShell navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }} header={{ height: { base: 48, sm: 0 } }} padding={0}>
      <a href="#main" className="skip">
        {t("nav.skip")}
      </a>
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label={t("nav.menu")} />
          <Logo size={24} />
          <Text fw={600}>{me.tenant.name}</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t("nav.menu")}>
        <Group p="md" pb="xs" gap="xs" wrap="nowrap" visibleFrom="sm">
          <Logo size={26} />
          <Text fw={600} className="clip">
            {me.tenant.name}
          </Text>
        </Group>
        <ScrollArea flex={1} px="xs" onClick={close}>
          <Menu />
        </ScrollArea>
        <Divider />
        <Stack p="sm" gap="xs">
          <TimerMark open={(number) => void navigate({ to: "/desk/tickets/$number", params: { number } })} />
          <Group justify="space-between" wrap="nowrap">
            <Person name={me.name} />
            <LiveMark open={open} />
          </Group>
          <Group gap={2} justify="space-between">
            <LanguageMenu />
            <Group gap={2}>
              <AccountButton />
              <SchemeButton />
              <SignOutButton />
            </Group>
          </Group>
        </Stack>
      </AppShell.Navbar>
      <AppShell.Main id="main">
        <Offline open={open} />
        <Palette />
        <Keys />
        <Outlet />
        <Toasts />
      </AppShell.Main>
    </AppShell>
  );
}

function LiveMark({ open }: { open: boolean | null }): ReactNode {
  const { t } = useTranslation();
  const label = t(open ? "state.live" : "state.not_live");
  return (
    <Box c={open ? "teal" : "dimmed"} lh={0} role="img" aria-label={label} title={label}>
      <Icon name="live" size={16} />
    </Box>
  );
}

function Menu(): ReactNode {
  const { t } = useTranslation();
  const queues = useQuery(queuesQuery);
  const location = useRouterState({ select: (state) => state.location });
  const search = location.search as ListSearch;
  const may = useMay();
  const views = useQuery(viewsQuery);
  const saved = useQuery(viewCountsQuery);
  const approvals = useQuery(myApprovalsQuery);
  const mentions = useQuery(mentionsQuery);
  const majors = useQuery(majorsQuery);
  const focused = useFocus().focus?.enabled ?? false;
  const onList = location.pathname === "/desk/tickets";
  const me = useMe();
  const shown = VIEWS.filter((view) => !focused || view.name === "mine");
  const inQueues = focused ? [] : (queues.data?.items ?? []);
  const filters = Object.fromEntries([
    ...shown.filter((view) => view.filter).map((view) => [view.name, filterOf(view, me.id)]),
    ...inQueues.map((queue) => [`queue ${queue.slug}`, openIn(queue.slug)]),
  ]) as Record<string, string>;
  const counts = useQuery(countsQuery(filters)).data;
  return (
    <Stack gap={2}>
      <Entry to="/desk/new" icon="plus" label={t("nav.new_ticket")} active={location.pathname === "/desk/new"} />
      <FocusBox />
      <Heading>{t("nav.views")}</Heading>
      {shown.map((view) => (
        <NavLink
          py={6}
          key={view.name}
          label={t(`views.${view.name}`)}
          leftSection={<Icon name={view.icon} />}
          rightSection={<Count found={counts?.[view.name]} />}
          active={onList && search.view === view.name && !search.queue}
          renderRoot={(props) => <Link to="/desk/tickets" search={{ view: view.name }} {...props} />}
        />
      ))}
      {!focused && views.data?.items.map((view) => (
        <NavLink
          py={6}
          key={view.id}
          label={view.name}
          leftSection={<Icon name="filter" />}
          rightSection={<Count found={saved.data?.items.find((one) => one.view_id === view.id)} />}
          active={onList && search.saved === view.id}
          renderRoot={(props) => <Link to="/desk/tickets" search={{ saved: view.id }} {...props} />}
        />
      ))}
      {!focused && <Heading>{t("nav.queues")}</Heading>}
      {inQueues.map((queue) => (
        <NavLink
          py={6}
          key={queue.id}
          label={queue.name}
          leftSection={<Icon name="inbox" />}
          rightSection={<Count found={counts?.[`queue ${queue.slug}`]} />}
          active={onList && search.queue === queue.slug}
          renderRoot={(props) => <Link to="/desk/tickets" search={{ queue: queue.slug }} {...props} />}
        />
      ))}
      <Heading>{t("nav.more")}</Heading>
      <Entry to="/desk/mentions" icon="user" label={t("mention.title")} active={location.pathname === "/desk/mentions"} count={mentions.data?.unread} />
      <Entry to="/desk/scheduled" icon="clock" label={t("scheduled.title")} active={location.pathname === "/desk/scheduled"} />
      <Entry to="/desk/changes" icon="calendar" label={t("change.calendar")} active={location.pathname === "/desk/changes"} />
      <Entry to="/desk/major" icon="alert" label={t("major.list")} active={location.pathname === "/desk/major"} count={majors.data?.items.length} />
      {may("tickets.update") && <Entry to="/desk/problems" icon="target" label={t("candidate.title")} active={location.pathname === "/desk/problems"} />}
      <Entry
        to="/desk/approvals"
        icon="check"
        label={t("approval.title")}
        active={location.pathname === "/desk/approvals"}
        count={approvals.data?.items.length}
      />
      {may("reports.read") && <Entry to="/desk/board" icon="chart" label={t("nav.board")} active={location.pathname === "/desk/board"} />}
      {may("reports.read") && <Entry to="/desk/ratings" icon="list" label={t("said.title")} active={location.pathname === "/desk/ratings"} />}
      {may("reports.read") && <Entry to="/desk/time" icon="clock" label={t("worked.title")} active={location.pathname === "/desk/time"} />}
      {administers(me) && <Entry to="/admin" icon="gear" label={t("nav.admin")} active={false} />}
      <Entry to="/portal" icon="home" label={t("nav.portal")} active={false} />
    </Stack>
  );
}

function Count({ found }: { found: Pick<Schemas["ViewCount"], "count" | "more"> | undefined }): ReactNode {
  if (!found) return null;
  return (
    <Text size="xs" className="quiet number">
      {found.count}
      {found.more && "+"}
    </Text>
  );
}

function Heading({ children }: { children: ReactNode }): ReactNode {
  return (
    <Text size="xs" fw={600} className="quiet" px="sm" pt="md" pb={4}>
      {children}
    </Text>
  );
}

interface EntryProps {
  to: "/desk/new" | "/desk/mentions" | "/desk/scheduled" | "/desk/major" | "/desk/problems" | "/desk/changes" | "/desk/board" | "/desk/ratings" | "/desk/time" | "/desk/approvals" | "/admin" | "/portal";
  icon: IconName;
  label: string;
  active: boolean;
  count?: number | undefined;
}

function Entry({ to, icon, label, active, count = 0 }: EntryProps): ReactNode {
  const waiting = count > 0 && (
    <Text size="xs" className="quiet number">
      {count}
    </Text>
  );
  return <NavLink py={6} label={label} leftSection={<Icon name={icon} />} rightSection={waiting} active={active} renderRoot={(props) => <Link to={to} {...props} />} />;
}
