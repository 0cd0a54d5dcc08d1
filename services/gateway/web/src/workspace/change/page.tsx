/** The calendar of changes: what is planned when, what must not be, and what stands in each other's way. */
import { ActionIcon, Alert, Button, Checkbox, Group, Select, Stack, Text, Title } from "@mantine/core";
import { useHotkeys, useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Change, freezesQuery, plannedQuery } from "../../api/change-plans";
import { itemsByIdQuery } from "../../api/items";
import { useWord } from "../../shared/badges";
import { Icon } from "../../shared/icons";
import { useMay, useMe } from "../../shared/me";
import { useNow } from "../../shared/now";
import { Failed, Loading, Note } from "../../shared/states";
import { useActions } from "../actions";
import { Agenda, Month } from "./calendar";
import { beginOf, colliding, dayOf, later, stepped, weeksOf } from "./days";
import { type ChangeSearch, isWanted, monthOf } from "./search";
import { StandardChange } from "./standard";
import { Subscribe } from "./subscribe";

const WIDE = "(min-width: 62em)";
const RISKS = ["low", "medium", "high"] as const;

export function ChangesPage(): ReactNode {
  const { t, i18n } = useTranslation();
  const zone = useMe().time_zone;
  const may = useMay();
  const search = useSearch({ from: "/signed-in/desk/changes" });
  const navigate = useNavigate();
  const wide = useMediaQuery(WIDE, undefined, { getInitialValueInEffect: false });
  const today = dayOf(new Date(useNow()).toISOString(), zone);
  const month = monthOf(search, today);
  const dates = weeksOf(month).flat();
  const first = dates[0] ?? "";
  const asked = useQuery(plannedQuery(beginOf(first, zone), beginOf(later(first, dates.length), zone)));
  const freezes = useQuery(freezesQuery);
  const [subscribing, setSubscribing] = useState(false);
  const [making, setMaking] = useState(false);
  const go = (said: ChangeSearch) => void navigate({ to: "/desk/changes", search: Object.fromEntries(Object.entries({ ...search, ...said }).filter(([, value]) => value)) });
  const steps = [
    { label: t("change.before"), icon: "back" as const, run: () => go({ month: stepped(month, -1) }) },
    { label: t("change.after"), icon: "next" as const, run: () => go({ month: stepped(month, 1) }) },
  ];
  const toToday = () => go({ month: today.slice(0, 7) });
  useHotkeys([["k", () => steps[0]?.run()], ["j", () => steps[1]?.run()], ["t", toToday]]);
  useActions([...steps, { label: t("change.today"), run: toToday }, { label: t("change.subscribe"), run: () => setSubscribing(true) }, ...(may("tickets.update") ? [{ label: t("change.standard_new"), run: () => setMaking(true) }] : [])]);

  const changes = asked.data?.items ?? [];
  const shown = changes.filter((one) => isWanted(one, search));
  const drawn = { month, today, changes: shown, colliding: colliding(changes), freezes: freezes.data?.items ?? [] };
  const title = new Intl.DateTimeFormat(i18n.language, { month: "long", year: "numeric", timeZone: "UTC" }).format(new Date(`${month}-01T00:00Z`));
  return (
    <Stack p="md" gap="sm">
      <Group justify="space-between">
        <Title order={1} size="h3">
          {t("change.calendar")}
        </Title>
        <Group gap="xs">
          {may("tickets.configure") && (
            <Button component={Link} to="/admin/freezes" variant="subtle" size="xs">
              {t("change.freezes")}
            </Button>
          )}
          <Button variant="default" size="xs" leftSection={<Icon name="calendar" size={14} />} onClick={() => setSubscribing(true)}>
            {t("change.subscribe")}
          </Button>
          {may("tickets.update") && (
            <Button size="xs" leftSection={<Icon name="plus" size={14} />} onClick={() => setMaking(true)}>
              {t("change.standard_new")}
            </Button>
          )}
        </Group>
      </Group>
      <Group justify="space-between">
        <Group gap="xs">
          {steps.map((step) => (
            <ActionIcon key={step.label} variant="default" size="lg" aria-label={step.label} onClick={step.run}>
              <Icon name={step.icon} />
            </ActionIcon>
          ))}
          <Button variant="default" size="xs" onClick={toToday}>
            {t("change.today")}
          </Button>
          <Text fw={600} role="status" className="sentence">
            {title}
          </Text>
        </Group>
        <Filters search={search} changes={changes} go={go} />
      </Group>
      {freezes.isError && <Failed error={freezes.error} again={() => void freezes.refetch()} />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.isPending && <Loading />}
      {asked.isSuccess && (wide ? <Month {...drawn} /> : <Agenda {...drawn} />)}
      {asked.isSuccess && shown.length === 0 && <Note icon="calendar" title={t("change.none_title")} text={t(changes.length > 0 ? "change.none_wanted" : "change.none_text")} />}
      {drawn.colliding.size > 0 && (
        <Alert color="yellow" variant="light" py="xs" icon={<Icon name="alert" />}>
          {t("change.collisions", { changes: drawn.colliding.size })}
        </Alert>
      )}
      {making && <StandardChange close={() => setMaking(false)} />}
      {subscribing && <Subscribe close={() => setSubscribing(false)} />}
    </Stack>
  );
}

interface FiltersProps {
  search: ChangeSearch;
  changes: readonly Change[];
  go: (said: { [part in keyof ChangeSearch]: ChangeSearch[part] | undefined }) => void;
}

/** What is shown can be narrowed by what the changes of the month have. */
function Filters({ search, changes, go }: FiltersProps): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const had = (values: (string | null | undefined)[]) => [...new Set(values.filter((one) => one != null))].sort();
  const services = had([...changes.map((one) => one.service_id), search.service]);
  const known = useQuery(itemsByIdQuery(services)).data?.items ?? [];
  const offered = [
    { part: "risk", label: t("change.risk"), data: RISKS.map((value) => ({ value, label: word("levels", value) })) },
    { part: "service", label: t("field.service_id"), data: services.map((value) => ({ value, label: known.find((one) => one.id === value)?.name ?? value })) },
    { part: "release", label: t("change.release"), data: had([...changes.map((one) => one.release), search.release]).map((value) => ({ value, label: value })) },
  ] as const;
  return (
    <Group gap="xs">
      {offered.map(({ part, label, data }) => (
        <Select key={part} size="xs" w={140} aria-label={label} placeholder={label} clearable data={data} value={search[part] ?? null} onChange={(value) => go({ [part]: value ?? undefined })} />
      ))}
      <Checkbox size="xs" label={t("change.emergencies")} checked={search.emergency ?? false} onChange={(event) => go({ emergency: event.target.checked || undefined } as ChangeSearch)} />
    </Group>
  );
}
