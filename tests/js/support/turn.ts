/** A page in a turn over lines of the outbox, as the module goes through them. */
import { Id } from "../../../js/ids.ts";
import { openedPage } from "./page.ts";

/** A page in a turn over these lines. */
export function turnOver(...lines: string[]) {
  const opened = openedPage();
  opened.setId(Id.Visitor, "V");
  opened.setId(Id.Session, "S");
  opened.page._count(1);
  opened.calls();
  return { ...opened, size: opened.page._begin(lines) };
}
