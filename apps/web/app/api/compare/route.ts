import { mostHits } from "@/server/asked";
import { answerCompare } from "@/server/comparison";
import { integerParameter, strengthParameter, textParameter } from "@/server/parameters";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return replyJson(async () => {
    const { searchParams } = new URL(request.url);
    const k = integerParameter(searchParams, "k", { least: 1, most: mostHits, otherwise: 12 });
    const strength = strengthParameter(searchParams, 1);
    return answerCompare(textParameter(searchParams, "q"), strength, k);
  });
}
