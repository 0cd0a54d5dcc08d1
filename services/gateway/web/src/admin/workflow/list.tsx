import { Anchor, Button, Group, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { workflowsQuery } from "../../api/workflows";
import { useWord, When } from "../../shared/badges";
import { Icon } from "../../shared/icons";
import { Failed, Loading, Note } from "../../shared/states";
import { NewWorkflow } from "./new";

export function WorkflowList(): ReactNode {
  const { t } = useTranslation();
  const word = useWord();
  const asked = useQuery(workflowsQuery);
  const [making, setMaking] = useState(false);
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={1} size="h3">
          {t("sections.workflows")}
        </Title>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
          {t("workflow.new")}
        </Button>
      </Group>
      {making && <NewWorkflow workflows={asked.data?.items ?? []} close={() => setMaking(false)} />}
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <Note icon="flow" title={t("admin.none")} />}
      {asked.data && asked.data.items.length > 0 && (
        <div className="card" style={{ overflowX: "auto" }}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("admin.name")}</Table.Th>
                <Table.Th>{t("field.type")}</Table.Th>
                <Table.Th>{t("workflow.process")}</Table.Th>
                <Table.Th>{t("workflow.revision")}</Table.Th>
                <Table.Th>{t("field.updated")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {asked.data.items.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/admin/workflows/${one.id}`} size="sm" fw={500}>
                      {one.name}
                    </Anchor>
                  </Table.Td>
                  <Table.Td>{word("types", one.type)}</Table.Td>
                  <Table.Td>{one.process?.name}</Table.Td>
                  <Table.Td className="number">{one.revision}</Table.Td>
                  <Table.Td>
                    <Text size="sm" className="quiet">
                      <When moment={one.updated_at} />
                    </Text>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
    </>
  );
}
