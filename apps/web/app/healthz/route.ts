import { describeIndex } from "@/server/answers";
import { replyJson } from "@/server/reply";
import { readEnvironment } from "../../environment.mjs";

export const dynamic = "force-dynamic";

/** 200 when the index, if one is set, is open and answers; 503 with the reason otherwise. */
export function GET(): Promise<Response> {
  return replyJson(async () => {
    const { index } = readEnvironment();
    return { status: "ok", items: index === undefined ? null : (await describeIndex()).count };
  });
}
