import { replyJson } from "@/server/reply";
import { readRunByName } from "@/server/runs";

export const dynamic = "force-dynamic";

export function GET(
  _request: Request,
  { params }: { params: Promise<{ name: string }> },
): Promise<Response> {
  return replyJson(async () => readRunByName((await params).name));
}
