import { Group, Paper, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { CatalogItem } from "../api/catalog";
import { Price } from "./price";

/** Whether an item answers words: each of them is in its name, category or description. */
export function answers(item: CatalogItem, words: string): boolean {
  const told = `${item.name} ${item.category ?? ""} ${item.description}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => told.includes(word));
}

export function ItemCard({ item }: { item: CatalogItem }): ReactNode {
  return (
    <Link to="/portal/catalog/$item" params={{ item: item.slug }} className="plain">
      <Paper withBorder p="md" h="100%">
        <Group justify="space-between" wrap="nowrap" align="flex-start">
          <Text fw={600}>{item.name}</Text>
          {item.price && <Price price={item.price} />}
        </Group>
        <Text size="sm" className="quiet">
          {item.description}
        </Text>
      </Paper>
    </Link>
  );
}
