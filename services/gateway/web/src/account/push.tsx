/** What the desk tells this device while nobody looks at it: a switch, and of what. */
import { Checkbox, Group, Stack, Switch, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { canPush, pushKeyQuery, pushQuery, topicsOf, turnOff, turnOn } from "../api/push";
import { useMe } from "../shared/me";
import { Refused } from "./refused";

/** Nothing where the desk or the browser has no push. */
export function PushCard({ card }: { card: (content: ReactNode) => ReactNode }): ReactNode {
  const key = useQuery({ ...pushKeyQuery, enabled: canPush() });
  return key.data?.public_key ? card(<PushSwitch publicKey={key.data.public_key} />) : null;
}

function PushSwitch({ publicKey }: { publicKey: string }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const queries = useQueryClient();
  const told = useQuery(pushQuery(me));
  const offered = topicsOf(me);
  const current = told.data ?? null;
  const setting = useMutation({
    mutationFn: async (topics: readonly string[]) => {
      if (topics.length > 0) return turnOn(me, publicKey, topics);
      if (current) await turnOff(current.id);
      return true;
    },
    onSettled: () => queries.invalidateQueries({ queryKey: pushQuery(me).queryKey }),
  });
  const chosen: readonly string[] = current?.topics ?? [];
  return (
    <Stack gap="sm">
      <Switch label={t("push.on")} description={t("push.text")} checked={current !== null} disabled={told.isPending || setting.isPending} onChange={(event) => setting.mutate(event.target.checked ? offered : [])} />
      {current && (
        <Group gap="md">
          {offered.map((topic) => (
            <Checkbox key={topic} label={t(`push_topics.${topic}`)} checked={chosen.includes(topic)} disabled={setting.isPending} onChange={(event) => setting.mutate(event.target.checked ? [...chosen, topic] : chosen.filter((one) => one !== topic))} />
          ))}
        </Group>
      )}
      {setting.data === false && (
        <Text size="sm" c="red" role="alert">
          {t("push.denied")}
        </Text>
      )}
      <Refused error={setting.error} fields={[]} />
    </Stack>
  );
}
