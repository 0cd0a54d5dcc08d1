/** A layout as people will see it: the form to be filled in, or the facts of a ticket. */
import { Paper, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { LaidOut, Sections } from "../../shared/laid-out";
import type { LaidOutValues } from "../../shared/layouts";
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
          <Sections
            layout={layout}
            draw={(field) => (
              <div key={field.name}>
                <Text size="xs" className="quiet">
                  {named(field.name)}
                </Text>
                <Text size="sm">–</Text>
              </div>
            )}
          />
        )}
      </Stack>
    </Paper>
  );
}
