/** What everybody chooses for themselves: language, light or dark, and to leave. */
import { ActionIcon, Button, Menu, Tooltip, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { signOut } from "../api/session";
import { choose, type Language, LANGUAGES } from "./i18n";
import { Icon } from "./icons";

export function LanguageMenu(): ReactNode {
  const { t, i18n } = useTranslation();
  return (
    <Menu shadow="md">
      <Menu.Target>
        <Button variant="subtle" color="gray" size="compact-sm" leftSection={<Icon name="globe" size={16} />} aria-label={`${t("choice.language")}: ${LANGUAGES[i18n.language as Language]}`}>
          {LANGUAGES[i18n.language as Language]}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.entries(LANGUAGES) as [Language, string][]).map(([language, name]) => (
          <Menu.Item key={language} onClick={() => void choose(language)} lang={language}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function SchemeButton(): ReactNode {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const label = dark ? t("choice.light") : t("choice.dark");
  return (
    <Tooltip label={label}>
      <ActionIcon variant="subtle" color="gray" aria-label={label} onClick={() => setColorScheme(dark ? "light" : "dark")}>
        <Icon name={dark ? "sun" : "moon"} />
      </ActionIcon>
    </Tooltip>
  );
}

export function SignOutButton(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  async function leave(): Promise<void> {
    await signOut();
    await navigate({ to: "/sign-in", search: {} });
  }
  return (
    <Tooltip label={t("choice.sign_out")}>
      <ActionIcon variant="subtle" color="gray" aria-label={t("choice.sign_out")} onClick={() => void leave()}>
        <Icon name="out" />
      </ActionIcon>
    </Tooltip>
  );
}
