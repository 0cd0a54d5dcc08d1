/** How the pages of the desk's lists are asked for. */

export const PAGE_SIZE = 50;
export const LARGEST_PAGE = 200;

export const WHOLE = { params: { query: { page_size: LARGEST_PAGE } } };

interface Page<T> {
  items: T[];
  next_page_token: string;
}

const MOST_PAGES = 20;

/** A list that is chosen from, with all its pages but for those of one longer than anybody chooses from. */
export async function whole<T>(ask: (page: { params: { query: { page_size: number; page_token?: string } } }) => Promise<Page<T>>): Promise<{ items: T[] }> {
  const items: T[] = [];
  let page_token = "";
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const page = await ask({ params: { query: { page_size: LARGEST_PAGE, ...(page_token && { page_token }) } } });
    items.push(...page.items);
    page_token = page.next_page_token;
    if (!page_token) break;
  }
  return { items };
}
