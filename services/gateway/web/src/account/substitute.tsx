/** Who decides approvals while one is away. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { removeSubstitute, setSubstitute, substituteQuery } from "../api/account";
import { dateTime, momentOf } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { reasonOf, Refused } from "./refused";

const FIELDS = ["person", "starts_at", "ends_at"];

export function SubstituteCard(): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const asked = useQuery(substituteQuery);
  const [person, setPerson] = useState("");
  const [from, setFrom] = useState("");
  const [until, setUntil] = useState("");
  const onSuccess = () => queries.invalidateQueries({ queryKey: substituteQuery.queryKey });
  const setting = useMutation({
    mutationFn: () => setSubstitute({ person, starts_at: from ? momentOf(from, me.time_zone) : null, ends_at: momentOf(until, me.time_zone) }),
    onSuccess,
  });
  const removing = useMutation({ mutationFn: removeSubstitute, onSuccess });
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;

  function submit(event: FormEvent): void {
    event.preventDefault();
    setting.mutate();
  }
  const set = asked.data;
  const at = (moment: string | null) => dateTime(moment ?? "", i18n.language, me.time_zone);
  return set.person ? (
    <Stack gap="sm">
      <Text size="sm">{t("account.substitute_is", { name: set.person.name, from: at(set.starts_at), until: at(set.ends_at) })}</Text>
      <Refused error={removing.error} fields={[]} />
      <Group>
        <Button variant="default" loading={removing.isPending} onClick={() => removing.mutate()}>
          {t("account.substitute_remove")}
        </Button>
      </Group>
    </Stack>
  ) : (
    <Stack component="form" gap="sm" onSubmit={submit}>
      <Text size="sm" className="quiet">
        {t("account.substitute_text")}
      </Text>
      <TextInput type="email" label={t("account.substitute_person")} value={person} onChange={(event) => setPerson(event.target.value)} required error={reasonOf(setting.error, "person")} />
      <Group grow align="flex-start">
        <TextInput type="datetime-local" label={t("account.substitute_from")} value={from} onChange={(event) => setFrom(event.target.value)} error={reasonOf(setting.error, "starts_at")} />
        <TextInput type="datetime-local" label={t("account.substitute_until")} value={until} onChange={(event) => setUntil(event.target.value)} required error={reasonOf(setting.error, "ends_at")} />
      </Group>
      <Refused error={setting.error} fields={FIELDS} />
      <Group>
        <Button type="submit" loading={setting.isPending}>
          {t("account.substitute_set")}
        </Button>
      </Group>
    </Stack>
  );
}
