import { answerSearch, defaultHits, mostHits } from "@/server/answers";
import { integerParameter, textParameter } from "@/server/parameters";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return replyJson(async () => {
    const { searchParams } = new URL(request.url);
    const k = integerParameter(searchParams, "k", {
      least: 1,
      most: mostHits,
      otherwise: defaultHits,
    });
    return answerSearch(textParameter(searchParams, "q"), k);
  });
}
