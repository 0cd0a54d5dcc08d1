/** Files that a link could not ask for, because they need the token. */
import { asMe } from "./client";

/** Gets a file and hands it to the browser to keep; false where the desk refused it. */
export async function keepFile(path: string, name: string): Promise<boolean> {
  const answer = await asMe(new Request(path));
  if (!answer.ok) return false;
  const url = URL.createObjectURL(await answer.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
  return true;
}
