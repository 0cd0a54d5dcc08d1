import { Anchor, Box, Button, Group } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { AccountButton, LanguageMenu, SchemeButton, SignOutButton } from "../shared/choices";
import { useLive } from "../shared/live";
import { Company } from "../shared/logo";
import { useMay } from "../shared/me";
import { Offline } from "../shared/offline";

export function PortalLayout(): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const open = useLive();
  return (
    <>
      <a href="#main" className="skip">
        {t("nav.skip")}
      </a>
      <Box component="header" px="md" py="xs" bg="var(--mantine-color-body)" bd="0 0 1px 0">
        <Group justify="space-between" maw="58rem" mx="auto" wrap="nowrap">
          <Link to="/portal" search={{}} className="plain clip">
            <Company />
          </Link>
          <Group gap={4} wrap="nowrap">
            {may("tickets.read") && (
              <Anchor component={Link} to="/desk" size="sm" mr="xs" visibleFrom="xs">
                {t("nav.workspace")}
              </Anchor>
            )}
            <LanguageMenu />
            <AccountButton />
            <SchemeButton />
            <SignOutButton />
          </Group>
        </Group>
      </Box>
      <Offline open={open} />
      <main id="main" className="portal">
        <Outlet />
      </main>
    </>
  );
}

export function NewRequestButton({ title }: { title?: string }): ReactNode {
  const { t } = useTranslation();
  return (
    <Button renderRoot={(props) => <Link to="/portal/new" search={title ? { title } : {}} {...props} />}>
      {t("portal.new_request")}
    </Button>
  );
}
