/** A value in a table: yes and no as words, moments told from now, changes as before and after. */
import { Badge, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { When } from "../shared/badges";
import { spoken } from "../shared/format";
import { shownValue } from "../shared/values";
import { tell } from "./editors/rule-words";

const MOMENT = /_at$|_since$/;
const CALM = new Set(["active", "sent", "processed", "done", "made"]);
const WRONG = new Set(["failed", "dead", "quarantined", "stopped"]);

/** The groups of texts that the values of some columns have. */
const GROUPS: Record<string, string> = { purpose: "purposes", kind: "kinds", type: "types" };
/** Columns of keys, which are the same in all languages. */
const KEYS = new Set(["slug", "prefix"]);

export function Value({ name, value }: { name: string; value: unknown }): ReactNode {
  const { t, i18n } = useTranslation();
  const word = (said: string) => {
    const key = [`${GROUPS[name] ?? "choices"}.${said}`, `choices.${said}`].find((one) => i18n.exists(one));
    return key ? t(key as "choices.all") : name in GROUPS ? spoken(said) : said;
  };
  if (typeof value === "boolean") {
    return (
      <Badge variant="light" color={value ? "green" : "gray"} tt="none" fw={500}>
        {t(value ? "filter.yes" : "filter.no")}
      </Badge>
    );
  }
  if (typeof value === "string" && MOMENT.test(name)) return <When moment={value} />;
  if ((name === "state" || name === "outcome") && typeof value === "string") {
    return (
      <Badge variant="light" color={WRONG.has(value) ? "red" : CALM.has(value) ? "green" : "gray"} tt="none" fw={500}>
        {word(value)}
      </Badge>
    );
  }
  if (name === "rrule") return <Recurs rule={typeof value === "string" ? value : ""} />;
  if (name === "permissions" && Array.isArray(value)) return <Text size="sm">{value.length}</Text>;
  if (name === "changes" && Array.isArray(value)) return <Changes changes={value as Change[]} />;
  return <Text size="sm">{shownValue(KEYS.has(name) ? value : heldBy(value, word))}</Text>;
}

function Recurs({ rule }: { rule: string }): ReactNode {
  const { t, i18n } = useTranslation();
  const words = tell(rule, i18n.language, (word, value = "", place = "") => t(`recurring.${word}` as "recurring.nth", { value, place }));
  return (
    <Text size="sm" title={rule}>
      {rule === "" ? t("recurring.once") : (words ?? rule)}
    </Text>
  );
}

interface Change {
  field: string;
  from: unknown;
  to: unknown;
}

export function Changes({ changes }: { changes: readonly Change[] }): ReactNode {
  return (
    <Text size="sm" component="div" maw={420}>
      {changes.map((one) => (
        <div key={one.field} className="person-text">
          {one.field}: {shownValue(one.from)} → {shownValue(one.to)}
        </div>
      ))}
    </Text>
  );
}

/** Granted roles by their names, actors by theirs or by what they are. */
function heldBy(value: unknown, word: (said: string) => string): unknown {
  if (Array.isArray(value)) return value.map((one: unknown) => heldBy(one, word));
  if (typeof value === "string") return word(value);
  if (typeof value !== "object" || value === null) return value;
  if ("role" in value) return value.role;
  if ("name" in value && !value.name) return "key" in value && value.key ? value.key : "kind" in value ? value.kind : "";
  return value;
}
