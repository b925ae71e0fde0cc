import { ReplyError } from "../fetch-json";
import { fill, type Words } from "./words";

/** What to tell a reader of a failure: the server's own sentence, or ours in the reader's language. */
export function failureText(error: unknown, { failures }: Words): string {
  if (!(error instanceof ReplyError)) return failures.page;
  if (error.kind === "noAnswer") return failures.noAnswer;
  if (error.kind === "noJson") return failures.noJson;
  return error.kind === "status" ? fill(failures.status, { status: error.status }) : error.message;
}
