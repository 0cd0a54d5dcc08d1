/** What everybody chooses for themselves: language, light or dark, and to leave. */
import { ActionIcon, NativeSelect, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { forgetPush } from "../api/push";
import { signOut } from "../api/session";
import { forgetDrafts } from "./draft";
import { choose, type Language, LANGUAGES } from "./i18n";
import { Icon, type IconName } from "./icons";

export function LanguageMenu(): ReactNode {
  const { t, i18n } = useTranslation();
  return (
    <NativeSelect
      size="xs"
      w={88}
      styles={{ input: { paddingInlineEnd: 0 } }}
      variant="unstyled"
      leftSection={<Icon name="globe" size={16} />}
      rightSection={<span />}
      aria-label={t("choice.language")}
      value={i18n.language}
      data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      onChange={(event) => void choose(event.target.value as Language)}
    />
  );
}

function IconButton({ icon, label, act }: { icon: IconName; label: string; act: () => void }): ReactNode {
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} onClick={act}>
      <Icon name={icon} />
    </ActionIcon>
  );
}

export function SchemeButton(): ReactNode {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  return (
    <IconButton
      icon={dark ? "sun" : "moon"}
      label={t(dark ? "choice.light" : "choice.dark")}
      act={() => setColorScheme(dark ? "light" : "dark")}
    />
  );
}

export function AccountButton(): ReactNode {
  const { t } = useTranslation();
  const label = t("choice.account");
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={label} title={label} renderRoot={(props) => <Link to="/account" {...props} />}>
      <Icon name="user" />
    </ActionIcon>
  );
}

export function SignOutButton(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [stays, setStays] = useState(false);
  async function leave(): Promise<void> {
    setStays(false);
    const onward = await signOut();
    // Whoever leaves leaves nothing to the next person at this browser.
    forgetDrafts();
    await import("./kept-files").then(({ forgetFiles }) => forgetFiles()).catch(() => undefined);
    await forgetPush();
    if (onward) window.location.assign(onward);
    else await navigate({ to: "/sign-in", search: {} });
  }
  return (
    <>
      <IconButton icon="out" label={t("choice.sign_out")} act={() => leave().catch(() => setStays(true))} />
      {stays && (
        <Text role="alert" size="sm" className="warning">
          {t("choice.still_here")}
        </Text>
      )}
    </>
  );
}
