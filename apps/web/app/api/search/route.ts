import { answerSearch } from "@/server/answers";
import { readAsked, readAskedBody } from "@/server/asked";
import { readBody } from "@/server/read-body";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return replyJson(async () => answerSearch(readAsked(new URL(request.url).searchParams)));
}

export function POST(request: Request): Promise<Response> {
  return replyJson(async () => answerSearch(readAskedBody(await readBody(request))));
}
