import type { RunsReply } from "@/lib/run";
import { replyJson } from "@/server/reply";
import { listRuns } from "@/server/runs";

export const dynamic = "force-dynamic";

export function GET(): Promise<Response> {
  return replyJson(async (): Promise<RunsReply> => ({ runs: await listRuns() }));
}
