import { Button, Group, PasswordInput, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { changePassword, secondFactorQuery } from "../api/account";
import { signOut } from "../api/session";
import { Failed, Loading } from "../shared/states";
import { reasonOf, Refused } from "./refused";

/** For whoever has one that opens anything. */
export function PasswordCard(): ReactNode {
  const { t } = useTranslation();
  const asked = useQuery(secondFactorQuery);
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (!asked.data.password_opens) return <Text size="sm">{t("account.no_password")}</Text>;
  return <PasswordForm />;
}

function PasswordForm(): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [current, setCurrent] = useState("");
  const [fresh, setFresh] = useState("");
  const changing = useMutation({
    mutationFn: () => changePassword({ current_password: current, new_password: fresh }),
    onSuccess: async () => {
      await signOut();
      await navigate({ to: "/sign-in", search: { to: "/account" } });
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    changing.mutate();
  }
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <Text size="sm" className="quiet">
        {t("account.password_text")}
      </Text>
      <PasswordInput label={t("account.current_password")} value={current} onChange={(event) => setCurrent(event.target.value)} autoComplete="current-password" required error={reasonOf(changing.error, "current_password")} />
      <PasswordInput label={t("account.new_password")} value={fresh} onChange={(event) => setFresh(event.target.value)} autoComplete="new-password" required error={reasonOf(changing.error, "new_password")} />
      <Refused error={changing.error} fields={["current_password", "new_password"]} />
      <Group>
        <Button type="submit" variant="default" loading={changing.isPending}>
          {t("account.change_password")}
        </Button>
      </Group>
    </Stack>
  );
}
