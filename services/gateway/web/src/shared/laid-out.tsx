/** Fields of a ticket as a layout places them: in sections, some closed at first, each shown while its condition holds. */
import { Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Schemas } from "../api/client";
import type { Problem } from "../api/problem";
import { isRequired, type LaidOutField, type LaidOutValues, type Layout, shownNames, titleOf } from "./layouts";
import { TicketInput, type TicketInputProps } from "./ticket-input";

interface SectionsProps {
  layout: Layout;
  /** The names of those that are shown; all where it is left out. */
  shown?: ReadonlySet<string>;
  /** Names in which the desk found faults: their sections are open. */
  faulty?: (field: LaidOutField) => boolean;
  /** One column, however many the layout has. */
  narrow?: boolean;
  draw: (field: LaidOutField) => ReactNode;
}

/** The sections of a layout that have something to show. */
export function Sections({ layout, shown, faulty = () => false, narrow = false, draw }: SectionsProps): ReactNode {
  return layout.sections.map((section, place) => {
    const fields = section.fields.filter((field) => !shown || shown.has(field.name));
    if (fields.length === 0) return null;
    return (
      <Part key={place} section={section} narrow={narrow} open={fields.some(faulty)}>
        {fields.map(draw)}
      </Part>
    );
  });
}

interface PartProps {
  section: Schemas["ShownSection"];
  narrow: boolean;
  /** Whether it has to be open, whatever somebody has chosen. */
  open: boolean;
  children: ReactNode;
}

function Part({ section, narrow, open, children }: PartProps): ReactNode {
  const { i18n } = useTranslation();
  const title = titleOf(section, i18n.language);
  // What has to be given is not hidden: a browser refuses to send a form without saying why.
  const [opened, setOpened] = useState(section.fields.some((field) => field.required));
  const body = (
    <div className="laid-out" style={{ "--columns": narrow ? 1 : section.columns } as React.CSSProperties}>
      {children}
    </div>
  );
  if (!section.collapsed) {
    return (
      <section aria-label={title}>
        <Title order={2} size="h6" className="quiet" mb={6}>
          {title}
        </Title>
        {body}
      </section>
    );
  }
  return (
    <details open={opened || open} onToggle={(event) => setOpened(event.currentTarget.open)}>
      <summary>
        <Text span size="sm" fw={600} className="quiet">
          {title}
        </Text>
      </summary>
      {body}
    </details>
  );
}

export interface LaidOutProps extends Pick<TicketInputProps, "values" | "set"> {
  layout: Layout;
  /** Why the desk refused what was sent; each fault is shown at its field. */
  problem?: Problem | null;
  /** What stands under a field, by its name. */
  under?: Record<string, ReactNode>;
}

/** A form for a ticket as a layout has it; what it gives is sent by `answers`. */
export function LaidOut({ layout, values, set, problem = null, under = {} }: LaidOutProps): ReactNode {
  const shown = shownNames(layout, values);
  return (
    <Sections
      layout={layout}
      shown={shown}
      faulty={(field) => problem?.reasonOf(field.name) !== undefined}
      draw={(field) => (
        <div key={field.name}>
          <TicketInput field={field} values={values} set={set} required={isRequired(field, shown, values)} error={problem?.reasonOf(field.name)} plain={layout.audience === "requester"} />
          {under[field.name]}
        </div>
      )}
    />
  );
}

/** What the desk found wrong in fields that a layout does not show, but for those `elsewhere`, or with the whole. */
export function faultsBeside(layout: Layout, values: LaidOutValues, problem: Problem, elsewhere: readonly string[]): string[] {
  const shown = shownNames(layout, values);
  const beside = problem.fields.filter((one) => !shown.has(one.field) && !elsewhere.includes(one.field)).map((one) => `${one.field}: ${one.reason}`);
  return problem.fields.length > 0 ? beside : [problem.detail];
}
