/** A list of things that are configured, and the form of one. */
import { Button, Drawer, Group, Select, Table, Text, Title } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import { personQuery } from "../api/people";
import { thingsQuery } from "../api/things";
import { Icon } from "../shared/icons";
import { Failed, Loading, Note } from "../shared/states";
import { shownValue } from "../shared/values";
import { ThingForm } from "./form";
import { useLabel } from "./input";
import type { Kept } from "./inputs";
import { type Section, SECTIONS } from "./sections";
import { Value } from "./value";
import { Verbs } from "./verbs";
import { Verify } from "./verify";

export function SectionPage(): ReactNode {
  const { t } = useTranslation();
  const { section: name } = useParams({ from: "/signed-in/admin/$section" });
  const section = SECTIONS.find((one) => one.name === name);
  if (!section) return <Note icon="search" title={t("state.none_title")} text={t("state.none_text")} />;
  return <Things key={section.name} section={section} />;
}

function Things({ section }: { section: Section }): ReactNode {
  const { t } = useTranslation();
  const label = useLabel();
  const [narrowed, setNarrowed] = useState<string | null>(null);
  const filter = narrowed && section.narrow ? `?filter=${encodeURIComponent(`${section.narrow.field} = "${narrowed}"`)}` : "";
  const asked = useInfiniteQuery(thingsQuery<Kept>(section.path + filter));
  const [opened, setOpened] = useState<Kept | "new" | null>(null);
  const things = asked.data?.pages.flatMap((page) => page.items) ?? [];
  const titled = (thing: Kept) => shownValue(thing[section.title ?? "name"]);
  return (
    <>
      <Group justify="space-between" mb="md">
        <Title order={1} size="h3">
          {t(`sections.${section.name}`)}
        </Title>
        {section.narrow && <Narrow section={section} value={narrowed} set={setNarrowed} />}
        {!section.read && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setOpened("new")}>
            {t("admin.new")}
          </Button>
        )}
      </Group>
      {section.name === "audit" && <Verify />}
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
                        <Button variant="subtle" size="compact-sm" ml="calc(-1 * var(--button-padding-x))" onClick={() => setOpened(thing)}>
                          {section.name === "audit" && !thing["target_name"] ? <PersonCalled id={String(thing["target_id"])} /> : titled(thing)}
                        </Button>
                      ) : column === "actor" ? (
                        <Actor actor={thing[column]} />
                      ) : (
                        <Value name={column} value={thing[column]} />
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
        size="xl"
        title={opened === "new" ? t("admin.new") : opened && titled(opened)}
        closeButtonProps={{ "aria-label": t("action.close") }}
      >
        {opened !== null && section.read && opened !== "new" && (
          <>
            <Facts thing={opened} />
            {section.verbs && <Verbs section={section} kept={opened} done={() => setOpened(null)} />}
          </>
        )}
        {opened !== null && !section.read && <ThingForm section={section} kept={opened === "new" ? null : opened} close={() => setOpened(null)} />}
      </Drawer>
    </>
  );
}

function Narrow({ section, value, set }: { section: Section; value: string | null; set: (value: string | null) => void }): ReactNode {
  const { t, i18n } = useTranslation();
  const label = useLabel();
  const said = (choice: string) => (i18n.exists(`choices.${choice}`) ? t(`choices.${choice}` as "choices.all") : choice);
  const data = (section.narrow?.choices ?? []).map((choice) => ({ value: choice, label: said(choice) }));
  return <Select aria-label={label(section.narrow?.field ?? "")} placeholder={label(section.narrow?.field ?? "")} clearable data={data} value={value} onChange={set} />;
}

/** All that is known of something that is only read. */
function Facts({ thing }: { thing: Kept }): ReactNode {
  const label = useLabel();
  return (
    <Table withRowBorders={false} layout="fixed">
      <Table.Tbody>
        {Object.entries(thing)
          .filter(([, value]) => value !== null && value !== "")
          .map(([name, value]) => (
            <Table.Tr key={name}>
              <Table.Th scope="row" w="34%" style={{ verticalAlign: "top" }}>
                {label(name)}
              </Table.Th>
              <Table.Td className="person-text">{name === "actor" ? <Actor actor={value} /> : <Value name={name} value={value} />}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  );
}

/** Who changed a setting: the audit log keeps ids alone, the directory knows the names. */
function Actor({ actor }: { actor: unknown }): ReactNode {
  const { id, kind } = (typeof actor === "object" && actor !== null ? actor : {}) as { id?: string | null; kind?: string };
  const person = useQuery(personQuery(id ?? ""));
  return <Text size="sm">{person.data?.name ?? id ?? kind ?? "–"}</Text>;
}

/** Somebody by name, for records that keep ids of people alone; the id of one who is no more, or whom one may not see. */
function PersonCalled({ id }: { id: string }): ReactNode {
  const asked = useQuery(personQuery(id));
  return asked.data?.name ?? id;
}
