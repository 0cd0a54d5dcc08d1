/** The set-up of a new company, step by step: each can be left out and taken up again; what is done is read from the desk. */
import "../design/all";

import { Accordion, Anchor, Badge, Button, Container, Group, Progress, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { ThingForm } from "../admin/form";
import { type Section, SECTIONS } from "../admin/sections";
import { Tried } from "../admin/tried";
import { api, onceKey, type Schemas, take } from "../api/client";
import { ask, type Page } from "../api/things";
import { LanguageMenu, SchemeButton, SignOutButton } from "../shared/choices";
import { Icon } from "../shared/icons";
import { useMe } from "../shared/me";
import { Failed, Loading, Note } from "../shared/states";
import { done, type Found, next, type StepName, STEPS } from "./steps";

const first = async <T,>(path: string) => (await ask<Page<T>>("GET", path)).items;

const foundQuery = {
  queryKey: ["things", "set-up"],
  queryFn: async (): Promise<Found> => {
    const [queues, calendars, policies, messages, users, tickets] = await Promise.all([
      first<Schemas["Queue"]>("/api/v1/queues?page_size=200"), first("/api/v1/sla/calendars?page_size=1"), first("/api/v1/sla/policies?page_size=1"),
      first<Schemas["InboundMessage"]>(`/api/v1/inbound-messages?page_size=1&filter=${encodeURIComponent('state = "processed"')}`),
      first<Schemas["User"]>("/api/v1/users?page_size=200"), first("/api/v1/tickets?page_size=1"),
    ]);
    return { queues, calendars, policies, messages, users, tickets };
  },
};

/** Remembered in this browser alone: that nobody needs to be led any more. */
const FINISHED = "deskmesh-set-up-finished";

const CARD = { border: "1px solid var(--mantine-color-default-border)", backgroundColor: "var(--mantine-color-body)" };

export function SetupPage(): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  const asked = useQuery(foundQuery);
  const [finished, setFinished] = useState(() => localStorage.getItem(FINISHED) === me.tenant.id);
  const finish = (now: boolean) => {
    if (now) localStorage.setItem(FINISHED, me.tenant.id);
    else localStorage.removeItem(FINISHED);
    setFinished(now);
  };
  return (
    <Container component="main" id="main" size="sm" py="lg">
      <Group justify="space-between" mb="md" wrap="nowrap">
        <Title order={1} size="h3">
          {t("setup.heading", { company: me.tenant.name })}
        </Title>
        <Group gap={2} wrap="nowrap">
          <LanguageMenu />
          <SchemeButton />
          <SignOutButton />
        </Group>
      </Group>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data && !finished && <Steps found={asked.data} finish={() => finish(true)} />}
      {asked.data && finished && (
        <Note icon="check" title={t("setup.finished")} text={t("setup.finished_text")}>
          <Group>
            <Button component={Link} to="/desk">
              {t("nav.workspace")}
            </Button>
            <Button variant="default" onClick={() => finish(false)}>
              {t("setup.again")}
            </Button>
          </Group>
        </Note>
      )}
    </Container>
  );
}

function Steps({ found, finish }: { found: Found; finish: () => void }): ReactNode {
  const { t } = useTranslation();
  const states = done(found);
  const [opened, setOpened] = useState<string | null>(() => next(states));
  const count = STEPS.filter((step) => states[step]).length;
  const skip = (step: StepName) => setOpened(STEPS[STEPS.indexOf(step) + 1] ?? null);
  return (
    <Stack>
      <Text className="quiet">{t("setup.text")}</Text>
      <Progress value={(count / STEPS.length) * 100} aria-label={t("setup.progress", { done: count, all: STEPS.length })} />
      <Accordion variant="separated" order={2} value={opened} onChange={setOpened} styles={{ item: CARD }}>
        {STEPS.map((step, place) => (
          <Accordion.Item key={step} value={step}>
            <Accordion.Control>
              <Group justify="space-between" wrap="nowrap" pr="sm">
                <Text component="span" fw={600}>
                  {place + 1}. {t(`setup_steps.${step}`)}
                </Text>
                <Badge className="whole" variant="light" tt="none" color={states[step] ? "green" : "gray"} leftSection={states[step] && <Icon name="check" size={12} />}>
                  {t(states[step] ? "setup.done" : "setup.open")}
                </Badge>
              </Group>
            </Accordion.Control>
            <Accordion.Panel>
              <Stack>
                <Text size="sm">{t(`setup_texts.${step}`)}</Text>
                {opened === step && <Step step={step} />}
                <Group justify="flex-end">
                  <Button variant="subtle" onClick={() => skip(step)}>
                    {t(states[step] ? "setup.next" : "setup.skip")}
                  </Button>
                </Group>
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        ))}
      </Accordion>
      <Group justify="space-between">
        <Anchor component={Link} to="/admin">
          {t("nav.admin")}
        </Anchor>
        <Button onClick={finish}>{t("setup.finish")}</Button>
      </Group>
    </Stack>
  );
}

/** What is made in a step: a queue with its team, hours and targets, people. */
const MADE: Partial<Record<StepName, readonly Section["name"][]>> = { processes: ["processes", "teams", "queues"], hours: ["calendars", "policies"], people: ["users"] };

function Step({ step }: { step: StepName }): ReactNode {
  const { t } = useTranslation();
  const me = useMe();
  if (step === "ticket") return <FirstTicket />;
  if (step === "mail") return <Text size="sm">{t("setup.mail", { command: `deskmesh mail send support@${me.email.split("@")[1] ?? ""}` })}</Text>;
  return MADE[step]?.map((name) => <Maker key={name} name={name} />);
}

function Maker({ name }: { name: Section["name"] }): ReactNode {
  const { t } = useTranslation();
  const [opened, setOpened] = useState(false);
  const section = SECTIONS.find((one) => one.name === name);
  if (!section) return null;
  return (
    <div className="form-row" role="group" aria-label={t(`sections.${section.name}`)}>
      <Stack>
        <Group justify="space-between">
          <Anchor component={Link} to={`/admin/${section.name}`} size="sm" fw={600}>
            {t(`sections.${section.name}`)}
          </Anchor>
          {!opened && (
            <Button size="xs" variant="light" leftSection={<Icon name="plus" size={14} />} onClick={() => setOpened(true)}>
              {t("admin.new")}
            </Button>
          )}
        </Group>
        {opened && <ThingForm section={section} kept={null} close={() => setOpened(false)} />}
      </Stack>
    </div>
  );
}

function FirstTicket(): ReactNode {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [title, setTitle] = useState("");
  const making = useMutation({
    mutationFn: () => take(api.POST("/api/v1/tickets", { params: { header: onceKey() }, body: { title } as Schemas["NewTicket"] })),
    onSuccess: () => queries.invalidateQueries({ queryKey: foundQuery.queryKey }),
  });
  return (
    <Stack gap="xs">
      <Group align="flex-end" component="form" onSubmit={(event: { preventDefault: () => void }) => {
        event.preventDefault();
        making.mutate();
      }}>
        <TextInput flex={1} required label={t("section_fields.title")} value={title} onChange={(event) => setTitle(event.target.value)} />
        <Button type="submit" loading={making.isPending}>
          {t("setup.make")}
        </Button>
      </Group>
      <Tried error={making.error} />
      {making.data && (
        <Text role="status">
          <Link to="/desk/tickets/$number" params={{ number: making.data.number }} className="number">
            {making.data.number}
          </Link>
        </Text>
      )}
    </Stack>
  );
}
