import { runNames } from "@/server/parameters";
import { replyFailure } from "@/server/reply";
import { runEvents } from "@/server/run-stream";

export const dynamic = "force-dynamic";

export async function GET(request: Request): Promise<Response> {
  try {
    const names = runNames(new URL(request.url).searchParams.getAll("run"));
    return await runEvents(names, request.signal);
  } catch (error) {
    return replyFailure(error);
  }
}
