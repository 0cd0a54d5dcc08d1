import "../design/all";

import { AppShell, Burger, Group, NavLink, ScrollArea, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Link, Navigate, Outlet, useRouterState } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { type Me, may } from "../api/client";
import { AccountButton, LanguageMenu, SchemeButton, SignOutButton } from "../shared/choices";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";
import { SECTIONS } from "./sections";

const GROUPS = ["work", "automation", "service_level", "catalog", "people", "connections", "records"] as const;

const seen = (me: Me) => SECTIONS.filter((section) => may(me, section.permission));

/** Leads to the first thing that whoever comes may set up. */
export function AdminHome(): ReactNode {
  const me = useMe();
  if (may(me, "tickets.configure")) return <Navigate to="/admin/workflows" replace />;
  return <Navigate to="/admin/$section" params={{ section: seen(me)[0]?.name ?? "audit" }} replace />;
}

export function AdminLayout(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const [opened, { toggle, close }] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  return (
    <AppShell navbar={{ width: 232, breakpoint: "sm", collapsed: { mobile: !opened } }} header={{ height: { base: 48, sm: 0 } }} padding={0}>
      <a href="#main" className="skip">
        {t("nav.skip")}
      </a>
      <AppShell.Header hiddenFrom="sm" px="md">
        <Group h="100%">
          <Burger opened={opened} onClick={toggle} size="sm" aria-label={t("nav.menu")} />
          <Text fw={600}>{t("nav.admin")}</Text>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={t("nav.menu")}>
        <ScrollArea flex={1} p="xs" onClick={close}>
          <NavLink py={6} label={t("nav.workspace")} leftSection={<Icon name="back" />} renderRoot={(props) => <Link to="/desk" {...props} />} />
          {may(me, "tickets.configure") && (
            <>
              <NavLink py={6} label={t("setup.title")} leftSection={<Icon name="check" />} renderRoot={(props) => <Link to="/setup" {...props} />} />
              <NavLink py={6} label={t("sections.workflows")} leftSection={<Icon name="flow" />} active={path.startsWith("/admin/workflows")} renderRoot={(props) => <Link to="/admin/workflows" {...props} />} />
              <NavLink py={6} label={t("sections.layouts")} leftSection={<Icon name="list" />} active={path.startsWith("/admin/layouts")} renderRoot={(props) => <Link to="/admin/layouts" {...props} />} />
            </>
          )}
          {(may(me, "tickets.configure") || may(me, "tenant.configure")) && (
            <NavLink py={6} label={t("sections.settings")} leftSection={<Icon name="gear" />} active={path === "/admin/settings"} renderRoot={(props) => <Link to="/admin/settings" {...props} />} />
          )}
          {GROUPS.filter((group) => seen(me).some((section) => section.group === group)).map((group) => (
            <section key={group} aria-label={t(`groups.${group}`)}>
              <Text size="xs" className="quiet" fw={600} px="xs" pt="sm" pb={2}>
                {t(`groups.${group}`)}
              </Text>
              {seen(me).filter((section) => section.group === group).map((section) => (
                <NavLink
                  py={6}
                  key={section.name}
                  label={t(`sections.${section.name}`)}
                  leftSection={<Icon name={section.icon} />}
                  active={path === `/admin/${section.name}`}
                  renderRoot={(props) => <Link to="/admin/$section" params={{ section: section.name }} {...props} />}
                />
              ))}
            </section>
          ))}
        </ScrollArea>
        <Group p="sm" gap={2} justify="space-between">
          <LanguageMenu />
          <Group gap={2}>
            <AccountButton />
            <SchemeButton />
            <SignOutButton />
          </Group>
        </Group>
      </AppShell.Navbar>
      <AppShell.Main id="main">
        <div className="ticket-main">
          <Outlet />
        </div>
      </AppShell.Main>
    </AppShell>
  );
}
