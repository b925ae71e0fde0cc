import { answerMap } from "@/server/map";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(): Promise<Response> {
  return replyJson(answerMap);
}
