import { Avatar, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";

export function Person({ name, quiet = false }: { name: string; quiet?: boolean }): ReactNode {
  return (
    <Group gap={6} wrap="nowrap" miw={0}>
      <Avatar size={22} radius="xl" name={name} color="petrol" aria-hidden />
      <Text size="sm" className={quiet ? "clip quiet" : "clip"}>
        {name}
      </Text>
    </Group>
  );
}
