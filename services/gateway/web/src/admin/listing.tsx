/** A page of the administration that lists things, each of which has a page of its own. */
import { Anchor, Button, Group, Table, Text, Title } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { When } from "../shared/badges";
import { Icon, type IconName } from "../shared/icons";
import { Failed, Loading, Note } from "../shared/states";

interface Listed {
  id: string;
  updated_at: string;
}

interface Column<T> {
  title: string;
  value: (one: T) => ReactNode;
  number?: boolean;
}

interface ListingProps<T> {
  title: string;
  text?: string;
  icon: IconName;
  asked: UseQueryResult<{ items: T[] }>;
  /** What its link says, and where that leads. */
  name: (one: T) => string;
  path: (one: T) => string;
  /** Between its name and when it was changed. */
  columns: readonly Column<T>[];
  make: { label: string; begin: () => void };
  /** The form of a new one, while there is one. */
  children: ReactNode;
}

export function Listing<T extends Listed>({ title, text, icon, asked, name, path, columns, make, children }: ListingProps<T>): ReactNode {
  const { t } = useTranslation();
  return (
    <>
      <Group justify="space-between" mb={text ? "xs" : "md"}>
        <Title order={1} size="h3">
          {title}
        </Title>
        <Button leftSection={<Icon name="plus" size={16} />} onClick={make.begin}>
          {make.label}
        </Button>
      </Group>
      {text && (
        <Text className="quiet" mb="md">
          {text}
        </Text>
      )}
      {children}
      {asked.isPending && <Loading />}
      {asked.isError && <Failed error={asked.error} again={() => void asked.refetch()} />}
      {asked.data?.items.length === 0 && <Note icon={icon} title={t("admin.none")} />}
      {asked.data && asked.data.items.length > 0 && (
        <div className="card" style={{ overflowX: "auto" }} tabIndex={0} role="region" aria-label={title}>
          <Table>
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t("admin.name")}</Table.Th>
                {columns.map((column) => (
                  <Table.Th key={column.title}>{column.title}</Table.Th>
                ))}
                <Table.Th>{t("field.updated")}</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {asked.data.items.map((one) => (
                <Table.Tr key={one.id}>
                  <Table.Td>
                    <Anchor component={Link} to={path(one)} size="sm" fw={500}>
                      {name(one)}
                    </Anchor>
                  </Table.Td>
                  {columns.map((column) => (
                    <Table.Td key={column.title} {...(column.number && { className: "number" })}>
                      {column.value(one)}
                    </Table.Td>
                  ))}
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
