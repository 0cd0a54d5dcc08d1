import { Badge, Box, Button, Group, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { endOtherSessions, endSession, sessionsQuery } from "../api/account";
import type { Schemas } from "../api/client";
import { dateTime } from "../shared/format";
import { useMe } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { programOf } from "./program";
import { Refused } from "./refused";

export function Sessions(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const asked = useQuery(sessionsQuery);
  const onSuccess = () => queries.invalidateQueries({ queryKey: sessionsQuery.queryKey });
  const ending = useMutation({ mutationFn: endSession, onSuccess });
  const endingOthers = useMutation({ mutationFn: endOtherSessions, onSuccess });
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return (
    <Stack gap="sm">
      <Stack component="ul" gap="xs" p={0} m={0} style={{ listStyle: "none" }}>
        {asked.data.items.map((session) => (
          <OneSession key={session.id} session={session} busy={ending.isPending && ending.variables === session.id} end={() => ending.mutate(session.id)} />
        ))}
      </Stack>
      <Refused error={ending.error ?? endingOthers.error} fields={[]} />
      {asked.data.items.length > 1 && (
        <Group>
          <Button variant="default" loading={endingOthers.isPending} onClick={() => endingOthers.mutate()}>
            {t("account.end_others")}
          </Button>
        </Group>
      )}
    </Stack>
  );
}

interface OneSessionProps {
  session: Schemas["Session"];
  busy: boolean;
  end: () => void;
}

function OneSession({ session, busy, end }: OneSessionProps): ReactNode {
  const { t, i18n } = useTranslation();
  const me = useMe();
  return (
    <Group component="li" justify="space-between" wrap="nowrap" align="flex-start">
      <Box miw={0}>
        <Text size="sm" className="clip" title={session.user_agent}>
          {programOf(session.user_agent) || t("account.unknown_client")}
        </Text>
        <Text size="xs" className="quiet">
          {t("account.last_used", { at: dateTime(session.last_used_at, i18n.language, me.time_zone), address: session.address })}
        </Text>
      </Box>
      {session.current ? (
        <Badge variant="light" tt="none" className="whole">
          {t("account.here")}
        </Badge>
      ) : (
        <Button variant="subtle" size="compact-sm" className="whole" loading={busy} onClick={end}>
          {t("choice.sign_out")}
        </Button>
      )}
    </Group>
  );
}
