import { Alert, Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { keepMe } from "../api/account";
import { meQuery } from "../api/queries";
import { choose, type Language, LANGUAGES } from "../shared/i18n";
import { useMe } from "../shared/me";
import { reasonOf, Refused } from "./refused";

export function ProfileForm(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const router = useRouter();
  const [name, setName] = useState(me.name);
  const [language, setLanguage] = useState(me.language ?? "en");
  const [zone, setZone] = useState(me.time_zone ?? "UTC");
  const keeping = useMutation({
    mutationFn: () => keepMe(me, { name, language, time_zone: zone }),
    onSuccess: async (kept) => {
      queries.setQueryData(meQuery.queryKey, kept);
      if (language !== me.language && language in LANGUAGES) await choose(language as Language);
      await router.invalidate();
    },
  });

  function submit(event: FormEvent): void {
    event.preventDefault();
    keeping.mutate();
  }
  const languages = Object.entries(LANGUAGES).map(([value, label]) => ({ value, label: label as string }));
  if (!languages.some((one) => one.value === language)) languages.push({ value: language, label: language });
  const zones = [...new Set([...Intl.supportedValuesOf("timeZone"), "UTC", zone])];
  return (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <TextInput label={t("account.name")} value={name} onChange={(event) => setName(event.target.value)} autoComplete="name" required error={reasonOf(keeping.error, "name")} />
      <Select label={t("choice.language")} data={languages} value={language} onChange={(value) => setLanguage(value ?? language)} allowDeselect={false} error={reasonOf(keeping.error, "language")} />
      <Select label={t("account.time_zone")} data={zones} value={zone} onChange={(value) => setZone(value ?? zone)} searchable limit={60} allowDeselect={false} error={reasonOf(keeping.error, "time_zone")} />
      <Refused error={keeping.error} fields={["name", "language", "time_zone"]} />
      {keeping.isSuccess && (
        <Alert color="green" variant="light" role="status">
          {t("account.saved")}
        </Alert>
      )}
      <Group>
        <Button type="submit" loading={keeping.isPending}>
          {t("filter.save")}
        </Button>
      </Group>
    </Stack>
  );
}
