/** What fields and layouts are called. */
import { useTranslation } from "react-i18next";

import { useWord } from "../../shared/badges";
import { ownSlug } from "../../shared/layouts";
import type { Of, TicketField } from "./model";

/** The name of a field by its name in layouts; the tenant's own are called what people call them. */
export function useFieldName(fields: readonly TicketField[]): (name: string) => string {
  const { t } = useTranslation();
  return (name) => {
    const slug = ownSlug(name);
    return slug === null ? t(`field.${name}` as "field.queue") : (fields.find((one) => one.slug === slug)?.name ?? name);
  };
}

/** For whom and for what a layout is, in a line. */
export function useLayoutName(): (of: Of & { process: { name: string } }) => string {
  const { t } = useTranslation();
  const word = useWord();
  return (of) =>
    [of.process.name, of.type === null ? t("layouts.any_type") : word("types", of.type), t(`choices.${of.audience}` as "choices.agent"), t(`choices.${of.purpose}` as "choices.view")].join(" · ");
}
