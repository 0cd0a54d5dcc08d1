/** Approvals: who is asked, who has decided, and the decision itself. */
import { Alert, Badge, Button, Group, Paper, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { type Approval, approvalsQuery, myApprovalsQuery, useDecide } from "../api/approvals";
import { Problem } from "../api/problem";
import { When } from "./badges";
import { spoken } from "./format";
import { Person } from "./person";
import { Failed, Loading } from "./states";

const COLOURS: Record<string, string> = { pending: "blue", waiting: "gray", approved: "green", rejected: "red", expired: "orange" };

export function DecisionBadge({ state }: { state: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const key = `approval_states.${state}`;
  return (
    <Badge variant="light" color={COLOURS[state] ?? "gray"} tt="none" fw={500} radius="sm" className="whole">
      {i18n.exists(key) ? t(key as "approval_states.pending") : spoken(state)}
    </Badge>
  );
}

export function Steps({ approval }: { approval: Approval }): ReactNode {
  const { t } = useTranslation();
  return approval.steps.map((step) => (
    <Stack key={step.id} gap={4}>
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" fw={500}>
          {step.name ?? t("approval.step", { place: step.stage })}
        </Text>
        <Text size="xs" className="quiet">
          {t("approval.needed", { needed: step.needed, asked: step.votes.length })}
        </Text>
      </Group>
      {step.votes.map((vote) => (
        <div key={vote.id}>
          <Group justify="space-between" wrap="nowrap" gap="xs">
            <Person name={vote.approver?.name ?? "–"} />
            <DecisionBadge state={vote.state} />
          </Group>
          {vote.comment && (
            <Text size="sm" className="quiet person-text" pl={28}>
              {vote.comment}
            </Text>
          )}
        </div>
      ))}
    </Stack>
  ));
}

/** Approve or reject, with a comment; a rejection wants one. */
export function Decide({ approval }: { approval: Approval }): ReactNode {
  const { t } = useTranslation();
  const [comment, setComment] = useState("");
  const [refusing, setRefusing] = useState(false);
  const deciding = useDecide(approval);
  function decide(decision: "approve" | "reject"): void {
    if (decision === "reject" && !comment.trim()) setRefusing(true);
    else deciding.mutate({ decision, comment: comment.trim() });
  }
  return (
    <Stack gap="xs">
      <Textarea
        label={t("approval.comment")}
        autosize
        minRows={2}
        maxLength={4000}
        value={comment}
        onChange={(event) => {
          setComment(event.target.value);
          setRefusing(false);
        }}
        error={refusing && t("approval.say_why")}
      />
      {deciding.isError && (
        <Alert color="red" variant="light" role="alert">
          {deciding.error instanceof Problem && deciding.error.status !== 0 ? deciding.error.detail : t("composer.not_sent")}
        </Alert>
      )}
      <Group gap="xs">
        <Button size="sm" onClick={() => decide("approve")} loading={deciding.isPending}>
          {t("approval.approve")}
        </Button>
        <Button size="sm" variant="default" onClick={() => decide("reject")} disabled={deciding.isPending}>
          {t("approval.reject")}
        </Button>
      </Group>
    </Stack>
  );
}

/** The approvals of one ticket; whoever is asked decides here. */
export function TicketApprovals({ number, empty }: { number: string; empty?: ReactNode }): ReactNode {
  const asked = useQuery(approvalsQuery(number));
  const mine = useQuery(myApprovalsQuery);
  if (asked.isPending) return empty ? <Loading /> : null;
  if (asked.isError) return <Failed error={asked.error} again={() => void asked.refetch()} />;
  if (asked.data.items.length === 0) return empty;
  return asked.data.items.map((approval) => (
    <Paper key={approval.id} withBorder p="md" component="section" aria-label={approval.name ?? approval.ticket.name}>
      <Stack gap="sm">
        <Group justify="space-between" wrap="nowrap">
          <Text fw={600} className="clip">
            {approval.name ?? approval.ticket.name}
          </Text>
          <DecisionBadge state={approval.state} />
        </Group>
        <Text size="xs" className="quiet">
          <When moment={approval.created_at} />
        </Text>
        <Steps approval={approval} />
        {mine.data?.items.some((one) => one.id === approval.id) && <Decide approval={approval} />}
      </Stack>
    </Paper>
  ));
}
