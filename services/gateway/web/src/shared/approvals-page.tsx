import "../design/all";

import { Paper, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { type Approval, myApprovalsQuery } from "../api/approvals";
import { ticketQuery } from "../api/queries";
import { Decide, Steps } from "./approvals";
import { When } from "./badges";
import { Failed, Loading, Note } from "./states";

/** What I have to decide, also for those for whom I stand in. */
export function ApprovalsPage({ to }: { to: "/desk/tickets/$number" | "/portal/requests/$number" }): ReactNode {
  const { t } = useTranslation();
  const mine = useQuery(myApprovalsQuery);
  return (
    <Stack maw="46rem">
      <Title order={1} size="h3">
        {t("approval.title")}
      </Title>
      {mine.isPending && <Loading />}
      {mine.isError && <Failed error={mine.error} again={() => void mine.refetch()} />}
      {mine.data?.items.length === 0 && <Note icon="check" title={t("approval.none_title")} text={t("approval.none_text")} />}
      {mine.data?.items.map((approval) => <Card key={approval.id} approval={approval} to={to} />)}
    </Stack>
  );
}

function Card({ approval, to }: { approval: Approval; to: "/desk/tickets/$number" | "/portal/requests/$number" }): ReactNode {
  const { t } = useTranslation();
  const ticket = useQuery({ ...ticketQuery(approval.ticket.key), retry: false });
  return (
    <Paper withBorder p="md" component="article" aria-label={approval.ticket.name}>
      <Stack gap="sm">
        <div>
          <Text fw={600}>
            <Link to={to} params={{ number: approval.ticket.key }} className="plain">
              {approval.ticket.name}
            </Link>
          </Text>
          <Text size="xs" className="quiet">
            <span className="number">{approval.ticket.key}</span> · <When moment={approval.created_at} />
            {ticket.data?.requester && ` · ${t("approval.for", { name: ticket.data.requester.name })}`}
          </Text>
        </div>
        {ticket.data?.description && (
          <Text size="sm" className="person-text" lineClamp={6}>
            {ticket.data.description}
          </Text>
        )}
        <Steps approval={approval} />
        <Decide approval={approval} />
      </Stack>
    </Paper>
  );
}

export const DeskApprovals = (): ReactNode => (
  <div className="ticket-main">
    <ApprovalsPage to="/desk/tickets/$number" />
  </div>
);
export const PortalApprovals = (): ReactNode => <ApprovalsPage to="/portal/requests/$number" />;
