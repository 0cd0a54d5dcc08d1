/** A layout as people will see it: the form to be filled in, or the facts of a ticket. */
import { Paper, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { latestTicketQuery } from "../../api/ticket-lists";
import { LaidOut, Sections } from "../../shared/laid-out";
import type { LaidOutValues, Layout } from "../../shared/layouts";
import { Failed, Loading } from "../../shared/states";
import { TicketValue } from "../../shared/ticket-value";
import { type Of, preview, type Section, type TicketField } from "./model";

interface PreviewProps {
  sections: readonly Section[];
  of: Of;
  fields: readonly TicketField[];
  named: (field: string) => string;
}

export function Preview({ sections, of, fields, named }: PreviewProps): ReactNode {
  const { t } = useTranslation();
  const [tried, setTried] = useState<LaidOutValues>({});
  const layout = preview(sections, of, fields);
  return (
    <Paper withBorder p="md" component="section" aria-label={t("trial.preview")}>
      <Text size="sm" fw={600} mb="xs">
        {t("trial.preview")}
      </Text>
      <Stack gap="md">
        {of.purpose === "create" ? (
          <LaidOut layout={layout} values={{ process: of.process.key, type: of.type, ...tried }} set={(name, value) => setTried({ ...tried, [name]: value })} />
        ) : (
          <Filled layout={layout} of={of} named={named} />
        )}
      </Stack>
    </Paper>
  );
}

interface FilledProps {
  layout: Layout;
  of: Of;
  named: (field: string) => string;
}

/** A page filled with what the latest ticket has of which it would be the page. */
function Filled({ layout, of, named }: FilledProps): ReactNode {
  const { t } = useTranslation();
  const type = of.type ? ` AND type = ${JSON.stringify(of.type)}` : "";
  const latest = useQuery(latestTicketQuery(`process = ${JSON.stringify(of.process.key)}${type}`));
  if (latest.isPending) return <Loading />;
  if (latest.isError) return <Failed error={latest.error} again={() => void latest.refetch()} />;
  const ticket = latest.data;
  return (
    <>
      <Text size="sm" className="quiet">
        {ticket ? t("trial.preview_of", { number: ticket.number }) : t("trial.preview_empty")}
      </Text>
      <Sections
        layout={layout}
        draw={(field) => (
          <div key={field.name}>
            <Text size="xs" className="quiet">
              {named(field.name)}
            </Text>
            {ticket ? <TicketValue ticket={ticket} field={field} /> : <Text size="sm">–</Text>}
          </div>
        )}
      />
    </>
  );
}
