import { answerItems } from "@/server/answers";
import { defaultHits, mostHits } from "@/server/asked";
import { integerParameter } from "@/server/parameters";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return replyJson(async () => {
    const { searchParams } = new URL(request.url);
    const offset = integerParameter(searchParams, "offset", {
      least: 0,
      most: 999_999_999,
      otherwise: 0,
    });
    const limit = integerParameter(searchParams, "limit", {
      least: 1,
      most: mostHits,
      otherwise: defaultHits,
    });
    return answerItems({ offset, limit });
  });
}
