/** The layouts that are set, and a new one. */
import { Anchor, Button, Group, Modal, Stack, Table, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../../api/client";
import { layoutsQuery, useNewLayout } from "../../api/layout-settings";
import { When } from "../../shared/badges";
import { Icon } from "../../shared/icons";
import { Failed, Loading, Note } from "../../shared/states";
import { Inputs } from "../input";
import { form, type Input, whole } from "../inputs";
import { useLayoutName } from "./words";

export function LayoutList(): ReactNode {
  const { t } = useTranslation();
  const named = useLayoutName();
  const asked = useQuery(layoutsQuery);
  const [making, setMaking] = useState(false);
  return (
    <>
      <Group justify="space-between" mb="xs">
        <Title order={1} size="h3">
          {t("sections.layouts")}
        </Title>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setMaking(true)}>
          {t("admin.new")}
        </Button>
      </Group>
      <Text className="quiet" mb="md">
        {t("layouts.text")}
      </Text>
      {making && <NewLayout close={() => setMaking(false)} />}
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <Note icon="list" title={t("admin.none")} />}
      {asked.data && asked.data.items.length > 0 && (
        <div className="card" style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t("sections.layouts")}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("admin.name")}</Table.Th>
                <Table.Th>{t("layouts.sections")}</Table.Th>
                <Table.Th>{t("section_fields.version")}</Table.Th>
                <Table.Th>{t("field.updated")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {asked.data.items.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <Anchor component={Link} to={`/admin/layouts/${one.id}`} size="sm" fw={500}>
                      {named(one)}
                    </Anchor>
                  </Table.Td>
                  <Table.Td className="number">{one.sections.length}</Table.Td>
                  <Table.Td className="number">{one.version}</Table.Td>
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

const FOR: readonly Input[] = [
  { name: "process", kind: "one", of: "processes", required: true }, { name: "type", kind: "one", of: "types" },
  { name: "audience", kind: "choice", choices: ["agent", "requester"], words: "choices", required: true },
  { name: "purpose", kind: "choice", choices: ["create", "view"], words: "choices", required: true },
];

function NewLayout({ close }: { close: () => void }): ReactNode {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [filled, setFilled] = useState(() => form(FOR, null));
  const making = useNewLayout();
  return (
    <Modal opened onClose={close} title={t("layouts.new")} closeButtonProps={{ "aria-label": t("action.close") }}>
      <Stack
        component="form"
        onSubmit={(event) => {
          event.preventDefault();
          const what = whole(FOR, filled) as Omit<Schemas["NewLayout"], "sections">;
          making.mutate(what, { onSuccess: (made) => void navigate({ to: "/admin/layouts/$layout", params: { layout: made.id } }) });
        }}
      >
        <Inputs inputs={FOR} filled={filled} set={setFilled} error={making.error} />
        <Text size="sm" className="quiet">
          {t("layouts.new_hint")}
        </Text>
        <Group justify="flex-end">
          <Button type="submit" loading={making.isPending}>
            {t("setup.make")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
