/** What is planned for a change, on its ticket's page: risk, plans, the window, and what stands in its way. */
import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { approvalsQuery } from "../../api/approvals";
import { type Change, changeQuery, releaseQuery, riskQuestionsQuery } from "../../api/change-plans";
import type { Ticket } from "../../api/client";
import { itemsByIdQuery } from "../../api/items";
import { DecisionBadge } from "../../shared/approvals";
import { useMay, useMe } from "../../shared/me";
import { Failed, Loading } from "../../shared/states";
import { TicketLink } from "../parts";
import { dayOf } from "./days";
import { PlanForm } from "./form";
import { RiskBadge, useQuestion } from "./signs";
import { timeRange } from "./words";

export function ChangePart({ ticket }: { ticket: Ticket }): ReactNode {
  const { t } = useTranslation();
  const may = useMay();
  const [editing, setEditing] = useState(false);
  const asked = useQuery(changeQuery(ticket.number));
  if (asked.isPending) return <Loading />;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  const change = asked.data;
  return (
    <Stack gap="sm">
      <Planned change={change} />
      {may("tickets.update") && (
        <Button size="xs" variant="default" w="fit-content" onClick={() => setEditing(true)}>
          {t("change.edit")}
        </Button>
      )}
      {editing && <PlanForm ticket={ticket} change={change} close={() => setEditing(false)} />}
    </Stack>
  );
}

function Planned({ change }: { change: Change }): ReactNode {
  const { t, i18n } = useTranslation();
  const zone = useMe().time_zone;
  const question = useQuestion();
  const questions = useQuery(riskQuestionsQuery).data?.items ?? [];
  const approvals = useQuery(approvalsQuery(change.ticket.key)).data?.items ?? [];
  const yes = questions.filter((one) => change.risk_answers[one.key]);
  return (
    <>
      <Group gap={6}>
        <RiskBadge risk={change.risk} />
        {change.emergency && (
          <Badge variant="light" color="red" tt="none" fw={500} radius="sm">
            {t("change.emergency")}
          </Badge>
        )}
        {change.standard && (
          <Badge variant="light" color="green" tt="none" fw={500} radius="sm">
            {t("change.standard")}
          </Badge>
        )}
      </Group>
      {yes.length > 0 && (
        <Stack component="ul" gap={2} m={0} pl="md">
          {yes.map((one) => (
            <Text key={one.key} component="li" size="xs" className="quiet">
              {question(one.key, one.text)}
            </Text>
          ))}
        </Stack>
      )}
      <Said label={t("change.window")}>{change.planned_start && change.planned_end ? timeRange(change.planned_start, change.planned_end, i18n.language, zone) : t("change.not_planned")}</Said>
      <Warnings change={change} />
      {change.plan && <Said label={t("change.plan")}>{change.plan}</Said>}
      {change.backout_plan && <Said label={t("change.backout_plan")}>{change.backout_plan}</Said>}
      {approvals.map((one) => (
        <Group key={one.id} justify="space-between" wrap="nowrap">
          <Text size="sm" className="clip">
            {one.name}
          </Text>
          <DecisionBadge state={one.state} />
        </Group>
      ))}
      {change.release && <Release change={change} release={change.release} />}
    </>
  );
}

function Said({ label, children }: { label: string; children: ReactNode }): ReactNode {
  return (
    <div>
      <Text size="xs" className="quiet">
        {label}
      </Text>
      <Text size="sm" className="person-text">
        {children}
      </Text>
    </div>
  );
}

/** What the window of a change meets: freezes, and other changes of the same things. */
function Warnings({ change }: { change: Change }): ReactNode {
  const { t, i18n } = useTranslation();
  const zone = useMe().time_zone;
  const things = change.warnings.filter((one) => one.kind !== "freeze").map((one) => one.subject);
  const known = useQuery(itemsByIdQuery([...new Set(things)])).data?.items ?? [];
  if (change.warnings.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" title={t("change.in_the_way")} p="xs">
      <Stack gap={6} component="ul" m={0} p={0} style={{ listStyle: "none" }}>
        {change.warnings.map((one) => {
          const subject = known.find((item) => item.id === one.subject)?.name ?? one.subject;
          return (
            <li key={`${one.kind} ${one.subject} ${one.change?.id ?? one.starts_at}`}>
              <Text size="sm">{one.kind === "freeze" ? t("change.meets_freeze", { name: one.subject }) : t(one.kind === "service" ? "change.same_service" : "change.same_thing", { name: subject })}</Text>
              {one.change && <TicketLink number={one.change.key ?? ""} title={one.change.name} />}
              <Text size="xs">{timeRange(one.starts_at, one.ends_at, i18n.language, zone)}</Text>
            </li>
          );
        })}
      </Stack>
    </Alert>
  );
}

/** The changes that go together with this one. */
function Release({ change, release }: { change: Change; release: string }): ReactNode {
  const { t } = useTranslation();
  const zone = useMe().time_zone;
  const asked = useQuery(releaseQuery(release));
  const others = (asked.data?.items ?? []).filter((one) => one.ticket.id !== change.ticket.id);
  return (
    <div>
      <Text size="xs" className="quiet">
        {t("change.release")}
      </Text>
      <Link to="/desk/changes" search={{ release, ...(change.planned_start && { month: dayOf(change.planned_start, zone).slice(0, 7) }) }}>
        <Text span size="sm">
          {release}
        </Text>
      </Link>
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {others.map((one) => (
        <div key={one.ticket.id} className="clip">
          <TicketLink number={one.ticket.key ?? ""} title={one.ticket.name} />
        </div>
      ))}
    </div>
  );
}
