/** A text as a value of the filter language. */
export const quoted = (text: string) => `"${text.replace(/[\\"]/g, "\\$&")}"`;
