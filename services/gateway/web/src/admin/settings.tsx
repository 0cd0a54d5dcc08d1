/** Settings of the whole desk: what impact and urgency make of a ticket, when ratings are asked for, and how people sign in. */
import { Alert, Button, Group, Paper, Select, Stack, Table, Text, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { api, ifMatch, type Schemas, take } from "../api/client";
import { Problem } from "../api/problem";
import { queuesQuery } from "../api/structure";
import { useReplace } from "../api/things";
import { useWord } from "../shared/badges";
import { useMay } from "../shared/me";
import { Failed, Loading } from "../shared/states";
import { Inputs } from "./input";
import { form, type Input, whole } from "./inputs";
import { TenantLook } from "./look";
import { SettingAt } from "./panel";

export function SettingsPage(): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  return (
    <Stack maw={760}>
      <Title order={1} size="h3">
        {t("sections.settings")}
      </Title>
      {may("tickets.configure") && <Priorities />}
      {may("tickets.configure") && <Ratings />}
      {may("tickets.configure") && <Files />}
      {may("tenant.configure") && <SignIn />}
      {may("tenant.configure") && <TenantLook />}
    </Stack>
  );
}

const DEMANDED: readonly Input[] = [
  { name: "second_factor_roles", kind: "many", of: "roles" }, { name: "providers_only", kind: "switch" }, { name: "break_glass", kind: "many", of: "people" },
];

function SignIn(): ReactNode {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {t("settings.sign_in")}
      </Title>
      <Text size="sm" className="quiet" mb="sm">
        {t("settings.providers_only")}
      </Text>
      <SettingAt inputs={DEMANDED} path="/api/v1/sign-in-policy" />
    </Paper>
  );
}

const FILES: readonly Input[] = [
  { name: "taken", kind: "choice", choices: ["all_but", "only"], words: "choices", required: true }, { name: "extensions", kind: "tags" },
];

/** Which kinds of files come in, by whatever door. */
function Files(): ReactNode {
  const { t } = useTranslation();
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {t("settings.files")}
      </Title>
      <Text size="sm" className="quiet" mb="sm">
        {t("settings.files_text")}
      </Text>
      <SettingAt inputs={FILES} path="/api/v1/file-policy" />
    </Paper>
  );
}

const LEVELS = ["high", "medium", "low"] as const;
const PRIORITIES = ["critical", "high", "medium", "low"] as const;

function Priorities(): ReactNode {
  const asked = useQuery({ queryKey: ["priority-matrix"], queryFn: () => take(api.GET("/api/v1/priority-matrix")) });
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  return <Matrix matrix={asked.data} />;
}

