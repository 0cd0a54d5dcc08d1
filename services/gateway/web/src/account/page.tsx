/** One's own account: what one is called, how, where and with which programs one signs in, and who stands in. */
import "../design/all";

import { Box, Group, Paper, Stack, Title } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { LanguageMenu, SchemeButton, SignOutButton } from "../shared/choices";
import { Company } from "../shared/logo";
import { useMay } from "../shared/me";
import { PasswordCard } from "./password";
import { ProfileForm } from "./profile";
import { PushCard } from "./push";
import { SecondFactorCard } from "./second-factor";
import { Sessions } from "./sessions";
import { SubstituteCard } from "./substitute";
import { Tokens } from "./tokens";

export function AccountPage(): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <>
      <a href="#main" className="skip">
        {t("nav.skip")}
      </a>
      <Box component="header" px="md" py="xs" bg="var(--mantine-color-body)" bd="0 0 1px 0">
        <Group justify="space-between" maw="44rem" mx="auto" wrap="nowrap">
          <Link to="/" className="plain clip">
            <Company />
          </Link>
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <SchemeButton />
            <SignOutButton />
          </Group>
        </Group>
      </Box>
      <Stack component="main" id="main" maw="44rem" mx="auto" p="md" gap="lg">
        <Title order={1} size="h3">
          {t("account.title")}
        </Title>
        <Card title={t("account.profile")}>
          <ProfileForm />
        </Card>
        <Card title={t("account.second_factor")}>
          <SecondFactorCard />
        </Card>
        <PushCard card={(content) => <Card title={t("push.title")}>{content}</Card>} />
        <Card title={t("account.password")}>
          <PasswordCard />
        </Card>
        {may("approvals.decide") && (
          <Card title={t("account.substitute")}>
            <SubstituteCard />
          </Card>
        )}
        <Card title={t("account.sessions")}>
          <Sessions />
        </Card>
        <Card title={t("account.tokens")}>
          <Tokens />
        </Card>
      </Stack>
    </>
  );
}

function Card({ title, children }: { title: string; children: ReactNode }): ReactNode {
  return (
    <Paper withBorder p="lg" component="section" aria-label={title}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {title}
        </Title>
        {children}
      </Stack>
    </Paper>
  );
}
