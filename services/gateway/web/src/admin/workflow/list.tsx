import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { workflowsQuery } from "../../api/workflows";
import { useWord } from "../../shared/badges";
import { Listing } from "../listing";
import { NewWorkflow } from "./new";

export function WorkflowList(): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const asked = useQuery(workflowsQuery);
  const [making, setMaking] = useState(false);
  return (
    <Listing
      title={t("sections.workflows")}
      icon="flow"
      asked={asked}
      name={(one) => one.name}
      path={(one) => `/admin/workflows/${one.id}`}
      columns={[
        { title: t("field.type"), value: (one) => word("types", one.type) },
        { title: t("workflow.process"), value: (one) => one.process?.name },
        { title: t("workflow.revision"), value: (one) => one.revision, number: true },
      ]}
      make={{ label: t("workflow.new"), begin: () => setMaking(true) }}
    >
      {making && <NewWorkflow workflows={asked.data?.items ?? []} close={() => setMaking(false)} />}
    </Listing>
  );
}