/** Each cell is saved when it is chosen. */
function Matrix({ matrix }: { matrix: Schemas["PriorityMatrix"] }): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const queries = useQueryClient();
  const keeping = useMutation({
    mutationFn: (cell: Schemas["NewPriorityCell"]) => take(api.PATCH("/api/v1/priority-matrix", { params: { header: ifMatch(matrix.version) }, body: { cells: [cell] } })),
    onSettled: () => queries.invalidateQueries({ queryKey: ["priority-matrix"] }),
  });
  const priority = (impact: string, urgency: string) => matrix.cells.find((one) => one.impact === impact && one.urgency === urgency)?.priority ?? null;
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {t("settings.priorities")}
      </Title>
      <div style={{ overflowX: "auto" }}>
        <Table withRowBorders={false} miw={440}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>
                {t("section_fields.impact")} / {t("section_fields.urgency")}
              </Table.Th>
              {LEVELS.map((urgency) => (
                <Table.Th key={urgency}>{word("levels", urgency)}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {LEVELS.map((impact) => (
              <Table.Tr key={impact}>
                <Table.Th scope="row">{word("levels", impact)}</Table.Th>
                {LEVELS.map((urgency) => (
                  <Table.Td key={urgency}>
                    <Select
                      size="xs"
                      allowDeselect={false}
                      disabled={keeping.isPending}
                      aria-label={t("settings.impact_urgency", { impact: word("levels", impact), urgency: word("levels", urgency) })}
                      data={PRIORITIES.map((value) => ({ value, label: word("priorities", value) }))}
                      value={priority(impact, urgency)}
                      onChange={(value) => value && keeping.mutate({ impact, urgency, priority: value })}
                    />
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </div>
      <Told error={keeping.error} done={keeping.isSuccess} />
    </Paper>
  );
}

function Told({ error, done }: { error: Error | null; done: boolean }): ReactNode {
  const { t } = useTranslation();
  if (!error) {
    return (
      <Text size="sm" className="quiet" role="status" mih="1.5em">
        {done && t("settings.saved")}
      </Text>
    );
  }
  return (
    <Alert color="red" variant="light" role="alert">
      {error instanceof Problem && error.status === 412 ? t("admin.stale") : error instanceof Problem && error.status !== 0 ? error.detail : t("composer.not_sent")}
    </Alert>
  );
}

const RATING: readonly Input[] = [
  { name: "ask_on", kind: "choice", choices: ["closed", "resolved", "never"], words: "choices", required: true },
  { name: "scale", kind: "choice", choices: ["five", "two"], words: "choices", required: true }, { name: "nps", kind: "switch" },
  { name: "low_mark", kind: "number" }, { name: "on_low", kind: "choice", choices: ["nothing", "alert", "reopen"], words: "choices", required: true }, { name: "window_days", kind: "number" },
];

/** The setting of all queues, or of one that has its own. */
function Ratings(): ReactNode {
  const { t } = useTranslation();
  const [queue, setQueue] = useState("");
  const queues = useQuery(queuesQuery);
  const asked = useQuery({ queryKey: ["rating-settings"], queryFn: () => take(api.GET("/api/v1/rating-settings")) });
  const general = asked.data?.items.find((one) => one.queue === null);
  const own = asked.data?.items.find((one) => one.queue?.key === queue);
  const data = [{ value: "", label: t("settings.all_queues") }, ...(queues.data?.items ?? []).map((one) => ({ value: one.slug, label: one.name }))];
  return (
    <Paper withBorder p="md">
      <Title order={2} size="h5" mb="xs">
        {t("settings.ratings")}
      </Title>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data && (
        <Stack gap="sm">
          <Select label={t("section_fields.queue")} allowDeselect={false} data={data} value={queue} onChange={(value) => setQueue(value ?? "")} />
          <RatingForm key={`${queue} ${String(own?.version)} ${String(general?.version)}`} queue={queue} own={queue ? own : general} general={general} />
        </Stack>
      )}
    </Paper>
  );
}

type RatingSetting = Schemas["RatingSetting"];

function RatingForm({ queue, own, general }: { queue: string; own: RatingSetting | undefined; general: RatingSetting | undefined }): ReactNode {
  const { t } = useTranslation();
  const [filled, setFilled] = useState(() => form(RATING, { ...(own ?? general) }));
  const path = queue ? `/api/v1/queues/${queue}/rating-settings` : "/api/v1/rating-settings";
  const keeping = useReplace(path);
  const version = own?.version;
  return (
    <Stack
      component="form"
      gap="sm"
      onSubmit={(event) => {
        event.preventDefault();
        keeping.mutate({ said: whole(RATING, filled), version });
      }}
    >
      <Inputs inputs={RATING} filled={filled} set={setFilled} error={keeping.error} />
      <Group justify="flex-end">
        {queue && own && (
          <Button variant="light" color="red" onClick={() => keeping.mutate({ said: null, version })}>
            {t("admin.remove")}
          </Button>
        )}
        <Button type="submit" loading={keeping.isPending}>
          {t(queue && !own ? "settings.own" : "filter.save")}
        </Button>
      </Group>
    </Stack>
  );
}
