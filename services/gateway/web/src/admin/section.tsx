/** A list of things that are configured, and the form of one. */
import { Badge, Button, Drawer, Group, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { thingsQuery } from "../api/things";
import { Icon } from "../shared/icons";
import { Failed, Loading, Note } from "../shared/states";
import { shownValue } from "../shared/values";
import { ThingForm } from "./form";
import { type Kept, type Section, SECTIONS } from "./sections";

export function SectionPage(): ReactNode {
  const { t } = useTranslation();
  const { section: name } = useParams({ from: "/signed-in/admin/$section" });
  const section = SECTIONS.find((one) => one.name === name);
  if (!section) return <Note icon="search" title={t("state.none_title")} text={t("state.none_text")} />;
  return <Things key={section.name} section={section} />;
}

function Things({ section }: { section: Section }): ReactNode {
  const { t } = useTranslation();
  const asked = useInfiniteQuery(thingsQuery<Kept>(section.path));
  const [opened, setOpened] = useState<Kept | "new" | null>(null);
  const things = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const label = (field: string) => t(`section_fields.${field}` as "section_fields.name");
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={1} size="h3">
          {t(`sections.${section.name}`)}
        </Title>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setOpened("new")}>
          {t("admin.new")}
        </Button>
      </Group>
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data && things.length === 0 && <Note icon={section.icon} title={t("admin.none")} />}
      {things.length > 0 && (
        <div className="card" style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={t(`sections.${section.name}`)}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                {section.columns.map((column) => (
                  <Table.Th key={column}>{label(column)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {things.map((thing) => (
                <Table.Tr key={thing.id}>
                  {section.columns.map((column, place) => (
                    <Table.Td key={column}>
                      {place === 0 ? (
                        <Button variant="subtle" size="compact-sm" onClick={() => setOpened(thing)}>
                          {shownValue(thing[column])}
                        </Button>
                      ) : (
                        <Value value={thing[column]} />
                      )}
                    </Table.Td>
                  ))}
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </div>
      )}
      {asked.hasNextPage && (
        <Button variant="subtle" mt="sm" onClick={() => void asked.fetchNextPage()} loading={asked.isFetchingNextPage}>
          {t("action.more")}
        </Button>
      )}
      <Drawer
        opened={opened !== null}
        onClose={() => setOpened(null)}
        position="right"
        size="lg"
        title={opened === "new" ? t("admin.new") : shownValue(opened?.["name"])}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {opened !== null && <ThingForm section={section} kept={opened === "new" ? null : opened} close={() => setOpened(null)} />}
      </Drawer>
    </>
  );
}

function Value({ value }: { value: unknown }): ReactNode {
  const { t } = useTranslation();
  if (typeof value === "boolean") {
    return (
      <Badge variant="light" color={value ? "green" : "gray"} tt="none" fw={500}>
        {t(value ? "filter.yes" : "filter.no")}
      </Badge>
    );
  }
  const held = Array.isArray(value) ? value.map((one: unknown) => (typeof one === "object" && one !== null && "role" in one ? one.role : one)) : value;
  return <Text size="sm">{shownValue(held)}</Text>;
}
