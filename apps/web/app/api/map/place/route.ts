import { placeText } from "@/server/map";
import { textParameter } from "@/server/parameters";
import { replyJson } from "@/server/reply";

export const dynamic = "force-dynamic";

export function GET(request: Request): Promise<Response> {
  return replyJson(async () => placeText(textParameter(new URL(request.url).searchParams, "q")));
}
