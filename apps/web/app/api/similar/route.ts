import { answerSimilar } from "@/server/answers";
import { mostHits } from "@/server/asked";
import { integerParameter, textParameter } from "@/server/parameters";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return replyJson(async () => {
    const { searchParams } = new URL(request.url);
    const k = integerParameter(searchParams, "k", { least: 1, most: mostHits, otherwise: 12 });
    return answerSimilar(textParameter(searchParams, "id"), k);
  });
}
