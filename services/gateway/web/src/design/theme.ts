import { createTheme, type MantineColorsTuple } from "@mantine/core";

const petrol: MantineColorsTuple = [
  "#eef7f8", "#d9ecee", "#b2d9dd", "#86c4ca", "#61b1b9", "#4aa4ad", "#3c98a1", "#28767f", "#1f6f78", "#0d5b64",
];

export const theme = createTheme({
  primaryColor: "petrol",
  // A tenant's own colour takes the place of petrol; what a colour tells stays calm whatever that is.
  colors: { petrol, calm: petrol },
  primaryShade: { light: 8, dark: 7 },
  defaultRadius: "md",
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: "600" },
  autoContrast: true,
  cursorType: "pointer",
  components: {
    // What is offered stays to be seen where a small screen scrolls the field that it hangs on out of sight.
    Combobox: { defaultProps: { shadow: "md", hideDetached: false } },
  },
});
